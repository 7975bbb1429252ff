//! A panic in each background task: it is started again, and that is to be seen from outside.

use crate::{
    harness::{Scenario, is_long, until},
    process::Workspace,
    sender::Endpoint,
    server::{Launch, Server},
};
use std::time::Duration;

/// Of a task that could not be kept up: EX_SOFTWARE of sysexits.h.
const EX_SOFTWARE: i32 = 70;

/// Heard in debug builds only: the task of this name panics at its first so many starts.
fn panicking(name: &str, times: u32) -> Vec<(String, String)> {
    vec![("HOOKPOST_TEST_PANIC".into(), format!("{name}:{times}"))]
}

/// The tasks that the server tells of.
fn names(server: &Server) -> Vec<String> {
    let series = server.metrics("hookpost_task_up{");
    let mut names: Vec<String> = series
        .iter()
        .filter_map(|line| Some(line.split_once("=\"")?.1.split_once('"')?.0.to_owned()))
        .collect();
    assert!(names.len() > 8, "{series:?}");
    names.push("writer".into());
    names.dedup();
    names
}

#[test]
fn a_task_that_panics_is_started_again_and_one_that_cannot_be_kept_up_ends_the_process() {
    let scenario = Scenario::begin("a panic in each task");
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "panics");
    let server = Server::start(&workspace);
    let mut names = names(&server);
    server.stop();
    let all = names.len();
    if !is_long() {
        names.retain(|name| ["writer", "forwards", "alerts"].contains(&name.as_str()));
    }
    for name in &names {
        let mut server = Launch::new(&workspace).env(panicking(name, 1)).start();
        let restarts = format!("hookpost_task_restarts_total{{task=\"{name}\"}}");
        until(&format!("{name} was started again"), Duration::from_secs(10), || {
            server.metric(&restarts) >= 1.0
        });
        until(&format!("{name}: /readyz tells of it"), Duration::from_secs(5), || {
            let (status, found) = server.ready();
            status == 200 && found["restarts"][name] == 1
        });
        let answer = endpoint.send(&server.address, &format!("wh_{name}")).unwrap();
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        assert!(server.is_running() && server.log().contains(name));
        server.stop();
    }
    for name in &names {
        let server = Launch::new(&workspace).env(panicking(name, 3)).spawn();
        let ended = server.wait(Duration::from_secs(30));
        assert_eq!(ended.status.code(), Some(EX_SOFTWARE), "{name}: {}", ended.log);
    }
    let server = Server::start(&workspace);
    assert_eq!(endpoint.send(&server.address, "wh_after").unwrap().status, 200);
    server.stop();
    scenario.saw(format_args!(
        "{} of {all} tasks: started again after one panic, counted in /metrics and told by /readyz; after three within a \
         minute the process ended with {EX_SOFTWARE}",
        names.len()
    ));
}

//! Below the first floor only verified deliveries are stored, below the second none.

use super::SmallDisk;
use crate::{
    harness::{Scenario, has_own_mounts, is_long, until},
    http::once,
    process::Workspace,
    sender::Endpoint,
    server::{ALLOW, Launch, add_admin},
    sink::Sink,
    stored::number,
};
use std::time::Duration;

const MB: usize = 1_000_000;
const ALL: &str = "SELECT count(*) FROM deliveries";

#[test]
fn below_its_floors_the_disk_takes_verified_deliveries_only_and_then_none() {
    if !has_own_mounts("disk::floors::below_its_floors_the_disk_takes_verified_deliveries_only_and_then_none")
    {
        return;
    }
    let scenario = Scenario::begin("floors of free space");
    let workspace = Workspace::new();
    let folder = workspace.path(".");
    let disk = SmallDisk::mount(&folder, 128);
    let endpoint = Endpoint::add(&workspace, "floors");
    add_admin(&workspace);
    let pager = Sink::start();
    let channel = ["channel", "add", "on-call", "--kind", "webhook", "--secret-stdin", "--json"];
    workspace.json(&[&channel[..], &ALLOW].concat(), pager.url().as_bytes());
    let floors = ["--disk-floor", "60000000", "--disk-reserve", "30000000"];
    let server = Launch::new(&workspace).args(&floors).start();
    let database = workspace.path("hookpost.db");
    let genuine = |id: &str| endpoint.send(&server.address, id).unwrap();
    let forged = || {
        let mut request = endpoint.webhook("wh_forged", b"{}");
        let last = request.len() - 1;
        request[last] = b']';
        once(&server.address, &request).unwrap()
    };
    assert_eq!((genuine("wh_1").status, forged().status, number(&database, ALL)), (200, 400, 2));

    let filler = disk.fill(45 * MB);
    until("below the floor", Duration::from_secs(5), || {
        let before = number(&database, ALL);
        let answer = forged();
        assert_ne!(answer.status, 200);
        number(&database, ALL) == before
    });
    let before = number(&database, ALL);
    assert_eq!(genuine("wh_2").status, 200);
    assert_eq!(
        (forged().status == 200, number(&database, ALL)),
        (false, before + 1),
        "the forged one is not stored"
    );
    assert_eq!(server.ready().0, 200, "it still does its work");
    let cookie = server.log_in().unwrap();
    assert!(server.page(&cookie, "/").contains("disk"), "the pages say so");
    if is_long() {
        // Rules look at the disk once a minute.
        until("an alert goes out", Duration::from_secs(100), || pager.count() > 0);
    }
    drop(filler);

    let filler = disk.fill(15 * MB);
    until("below the reserve", Duration::from_secs(5), || genuine("wh_2").status == 503);
    let before = number(&database, ALL);
    let refused = genuine("wh_3");
    assert_eq!(refused.status, 503, "{}", server.log());
    assert!(refused.header("retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0));
    assert_ne!(forged().status, 200);
    assert_eq!(number(&database, ALL), before);
    // What was found is told again for a second.
    until("/readyz names the disk", Duration::from_secs(2), || {
        let (status, found) = server.ready();
        status == 503 && found["checks"]["disk"] != "ok"
    });
    drop(filler);
    until("room again", Duration::from_secs(5), || genuine("wh_3").status == 200);
    until("/readyz is 200 again", Duration::from_secs(5), || server.ready().0 == 200);
    server.stop();
    let told = if is_long() { ", and an alert went out" } else { "" };
    scenario.saw(format_args!(
        "below the floor verified deliveries alone were stored, the pages said so{told}; below the reserve none were stored; \
         both ended by themselves"
    ));
}

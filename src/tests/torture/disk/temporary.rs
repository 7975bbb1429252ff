//! There is no room for temporary files: nothing needs one.

use super::SmallDisk;
use crate::{
    harness::{Scenario, has_own_mounts, until},
    process::Workspace,
    sender::{Endpoint, Ledger, Load, Pace},
    server::{Launch, add_admin},
    sink::Sink,
};
use std::{fs, sync::Arc, time::Duration};

#[test]
fn without_room_for_temporary_files_everything_works() {
    if !has_own_mounts("disk::temporary::without_room_for_temporary_files_everything_works") {
        return;
    }
    let scenario = Scenario::begin("no room for temporary files");
    let (workspace, sink, ledger) = (Workspace::new(), Sink::start(), Arc::new(Ledger::default()));
    let folder = workspace.path("tmp");
    fs::create_dir(&folder).unwrap();
    let disk = SmallDisk::mount(&folder, 1);
    let _full = disk.fill(0);
    let endpoint = Endpoint::add(&workspace, "load");
    sink.add_to(&workspace, &[]);
    add_admin(&workspace);
    let set = |name: &str| (name.to_owned(), folder.to_str().unwrap().to_owned());
    let server = Launch::new(&workspace).env(vec![set("TMPDIR"), set("SQLITE_TMPDIR")]).start();
    let pace = Pace { senders: 4, sizes: &[0, 20_000], pause: Duration::ZERO };
    let load = Load::start(&server.address, &endpoint, &ledger, pace);
    until("a thousand events", Duration::from_secs(30), || ledger.acknowledged() > 1_000);
    load.stop();
    assert_eq!(ledger.refused(), 0);
    let cookie = server.log_in().unwrap();
    for page in ["/", "/events", "/events?q=wh_99", "/destinations", "/alerts", "/health", "/settings/audit"]
    {
        let shown = server.page(&cookie, page);
        assert!(shown.contains("</html>") && !shown.contains("went wrong"), "{page}: {shown}");
    }
    until("events are forwarded", Duration::from_secs(10), || sink.count() > 50);
    server.stop();
    let seen = ledger.verify(&workspace.path("hookpost.db"));
    scenario.saw(format_args!(
        "{} events acknowledged, 0 refused, 0 lost; pages, log-in and forwards as usual",
        seen.acknowledged
    ));
}

//! A file, or a folder, that may not be written.

use crate::{
    harness::{Scenario, skip},
    process::Workspace,
    sender::Endpoint,
    server::{Launch, Server},
};
use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Command,
};

/// Root may write everything; without these capabilities it is like everybody else.
const LIKE_OTHERS: [&str; 3] = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search,-fowner"];

#[test]
fn what_may_not_be_written_is_named_and_nothing_is_acknowledged() {
    let scenario = Scenario::begin("read-only file and folder");
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let wrapper: &[&str] = if is_root { &LIKE_OTHERS } else { &[] };
    if is_root
        && !Command::new("setpriv").args(&LIKE_OTHERS[1..]).arg("true").status().is_ok_and(|s| s.success())
    {
        skip(
            "read-only file and folder",
            "root may write everything, and setpriv is not there or may not change that",
        );
        return;
    }
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "read-only");
    Server::start(&workspace).stop();
    let (folder, file) = (workspace.path("."), workspace.path("hookpost.db"));
    let set_mode = |path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    for (path, mode, usual) in [(&file, 0o444, 0o644), (&folder, 0o555, 0o755)] {
        set_mode(path, mode);
        let ended = match Launch::new(&workspace).by(wrapper).start_or_end() {
            Ok(server) => {
                let answer = endpoint.send(&server.address, "wh_1").unwrap();
                panic!("it serves {} and answers {} {}", path.display(), answer.status, answer.text());
            }
            Err(ended) => ended,
        };
        set_mode(path, usual);
        assert!(ended.status.code().is_some_and(|code| code != 0), "{}", ended.status);
        let said = ended.log.to_lowercase();
        let names = ["readonly", "read-only", "permission", "may not be written"]
            .iter()
            .any(|word| said.contains(word));
        assert!(names && said.contains("hookpost.db"), "{}", ended.log);
    }
    let server = Server::start(&workspace);
    assert_eq!(
        endpoint.send(&server.address, "wh_1").unwrap().status,
        200,
        "once it may be written all is well"
    );
    server.stop();
    scenario.saw("both refused at the start with a sentence that names the file; once they could be written all was well");
}

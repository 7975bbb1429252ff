//! Secrets that are stored elsewhere: only where the operator allows it, and nobody finds out by asking what is there.

use crate::{
    app::{SECRET, TestApp, event},
    process::Workspace,
};
use hookpost::{db, endpoints::reference::CANNOT_BE_USED, model::user::Role};
use std::{fs, os::unix::fs::symlink, time::Duration};

const NEW: &str = "/settings/endpoints/new";

/// Makes an endpoint by the form. Where it leads, and what the page there says.
async fn create(
    admin: &crate::browser::Browser,
    name: &str,
    reference: &str,
    format: &str,
) -> (String, String) {
    let form = [("name", name), ("scheme", "openai"), ("secret_format", format), ("reference", reference)];
    let location = admin.post("/do/create_endpoint", &form).await.location;
    let text = admin.get(&location).await.text;
    (location, text)
}

/// What the form says is wrong with the reference.
fn error(page: &str) -> String {
    let (_, after) = page.split_once("reference: ").unwrap_or_else(|| panic!("no error in {page}"));
    after.split('<').next().unwrap().to_owned()
}

#[tokio::test]
async fn whatever_is_wrong_with_a_reference_people_on_the_web_read_one_sentence() {
    let (allowed, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let app = TestApp::spawn_with(&[
        "--secret-dirs",
        allowed.path().to_str().unwrap(),
        "--secret-env",
        "HOME,HOOKPOST_TEST_*",
    ])
    .await;
    let admin = app.browser(Role::Admin).await;
    let inside = |name: &str| allowed.path().join(name);
    fs::write(inside("large"), vec![b'x'; 5_000]).unwrap();
    fs::write(inside("binary"), b"\xff\xfe").unwrap();
    fs::write(inside("no-secret"), "not base64 at all!").unwrap();
    fs::write(inside("empty"), "").unwrap();
    fs::create_dir(inside("folder")).unwrap();
    fs::write(elsewhere.path().join("secret"), SECRET).unwrap();
    symlink(elsewhere.path().join("secret"), inside("link-out")).unwrap();
    let mut wrong: Vec<String> = ["large", "binary", "no-secret", "empty", "folder", "missing", "link-out"]
        .map(|name| format!("file:{}", inside(name).display()))
        .to_vec();
    wrong.push(format!("file:{}", elsewhere.path().join("secret").display()));
    wrong.extend(
        [
            "file:/proc/self/environ",
            "file:/proc/self/pagemap",
            "file:/etc/passwd",
            "file:/etc/shadow",
            "file:/no/such",
            "file:/dev/zero",
            "env:PATH",
            "env:HOME",
            "env:NO_SUCH_VARIABLE",
        ]
        .map(str::to_owned),
    );
    for reference in wrong {
        let (location, page) = create(&admin, "a", &reference, "").await;
        assert_eq!(location, NEW, "{reference}");
        assert_eq!(error(&page), CANNOT_BE_USED, "{reference}");
    }
    let dots = format!("file:{}/../secret", allowed.path().display());
    assert_eq!(create(&admin, "a", &dots, "").await.0, NEW);
    // What is there and is a secret is taken, and nothing is said of how odd it is.
    fs::write(inside("odd"), "whsec_c2hvcnQgc2VjcmV0IG9kZA==").unwrap();
    let (location, page) = create(&admin, "odd", &format!("file:{}", inside("odd").display()), "").await;
    assert!(location != NEW && page.contains("Active") && !page.contains("recommended"), "{page}");
}

#[tokio::test]
async fn viewers_and_members_read_that_it_is_kept_elsewhere_and_not_where() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("secret");
    fs::write(&file, SECRET).unwrap();
    let app = TestApp::spawn_with(&["--secret-dirs", dir.path().to_str().unwrap()]).await;
    let admin = app.browser(Role::Admin).await;
    let reference = format!("file:{}", file.display());
    let (page, shown) = create(&admin, "kept", &reference, "").await;
    assert!(shown.contains(&reference));
    let endpoint = db::endpoints::list(&mut app.state.db.read().await.unwrap()).await.unwrap().remove(0);
    let answer = app.webhook(&endpoint, "wh_1", &event("batch.failed", "b")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    fs::remove_file(&file).unwrap();
    app.state.ingest.registry.reload(&app.state.db).await.unwrap();
    let delivery = app.last_delivery().await.summary.id;
    for role in [Role::Viewer, Role::Member] {
        let browser = app.browser(role).await;
        let shown = browser.get(&page).await.text;
        assert!(shown.contains("stored elsewhere") && shown.contains("Unreadable"), "{shown}");
        for page in [page.clone(), format!("/events/{delivery}?tab=signature")] {
            let shown = browser.get(&page).await.text;
            assert!(
                !shown.contains(dir.path().to_str().unwrap()) && !shown.contains("No such file"),
                "{shown}"
            );
        }
    }
    let shown = admin.get(&page).await.text;
    assert!(shown.contains("HOOKPOST_SECRET_DIRS") && !shown.contains("No such file"), "{shown}");
}

#[test]
fn references_from_before_say_how_to_allow_them_and_work_once_they_are_allowed() {
    let workspace = Workspace::new();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("secret");
    fs::write(&file, SECRET).unwrap();
    let reference = format!("file:{}", file.display());
    let add = workspace.run(&["endpoint", "add", "old", "--secret-ref", &reference, "--json"], b"");
    let said = String::from_utf8_lossy(&add.stderr);
    assert!(add.status.success() && said.contains("--secret-dirs (HOOKPOST_SECRET_DIRS)"), "{said}");
    let made: serde_json::Value = serde_json::from_slice(&add.stdout).unwrap();
    let path = made["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned();
    let send = |server: &crate::process::Process| {
        let url = format!("{}/in/{path}", server.base_url);
        workspace.run(&["send", &url, "--secret-stdin"], SECRET.as_bytes()).status.success()
    };
    let server = workspace.serve(&[]);
    assert!(!send(&server));
    let log = server.stop_and_read().join("\n");
    assert!(log.contains("is not in an allowed folder") && log.contains("--secret-dirs"), "{log}");
    let server = workspace.serve(&["--secret-dirs", dir.path().to_str().unwrap()]);
    assert!(send(&server));
    let log = server.stop_and_read().join("\n");
    assert!(!log.contains(&SECRET[8..]), "{log}");
}

#[test]
fn the_master_key_is_no_signing_secret_even_where_it_lies_in_an_allowed_folder() {
    let workspace = Workspace::new();
    let folder = workspace.path("").display().to_string();
    let folder = folder.trim_end_matches('/');
    let key = format!("file:{folder}/hookpost.db.key");
    let add = ["endpoint", "add", "a", "--scheme", "github", "--secret-ref", &key, "--json"];
    workspace.json(&add, b"");
    let server = workspace.serve(&["--secret-dirs", folder]);
    let log = server.stop_and_read().join("\n");
    assert!(log.contains("belongs to Hookpost itself"), "{log}");
}

#[tokio::test]
async fn a_pipe_in_an_allowed_folder_holds_nobody_up() {
    let dir = tempfile::tempdir().unwrap();
    let fifo = dir.path().join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    let app = TestApp::spawn_with(&["--secret-dirs", dir.path().to_str().unwrap()]).await;
    let admin = app.browser(Role::Admin).await;
    let reference = format!("file:{}", fifo.display());
    let asked = create(&admin, "a", &reference, "");
    let (location, page) = tokio::time::timeout(Duration::from_secs(5), asked).await.unwrap();
    assert_eq!((location.as_str(), error(&page).as_str()), (NEW, CANNOT_BE_USED));
}

#[test]
fn settings_that_name_no_folder_and_no_variable_are_refused() {
    let workspace = Workspace::new();
    for (setting, wrong) in [("--secret-dirs", "secrets"), ("--secret-env", "A B"), ("--secret-env", "A*B")] {
        let refused = workspace.run(&[setting, wrong, "endpoint", "list"], b"");
        assert_eq!(refused.status.code(), Some(2), "{setting} {wrong}");
    }
    for (setting, right) in [("--secret-dirs", ""), ("--secret-dirs", "/a,/b"), ("--secret-env", "A,B_*,*")] {
        assert!(
            workspace.run(&[setting, right, "endpoint", "list"], b"").status.success(),
            "{setting} {right}"
        );
    }
}

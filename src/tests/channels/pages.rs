//! Channels in the interface and on the command line.

use super::{ALLOW, all_sent, messages, to, until};
use crate::{
    app::TestApp,
    process::Workspace,
    receiver::{Answer, Receiver},
};
use hookpost::{
    db,
    model::{notice::NoticeState, user::Role},
};

#[tokio::test]
async fn an_admin_makes_a_channel_sees_its_secret_once_and_a_member_tries_it() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let (admin, member) = (app.browser(Role::Admin).await, app.browser(Role::Member).await);
    assert!(admin.get("/alerts/channels").await.text.contains("No channel yet"));
    let url = receiver.url();
    let form = [("kind", "webhook"), ("name", "program"), ("url", url.as_str()), ("min_severity", "warning")];
    let page = admin.post("/do/add_channel", &form).await.location;
    let id = page.rsplit('/').next().unwrap().to_owned();
    let shown = admin.get(&page).await.text;
    assert!(shown.contains("whsec_") && shown.contains("shown only once"), "{shown}");
    let again = admin.get(&page).await.text;
    assert!(!again.contains("whsec_") && !again.contains(&url), "neither secret is seen again");
    assert!(again.contains(&format!("http://127.0.0.1:{}", receiver.port)));
    member.post("/do/test_channel", &[("id", id.as_str())]).await;
    let said = member.get(&page).await.text;
    assert!(said.contains("The test was delivered.") && said.contains("Sent"), "{said}");
    let test = receiver.wait_for(1).await.remove(0);
    assert!(String::from_utf8_lossy(&test.body).contains("member@example.com is testing this channel"));
    receiver.answer(&[Answer::Status(500)]);
    member.post("/do/test_channel", &[("id", id.as_str())]).await;
    let said = member.get(&page).await.text;
    assert!(said.contains("The test failed: it answered 500: as told"), "{said}");
    assert!(said.contains("The last attempt failed"));
    assert!(member.get("/alerts/channels").await.text.contains("Failing"));
    // A test is not tried again.
    let all = messages(&app, id.parse().unwrap()).await;
    assert_eq!((all[0].state, all[1].state), (NoticeState::Failed, NoticeState::Sent));
    let form = [("id", id.as_str()), ("overlap", "24")];
    admin.post("/do/rotate_channel", &form).await;
    assert!(admin.get(&page).await.text.contains("whsec_"));
    // What is left empty stays.
    let form = [("id", id.as_str()), ("name", "renamed"), ("url", ""), ("min_severity", "info")];
    assert_eq!(admin.post("/do/change_channel", &form).await.location, page);
    admin.post("/do/pause_channel", &[("id", id.as_str()), ("paused", "true")]).await;
    admin.post("/do/test_channel", &[("id", id.as_str())]).await;
    receiver.wait_for(3).await;
    assert!(admin.get(&page).await.text.contains("Paused"));
    admin.post("/do/remove_channel", &[("id", id.as_str())]).await;
    assert!(admin.get(&page).await.text.contains("sure: tick the box"));
    admin.post("/do/remove_channel", &[("id", id.as_str()), ("sure", "true")]).await;
    assert_eq!(admin.get(&page).await.status, 404);
    let log = admin.get("/settings/audit").await.text;
    for said in ["added the channel", "changed the channel", "removed the channel", "paused"] {
        assert!(log.contains(said), "{said}");
    }
    assert!(!log.contains(&url) && !log.contains("whsec_"));
}

#[tokio::test]
async fn a_mistake_is_named_and_nothing_typed_is_lost_but_secrets() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    for (kind, fields, sentence) in [
        ("slack", vec![("url", "https://10.0.0.1/secret-path")], "url: 10.0.0.1 is a private address"),
        ("discord", vec![("url", "http://example.com/secret-path")], "url: plain http"),
        ("teams", vec![("url", "")], "url: enter the URL"),
        (
            "pagerduty",
            vec![("routing_key", "secret-path")],
            "routing_key: must be the 32-character integration key",
        ),
        ("ntfy", vec![("topic", "secret-path/x")], "topic: must be 1 to 64 letters, digits, - or _"),
        (
            "ntfy",
            vec![("topic", "a"), ("access_token", "secret-path é")],
            "access_token: must be visible ASCII",
        ),
        (
            "email",
            vec![("host", "10.0.0.1"), ("password", "secret-path")],
            "host: 10.0.0.1 is a private address",
        ),
        ("email", vec![("host", "smtp.example.com"), ("to", "x")], "to: `x` is not an address"),
        ("email", vec![("host", "smtp.example.com"), ("port", "x")], "port: must be a number"),
        ("webhook", vec![("min_severity", "x")], "min_severity: must be info"),
    ] {
        let mut form = vec![("kind", kind), ("name", "kept name")];
        form.extend(fields);
        let back = admin.post("/do/add_channel", &form).await.location;
        assert_eq!(back, format!("/alerts/channels/new?kind={kind}"));
        let shown = admin.get(&back).await.text;
        assert!(shown.contains(sentence), "{kind}: {sentence}: {shown}");
        assert!(shown.contains("kept name") && !shown.contains("secret-path"), "{kind}");
    }
    assert_eq!(
        admin.post("/do/add_channel", &[("kind", "x"), ("name", "a")]).await.location,
        "/alerts/channels/new"
    );
    assert!(db::channels::list(&mut app.state.db.read().await.unwrap()).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_name_is_taken_once_and_shown_safely() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "slack", &receiver).await;
    let admin = app.browser(Role::Admin).await;
    let (name, url) = (channel.name.as_str(), receiver.url());
    let back =
        admin.post("/do/add_channel", &[("kind", "slack"), ("name", name), ("url", &url)]).await.location;
    assert!(admin.get(&back).await.text.contains("name: a channel with this name already exists"));
    admin.post("/do/add_channel", &[("kind", "slack"), ("name", "<script>x"), ("url", &url)]).await;
    assert!(!admin.get("/alerts/channels").await.text.contains("<script>x"));
}

#[tokio::test]
async fn the_command_line_does_the_same_beside_a_running_server() {
    let receiver = Receiver::start().await;
    let workspace = Workspace::new();
    let (url, allow) = (receiver.url(), ["--allow-outbound", "127.0.0.1/32", "--json"]);
    let run = |args: &[&str], stdin: &str| workspace.json(&[args, &allow].concat(), stdin.as_bytes());
    let made = run(&["channel", "add", "team", "--kind", "slack", "--secret-stdin"], &url);
    assert_eq!(made["settings"]["origin"], format!("http://127.0.0.1:{}", receiver.port));
    assert!(!made.to_string().contains("/hook"), "{made}");
    let signed = run(&["channel", "add", "program", "--kind", "webhook", "--secret-stdin"], &url);
    let rotated = run(&["channel", "rotate", "program"], "");
    assert!(rotated["secret"].is_string() && rotated["secret"] != signed["secret"]);
    run(&["channel", "pause", "team"], "");
    assert_eq!(run(&["channel", "list"], "")[1]["paused"], true);
    assert_eq!(run(&["channel", "resume", "team"], "")["paused"], false);
    let args = ["channel", "test", "team", "--allow-outbound", "127.0.0.1/32", "--json"];
    let workspace = std::sync::Arc::new(workspace);
    let one = workspace.clone();
    let tried = tokio::task::spawn_blocking(move || one.json(&args, b"")).await.unwrap();
    assert_eq!(tried["sent"], true);
    assert_eq!(receiver.wait_for(1).await.len(), 1);
    let refused =
        workspace.run(&["channel", "add", "x", "--kind", "slack", "--secret-stdin"], url.as_bytes());
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("HOOKPOST_ALLOW_OUTBOUND"));
    workspace.json(&["channel", "remove", "team", "--json"], b"");
    assert_eq!(workspace.run(&["channel", "test", "team"], b"").status.code(), Some(1));
}

#[tokio::test]
async fn a_failing_channel_is_seen_by_everyone_who_looks() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "slack", &receiver).await;
    receiver.answer(&[Answer::Status(403)]);
    super::storm(&app, 1).await;
    until(&app, channel.id, |all| all[0].attempts == 1).await;
    let viewer = app.browser(Role::Viewer).await;
    let list = viewer.get("/alerts/channels").await.text;
    assert!(list.contains("Failing") && list.contains("it answered 403: as told"), "{list}");
    let page = viewer.get(&format!("/alerts/channels/{}", channel.id)).await.text;
    assert!(
        page.contains("Tried again") && page.contains("in 10 s") && !page.contains("Send a test"),
        "{page}"
    );
    app.set_clock(app.now_ms() + 10_000);
    until(&app, channel.id, all_sent).await;
    assert!(!viewer.get("/alerts/channels").await.text.contains("Failing"));
}

//! What the audit log tells, that nobody can fill it, and how it gets out.

use crate::{
    api::Program,
    app::{PASSWORD, SECRET, TestApp},
    browser::Browser,
    process::Workspace,
};
use hookpost::{
    auth::tokens::NewToken,
    db::audit::{AuditCursor, page},
    model::{
        audit::{Action, AuditFilter, Entry},
        token::Scope,
        user::Role,
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn entries(app: &TestApp, action: &str) -> Vec<Entry> {
    let filter = AuditFilter { action: Some(action.to_owned()), ..AuditFilter::default() };
    let mut connection = app.state.db.read().await.unwrap();
    page(&mut connection, &filter, AuditCursor::After(0), 100_000).await.unwrap()
}

/// Waits for what is written beside the answer.
async fn wait_for(app: &TestApp, action: &str, count: usize) -> Vec<Entry> {
    for _ in 0..200 {
        let found = entries(app, action).await;
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("no {count} entries {action}: {:?}", entries(app, action).await)
}

#[tokio::test]
async fn logins_failures_log_outs_and_ended_sessions_are_told_with_actor_and_address() {
    let app = TestApp::spawn().await;
    let browser = app.browser(Role::Viewer).await;
    let there = app.browser(Role::Viewer).await;
    let logins = entries(&app, "login.succeeded").await;
    assert_eq!((logins.len(), logins[0].detail.as_str()), (2, "new browser"));
    assert_eq!(
        (logins[0].actor.as_str(), logins[0].client.as_deref()),
        ("viewer@example.com", Some("127.0.0.1"))
    );
    let page = browser.get("/settings/account").await.text;
    let id = page.split("action=\"/do/end_session\"").nth(1).unwrap().split("value=\"").nth(1).unwrap();
    browser.post("/do/end_session", &[("id", id.split('"').next().unwrap())]).await;
    assert_eq!(there.get("/events").await.status, 303);
    assert_eq!(entries(&app, "session.ended").await[0].detail, "started from 127.0.0.1");
    browser.post::<&str>("/do/logout", &[]).await;
    assert_eq!(entries(&app, "session.logged-out").await.len(), 1);
    browser.post("/do/login", &[("email", "viewer@example.com"), ("password", "a wrong password")]).await;
    browser.post("/do/login", &[("email", "my password by mistake"), ("password", "x")]).await;
    let failed = wait_for(&app, "login.failed", 2).await;
    let mut objects: Vec<&str> = failed.iter().map(|entry| entry.object.as_str()).collect();
    objects.sort_unstable();
    assert_eq!(objects, ["(no such user)", "viewer@example.com"], "what was typed is not written down");
    browser.post("/do/login", &[("email", "viewer@example.com"), ("password", PASSWORD)]).await;
    assert_eq!(entries(&app, "login.succeeded").await.last().unwrap().detail, "known browser");
}

#[tokio::test]
async fn strangers_do_not_fill_the_log() {
    let app = TestApp::spawn_with(&["--trusted-proxies", "127.0.0.1"]).await;
    app.user("ada@example.com", Role::Admin).await;
    let browser = Browser::new(&app);
    let guesses = (0..60).map(|n| {
        let email = if n % 2 == 0 { "ada@example.com".to_owned() } else { format!("{n}@example.com") };
        let request = browser
            .request(Method::POST, "/do/login")
            .header("x-forwarded-for", format!("203.0.113.{n}"))
            .header("sec-fetch-site", "same-origin");
        browser.send(request.form(&[("email", email.as_str()), ("password", "a wrong password")]))
    });
    futures::future::join_all(guesses).await;
    let failed = wait_for(&app, "login.failed", 20).await;
    assert_eq!(failed.len(), 20, "ten of the account, ten of all accounts that there are not");
    app.set_clock(app.now_ms() + 3_600_000);
    let request = browser
        .request(Method::POST, "/do/login")
        .header("x-forwarded-for", "203.0.113.200")
        .header("sec-fetch-site", "same-origin");
    browser.send(request.form(&[("email", "ada@example.com"), ("password", "a wrong password")])).await;
    let failed = wait_for(&app, "login.failed", 22).await;
    assert!(failed.iter().any(|entry| entry.detail.contains(" more times from ")), "{failed:?}");
}

#[tokio::test]
async fn refused_access_is_told_of_people_and_programs() {
    let app = TestApp::spawn().await;
    let viewer = app.browser(Role::Viewer).await;
    assert_eq!(viewer.get("/settings/audit").await.status, 403);
    viewer.post("/do/invite_user", &[("email", "x@example.com"), ("role", "admin")]).await;
    assert_eq!(viewer.get("/settings/audit.jsonl").await.status, 403);
    let refused = entries(&app, "access.refused").await;
    let objects: Vec<&str> = refused.iter().map(|entry| entry.object.as_str()).collect();
    assert_eq!(objects, ["/settings/audit", "/do/invite_user", "/settings/audit.jsonl"]);
    assert!(
        refused
            .iter()
            .all(|entry| entry.actor == "viewer@example.com" && entry.detail == "needs the role admin")
    );
    let program = Program::with(&app, NewToken { scopes: vec![Scope::Read], ..NewToken::default() }).await;
    for _ in 0..30 {
        assert_eq!(program.get("/api/v1/audit").await.0, 403);
    }
    let refused = entries(&app, "access.refused").await;
    assert_eq!(refused.len(), 13, "ten an hour of one token");
    assert_eq!(refused[5].actor, format!("token {}", program.made.name));
}

#[tokio::test]
async fn what_people_do_beside_changes_is_told() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").header("webhook-signature", "v1,AAAA").send().await.unwrap();
    let id = app.last_delivery().await.summary.id.to_string();
    let member = app.browser(Role::Member).await;
    member
        .post(
            "/do/send_test_event",
            &[("id", endpoint.id.to_string().as_str()), ("event_type", "batch.completed")],
        )
        .await;
    member.post("/do/try_secret", &[("delivery", id.as_str()), ("secret", SECRET)]).await;
    member.get(&format!("/events/{id}/body")).await;
    for (action, object) in [
        ("event.tested", "prod-openai".to_owned()),
        ("secret.tried", format!("delivery {id}")),
        ("delivery.downloaded", format!("delivery {id}")),
    ] {
        let found = entries(&app, action).await;
        assert_eq!((found.len(), &found[0].object), (1, &object), "{action}");
        assert_eq!(
            (found[0].actor.as_str(), found[0].client.as_deref()),
            ("member@example.com", Some("127.0.0.1"))
        );
        assert!(!format!("{found:?}").contains(SECRET), "never the secret");
    }
}

#[tokio::test]
async fn what_programs_write_is_told_a_few_times_and_then_counted() {
    let app = TestApp::spawn().await;
    let program = Program::new(&app, Role::Member).await;
    for _ in 0..25 {
        let body = Some(json!({ "type": "a.b", "data": {} }));
        assert_eq!(program.ask(Method::POST, "/api/v1/events", body).await.0, 201);
    }
    let used = entries(&app, "token.used").await;
    assert_eq!(used.len(), 20);
    assert_eq!(
        (used[0].object.as_str(), used[0].actor.clone()),
        ("hand in events", format!("token {}", program.made.name))
    );
}

#[tokio::test]
async fn the_log_is_narrowed_paged_and_downloaded() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    let by = app.actor();
    let mut tx = app.state.db.begin().await.unwrap();
    for n in 0..1_203 {
        let entry = by.entry(Action::EndpointAdded, n, &format!("endpoint-{n}"), "line\nend \"x\"");
        hookpost::db::audit::insert(&mut tx, &entry).await.unwrap();
    }
    tx.commit().await.unwrap();
    let page = admin.get("/settings/audit").await.text;
    assert_eq!(page.matches("added the endpoint").count(), 100 + 1, "a page of rows, and the choice");
    assert!(page.contains("rel=\"next\""));
    let page = admin.get("/settings/audit?who=ADMIN&action=login.succeeded&since=1h").await.text;
    assert!(page.contains("logged in as admin@example.com") && !page.contains("endpoint-1"), "{page}");
    assert!(
        page.contains("/settings/audit.jsonl?who=ADMIN&amp;action=login.succeeded&amp;since=1h"),
        "{page}"
    );
    assert!(admin.get("/settings/audit?who=nobody").await.text.contains("No entries match the filter."));
    let wrong = admin.get("/settings/audit?since=soon").await;
    assert!(wrong.status == 422 && wrong.text.contains("since: `soon` is not a time"));

    let file = admin.get("/settings/audit.jsonl").await;
    assert_eq!(file.headers["content-type"], "application/x-ndjson");
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let lines: Vec<Value> = file.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 1_203 && lines.windows(2).all(|two| two[0]["id"].as_i64() < two[1]["id"].as_i64()));
    assert_eq!(lines.last().unwrap()["action"], "audit.exported", "the download itself is told");
    let some = admin.get("/settings/audit.jsonl?action=login.succeeded").await.text;
    assert_eq!(some.lines().count(), 1);

    let program = Program::new(&app, Role::Admin).await;
    let (status, first) = program.get("/api/v1/audit?newer_than=0&limit=2&action=endpoint.added").await;
    assert_eq!((status, &first["has_more"]), (200, &json!(true)));
    assert_eq!(
        (&first["entries"][0]["object"], &first["entries"][0]["actor"]),
        (&json!("endpoint-0"), &json!("the test"))
    );
    let (_, newest) = program.get("/api/v1/audit?limit=1&action=endpoint.added").await;
    assert_eq!(newest["entries"][0]["object"], "endpoint-1202");
    for bad in ["?limit=0", "?whom=x", "?action=x", "?since=soon", "?older_than=1&newer_than=1"] {
        assert_eq!(program.get(&format!("/api/v1/audit{bad}")).await.0, 422, "{bad}");
    }
}

#[test]
fn the_command_line_exports_the_log_as_lines_of_json() {
    let workspace = Workspace::new();
    for name in ["a", "b"] {
        workspace.json(&["endpoint", "add", name, "--scheme", "none", "--json"], b"");
    }
    let run = |args: &[&str]| {
        let output = workspace.run(&[&["audit", "export"], args].concat(), b"");
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
            String::from_utf8(output.stderr).unwrap(),
        )
    };
    let (code, all, _) = run(&[]);
    let lines: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(code, Some(0));
    assert_eq!((&lines[0]["action"], &lines[0]["object"]), (&json!("endpoint.added"), &json!("a")));
    assert_eq!(lines.last().unwrap()["action"], "audit.exported");
    assert_eq!(run(&["--since", "1h", "--action", "endpoint.added"]).1.lines().count(), 2);
    assert_eq!(run(&["--until", "1h"]).1, "");
    let (code, _, said) = run(&["--since", "soon"]);
    assert!(code == Some(2) && said.contains("--since: `soon` is not a time"), "{said}");
}

//! What API tokens may: whose they are, which parts of the API they open, which endpoints they see.

use crate::{
    api::Program,
    app::{SECRET, TestApp, event},
    browser::Browser,
    process::Workspace,
    receiver::Receiver,
};
use futures::StreamExt;
use hookpost::{
    auth::tokens::NewToken,
    db,
    destinations::{self, NewDestination},
    model::{
        endpoint::Endpoint,
        ids::UserId,
        scheme::{Scheme, SecretFormat},
        token::Scope,
        user::Role,
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn id_of(app: &TestApp, email: &str) -> UserId {
    let mut connection = app.state.db.read().await.unwrap();
    db::users::with_hash(&mut connection, email).await.unwrap().unwrap().0.id
}

async fn owned(app: &TestApp, email: &str, role: Role) -> NewToken {
    NewToken { role: Some(role), owner: Some(id_of(app, email).await), ..NewToken::default() }
}

fn scoped(scopes: &[Scope]) -> NewToken {
    NewToken { scopes: scopes.to_vec(), ..NewToken::default() }
}

async fn two_endpoints(app: &TestApp) -> (Endpoint, Endpoint) {
    let other = app.endpoint("other", Scheme::OPENAI, SecretFormat::Prefixed, Some(SECRET)).await;
    (app.openai().await, other)
}

#[tokio::test]
async fn the_tokens_of_a_user_end_when_it_is_disabled_and_stay_so() {
    let app = TestApp::spawn().await;
    let boss = app.browser(Role::Admin).await;
    app.user("ada@example.com", Role::Admin).await;
    let program = Program::with(&app, owned(&app, "ada@example.com", Role::Member).await).await;
    let nobodys = Program::new(&app, Role::Viewer).await;
    assert_eq!(program.get("/api/v1/deliveries").await.0, 200);
    let page = boss.get("/settings/team").await.text;
    assert!(page.contains("Disabling also revokes 1 API token."), "{page}");
    let id = id_of(&app, "ada@example.com").await.to_string();
    boss.post("/do/disable_user", &[("id", id.as_str()), ("disabled", "true")]).await;
    let said = boss.get("/settings/team").await.text;
    assert!(
        said.contains("all sessions ended and these API tokens were revoked: ")
            && said.contains(&program.made.name)
    );
    for path in ["/api/v1/deliveries", "/api/v1/stream", "/api/v1/incidents"] {
        assert_eq!(program.get(path).await.0, 401, "{path}");
    }
    boss.post("/do/disable_user", &[("id", id.as_str()), ("disabled", "false")]).await;
    assert_eq!(program.get("/api/v1/deliveries").await.0, 401, "it would be a way back");
    assert_eq!(nobodys.get("/api/v1/deliveries").await.0, 200, "others go on");
    let audit = boss.get("/settings/audit?action=token.revoked").await.text;
    assert!(audit.contains("its owner ada@example.com was disabled"), "{audit}");
}

#[tokio::test]
async fn a_token_never_may_more_than_its_owner_does_now() {
    let app = TestApp::spawn().await;
    let boss = app.browser(Role::Admin).await;
    app.user("ada@example.com", Role::Admin).await;
    let program = Program::with(&app, owned(&app, "ada@example.com", Role::Admin).await).await;
    let body = || Some(json!({ "type": "a.b", "data": {} }));
    assert_eq!(program.get("/api/v1/audit").await.0, 200);
    assert_eq!(program.ask(Method::POST, "/api/v1/events", body()).await.0, 201);
    let id = id_of(&app, "ada@example.com").await.to_string();
    boss.post("/do/change_role", &[("id", id.as_str()), ("role", "viewer")]).await;
    let (status, problem) = program.get("/api/v1/audit").await;
    assert_eq!((status, problem["detail"].as_str()), (403, Some("This requires the role admin.")));
    assert_eq!(program.ask(Method::POST, "/api/v1/events", body()).await.0, 403);
    assert_eq!(program.get("/api/v1/deliveries").await.0, 200, "it still reads");
    let page = boss.get("/settings/tokens").await.text;
    assert!(page.contains("created as admin; its owner is now viewer"), "{page}");
}

#[tokio::test]
async fn an_open_stream_ends_with_its_owner() {
    let app = TestApp::spawn().await;
    let boss = app.browser(Role::Admin).await;
    app.user("ada@example.com", Role::Admin).await;
    let program = Program::with(&app, owned(&app, "ada@example.com", Role::Viewer).await).await;
    let stream = program.request(Method::GET, "/api/v1/stream").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let id = id_of(&app, "ada@example.com").await.to_string();
    boss.post("/do/disable_user", &[("id", id.as_str()), ("disabled", "true")]).await;
    let mut frames = http_body_util::BodyStream::new(reqwest::Body::from(stream));
    let ended = async {
        let mut seen = String::new();
        while let Some(Ok(frame)) = frames.next().await {
            seen.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        }
        seen
    };
    let seen = tokio::time::timeout(Duration::from_secs(17), ended).await.expect("it ends within 15 s");
    assert!(seen.contains("signed-out"), "{seen}");
}

/// Every route of the API with the scope that opens it.
fn routes(delivery: &str) -> Vec<(Method, String, Scope)> {
    vec![
        (Method::GET, "/api/v1/deliveries".into(), Scope::Read),
        (Method::GET, format!("/api/v1/deliveries/{delivery}"), Scope::Read),
        (Method::GET, "/api/v1/stream".into(), Scope::Read),
        (Method::POST, format!("/api/v1/deliveries/{delivery}/replay"), Scope::Replay),
        (Method::POST, format!("/api/v1/deliveries/{delivery}/local-results"), Scope::Replay),
        (Method::POST, "/api/v1/events".into(), Scope::Ingest),
        (Method::GET, "/api/v1/incidents".into(), Scope::Read),
        (
            Method::POST,
            "/api/v1/incidents/01890000-0000-7000-8000-000000000000/acknowledge".into(),
            Scope::Replay,
        ),
        (Method::GET, "/api/v1/audit".into(), Scope::Admin),
    ]
}

#[tokio::test]
async fn every_route_asks_for_its_scope() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let routes = routes(&app.last_delivery().await.summary.id.to_string());
    let described = serde_json::to_value(hookpost::api::description()).unwrap();
    let count: usize =
        described["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(count, routes.len(), "a route is missing here: {:?}", described["paths"]);
    for scope in Scope::ALL {
        // A strong role is of no use without the scope.
        let new = NewToken { role: Some(Role::Admin), ..scoped(&[scope]) };
        let program = Program::with(&app, new).await;
        for (method, path, needed) in &routes {
            let answer = program.request(method.clone(), path).send().await.unwrap();
            let status = answer.status().as_u16();
            if *needed == scope {
                assert!(![401, 403].contains(&status), "{path} with {scope}: {status}");
            } else {
                let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
                let said = format!("This token lacks the scope {needed}.");
                assert_eq!(
                    (status, problem["detail"].as_str()),
                    (403, Some(said.as_str())),
                    "{path} with {scope}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_token_that_is_limited_to_endpoints_sees_and_does_nothing_of_others() {
    let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1"]).await;
    let (mine, other) = two_endpoints(&app).await;
    let receiver = Receiver::start().await;
    app.webhook(&other, "wh_other", &event("batch.completed", "batch_other")).send().await.unwrap();
    let theirs = app.last_delivery().await.summary.id;
    app.webhook(&mine, "wh_mine", &event("batch.completed", "batch_mine")).send().await.unwrap();
    let own = app.last_delivery().await.summary.id;
    let new = NewDestination { name: "worker".into(), url: receiver.url(), ..NewDestination::default() };
    let allowed = app.state.settings.allow_outbound.clone().into();
    destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();

    let new =
        NewToken { role: Some(Role::Admin), endpoints: vec!["prod-openai".into()], ..NewToken::default() };
    let program = Program::with(&app, new).await;
    let (_, page) = program.get("/api/v1/deliveries").await;
    let listed: Vec<_> =
        page["deliveries"].as_array().unwrap().iter().map(|one| one["id"].as_i64()).collect();
    assert_eq!(listed, [Some(own.0)]);
    for query in ["?endpoint=other", "?endpoint=nothing"] {
        assert_eq!(program.get(&format!("/api/v1/deliveries{query}")).await.0, 422, "{query}");
    }
    let (_, found) = program.get("/api/v1/deliveries?id=batch_other").await;
    assert_eq!(found["deliveries"], json!([]));
    assert_eq!(program.get(&format!("/api/v1/deliveries/{own}")).await.0, 200);
    let replay = || Some(json!({ "destinations": ["worker"] }));
    let result = || Some(json!({ "status": 200, "ms": 1 }));
    for (method, path, body) in [
        (Method::GET, String::new(), None),
        (Method::POST, "/replay".to_owned(), replay()),
        (Method::POST, "/local-results".to_owned(), result()),
    ] {
        let (status, problem) =
            program.ask(method, &format!("/api/v1/deliveries/{theirs}{path}"), body).await;
        assert_eq!(
            (status, problem["detail"].as_str()),
            (404, Some("This delivery doesn't exist.")),
            "{path}"
        );
    }
    assert_eq!(program.ask(Method::POST, &format!("/api/v1/deliveries/{own}/replay"), replay()).await.0, 202);
    let body = |endpoint: &str| Some(json!({ "type": "a.b", "data": {}, "endpoint": endpoint }));
    assert_eq!(program.ask(Method::POST, "/api/v1/events", body("prod-openai")).await.0, 201);
    assert_eq!(program.ask(Method::POST, "/api/v1/events", body("other")).await.0, 422);
    let without = Some(json!({ "type": "a.b", "data": {} }));
    assert_eq!(
        program.ask(Method::POST, "/api/v1/events", without).await.0,
        422,
        "it makes no endpoint `api`"
    );
    let (status, problem) = program.get("/api/v1/audit").await;
    assert_eq!((status, problem["status"].as_u64()), (403, Some(403)), "the log is about every endpoint");

    // The endpoint goes: the token is not widened.
    hookpost::endpoints::remove(&app.state.db, &app.actor(), mine.id).await.unwrap();
    app.webhook(&other, "wh_2", "{}").send().await.unwrap();
    let (_, page) = program.get("/api/v1/deliveries").await;
    assert!(
        page["deliveries"].as_array().unwrap().iter().all(|one| one["endpoint"] == "prod-openai"),
        "{page}"
    );
    assert!(
        app.browser(Role::Admin)
            .await
            .get("/settings/tokens")
            .await
            .text
            .contains("none: its endpoints were removed")
    );
}

#[tokio::test]
async fn the_stream_of_a_limited_token_carries_its_endpoints_only() {
    let app = TestApp::spawn().await;
    let (mine, other) = two_endpoints(&app).await;
    app.webhook(&other, "wh_0", &event("a.b", "hidden_before")).send().await.unwrap();
    let new =
        NewToken { scopes: vec![Scope::Read], endpoints: vec!["prod-openai".into()], ..NewToken::default() };
    let program = Program::with(&app, new).await;
    let stream = program.request(Method::GET, "/api/v1/stream?since=1").send().await.unwrap();
    app.webhook(&other, "wh_1", &event("a.b", "hidden_live")).send().await.unwrap();
    app.webhook(&mine, "wh_2", &event("a.b", "seen_live")).send().await.unwrap();
    let mut frames = http_body_util::BodyStream::new(reqwest::Body::from(stream));
    let mut seen = String::new();
    let read = async {
        while !seen.contains("seen_live") {
            let frame = frames.next().await.unwrap().unwrap();
            seen.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
        }
    };
    tokio::time::timeout(Duration::from_secs(5), read).await.unwrap();
    assert!(!seen.contains("hidden"), "{seen}");
}

#[tokio::test]
async fn the_page_suggests_the_least_and_shows_what_each_token_may() {
    let app = TestApp::spawn().await;
    two_endpoints(&app).await;
    let admin = app.browser(Role::Admin).await;
    let page = admin.get("/settings/tokens").await.text;
    let ticked: Vec<&str> = page.split("<input").filter(|tag| tag.contains("checked")).collect();
    assert!(ticked.len() == 1 && ticked[0].contains("value=\"read\""), "{ticked:?}");
    assert!(page.contains("value=\"90\""), "{page}");
    let form = [
        ("name", "ci"),
        ("scopes[]", "read"),
        ("scopes[]", "ingest"),
        ("endpoints[]", "other"),
        ("days", "30"),
    ];
    let made = admin.post("/do/add_token", &form).await;
    assert_eq!(made.location, "/settings/tokens");
    let page = admin.get("/settings/tokens").await.text;
    for part in ["read ingest", "as member", "admin@example.com", "Expires in", "other"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let text = page.split("id=\"new-token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let ask = |path: &str| {
        let request = app.http.get(format!("http://{}{path}", app.address));
        request.header("authorization", format!("Bearer {text}")).send()
    };
    assert_eq!(ask("/api/v1/deliveries").await.unwrap().status(), 200);
    let page = admin.get("/settings/tokens").await.text;
    assert!(page.contains(" from 127.0.0.1"), "last use with its address: {page}");
    for (form, said) in [
        (vec![("name", "a")], "scopes: choose at least one"),
        (vec![("name", "a"), ("scopes[]", "write")], "scopes: `write` is none of"),
        (
            vec![("name", "a"), ("role", "viewer"), ("scopes[]", "admin")],
            "scopes: the role viewer only allows read",
        ),
        (
            vec![("name", "a"), ("scopes[]", "read"), ("endpoints[]", "no")],
            "endpoints: unknown endpoint `no`",
        ),
    ] {
        admin.post("/do/add_token", &form).await;
        let page = admin.get("/settings/tokens").await.text;
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[test]
fn tokens_of_the_command_line_have_an_owner_if_one_is_given() {
    let workspace = Workspace::new();
    let add = ["user", "add", "--email", "ada@example.com", "--role", "member", "--password-stdin", "--json"];
    workspace.json(&add, b"correct horse battery");
    let boss =
        ["user", "add", "--email", "boss@example.com", "--role", "admin", "--password-stdin", "--json"];
    workspace.json(&boss, b"correct horse battery");
    workspace.json(&["endpoint", "add", "hooks", "--scheme", "none", "--json"], b"");
    let args = [
        "token",
        "add",
        "ci",
        "--scope",
        "read",
        "--endpoint",
        "hooks",
        "--owner",
        "ada@example.com",
        "--json",
    ];
    let made = workspace.json(&args, b"");
    assert_eq!(
        (&made["role"], &made["scopes"], &made["endpoints"], &made["owner"]),
        (&json!("viewer"), &json!(["read"]), &json!(["hooks"]), &json!("ada@example.com"))
    );
    let of_machine = workspace.json(&["token", "add", "cron", "--role", "admin", "--json"], b"");
    assert_eq!((&of_machine["owner"], &of_machine["endpoints"]), (&Value::Null, &Value::Null));
    let text = |args: &[&str]| String::from_utf8(workspace.run(args, b"").stdout).unwrap();
    let listed = text(&["token", "list"]);
    assert!(listed.contains("ci · viewer (read) · hooks · of ada@example.com · never used"), "{listed}");
    assert!(
        listed.contains("cron · admin (read replay ingest admin) · every endpoint · of command line"),
        "{listed}"
    );
    for (args, code, said) in [
        (
            vec!["token", "add", "x", "--owner", "ada@example.com", "--role", "admin"],
            2,
            "can't have a token with the role admin",
        ),
        (vec!["token", "add", "x", "--owner", "no@example.com", "--role", "viewer"], 1, "no such user"),
        (vec!["token", "add", "x", "--role", "viewer", "--endpoint", "no"], 2, "unknown endpoint `no`"),
        (vec!["token", "add", "x"], 2, "--role"),
    ] {
        let output = workspace.run(&args, b"");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {error}");
        assert!(error.contains(said), "{args:?}: {error}");
    }
    let disabled = workspace.json(&["user", "disable", "--email", "ada@example.com", "--json"], b"");
    assert_eq!(disabled["revoked_tokens"], json!(["ci"]));
    assert_eq!(
        workspace
            .json(&["token", "list", "--json"], b"")
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["usable"] == json!(true))
            .count(),
        1
    );
}

#[tokio::test]
async fn a_token_of_nobody_who_is_known_is_marked() {
    let app = TestApp::spawn().await;
    let mut by = app.actor();
    by.name = "gone@example.com".into();
    let new = NewToken { role: Some(Role::Member), ..NewToken::default() };
    hookpost::auth::tokens::add(&app.state.db, &by, new).await.unwrap();
    let page = app.browser(Role::Admin).await.get("/settings/tokens").await.text;
    assert!(page.contains("No owner") && page.contains("Revoke it unless something still uses it"), "{page}");
}

/// Everything a viewer can open, in the browser and as a program.
#[tokio::test]
async fn a_viewer_sees_no_ingest_url_and_no_request_that_could_be_sent_again() {
    let app = TestApp::spawn().await;
    let none = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
    let signed = app.openai().await;
    app.webhook(&signed, "wh_1", &event("a.b", "x")).send().await.unwrap();
    let good = app.last_delivery().await.summary.id;
    let request = app.http.post(app.ingest_url(&signed)).header("webhook-id", "wh_2");
    let request =
        request.header("webhook-timestamp", "1795435200").header("webhook-signature", "v1,bad+signature=");
    request.body("{}").send().await.unwrap();
    let bad = app.last_delivery().await.summary.id;
    app.http.post(app.ingest_url(&none)).body("{}").send().await.unwrap();
    let unsigned = app.last_delivery().await.summary.id;
    let signature = crate::app::sign(SECRET, "wh_1", app.now_ms() / 1_000, &event("a.b", "x"));
    let secrets =
        [none.key.as_str(), signed.key.as_str(), signature.trim_start_matches("v1,"), "bad+signature="];

    let viewer = app.browser(Role::Viewer).await;
    let mut paths: Vec<String> = [
        "/",
        "/events",
        "/health",
        "/settings/endpoints",
        "/destinations",
        "/alerts",
        "/alerts/rules",
        "/alerts/channels",
        "/tools/verify",
        "/tools/send",
        "/tools/types",
        "/settings/team",
        "/settings/account",
        "/settings/tokens",
        "/settings/audit",
        "/replay",
        "/reverify",
    ]
    .map(str::to_owned)
    .to_vec();
    for id in [&none.id, &signed.id] {
        paths.push(format!("/settings/endpoints/{id}"));
    }
    for id in [good, bad, unsigned] {
        for tab in ["", "?tab=signature", "?tab=headers", "?tab=body", "?tab=forwards"] {
            paths.push(format!("/events/{id}{tab}"));
        }
        paths.push(format!("/events/{id}/edit"));
        paths.push(format!("/tools/verify?delivery={id}"));
    }
    for path in &paths {
        let text = viewer.get(path).await.text;
        for secret in secrets {
            assert!(!text.contains(secret), "{path} holds {secret}");
        }
    }
    let program = Program::with(&app, scoped(&[Scope::Read])).await;
    for path in [
        "/api/v1/deliveries".to_owned(),
        format!("/api/v1/deliveries/{good}"),
        format!("/api/v1/deliveries/{bad}"),
    ] {
        let (status, text) = program.get(&path).await;
        assert_eq!(status, 200);
        let text = text.to_string();
        for secret in secrets {
            assert!(!text.contains(secret), "{path} holds {secret}");
        }
    }
    let mut stream = http_body_util::BodyStream::new(reqwest::Body::from(
        viewer.request(Method::GET, "/live/deliveries?since=1").send().await.unwrap(),
    ));
    let mut seen = String::new();
    while !seen.contains("deliveries") {
        let frame =
            tokio::time::timeout(Duration::from_secs(5), stream.next()).await.unwrap().unwrap().unwrap();
        seen.push_str(&String::from_utf8_lossy(frame.data_ref().unwrap()));
    }
    assert!(secrets.iter().all(|secret| !seen.contains(secret)), "{seen}");
    // Who may send it again is shown all of it.
    let member = app.browser(Role::Member).await;
    let page = member.get(&format!("/events/{good}?tab=headers")).await.text;
    assert!(page.contains(&signed.key) && page.contains(&signature), "{page}");
    let program = Program::with(&app, scoped(&[Scope::Read, Scope::Replay])).await;
    let (_, one) = program.get(&format!("/api/v1/deliveries/{good}")).await;
    assert!(one.to_string().contains(&signature));
}

#[tokio::test]
async fn a_guest_browser_is_no_program_and_a_program_no_guest() {
    let app = TestApp::spawn().await;
    assert_eq!(Browser::new(&app).get("/api/v1/audit").await.status, 401);
}

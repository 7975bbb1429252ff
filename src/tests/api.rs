//! The REST API, as a program with a token sees it.

use crate::{
    app::{TestApp, event},
    process::Workspace,
    receiver::Receiver,
};
use hookpost::{
    auth::tokens::{self, NewToken},
    destinations::{self, NewDestination},
    model::{token::ApiToken, user::Role},
};
use insta::assert_snapshot;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::time::Duration;

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];

pub struct Program<'a> {
    app: &'a TestApp,
    token: String,
    pub made: ApiToken,
}

impl<'a> Program<'a> {
    pub async fn new(app: &'a TestApp, role: Role) -> Self {
        Self::with(app, NewToken { role: Some(role), days: Some(1), ..NewToken::default() }).await
    }

    /// One with a token of this kind.
    pub async fn with(app: &'a TestApp, new: NewToken) -> Self {
        let (made, text) = tokens::add(&app.state.db, &app.actor(), new).await.unwrap();
        Self { app, token: text.expose_secret().to_owned(), made }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = reqwest_client()
            .request(method, format!("http://{}{path}", self.app.address))
            .header("authorization", format!("Bearer {}", self.token));
        if let Some(body) = body {
            request = request.body(body.to_string());
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// A request with the token, to be completed.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.app.address);
        reqwest_client().request(method, url).header("authorization", format!("Bearer {}", self.token))
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.ask(Method::GET, path, None).await
    }
}

fn reqwest_client() -> reqwest::Client {
    hookpost::net::operator_client().unwrap()
}

async fn destination(app: &TestApp, receiver: &Receiver) -> String {
    let new = NewDestination { name: "worker".into(), url: receiver.url(), ..NewDestination::default() };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (_, secret) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    secret
}

#[tokio::test]
async fn deliveries_are_read_page_by_page_in_both_directions() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    for n in 0..5 {
        let body = event("batch.completed", &format!("batch_{n}"));
        app.webhook(&endpoint, &format!("wh_{n}"), &body).send().await.unwrap();
    }
    let program = Program::new(&app, Role::Viewer).await;
    let ids = |page: &Value| -> Vec<i64> {
        page["deliveries"].as_array().unwrap().iter().map(|d| d["id"].as_i64().unwrap()).collect()
    };
    let (status, first) = program.get("/api/v1/deliveries?limit=2&type=batch.*").await;
    assert_eq!((status, ids(&first).len(), &first["has_more"]), (200, 2, &json!(true)));
    let (_, second) = program.get(&format!("/api/v1/deliveries?limit=9&older_than={}", ids(&first)[1])).await;
    assert_eq!((ids(&second).len(), &second["has_more"]), (3, &json!(false)));
    let (_, newer) = program.get(&format!("/api/v1/deliveries?newer_than={}", ids(&second)[0])).await;
    assert_eq!(ids(&newer), ids(&first).into_iter().rev().collect::<Vec<_>>(), "oldest first");
    let mut one = first["deliveries"][0].clone();
    one["id"] = json!(0);
    one["received_at"] = json!("");
    assert_snapshot!(one, @r#"{"id":0,"endpoint":"prod-openai","received_at":"","outcome":"accepted","reason":null,"type":"batch.completed","webhook_id":"wh_4","resource":"batch_4","try_number":1,"size":114,"forward":null}"#);
}

#[tokio::test]
async fn one_delivery_has_its_bytes_and_hides_credentials() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{\"a\": 1}\n")
        .header("authorization", "Basic s3cret")
        .send()
        .await
        .unwrap();
    let program = Program::new(&app, Role::Viewer).await;
    let id = app.last_delivery().await.summary.id;
    let (status, one) = program.get(&format!("/api/v1/deliveries/{id}")).await;
    assert_eq!((status, one["body_base64"].as_str()), (200, Some("eyJhIjogMX0K")));
    assert!(!one.to_string().contains("s3cret"));
    assert!(one["verdict"].is_object(), "{one}");
    let (status, problem) = program.get("/api/v1/deliveries/1").await;
    assert_eq!(status, 404);
    assert_snapshot!(problem, @r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"This delivery doesn't exist.","field":null}"#);
}

#[tokio::test]
async fn who_has_no_usable_token_or_too_weak_a_role_gets_nothing() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let id = app.last_delivery().await.summary.id;
    let routes = [
        (Method::GET, "/api/v1/deliveries".to_owned(), Role::Viewer),
        (Method::GET, format!("/api/v1/deliveries/{id}"), Role::Viewer),
        (Method::GET, "/api/v1/stream".to_owned(), Role::Viewer),
        (Method::POST, format!("/api/v1/deliveries/{id}/replay"), Role::Member),
        (Method::POST, format!("/api/v1/deliveries/{id}/local-results"), Role::Member),
        (Method::POST, "/api/v1/events".to_owned(), Role::Member),
        (Method::GET, "/api/v1/incidents".to_owned(), Role::Viewer),
        (
            Method::POST,
            "/api/v1/incidents/01890000-0000-7000-8000-000000000000/acknowledge".to_owned(),
            Role::Member,
        ),
        (Method::GET, "/api/v1/audit".to_owned(), Role::Admin),
    ];
    let described = serde_json::to_value(hookpost::api::description()).unwrap();
    let count: usize =
        described["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(count, routes.len(), "a route is missing here: {:?}", described["paths"]);
    let nobody =
        Program { app: &app, token: "hkp_wrong".into(), made: Program::new(&app, Role::Viewer).await.made };
    let expired = Program::new(&app, Role::Admin).await;
    let revoked = Program::new(&app, Role::Admin).await;
    tokens::revoke(&app.state.db, &app.actor(), revoked.made.id).await.unwrap();
    let weak = Program::new(&app, Role::Viewer).await;
    for (method, path, needed) in &routes {
        for without in [&nobody, &revoked] {
            let (status, problem) = without.ask(method.clone(), path, None).await;
            assert_eq!((status, problem["status"].as_u64()), (401, Some(401)), "{path}");
        }
        if *needed > Role::Viewer {
            assert_eq!(weak.ask(method.clone(), path, None).await.0, 403, "{path}");
        }
    }
    app.set_clock(app.now_ms() + 25 * 3_600_000);
    assert_eq!(expired.get("/api/v1/deliveries").await.0, 401);
    // A session of the web interface is no token, and the API sets no cookie.
    let browser = app.browser(Role::Admin).await;
    assert_eq!(browser.get("/api/v1/deliveries").await.status, 401);
    assert_eq!(expired.get("/api/v1/nothing").await.0, 404);
    assert_eq!(expired.ask(Method::DELETE, "/api/v1/events", None).await.0, 405);
}

#[tokio::test]
async fn what_cannot_be_taken_is_named() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let id = app.last_delivery().await.summary.id;
    let program = Program::new(&app, Role::Member).await;
    let mut said = String::new();
    for path in [
        "/api/v1/deliveries?limit=0",
        "/api/v1/deliveries?limit=x",
        "/api/v1/deliveries?after=soon",
        "/api/v1/deliveries?frm=x",
        "/api/v1/deliveries?forward=maybe",
        "/api/v1/deliveries?older_than=1&newer_than=2",
        "/api/v1/deliveries/x",
        "/api/v1/stream?typ=x",
    ] {
        let (status, problem) = program.get(path).await;
        said += &format!("{path} {status} {}\n", problem["detail"].as_str().unwrap_or_default());
    }
    let (replay, results) =
        (format!("/api/v1/deliveries/{id}/replay"), format!("/api/v1/deliveries/{id}/local-results"));
    for (path, body) in [
        ("/api/v1/events", json!({ "type": "a b", "data": {} })),
        ("/api/v1/events", json!({ "type": "a", "data": {}, "endpoint": "none" })),
        ("/api/v1/events", json!({ "type": "a", "data": {}, "idempotency_key": "" })),
        ("/api/v1/events", json!({ "data": {} })),
        ("/api/v1/events", json!({ "type": "a", "data": {}, "tpye": 1 })),
        (&replay, json!({ "destinations": ["none"] })),
        (&replay, json!({ "destinations": [] })),
        (&replay, json!({ "destinations": [], "mode": "edited" })),
        (&replay, json!({ "destinations": [], "mode": "odd" })),
        (&results, json!({ "ms": 1 })),
        (&results, json!({ "status": 9, "ms": 1 })),
        (&results, json!({ "error": "refused", "ms": -1 })),
        ("/api/v1/deliveries/1/local-results", json!({ "status": 200, "ms": 1 })),
    ] {
        let (status, problem) = program.ask(Method::POST, path, Some(body.clone())).await;
        let path = path.replace(&id.to_string(), "ID");
        said += &format!("{path} {body} {status} {}\n", problem["detail"].as_str().unwrap_or_default());
    }
    assert_snapshot!(said, @r#"
/api/v1/deliveries?limit=0 422 limit: must be 1 to 200
/api/v1/deliveries?limit=x 422 limit: must be a whole number
/api/v1/deliveries?after=soon 422 after: `soon` is not a time; use a format such as 15m, 24h, 7d or 2026-11-23T12:00:00Z
/api/v1/deliveries?frm=x 422 frm: unknown parameter; valid parameters are endpoint, type, verdict, forward, after, before, id, older_than, newer_than, limit, since
/api/v1/deliveries?forward=maybe 422 forward: `maybe` must be delivered, queued or failing
/api/v1/deliveries?older_than=1&newer_than=2 422 newer_than: can't be combined with older_than
/api/v1/deliveries/x 422 id: must be the number of a delivery
/api/v1/stream?typ=x 422 typ: unknown parameter; valid parameters are endpoint, type, verdict, forward, after, before, id, older_than, newer_than, limit, since
/api/v1/events {"type":"a b","data":{}} 422 type: must be 1 to 128 printable ASCII characters without spaces
/api/v1/events {"type":"a","data":{},"endpoint":"none"} 422 endpoint: unknown endpoint none
/api/v1/events {"type":"a","data":{},"idempotency_key":""} 422 idempotency_key: must be 1 to 128 printable ASCII characters without spaces
/api/v1/events {"data":{}} 422 body: missing field `type` at line 1 column 11
/api/v1/events {"type":"a","data":{},"tpye":1} 422 body: unknown field `tpye`, expected one of `type`, `data`, `idempotency_key`, `endpoint` at line 1 column 28
/api/v1/deliveries/ID/replay {"destinations":["none"]} 422 destinations: unknown destination none
/api/v1/deliveries/ID/replay {"destinations":[]} 422 destination: choose at least one
/api/v1/deliveries/ID/replay {"destinations":[],"mode":"edited"} 422 body_base64: required for the mode edited
/api/v1/deliveries/ID/replay {"destinations":[],"mode":"odd"} 422 body: unknown variant `odd`, expected one of `fresh`, `verbatim`, `edited` at line 1 column 31
/api/v1/deliveries/ID/local-results {"ms":1} 422 status: required, or give an error if there was no answer
/api/v1/deliveries/ID/local-results {"status":9,"ms":1} 422 status: must be 100 to 999
/api/v1/deliveries/ID/local-results {"error":"refused","ms":-1} 422 ms: must be 0 or more
/api/v1/deliveries/1/local-results {"status":200,"ms":1} 404 This delivery doesn't exist.
"#);
}

#[tokio::test]
async fn an_event_of_a_worker_is_stored_once_and_reaches_the_destinations_signed() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    destination(&app, &receiver).await;
    let program = Program::new(&app, Role::Member).await;
    let body = json!({ "type": "export.finished", "data": { "id": "export_1" }, "idempotency_key": "job-1" });
    let (status, first) = program.ask(Method::POST, "/api/v1/events", Some(body.clone())).await;
    assert_eq!((status, &first["is_new"], &first["webhook_id"]), (201, &json!(true), &json!("job-1")));
    let (status, again) = program.ask(Method::POST, "/api/v1/events", Some(body)).await;
    assert_eq!((status, &again["is_new"], &again["delivery"]), (200, &json!(false), &first["delivery"]));
    let received = receiver.wait_for(1).await.remove(0);
    assert_eq!(
        (received.header("webhook-id"), received.header("x-hookpost-endpoint")),
        ("job-1".into(), "api".into())
    );
    let sent: Value = serde_json::from_slice(&received.body).unwrap();
    assert_eq!((&sent["type"], &sent["data"]["id"]), (&json!("export.finished"), &json!("export_1")));
    let (_, page) = program.get("/api/v1/deliveries?id=export_1").await;
    assert_eq!(page["deliveries"].as_array().unwrap().len(), 2, "the event and its repetition");
    // Without a key each is new, and another endpoint may be named.
    app.openai().await;
    let body = json!({ "type": "a.b", "data": {}, "endpoint": "prod-openai" });
    assert_eq!(program.ask(Method::POST, "/api/v1/events", Some(body)).await.0, 201);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let audit = app.browser(Role::Admin).await.get("/settings/audit").await.text;
    assert!(
        audit.contains(&format!("token {}", program.made.name)) && audit.contains("added the endpoint"),
        "{audit}"
    );
}

#[tokio::test]
async fn a_delivery_is_replayed_edited_too_and_local_results_are_seen() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    destination(&app, &receiver).await;
    let program = Program::new(&app, Role::Member).await;
    let id = app.last_delivery().await.summary.id;
    let path = format!("/api/v1/deliveries/{id}");
    let replay = json!({
        "destinations": ["worker"], "mode": "edited", "headers": "x-a: b", "body_base64": "eyJlZGl0ZWQiOnRydWV9", "times": 2,
    });
    let (status, queued) = program.ask(Method::POST, &format!("{path}/replay"), Some(replay)).await;
    assert_eq!((status, queued["forwards"].as_array().map(Vec::len)), (202, Some(2)));
    let received = receiver.wait_for(2).await;
    assert_eq!((&received[1].body[..], received[1].header("x-a")), (&b"{\"edited\":true}"[..], "b".into()));
    let begun = std::time::Instant::now();
    loop {
        let (_, one) = program.get(&path).await;
        // The newest says how all stand; the other one may be written down a moment later.
        if one["forward"] == json!("delivered") && one["forwards"][0]["attempts"][0]["status"] == json!(200) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{one}");
    }
    let report = json!({ "error": "refused", "ms": 3 });
    assert_eq!(program.ask(Method::POST, &format!("{path}/local-results"), Some(report)).await.0, 204);
    let page = app.browser(Role::Viewer).await.get(&format!("/events/{id}?tab=forwards")).await.text;
    assert!(page.contains("On laptops") && page.contains("refused"), "{page}");
}

#[tokio::test]
async fn tokens_are_made_in_settings_shown_once_and_revoked() {
    let app = TestApp::spawn().await;
    let admin = app.browser(Role::Admin).await;
    admin.post("/do/add_token", &[("name", "ci"), ("role", "member"), ("days", "30")]).await;
    let page = admin.get("/settings/tokens").await.text;
    let token = page.split("id=\"new-token\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(token.starts_with("hkp_") && token.len() == 68, "{token}");
    assert!(!admin.get("/settings/tokens").await.text.contains(&token), "shown once");
    let program = Program { app: &app, token, made: Program::new(&app, Role::Viewer).await.made };
    assert_eq!(program.get("/api/v1/deliveries").await.0, 200);
    for (name, days) in [("ci", ""), ("", ""), ("x", "0"), ("x", "soon")] {
        let answer = admin.post("/do/add_token", &[("name", name), ("role", "member"), ("days", days)]).await;
        let shown = admin.get(&answer.location).await.text;
        assert!(shown.contains("name: ") || shown.contains("days: "), "{name} {days}");
    }
    let page = admin.get("/settings/tokens").await.text;
    let id =
        page.split("/do/revoke_token").nth(1).unwrap().split("value=\"").nth(1).unwrap()[..36].to_owned();
    admin.post("/do/revoke_token", &[("id", id.as_str())]).await;
    assert_eq!(program.get("/api/v1/deliveries").await.0, 401);
}

#[test]
fn a_token_made_on_the_command_line_opens_the_api_of_a_running_server() {
    let workspace = Workspace::new();
    let server = workspace.serve(&[]);
    let made = workspace.json(&["token", "add", "--role", "viewer", "--json"], b"");
    let url = format!("{}/api/v1/deliveries", server.base_url);
    let token = made["token"].as_str().unwrap().to_owned();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ask = || {
        let request = reqwest_client().get(&url).header("authorization", format!("Bearer {token}"));
        runtime.block_on(async { request.send().await.unwrap().status().as_u16() })
    };
    assert_eq!(ask(), 200);
    let name = made["name"].as_str().unwrap();
    assert_eq!(workspace.json(&["token", "list", "--json"], b"")[0]["name"], name);
    workspace.json(&["token", "revoke", name, "--json"], b"");
    assert_eq!(ask(), 401);
    server.stop();
}

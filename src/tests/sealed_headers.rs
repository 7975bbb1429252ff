//! Header values that are credentials: sealed in the file, hidden everywhere, and still good for verifying again.

use crate::{
    api::Program,
    app::{TestApp, event},
    receiver::Receiver,
};
use hookpost::{
    db::{self, writer::NewDelivery},
    destinations::{self, NewDestination},
    model::{
        delivery::Outcome, endpoint::Endpoint, headers::SEALED, ids::DeliveryId, scheme::SecretFormat,
        user::Role,
    },
};
use std::time::{Duration, Instant};

const TOKEN: &str = "gltok-SECRET-1234567890";
/// Values that a sender gives, which nobody is to see again.
const VALUES: [(&str, &str); 6] = [
    ("authorization", "Bearer their-own-secret"),
    ("cookie", "session=cookie-secret"),
    ("x-api-key", "api-key-secret"),
    ("x-telegram-bot-api-secret-token", "telegram-secret"),
    ("x-webhook-secret", "what-nobody-sees"),
    ("proxy-authorization", "Basic proxy-secret"),
];

async fn gitlab(app: &TestApp, secret: &str) -> Endpoint {
    app.endpoint("gitlab", "gitlab".parse().unwrap(), SecretFormat::Text, Some(secret)).await
}

/// A request as GitLab sends it, with more credentials than it has.
async fn send(app: &TestApp, endpoint: &Endpoint, id: &str) -> u16 {
    let mut request = app
        .http
        .post(app.ingest_url(endpoint))
        .header("content-type", "application/json")
        .header("x-gitlab-event", "Push Hook")
        .header("idempotency-key", id)
        .header("x-gitlab-token", TOKEN);
    for (name, value) in VALUES {
        request = request.header(name, value);
    }
    request.body(event("push", "p_1")).send().await.unwrap().status().as_u16()
}

/// Everything that is stored of requests, and of the file itself.
async fn stored(app: &TestApp) -> Vec<Vec<u8>> {
    let mut connection = app.state.db.read().await.unwrap();
    let mut all: Vec<Vec<u8>> = connection.sql("SELECT headers FROM payloads").scalars().await.unwrap();
    drop(connection);
    for suffix in ["", "-wal"] {
        let mut name = app.state.settings.database.clone().into_os_string();
        name.push(suffix);
        all.push(std::fs::read(name).unwrap_or_default());
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn secrets() -> Vec<&'static str> {
    VALUES.iter().map(|(_, value)| value.rsplit([' ', '=']).next().unwrap()).chain([TOKEN]).collect()
}

async fn raw_headers(app: &TestApp, id: DeliveryId) -> (Vec<u8>, bool) {
    app.state
        .db
        .read()
        .await
        .unwrap()
        .sql("SELECT headers, sealed_headers IS NOT NULL FROM payloads WHERE delivery_id = $1")
        .bind(id)
        .one()
        .await
        .unwrap()
}

#[tokio::test]
async fn credentials_lie_sealed_in_the_file_and_are_shown_to_nobody() {
    let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1/32"]).await;
    let endpoint = gitlab(&app, TOKEN).await;
    let receiver = Receiver::start().await;
    let new = NewDestination { name: "worker".into(), url: receiver.url(), ..NewDestination::default() };
    let allowed = app.state.settings.allow_outbound.clone().into();
    destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    assert_eq!(send(&app, &endpoint, "1").await, 200);
    receiver.wait_for(1).await;
    let id = app.last_delivery().await.summary.id;
    for bytes in stored(&app).await {
        for secret in secrets() {
            assert!(!holds(&bytes, secret), "{secret}");
        }
    }
    let (raw, is_sealed) = raw_headers(&app, id).await;
    assert!(is_sealed && holds(&raw, "x-gitlab-token: (sealed)") && holds(&raw, "x-gitlab-event: Push Hook"));
    // Pages, as the most powerful role sees them.
    let admin = app.browser(Role::Admin).await;
    for tab in ["", "?tab=headers", "?tab=signature", "?tab=forwards", "?tab=body"] {
        let shown = admin.get(&format!("/events/{id}{tab}")).await.text;
        assert!(secrets().iter().all(|secret| !shown.contains(secret)), "{tab}: {shown}");
    }
    let edit = admin.get(&format!("/events/{id}/edit")).await.text;
    assert!(edit.contains("x-gitlab-event") && !edit.contains("x-gitlab-token"), "{edit}");
    // The API.
    let program = Program::new(&app, Role::Admin).await;
    let (status, detail) = program.get(&format!("/api/v1/deliveries/{id}")).await;
    assert_eq!(status, 200);
    let headers = detail["headers"].as_array().unwrap();
    let value = |name: &str| headers.iter().find(|header| header["name"] == name).unwrap()["value"].clone();
    assert!(value("x-gitlab-token").is_null() && value("x-api-key").is_null() && value("cookie").is_null());
    assert_eq!(value("x-gitlab-event"), "Push Hook");
    assert!(secrets().iter().all(|secret| !detail.to_string().contains(secret)));
    // What is sent again as it came goes without them.
    let asked = serde_json::json!({ "destinations": ["worker"], "mode": "verbatim" });
    let (status, said) =
        program.ask(reqwest::Method::POST, &format!("/api/v1/deliveries/{id}/replay"), Some(asked)).await;
    assert!(status < 300, "{status} {said}");
    for received in receiver.wait_for(2).await {
        for (name, _) in VALUES.iter().chain(&[("x-gitlab-token", "")]) {
            assert_eq!(received.header(name), "", "{name}");
        }
    }
}

#[tokio::test]
async fn a_sealed_token_still_verifies_when_the_delivery_is_looked_at_again_also_after_another_master_key() {
    let app = TestApp::spawn().await;
    let endpoint = gitlab(&app, "another-token-entirely").await;
    assert_eq!(send(&app, &endpoint, "1").await, 400);
    assert_eq!(send(&app, &endpoint, "2").await, 400);
    let all = app.deliveries().await;
    let [first, second] = [&all[0], &all[1]].map(|delivery| delivery.summary.id);
    let member = app.browser(Role::Member).await;
    let form = [("delivery", first.to_string()), ("secret", TOKEN.into()), ("secret_format", "text".into())];
    member.post("/do/try_secret", &form).await;
    let shown = member.get(&format!("/events/{first}?tab=signature")).await.text;
    assert!(!shown.contains(TOKEN), "{shown}");
    let admin = app.browser(Role::Admin).await;
    let id = endpoint.id.to_string();
    admin.post("/do/add_secret", &[("id", id.as_str()), ("secret", TOKEN)]).await;
    admin.post("/do/reverify", &[("delivery", first.to_string())]).await;
    let file = app.state.db.key_source().file.clone().unwrap();
    db::key::rotate_file(&app.state.db, &app.actor(), &file).await.unwrap();
    admin.post("/do/reverify", &[("delivery", second.to_string())]).await;
    let all = app.deliveries().await;
    let outcomes: Vec<_> = all.iter().map(|delivery| delivery.summary.outcome).collect();
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::Accepted]);
    for bytes in stored(&app).await {
        assert!(!holds(&bytes, TOKEN));
    }
}

#[tokio::test]
async fn a_test_event_of_a_secret_that_is_kept_elsewhere_writes_nothing_of_it_down() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("gitlab"), TOKEN).unwrap();
    let app = TestApp::spawn_with(&["--secret-dirs", dir.path().to_str().unwrap()]).await;
    let admin = app.browser(Role::Admin).await;
    let reference = format!("file:{}", dir.path().join("gitlab").display());
    let form = [("name", "gitlab"), ("scheme", "gitlab"), ("reference", reference.as_str())];
    let page = admin.post("/do/create_endpoint", &form).await.location;
    let id = page.rsplit('/').next().unwrap().to_owned();
    admin.post("/do/send_test_event", &[("id", id.as_str()), ("event_type", "push")]).await;
    assert_eq!(app.last_delivery().await.summary.outcome, Outcome::Accepted);
    for bytes in stored(&app).await {
        assert!(!holds(&bytes, TOKEN) && !holds(&bytes, "567890"));
    }
}

async fn until_looked_at(app: &TestApp) {
    let begun = Instant::now();
    loop {
        let mut connection = app.state.db.read().await.unwrap();
        let open: i64 = connection
            .sql("SELECT count(*) FROM header_passes WHERE ends_at <= $1")
            .bind(app.now_ms())
            .scalar()
            .await
            .unwrap();
        drop(connection);
        if open == 0 {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{open} passes are open");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn headers_that_the_owner_names_are_sealed_too_those_of_stored_deliveries_as_well() {
    let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1/32"]).await;
    let endpoint = app.openai().await;
    let send = async |id: &str| {
        let request =
            app.webhook(&endpoint, id, &event("batch.failed", "b")).header("x-partner", "partner-pass");
        assert_eq!(request.send().await.unwrap().status(), 200);
        app.last_delivery().await.summary.id
    };
    let old = send("wh_1").await;
    assert!(holds(&raw_headers(&app, old).await.0, "partner-pass"), "nobody said that it is one");
    let admin = app.browser(Role::Admin).await;
    let page = format!("/settings/endpoints/{}", endpoint.id);
    let id = endpoint.id.to_string();
    let form = |names: &'static str| {
        [
            ("id", id.clone()),
            ("name", "prod-openai".to_owned()),
            ("body_limit", String::new()),
            ("retention_days", "90".to_owned()),
            ("secret_headers", names.to_owned()),
        ]
    };
    admin.post("/do/change_endpoint", &form("content-type")).await;
    assert!(admin.get(&page).await.text.contains("content-type is needed to read requests"));
    admin.post("/do/change_endpoint", &form("X-Partner, x-other")).await;
    assert!(admin.get(&page).await.text.contains("x-partner, x-other"));
    let new = send("wh_2").await;
    assert!(!holds(&raw_headers(&app, new).await.0, "partner-pass"));
    app.set_clock(app.now_ms() + 61_000);
    until_looked_at(&app).await;
    let admin = app.browser(Role::Admin).await;
    for delivery in [old, new] {
        let (raw, is_sealed) = raw_headers(&app, delivery).await;
        assert!(is_sealed && !holds(&raw, "partner-pass"), "{delivery}");
        let shown = admin.get(&format!("/events/{delivery}?tab=headers")).await.text;
        assert!(shown.contains("x-partner") && !shown.contains("partner-pass"), "{shown}");
        let shown = admin.get(&format!("/events/{delivery}")).await.text;
        assert!(!shown.contains("partner-pass"));
    }
    // A name that is taken back shows nothing that was sealed.
    let with_version = [&form("")[..], &[("version", "1".to_owned())]].concat();
    admin.post("/do/change_endpoint", &with_version).await;
    assert!(!admin.get(&format!("/events/{old}?tab=headers")).await.text.contains("partner-pass"));
}

#[tokio::test]
async fn requests_that_were_stored_in_clear_are_sealed_in_the_background() {
    let app = TestApp::spawn().await;
    let endpoint = gitlab(&app, TOKEN).await;
    // As an older version stored them: some with a body that is large, so that there are several slices.
    const ROWS: usize = 1_200;
    let mut plain = hookpost::model::headers::HeaderList::default();
    plain.push("host", b"h");
    plain.push("x-gitlab-token", TOKEN.as_bytes());
    for n in 0..ROWS {
        let new = NewDelivery {
            endpoint: endpoint.to_ref().into(),
            received_at: app.now_ms(),
            started: Instant::now(),
            reason: None,
            secret_id: None,
            old_secret: false,
            only_time: None,
            event_key: Some(format!("key_{n}")),
            event_type: None,
            event_id: None,
            resource: None,
            created_at: None,
            forward_to: Vec::new(),
            client: "127.0.0.1".into(),
            headers: plain.clone(),
            sealed_headers: None,
            body: if n % 100 == 0 { vec![b'x'; 400_000].into() } else { "{}".into() },
            body_sha256: None,
            kept: app.state.ingest.kept.clone(),
            verdict: "{}".into(),
        };
        app.state.db.submit(new).await.unwrap();
    }
    let last = app.last_delivery().await.summary.id;
    // Hidden before they are sealed.
    let admin = app.browser(Role::Admin).await;
    let page = format!("/events/{last}?tab=headers");
    assert!(!admin.get(&page).await.text.contains(TOKEN));
    let begin = "INSERT INTO header_passes (endpoint_id, cursor, ends_at) SELECT id, 0, 0 FROM endpoints";
    let mut tx = app.state.db.begin().await.unwrap();
    tx.sql(begin).run().await.unwrap();
    tx.commit().await.unwrap();
    until_looked_at(&app).await;
    let mut connection = app.state.db.read().await.unwrap();
    let all: Vec<(Vec<u8>, bool)> =
        connection.sql("SELECT headers, sealed_headers IS NOT NULL FROM payloads").all().await.unwrap();
    drop(connection);
    assert_eq!(all.len(), ROWS);
    assert!(all.iter().all(|(headers, is_sealed)| *is_sealed && !holds(headers, TOKEN)));
    assert!(!admin.get(&page).await.text.contains(TOKEN));
    let payload =
        db::deliveries::payload(&mut app.state.db.read().await.unwrap(), last).await.unwrap().unwrap();
    assert_eq!(payload.headers.get("x-gitlab-token"), Some(SEALED));
    assert_eq!(payload.true_headers(app.state.db.header_key()).unwrap(), plain);
    assert!(!format!("{payload:?}").contains("gltok"), "not even in a debug log");
    // What lay there in clear is overwritten, once the log is written back.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&app.state.settings.database);
    let mut connection =
        hookpost::db::Connection::from(sqlx::ConnectOptions::connect(&options).await.unwrap());
    connection.sql("PRAGMA wal_checkpoint(TRUNCATE)").run().await.unwrap();
    let file = std::fs::read(&app.state.settings.database).unwrap();
    assert!(!holds(&file, TOKEN));
}

//! Accepted events reach the team's own code: signed, retried, and sent again when someone asks.

use crate::{
    app::{SECRET, TestApp, event},
    flask::Flask,
    process::Workspace,
    receiver::{Answer, Receiver},
};
use hookpost::{
    db::{self, forwards},
    destinations::{self, NewDestination},
    model::{
        destination::{Destination, ForwardState},
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
    verify,
};
use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];

async fn destination(app: &TestApp, receiver: &Receiver, types: &[&str]) -> (Destination, String) {
    let new = NewDestination {
        name: format!("to {}", receiver.port),
        url: receiver.url(),
        types: types.iter().map(|t| (*t).to_owned()).collect(),
        headers: "Authorization: Bearer own\nX-Team: a".into(),
        ..NewDestination::default()
    };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let made = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

async fn depth(app: &TestApp, destination: &Destination) -> (i64, i64) {
    let depth = forwards::depth(&mut app.state.db.read().await.unwrap(), destination.id).await.unwrap();
    (depth.queued, depth.dead)
}

async fn settled(app: &TestApp, destination: &Destination, queued: i64) {
    let begun = std::time::Instant::now();
    while depth(app, destination).await.0 != queued {
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", depth(app, destination).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_accepted_event_is_forwarded_once_signed_for_the_destination() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, secret) = destination(&app, &receiver, &["batch.*"]).await;
    let body = event("batch.completed", "batch_1");
    let request = app
        .webhook(&endpoint, "wh_1", &body)
        .header("cookie", "a=b")
        .header("authorization", "Bearer theirs");
    assert_eq!(request.send().await.unwrap().status(), 200);
    let got = receiver.wait_for(1).await.remove(0);
    assert_eq!(got.body, body.as_bytes());
    assert_eq!((got.header("webhook-id"), got.header("x-hookpost-attempt")), ("wh_1".into(), "1".into()));
    assert_eq!((got.header("authorization"), got.header("x-team")), ("Bearer own".into(), "a".into()));
    assert_eq!((got.header("cookie"), got.header("x-hookpost-replay")), (String::new(), "false".into()));
    let (parsed, _) =
        verify::parse_secret(Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, &secret).unwrap();
    let now = got.header("webhook-timestamp").parse().unwrap();
    let expected = verify::sign_standard(&parsed, "wh_1", now, body.as_bytes()).unwrap();
    assert_eq!(got.header("webhook-signature"), expected);
    // A duplicate, a rejected one and another type go nowhere.
    app.webhook(&endpoint, "wh_1", &body).send().await.unwrap();
    app.webhook(&endpoint, "wh_2", &body).body("{}").send().await.unwrap();
    app.webhook(&endpoint, "wh_3", &event("response.failed", "r")).send().await.unwrap();
    app.webhook(&endpoint, "wh_4", &event("batch.failed", "batch_2")).send().await.unwrap();
    let all = receiver.wait_for(2).await;
    settled(&app, &made, 0).await;
    assert_eq!(all[1].header("webhook-id"), "wh_4");
    assert_eq!(receiver.received().len(), 2);
}

#[tokio::test]
async fn what_fails_is_tried_again_in_time_and_each_attempt_is_kept() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, _) = destination(&app, &receiver, &[]).await;
    receiver.answer(&[Answer::Status(500), Answer::RetryAfter(120), Answer::Status(204)]);
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    receiver.wait_for(1).await;
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(receiver.received().len(), 1, "not before its time");
    app.set_clock(app.now_ms() + 6_000);
    receiver.wait_for(2).await;
    settled_attempts(&app, 2).await;
    app.set_clock(app.now_ms() + 60_000);
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(receiver.received().len(), 2, "it asked for two minutes");
    app.set_clock(app.now_ms() + 61_000);
    let all = receiver.wait_for(3).await;
    settled(&app, &made, 0).await;
    assert_eq!(
        all.iter().map(|r| r.header("webhook-id")).collect::<BTreeSet<_>>().len(),
        1,
        "one id for all tries"
    );
    let delivery = app.last_delivery().await.summary.id;
    let mut connection = app.state.db.read().await.unwrap();
    let attempts = db::attempts::of_delivery(&mut connection, delivery).await.unwrap();
    assert_eq!(attempts.iter().map(|a| a.status).collect::<Vec<_>>(), [Some(500), Some(503), Some(204)]);
    drop(connection);
    let member = app.browser(Role::Member).await;
    let page = member.get(&format!("/events/{delivery}?tab=forwards")).await.text;
    assert!(page.contains("Delivered") && page.contains("500") && page.contains("as told"), "{page}");
    let viewer = app.browser(Role::Viewer).await;
    let page = viewer.get(&format!("/events/{delivery}?tab=forwards")).await.text;
    assert!(page.contains("500") && !page.contains("as told"), "answers are for members");
}

#[tokio::test]
async fn after_the_last_try_a_forward_is_dead_and_can_be_tried_again_by_hand() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, _) = destination(&app, &receiver, &[]).await;
    receiver.answer(&[Answer::Status(500); 11]);
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    for tries in 1..=11 {
        receiver.wait_for(tries).await;
        settled_attempts(&app, tries).await;
        app.set_clock(app.now_ms() + 27 * 3_600_000);
    }
    assert_eq!(depth(&app, &made).await, (0, 1));
    let member = app.browser(Role::Member).await;
    let delivery = app.last_delivery().await.summary.id.to_string();
    assert!(member.get(&format!("/destinations/{}", made.id)).await.text.contains("Dead: no attempts left"));
    member.post("/do/retry_forward", &[("delivery", delivery.as_str()), ("forward", "1")]).await;
    receiver.wait_for(12).await;
    settled(&app, &made, 0).await;
    assert_eq!(depth(&app, &made).await, (0, 0));
}

/// Until the n-th attempt is written down.
async fn settled_attempts(app: &TestApp, count: usize) {
    let delivery = app.last_delivery().await.summary.id;
    let begun = std::time::Instant::now();
    loop {
        let all = db::attempts::of_delivery(&mut app.state.db.read().await.unwrap(), delivery).await.unwrap();
        if all.len() >= count {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_destination_that_is_gone_is_paused_and_its_queue_waits_for_a_person() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, _) = destination(&app, &receiver, &[]).await;
    receiver.answer(&[Answer::Status(410)]);
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    receiver.wait_for(1).await;
    settled_attempts(&app, 1).await;
    app.webhook(&endpoint, "wh_2", "{}").send().await.unwrap();
    app.set_clock(app.now_ms() + 10_000);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!((receiver.received().len(), depth(&app, &made).await), (1, (2, 0)));
    let admin = app.browser(Role::Admin).await;
    let page = format!("/destinations/{}", made.id);
    assert!(admin.get(&page).await.text.contains("it answered 410 Gone"));
    let id = made.id.to_string();
    admin.post("/do/pause_destination", &[("id", id.as_str()), ("paused", "false")]).await;
    receiver.wait_for(3).await;
    settled(&app, &made, 0).await;
}

#[tokio::test]
async fn a_destination_removed_a_moment_ago_refuses_no_sender() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, _) = destination(&app, &receiver, &[]).await;
    // As another process does it: the server learns of it at its next poll.
    destinations::remove(&app.state.db, &app.actor(), made.id).await.unwrap();
    for n in 0..3 {
        let answer = app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    let member = app.browser(Role::Member).await;
    let (delivery, to) = (app.last_delivery().await.summary.id.to_string(), made.id.to_string());
    let form = [("delivery", delivery.as_str()), ("to[]", &to), ("mode", "fresh")];
    member.post("/do/replay", &form).await;
    assert!(
        member
            .get(&format!("/events/{delivery}?tab=forwards"))
            .await
            .text
            .contains("This destination doesn't exist.")
    );
}

#[tokio::test]
async fn a_slow_destination_delays_no_other() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (slow, quick) = (Receiver::start().await, Receiver::start().await);
    let endpoint = app.openai().await;
    destination(&app, &slow, &[]).await;
    destination(&app, &quick, &[]).await;
    slow.answer(&[Answer::Slow(Duration::from_secs(8)); 30]);
    for n in 0..30 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    let begun = std::time::Instant::now();
    quick.wait_for(30).await;
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(slow.received().len(), 8, "as many at once as it may have");
}

#[tokio::test]
async fn a_private_address_is_refused_by_name_unless_the_operator_allows_it() {
    let app = TestApp::spawn().await;
    let receiver = Receiver::start().await;
    let admin = app.browser(Role::Admin).await;
    for url in [
        receiver.url().as_str(),
        "https://10.0.0.1/x",
        "https://[::1]/",
        "ftp://x",
        "nonsense",
        "https://169.254.169.254/",
    ] {
        let answer = admin.post("/do/add_destination", &[("name", "a"), ("url", url)]).await;
        assert_eq!(answer.location, "/destinations/new", "{url}");
        let shown = admin.get("/destinations/new").await.text;
        assert!(shown.contains("url: "), "{url}");
    }
    assert!(db::destinations::list(&mut app.state.db.read().await.unwrap()).await.unwrap().is_empty());
    // One that was saved while it was allowed is not reached any more.
    let endpoint = app.openai().await;
    let allowed = vec!["127.0.0.1/32".parse().unwrap()].into();
    let new = NewDestination { name: "was allowed".into(), url: receiver.url(), ..NewDestination::default() };
    destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    settled_attempts(&app, 1).await;
    let delivery = app.last_delivery().await.summary.id;
    let attempts =
        db::attempts::of_delivery(&mut app.state.db.read().await.unwrap(), delivery).await.unwrap();
    assert_eq!(attempts[0].error.as_deref(), Some("blocked-address"));
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn a_delivery_is_sent_again_fresh_or_as_it_came() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{\"a\": 1}").header("x-own", "kept").send().await.unwrap();
    let (made, _) = destination(&app, &receiver, &[]).await;
    let member = app.browser(Role::Member).await;
    let delivery = app.last_delivery().await;
    let (id, to) = (delivery.summary.id.to_string(), made.id.to_string());
    let replay = async |mode: &str| {
        member.post("/do/replay", &[("delivery", id.as_str()), ("to[]", &to), ("mode", mode)]).await
    };
    let answer = replay("fresh").await;
    assert_eq!(answer.location, format!("/events/{id}?tab=forwards"));
    let fresh = receiver.wait_for(1).await.remove(0);
    assert_eq!(
        (fresh.header("webhook-id"), fresh.header("x-hookpost-replay")),
        ("wh_1".into(), "true".into())
    );
    assert_eq!((fresh.header("x-own"), &fresh.body[..]), (String::new(), &b"{\"a\": 1}"[..]));
    replay("verbatim").await;
    let verbatim = receiver.wait_for(2).await.remove(1);
    assert_eq!(verbatim.header("x-own"), "kept");
    assert_ne!(verbatim.header("webhook-signature"), fresh.header("webhook-signature"));
    replay("edited").await;
    assert_eq!(receiver.received().len(), 2);
    settled(&app, &made, 0).await;
    let shown = member.get(&format!("/events/{id}?tab=forwards")).await.text;
    assert!(shown.contains("Replay by member@example.com, verbatim"), "{shown}");
    let state =
        forwards::of_delivery(&mut app.state.db.read().await.unwrap(), delivery.summary.id).await.unwrap();
    assert!(state.iter().all(|forward| forward.state == ForwardState::Delivered));
}

#[tokio::test]
async fn what_a_re_verification_accepts_is_forwarded_then() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let endpoint = app.endpoint("prod", Scheme::OPENAI, SecretFormat::Prefixed, Some(other)).await;
    destination(&app, &receiver, &[]).await;
    assert_eq!(app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap().status(), 400);
    let admin = app.browser(Role::Admin).await;
    let (id, delivery) = (endpoint.id.to_string(), app.last_delivery().await.summary.id.to_string());
    admin.post("/do/add_secret", &[("id", id.as_str()), ("secret", SECRET)]).await;
    assert!(receiver.received().is_empty());
    admin.post("/do/reverify", &[("delivery", delivery.as_str())]).await;
    assert_eq!(receiver.wait_for(1).await[0].header("webhook-id"), "wh_1");
}

#[test]
fn flask_with_the_official_openai_sdk_unwraps_what_is_forwarded() {
    let mut flask = Flask::start();
    let url = flask.url.clone();
    let workspace = Workspace::new();
    let server = workspace.serve(&ALLOW);
    let mut add = vec!["destination", "add", "worker", "--url", &url, "--type", "batch.*", "--json"];
    add.extend(ALLOW);
    let made = workspace.json(&add, b"");
    let secret = made["secret"].as_str().unwrap();
    flask.verify_with(secret);
    let endpoint =
        workspace.json(&["endpoint", "add", "prod", "--secret-stdin", "--json"], SECRET.as_bytes());
    let path = endpoint["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned();
    std::thread::sleep(Duration::from_millis(800));
    let ingest = format!("{}/in/{path}", server.base_url);
    let sent = workspace
        .run(&["send", &ingest, "--secret-stdin", "--type", "batch.failed", "--json"], SECRET.as_bytes());
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    assert_eq!(flask.unwrapped(), "BatchFailedWebhookEvent batch_abc123");
    // The same from the command line, for a delivery that is stored.
    let delivery = newest(&workspace);
    let again = workspace.json(&["replay", &delivery, "--destination", "worker", "--json"], b"");
    assert_eq!(again["state"], "delivered");
    assert_eq!(flask.unwrapped(), "BatchFailedWebhookEvent batch_abc123");
    workspace.json(&["destination", "pause", "worker", "--json"], b"");
    assert_eq!(workspace.json(&["destination", "list", "--json"], b"")[0]["paused"], true);
    workspace.json(&["destination", "remove", "worker", "--json"], b"");
    server.stop();
}

/// Delivery id that was stored last.
fn newest(workspace: &Workspace) -> String {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let options =
            sqlx::sqlite::SqliteConnectOptions::new().filename(workspace.path("hookpost.db")).read_only(true);
        let mut connection =
            hookpost::db::Connection::from(sqlx::ConnectOptions::connect(&options).await.unwrap());
        let id: i64 = connection.sql("SELECT max(id) FROM deliveries").scalar().await.unwrap();
        id.to_string()
    })
}

#[tokio::test]
async fn killed_in_the_middle_of_a_queue_every_event_still_arrives_under_its_own_id() {
    const EVENTS: usize = 1_000;
    let receiver = Receiver::start().await;
    receiver.answer(&vec![Answer::Slow(Duration::from_millis(100)); 600]);
    let url = receiver.url();
    let workspace = Workspace::new();
    let server = workspace.serve(&ALLOW);
    let mut add = vec!["destination", "add", "worker", "--url", &url, "--json"];
    add.extend(ALLOW);
    workspace.json(&add, b"");
    let made = workspace.json(&["endpoint", "add", "open", "--secret-stdin", "--json"], SECRET.as_bytes());
    let path = made["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned();
    tokio::time::sleep(Duration::from_millis(800)).await;
    let ingest = format!("{}/in/{path}", server.base_url);
    let (count, workspace) = (EVENTS.to_string(), std::sync::Arc::new(workspace));
    let sender = workspace.clone();
    let sent = tokio::task::spawn_blocking(move || {
        sender.run(&["send", &ingest, "--secret-stdin", "--count", &count, "--json"], SECRET.as_bytes())
    });
    let sent = sent.await.unwrap();
    let acknowledged: BTreeSet<String> = String::from_utf8(sent.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|line| line["status"] == 200)
        .map(|line| line["webhook_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(acknowledged.len(), EVENTS);
    server.signal("KILL");
    drop(server);
    let at_the_kill = receiver.received().len();
    assert!(at_the_kill < EVENTS - 100, "{at_the_kill} had arrived already");
    let server = workspace.serve(&ALLOW);
    let begun = std::time::Instant::now();
    let ids = loop {
        let mut ids: HashMap<String, usize> = HashMap::new();
        for received in receiver.received() {
            *ids.entry(received.header("webhook-id")).or_default() += 1;
        }
        if ids.len() >= EVENTS {
            break ids;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{} of {EVENTS}", ids.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(acknowledged.iter().all(|id| ids.contains_key(id)), "{at_the_kill} had arrived at the kill");
    server.stop();
}

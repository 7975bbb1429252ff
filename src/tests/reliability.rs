//! A server goes on for years: what it owes is not forgotten, removals and retention hold up nobody, a second server on the
//! file is refused, and a task that fails is started again.

use crate::{
    app::{SECRET, TestApp, event},
    process::Workspace,
    receiver::{Answer, Receiver},
};
use hookpost::{
    db::{self, forwards, removals, retention},
    destinations::{self, NewDestination},
    endpoints,
    model::{
        destination::{DeliveryPolicy, Destination, ForwardState},
        removal::RemovalKind,
        user::Role,
    },
    net,
    runtime::clock::Clock,
};
use std::time::{Duration, Instant};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];
const DAY_MS: i64 = 86_400_000;

async fn destination(app: &TestApp, receiver: &Receiver) -> Destination {
    let new = NewDestination {
        name: "workers".into(),
        url: receiver.url(),
        policy: DeliveryPolicy { timeout_ms: 2_000, ..DeliveryPolicy::default() },
        ..NewDestination::default()
    };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (made, _) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

/// Runs retention as the background task does, at this time.
async fn retire(app: &TestApp, now: i64) -> (i64, i64) {
    let (mut place, mut deleted, mut died) = (None, 0, 0);
    loop {
        let mut tx = app.state.db.begin().await.unwrap();
        let slice = retention::delete_slice(&mut tx, now, place).await.unwrap();
        tx.commit().await.unwrap();
        deleted += slice.deleted;
        died += slice.died;
        place = slice.next;
        if place.is_none() {
            return (deleted, died);
        }
    }
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_owed_at_the_end_of_its_retention_is_dead_first_and_kept_for_a_week() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (endpoint, receiver) = (app.openai().await, Receiver::start().await);
    let workers = destination(&app, &receiver).await;
    destinations::pause(&app.state.db, &app.actor(), workers.id, "the test").await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    app.webhook(&endpoint, "wh_1", &event("batch.failed", "b")).send().await.unwrap();
    let id = app.last_delivery().await.summary.id;
    let after = app.now_ms() + 91 * DAY_MS;
    assert_eq!(retire(&app, after).await, (0, 1), "not deleted, but dead");
    let owed = forwards::of_delivery(&mut app.state.db.read().await.unwrap(), id).await.unwrap();
    assert_eq!(owed[0].state, ForwardState::Dead);
    assert!(owed[0].note.as_deref().unwrap().contains("past the endpoint's retention"), "{owed:?}");
    let depth = forwards::depth(&mut app.state.db.read().await.unwrap(), workers.id).await.unwrap();
    assert_eq!((depth.queued, depth.dead), (0, 1), "counted");
    let dead =
        db::rule_values::dead_at(&mut app.state.db.read().await.unwrap(), Some(workers.id), after).await;
    assert_eq!(dead.unwrap(), [after], "and alerted");
    assert_eq!(retire(&app, after + 6 * DAY_MS).await, (0, 0));
    assert_eq!(retire(&app, after + 8 * DAY_MS).await, (1, 0));
    assert!(app.deliveries().await.is_empty());
    app.stop().await;
}

#[tokio::test]
async fn retention_looks_past_what_it_may_not_delete_yet() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (endpoint, receiver) = (app.openai().await, Receiver::start().await);
    let workers = destination(&app, &receiver).await;
    destinations::pause(&app.state.db, &app.actor(), workers.id, "the test").await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    for n in 0..retention::SLICE + 50 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    let owed = app.deliveries().await.len();
    destinations::remove(&app.state.db, &app.actor(), workers.id).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    app.webhook(&endpoint, "wh_last", "{}").send().await.unwrap();
    let after = app.now_ms() + 91 * DAY_MS;
    let (deleted, died) = retire(&app, after).await;
    // Whatever the removal has deleted meanwhile is owed no more.
    assert!(deleted >= 1 && deleted + died >= owed as i64, "{deleted} deleted, {died} died of {owed}");
    app.stop().await;
}

#[tokio::test]
async fn removed_endpoints_and_destinations_are_gone_at_once_and_their_rows_after_a_while() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (endpoint, receiver) = (app.openai().await, Receiver::start().await);
    receiver.answer(&[Answer::Status(500); 450]);
    let workers = destination(&app, &receiver).await;
    for n in 0..450 {
        app.webhook(&endpoint, &format!("wh_{n}"), &event("batch.failed", "b")).send().await.unwrap();
    }
    destinations::remove(&app.state.db, &app.actor(), workers.id).await.unwrap();
    endpoints::remove(&app.state.db, &app.actor(), endpoint.id).await.unwrap();
    let mut connection = app.state.db.read().await.unwrap();
    assert!(db::destinations::list(&mut connection).await.unwrap().is_empty());
    assert!(db::endpoints::list(&mut connection).await.unwrap().is_empty());
    drop(connection);
    // Another may have the name at once.
    app.state.destinations.reload(&app.state.db).await.unwrap();
    destination(&app, &receiver).await;
    until("everything of them is deleted", async || {
        let mut connection = app.state.db.read().await.unwrap();
        let endpoints = removals::list(&mut connection, RemovalKind::Endpoint).await.unwrap();
        let destinations = removals::list(&mut connection, RemovalKind::Destination).await.unwrap();
        endpoints.is_empty() && destinations.is_empty()
    })
    .await;
    let mut connection = app.state.db.read().await.unwrap();
    for table in ["deliveries", "payloads", "forwards", "attempts", "counts"] {
        let mut query = connection.sql("SELECT count(*) FROM ");
        query.push_name(table);
        let rows: i64 = query.scalar().await.unwrap();
        assert_eq!(rows, 0, "{table}");
    }
    let destinations: i64 = connection.sql("SELECT count(*) FROM destinations").scalar().await.unwrap();
    assert_eq!(destinations, 1, "the new one");
    drop(connection);
    app.stop().await;
}

#[tokio::test]
async fn a_removal_that_is_not_done_is_shown_with_its_progress() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let endpoint = app.openai().await;
    let now = app.now_ms();
    let mut tx = app.state.db.begin().await.unwrap();
    tx.sql(
        "INSERT INTO removals (object_id, kind, name, deleted, created_at, stage, cursor) \
         VALUES (x'00112233445566778899aabbccddeeff', 'endpoint', 'old one', 12000, $1, 1, 9000000000000000000)",
    )
    .bind(now)
    .run()
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let page = app.browser(Role::Viewer).await.get("/settings/endpoints").await;
    // The task may have been quicker than the page.
    let left = removals::list(&mut app.state.db.read().await.unwrap(), RemovalKind::Endpoint).await.unwrap();
    assert!(
        left.is_empty() || page.text.contains("old one: 12,000 deliveries deleted so far."),
        "{}",
        page.text
    );
    drop(endpoint);
    app.stop().await;
}

#[test]
fn a_second_server_on_the_file_refuses_to_start_and_says_why() {
    let workspace = Workspace::new();
    let first = workspace.serve(&[]);
    let refused = workspace.run(&["serve", "--listen", "127.0.0.1:0"], b"");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("is in use by another Hookpost server (process "), "{said}");
    // Commands work beside it.
    assert!(workspace.run(&["endpoint", "list"], b"").status.success());
    first.stop();
    workspace.serve(&[]).stop();
}

#[tokio::test]
async fn nothing_is_acknowledged_while_the_database_file_is_away() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let (file, away) =
        (app.state.settings.database.clone(), app.state.settings.database.with_extension("away"));
    std::fs::rename(&file, &away).unwrap();
    let status = async |id: &str| app.webhook(&endpoint, id, "{}").send().await.unwrap().status().as_u16();
    until("webhooks are refused", async || status("wh_away").await == 503).await;
    let answer = app.http.get(format!("{}/readyz", app.base_url)).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    let text = answer.text().await.unwrap();
    assert!(text.contains("the database file was removed or replaced"), "{text}");
    std::fs::rename(&away, &file).unwrap();
    until("webhooks are taken", async || status("wh_back").await == 200).await;
    app.stop().await;
}

#[test]
fn a_clock_that_leapt_years_ahead_is_doubted() {
    let clock = Clock::system();
    assert!(clock.believed_ms().is_ok());
    clock.remember(clock.now_ms() - 1_000 * DAY_MS);
    assert_eq!(clock.believed_ms().unwrap_err().ahead_ms / DAY_MS, 1_000);
    assert!(clock.is_doubted() && clock.now_ms() - clock.id_ms() > 999 * DAY_MS);
    clock.confirm();
    assert!(clock.believed_ms().is_ok() && !clock.is_doubted());
}

#[tokio::test]
async fn a_task_that_panics_is_started_again_counted_and_shown() {
    let workspace = Workspace::new();
    let mut server = workspace.serve_with(&[], &[("HOOKPOST_TEST_PANIC", "jobs:1")]);
    server.wait_for("the task jobs panicked; restarting it in 1 s");
    let http = net::operator_client().unwrap();
    let get = async |path: &str| {
        let answer = http.get(format!("{}{path}", server.base_url)).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    until("it is up again", async || {
        let (status, text) = get("/readyz").await;
        status == 200 && text.contains(r#""restarts":{"jobs":1}"#)
    })
    .await;
    let (_, metrics) = get("/metrics").await;
    assert!(metrics.contains(r#"hookpost_task_restarts_total{task="jobs"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"hookpost_task_up{task="jobs"} 1"#), "{metrics}");
    server.stop();
}

#[tokio::test]
async fn the_writer_is_started_again_after_a_panic_and_takes_webhooks() {
    let workspace = Workspace::new();
    workspace.run(&["endpoint", "add", "prod", "--secret-stdin"], SECRET.as_bytes());
    let listed = workspace.json(&["endpoint", "list", "--json"], b"");
    let mut server = workspace.serve_with(&[], &[("HOOKPOST_TEST_PANIC", "writer:1")]);
    server.wait_for("the task writer panicked; restarting it in 1 s");
    let path = listed[0]["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned();
    let url = format!("{}/in/{path}", server.base_url);
    until("webhooks are taken", async || {
        workspace.run(&["send", &url, "--secret-stdin"], SECRET.as_bytes()).status.success()
    })
    .await;
    server.stop();
}

#[test]
fn a_task_that_fails_three_times_in_a_minute_ends_the_process() {
    let workspace = Workspace::new();
    let server = workspace.serve_with(&[], &[("HOOKPOST_TEST_PANIC", "alerts:3")]);
    assert_eq!(server.wait().code(), Some(70));
}

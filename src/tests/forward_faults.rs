//! Forwarding and replays in spite of faults: crashes, clocks, loops, lists without end, and whoever wants to make them so.

use crate::{
    api::Program,
    app::{SECRET, TestApp, event},
    process::Workspace,
    receiver::{Answer, Receiver},
};

use hookpost::{
    db::{self, attempts, forwards},
    destinations::{self, NewDestination},
    forward::replay,
    jobs::run as jobs,
    model::{
        delivery::Outcome,
        destination::{DeliveryPolicy, Destination, Forward, ForwardState, ReplayAsk},
        ids::{DeliveryId, JobId},
        job::JobState,
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];

async fn destination(
    app: &TestApp,
    name: &str,
    url: &str,
    change: impl FnOnce(&mut NewDestination),
) -> Destination {
    let mut new = NewDestination { name: name.into(), url: url.into(), ..NewDestination::default() };
    change(&mut new);
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (made, _) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

/// Waits until something is so.
async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) => assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {seen}"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn forwards_of(app: &TestApp, id: DeliveryId) -> Vec<Forward> {
    forwards::of_delivery(&mut app.state.db.read().await.unwrap(), id).await.unwrap()
}

async fn stored(app: &TestApp) -> Destination {
    db::destinations::list(&mut app.state.db.read().await.unwrap()).await.unwrap().remove(0)
}

async fn sql(app: &TestApp, statement: &'static str) {
    let mut tx = app.state.db.begin().await.unwrap();
    tx.sql(statement).run().await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_replay_goes_to_each_destination_once_however_often_it_is_named() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let id = app.last_delivery().await.summary.id;
    destination(&app, "a", &receiver.url(), |_| {}).await;
    let member = Program::new(&app, Role::Member).await;
    let path = format!("/api/v1/deliveries/{id}/replay");
    let replay = async |body: Value| member.ask(Method::POST, &path, Some(body)).await;
    let (status, answer) = replay(json!({"destinations": vec!["a"; 5_000], "times": 20})).await;
    assert_eq!((status, answer["forwards"].as_array().unwrap().len()), (202, 20), "{answer}");
    assert_eq!(
        (answer["queued"][19]["destination"].as_str(), forwards_of(&app, id).await.len()),
        (Some("a"), 20)
    );
    // An edit is stored once for all of them.
    let edited = json!({"destinations": ["a", "a"], "times": 20, "mode": "edited", "body_base64": "e30="});
    assert_eq!(replay(edited).await.0, 202);
    let edits: i64 =
        app.state.db.read().await.unwrap().sql("SELECT count(*) FROM edits").scalar().await.unwrap();
    assert_eq!((edits, forwards_of(&app, id).await.len()), (1, 40));
    receiver.wait_for(40).await;
    let (status, answer) = replay(json!({"destinations": ["a", "b", "c", "b"]})).await;
    assert_eq!(status, 422);
    assert!(answer["detail"].as_str().unwrap().ends_with("unknown destination b, c"), "{answer}");
    let many: Vec<String> = (0..100_000).map(|n| format!("x{n}")).collect();
    let (status, answer) = replay(json!({"destinations": many})).await;
    assert!(status == 422 && answer.to_string().len() < 2_000, "{answer}");
    for times in [0, 21, 255] {
        assert_eq!(replay(json!({"destinations": ["a"], "times": times})).await.0, 422, "{times}");
    }
    assert_eq!(replay(json!({"destinations": []})).await.0, 422);
    assert_eq!(forwards_of(&app, id).await.len(), 40);
}

#[tokio::test]
async fn requests_that_were_under_way_when_the_circuit_opened_do_not_lengthen_it() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    destination(&app, "a", &receiver.url(), |_| {}).await;
    // The ninth failure leaves room for one more, which is under way when the tenth opens the circuit.
    receiver.answer(&[Answer::SlowStatus(Duration::from_millis(700), 500); 17]);
    for n in 0..20 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    receiver.wait_for(17).await;
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let open = stored(&app).await;
    assert_eq!((open.failures, open.open_until), (10, Some(app.now_ms() + 30_000)));
    assert_eq!(receiver.received().len(), 17);
    // A person who does not want to wait asks with one request; it answers again, and what is due goes at once.
    let member = app.browser(Role::Member).await;
    let first = app.deliveries().await[0].summary.id;
    let forward = forwards_of(&app, first).await[0].id.to_string();
    let form = [("delivery", first.to_string()), ("forward", forward)];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    member.post("/do/retry_forward", &form).await;
    receiver.wait_for(21).await;
    until("closed", async || {
        let now = stored(&app).await;
        if (now.failures, now.open_until) == (0, None) { Ok(()) } else { Err(format!("{now:?}")) }
    })
    .await;
    app.set_clock(app.now_ms() + 6_000);
    receiver.wait_for(37).await;
}

#[tokio::test]
async fn a_replay_by_a_person_is_the_probe_of_an_open_circuit_and_when_it_fails_the_rest_waits() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let made = destination(&app, "a", &receiver.url(), |_| {}).await;
    sql(&app, "UPDATE destinations SET failures = 10, open_until = 9000000000000").await;
    // No circuit is open for centuries: that was another clock. This one is.
    let until_then = app.now_ms() + 30_000;
    let mut tx = app.state.db.begin().await.unwrap();
    db::destinations::note_failures(&mut tx, made.id, 10, Some(until_then)).await.unwrap();
    tx.commit().await.unwrap();
    receiver.answer(&[Answer::SlowStatus(Duration::from_millis(300), 500)]);
    let id = app.last_delivery().await.summary.id;
    let ask = ReplayAsk { times: 5, ..ReplayAsk::default() };
    replay::replay(&app.state.forwarding, &app.actor(), id, &[made.id], &ask).await.unwrap();
    receiver.wait_for(1).await;
    until("the failed probe doubles", async || {
        let now = stored(&app).await;
        if now.failures == 11 && now.open_until == Some(app.now_ms() + 60_000) {
            Ok(())
        } else {
            Err(format!("{now:?}"))
        }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.received().len(), 1);
    // The one that failed is not tried again: a newer one of the same event is delivered by then.
    app.set_clock(app.now_ms() + 61_000);
    receiver.wait_for(5).await;
}

#[tokio::test]
async fn an_event_that_comes_back_to_us_is_stored_and_not_sent_again() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let endpoint = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
    let own = app.ingest_url(&endpoint);
    destination(&app, "itself", &own, |_| {}).await;
    app.http.post(&own).body("{}").send().await.unwrap();
    until("it comes back", async || {
        let all = app.deliveries().await;
        if all.len() < 2 { Err(all.len().to_string()) } else { Ok(()) }
    })
    .await;
    let back = app.last_delivery().await.summary.id;
    let skipped = until("and is not sent again", async || {
        forwards_of(&app, back)
            .await
            .into_iter()
            .find(|one| one.state == ForwardState::Skipped)
            .ok_or("no".into())
    })
    .await;
    assert_eq!(skipped.note.as_deref(), Some("it came back to Hookpost itself and is not sent again"));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(app.deliveries().await.len(), 2);
    let member = app.browser(Role::Member).await;
    let page = member.get(&format!("/events/{back}?tab=forwards")).await.text;
    assert!(page.contains("it came back to Hookpost itself"), "{page}");
    // Who saves such a destination is told.
    let admin = app.browser(Role::Admin).await;
    let form = [("name", "again"), ("url", own.as_str()), ("of", "all")];
    let answer = admin.post("/do/add_destination", &form).await;
    let page = admin.get(&answer.location).await.text;
    assert!(page.contains("is an ingest URL of this Hookpost"), "{page}");
}

#[tokio::test]
async fn an_event_that_goes_round_two_hookposts_ends_after_one_round() {
    let (a, b) = (TestApp::spawn_with(&ALLOW).await, TestApp::spawn_with(&ALLOW).await);
    let mut urls = Vec::new();
    for app in [&a, &b] {
        let endpoint = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
        urls.push(app.ingest_url(&endpoint));
    }
    destination(&a, "b", &urls[1], |_| {}).await;
    destination(&b, "a", &urls[0], |_| {}).await;
    a.http.post(&urls[0]).body("{}").send().await.unwrap();
    until("round", async || {
        let (at_a, at_b) = (a.deliveries().await.len(), b.deliveries().await.len());
        if (at_a, at_b) == (2, 1) { Ok(()) } else { Err(format!("{at_a} {at_b}")) }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!((a.deliveries().await.len(), b.deliveries().await.len()), (2, 1));
    assert!(a.deliveries().await.iter().all(|one| one.summary.outcome == Outcome::Accepted));
}

#[tokio::test]
async fn what_only_hookpost_says_is_not_taken_from_senders() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let request = app.webhook(&endpoint, "wh_1", "{}").header("x-own", "kept");
    let names = ["x-hookpost-edited", "x-hookpost-late", "x-hookpost-test", "x-hookpost-anything"];
    names.iter().fold(request, |request, name| request.header(*name, "true")).send().await.unwrap();
    let made = destination(&app, "a", &receiver.url(), |new| new.policy.sender_headers = true).await;
    let id = app.last_delivery().await.summary.id;
    for mode in ["fresh", "verbatim"] {
        let ask = ReplayAsk { mode: mode.parse().unwrap(), times: 1, ..ReplayAsk::default() };
        replay::replay(&app.state.forwarding, &app.actor(), id, &[made.id], &ask).await.unwrap();
    }
    for received in receiver.wait_for(2).await {
        assert_eq!(received.header("x-own"), "kept");
        for name in names {
            assert_eq!(received.header(name), "", "{name}");
        }
        assert_eq!(received.header("x-hookpost-via").len(), 16);
    }
}

#[tokio::test]
async fn a_condition_that_a_sender_makes_long_is_not_told_counted_and_holds_nobody_up() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let condition = "body.a.exists(x, x in body.b)";
    let made = destination(&app, "a", &receiver.url(), |new| new.condition = condition.into()).await;
    let list = |from: usize| (from..from + 70_000).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let body = format!(r#"{{"a":[{}],"b":[{}]}}"#, list(0), list(100_000));
    app.webhook(&endpoint, "wh_1", &body).send().await.unwrap();
    app.webhook(&endpoint, "wh_2", r#"{"a":[1],"b":[1]}"#).send().await.unwrap();
    receiver.wait_for(1).await;
    let first = app.deliveries().await[0].summary.id;
    let skipped = until("told", async || {
        forwards_of(&app, first)
            .await
            .into_iter()
            .find(|one| one.state == ForwardState::Skipped)
            .ok_or("no".into())
    })
    .await;
    assert!(skipped.note.unwrap().contains("can't be evaluated: this event exceeds the time limit"), "said");
    until("the other one is delivered", async || {
        let depth = forwards::depth(&mut app.state.db.read().await.unwrap(), made.id).await.unwrap();
        if (depth.untold, depth.queued) == (1, 0) { Ok(()) } else { Err(format!("{depth:?}")) }
    })
    .await;
    let begun = Instant::now();
    app.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_stored_condition_that_is_none_any_more_pauses_its_destination_and_its_queue_waits() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    destination(&app, "a", &receiver.url(), |new| new.condition = "true".into()).await;
    sql(&app, "UPDATE destinations SET condition = 'body' || replace(hex(zeroblob(490)), '0', '.b')").await;
    app.state.destinations.reload(&app.state.db).await.unwrap();
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let paused = until("paused", async || {
        let now = stored(&app).await;
        now.paused_why.clone().ok_or(format!("{now:?}"))
    })
    .await;
    assert!(paused.starts_with("its condition can't be read: nested more than"), "{paused}");
    assert!(receiver.received().is_empty());
    assert_eq!(forwards_of(&app, app.last_delivery().await.summary.id).await[0].state, ForwardState::Queued);
}

#[tokio::test]
async fn after_the_clock_went_back_nothing_waits_for_as_long_as_it_was_ahead() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    destination(&app, "a", &receiver.url(), |_| {}).await;
    let now = app.now_ms();
    let ahead = now + 3 * 365 * 86_400_000;
    receiver.answer(&[Answer::Status(500), Answer::SlowStatus(Duration::from_millis(600), 500)]);
    app.set_clock(ahead);
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    receiver.wait_for(1).await;
    app.webhook(&endpoint, "wh_2", "{}").send().await.unwrap();
    receiver.wait_for(2).await;
    // One waits for its retry, the other is under way.
    app.set_clock(now);
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(receiver.received().len(), 2, "what is under way is not sent beside itself");
    app.set_clock(now + 12_000);
    receiver.wait_for(4).await;
}

/// A server as a process of its own, with one destination and one endpoint. Says where senders post to.
async fn serve_with(workspace: &Workspace, url: &str, more: &[&str]) -> String {
    let mut add = vec!["destination", "add", "worker", "--url", url, "--json"];
    add.extend(ALLOW);
    add.extend(more);
    workspace.json(&add, b"");
    let made = workspace.json(&["endpoint", "add", "open", "--secret-stdin", "--json"], SECRET.as_bytes());
    made["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned()
}

/// State and tries of the only forward, and the attempts that were written down.
async fn seen(workspace: &Workspace) -> (String, i64, Vec<Option<i64>>) {
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(workspace.path("hookpost.db")).read_only(true);
    let mut c = hookpost::db::Connection::from(sqlx::ConnectOptions::connect(&options).await.unwrap());
    let (state, tries) =
        c.sql("SELECT state, attempts FROM forwards ORDER BY id LIMIT 1").one().await.unwrap();
    let written = c.sql("SELECT status FROM attempts ORDER BY id").scalars().await.unwrap();
    (state, tries, written)
}

fn send(workspace: &Workspace, base_url: &str, key: &str) {
    let ingest = format!("{base_url}/in/{key}");
    let sent = workspace.run(&["send", &ingest, "--secret-stdin", "--json"], SECRET.as_bytes());
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_during_a_request_uses_up_no_try() {
    let receiver = Receiver::start().await;
    receiver.answer(&[Answer::SlowStatus(Duration::from_secs(30), 500); 4]);
    receiver.answer(&[Answer::Status(500)]);
    let workspace = Workspace::new();
    let key = serve_with(&workspace, &receiver.url(), &["--waits", "5s 5s 5s"]).await;
    for round in 1..=4 {
        let server = workspace.serve(&ALLOW);
        if round == 1 {
            send(&workspace, &server.base_url, &key);
        }
        receiver.wait_for(round).await;
        server.signal("KILL");
        drop(server);
    }
    let server = workspace.serve(&ALLOW);
    receiver.wait_for(5).await;
    until("written down", async || {
        let seen = seen(&workspace).await;
        if seen == ("queued".into(), 1, vec![Some(500)]) { Ok(()) } else { Err(format!("{seen:?}")) }
    })
    .await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_asked_to_stop_waits_for_what_is_under_way_and_writes_it_down() {
    let receiver = Receiver::start().await;
    receiver.answer(&[Answer::SlowStatus(Duration::from_secs(3), 200)]);
    let workspace = Workspace::new();
    let key = serve_with(&workspace, &receiver.url(), &[]).await;
    let server = workspace.serve(&ALLOW);
    send(&workspace, &server.base_url, &key);
    receiver.wait_for(1).await;
    server.stop();
    assert_eq!(seen(&workspace).await, ("delivered".into(), 1, vec![Some(200)]));
    assert_eq!(receiver.received().len(), 1);
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_panics_gives_its_place_back() {
    let receiver = Receiver::start().await;
    let workspace = Workspace::new();
    let key = serve_with(&workspace, &receiver.url(), &["--in-flight", "1"]).await;
    let server = workspace.serve_with(&ALLOW, &[("HOOKPOST_TEST_PANIC", "attempt:2")]);
    for _ in 0..3 {
        send(&workspace, &server.base_url, &key);
    }
    receiver.wait_for(1).await;
    server.stop();
}

async fn start(app: &TestApp, filter: &str, to: &[&Destination]) -> JobId {
    let ask = hookpost::jobs::replay::BulkAsk {
        destinations: to.iter().map(|one| one.id).collect(),
        mode: Default::default(),
        rate: None,
    };
    let filter = hookpost::model::filter::DeliveryFilter::from_query(filter);
    hookpost::jobs::replay::start(&app.state, &app.actor(), &filter, ask).await.unwrap()
}

#[tokio::test]
async fn a_hundred_jobs_that_wait_for_a_paused_destination_hold_up_no_later_one() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let (paused, open) = (
        destination(&app, "paused", &receiver.url(), |_| {}).await,
        destination(&app, "open", &receiver.url(), |_| {}).await,
    );
    destinations::pause(&app.state.db, &app.actor(), paused.id, "the test").await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    for _ in 0..120 {
        start(&app, "", &[&paused, &paused]).await;
    }
    let last = start(&app, "", &[&open, &open, &open]).await;
    receiver.wait_for(1).await;
    until("done", async || {
        let job = jobs::find(&app.state, last).await.unwrap();
        if job.state == JobState::Done && job.changed == 1 { Ok(()) } else { Err(format!("{job:?}")) }
    })
    .await;
    // One that stops is taken back, and says so.
    let id = start(&app, "", &[&paused]).await;
    until("queued", async || {
        let job = jobs::find(&app.state, id).await.unwrap();
        if job.changed == 1 { Ok(()) } else { Err(format!("{job:?}")) }
    })
    .await;
    let member = app.browser(Role::Member).await;
    let text = id.to_string();
    member.post("/do/cancel_job", &[("id", text.as_str())]).await;
    until("stopped", async || {
        let job = jobs::find(&app.state, id).await.unwrap();
        if job.state == JobState::Cancelled && job.ended_at.is_some() {
            Ok(())
        } else {
            Err(format!("{job:?}"))
        }
    })
    .await;
    let page = member.get(&format!("/jobs/{id}")).await.text;
    assert!(page.contains("Stopped") && page.contains("data-label=\"Not sent\" class=\"num\">1<"), "{page}");
}

#[tokio::test]
async fn a_job_that_was_being_stopped_when_the_server_died_is_stopped_by_the_next() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    for n in 0..5 {
        app.webhook(&endpoint, &format!("wh_{n}"), &event("a", "b")).send().await.unwrap();
    }
    let paused = destination(&app, "paused", &receiver.url(), |_| {}).await;
    destinations::pause(&app.state.db, &app.actor(), paused.id, "the test").await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    let id = start(&app, "", &[&paused]).await;
    until("queued", async || {
        let job = jobs::find(&app.state, id).await.unwrap();
        if job.changed == 5 { Ok(()) } else { Err(format!("{job:?}")) }
    })
    .await;
    // As the database is left when it dies in the midst of it.
    sql(&app, "UPDATE jobs SET state = 'stopping', sweep = 1").await;
    until("stopped", async || {
        let job = jobs::find(&app.state, id).await.unwrap();
        if job.state == JobState::Cancelled { Ok(()) } else { Err(format!("{job:?}")) }
    })
    .await;
    let depth = forwards::depth(&mut app.state.db.read().await.unwrap(), paused.id).await.unwrap();
    assert_eq!(depth.queued, 0);
}

#[tokio::test]
async fn what_failed_after_many_replays_is_shown_and_sent_again() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let id = app.last_delivery().await.summary.id;
    let made = destination(&app, "a", &receiver.url(), |new| {
        new.policy = DeliveryPolicy { waits: Vec::new(), in_flight: 32, ..DeliveryPolicy::default() };
    })
    .await;
    for round in 1..=11 {
        let ask = ReplayAsk { times: 20, ..ReplayAsk::default() };
        replay::replay(&app.state.forwarding, &app.actor(), id, &[made.id], &ask).await.unwrap();
        receiver.wait_for(round * 20).await;
    }
    receiver.answer(&[Answer::Status(404)]);
    replay::replay(&app.state.forwarding, &app.actor(), id, &[made.id], &ReplayAsk::default()).await.unwrap();
    until("dead", async || {
        let newest = forwards_of(&app, id).await.pop().unwrap();
        if newest.state == ForwardState::Dead { Ok(()) } else { Err(format!("{newest:?}")) }
    })
    .await;
    let attempts = attempts::of_delivery(&mut app.state.db.read().await.unwrap(), id).await.unwrap();
    assert_eq!(attempts.last().unwrap().status, Some(404));
    let member = app.browser(Role::Member).await;
    let page = member.get(&format!("/events/{id}?tab=forwards")).await.text;
    assert!(
        page.contains("Replay to failed destinations") && page.contains("Showing the newest 200."),
        "{page}"
    );
    let text = id.to_string();
    member.post("/do/replay_failed", &[("delivery", text.as_str())]).await;
    receiver.wait_for(222).await;
}

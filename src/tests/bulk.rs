//! Replaying all events of a filter: what a preview says, the pace, pausing, stopping, and going on after a restart.

use crate::{
    app::{SECRET, TestApp, event},
    browser::Browser,
    process::Workspace,
    receiver::{Answer, Receiver},
};
use hookpost::{
    db::forwards,
    destinations::{self, NewDestination},
    jobs::run as jobs,
    model::{
        destination::Destination,
        ids::JobId,
        job::{Job, JobState},
        user::Role,
    },
};
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];

async fn destination(app: &TestApp, receiver: &Receiver) -> Destination {
    let new = NewDestination {
        name: format!("to {}", receiver.port),
        url: receiver.url(),
        ..NewDestination::default()
    };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (made, _) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

/// Starts a job in the interface. Its id, or what was wrong.
async fn start(member: &Browser, form: &[(&str, &str)]) -> Result<JobId, String> {
    let location = member.post("/do/start_replay", form).await.location;
    match location.strip_prefix("/jobs/") {
        Some(id) => Ok(id.parse().unwrap()),
        None => Err(member.get(&location).await.text),
    }
}

async fn until(app: &TestApp, id: JobId, wanted: impl Fn(&Job) -> bool) -> Job {
    let begun = Instant::now();
    loop {
        let job = jobs::find(&app.state, id).await.unwrap();
        if wanted(&job) {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{job:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn count_ids(receiver: &Receiver) -> HashMap<String, usize> {
    let mut ids = HashMap::new();
    for received in receiver.received() {
        *ids.entry(received.header("webhook-id")).or_default() += 1;
    }
    ids
}

#[tokio::test]
async fn all_events_of_a_filter_go_again_to_where_they_failed_and_only_there() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (good, bad) = (Receiver::start().await, Receiver::start().await);
    let endpoint = app.openai().await;
    let (_, to_bad) = (destination(&app, &good).await, destination(&app, &bad).await);
    bad.answer(&[Answer::Status(500), Answer::Status(200), Answer::Status(500)]);
    for n in 0..3 {
        let body = event("batch.failed", &format!("batch_{n}"));
        app.webhook(&endpoint, &format!("wh_{n}"), &body).send().await.unwrap();
        bad.wait_for(n + 1).await;
    }
    good.wait_for(3).await;
    app.webhook(&endpoint, "wh_0", &event("batch.failed", "batch_0")).send().await.unwrap();
    let begun = Instant::now();
    while forwards::depth(&mut app.state.db.read().await.unwrap(), to_bad.id).await.unwrap().retrying != 2 {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    let member = app.browser(Role::Member).await;
    let preview = member.get("/replay?type=batch.*").await.text;
    assert!(preview.contains("3 events"), "the duplicate is none: {preview}");
    assert!(member.get("/replay?type=batch.*&forward=failing").await.text.contains("2 events"));
    let id =
        start(&member, &[("filter", "type=batch.*"), ("which", "failed"), ("mode", "fresh")]).await.unwrap();
    let job = until(&app, id, |job| job.state == JobState::Done).await;
    assert_eq!((job.total, job.seen, job.changed), (3, 3, 2));
    bad.wait_for(5).await;
    assert_eq!(good.received().len(), 3);
    // What the replay delivered is not tried again by the first forward.
    let begun = Instant::now();
    while forwards::depth(&mut app.state.db.read().await.unwrap(), to_bad.id).await.unwrap().queued > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    app.set_clock(app.now_ms() + 60_000);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(bad.received().len(), 5);
    let page = member.get(&format!("/jobs/{id}")).await.text;
    assert!(page.contains("Done") && page.contains("member@example.com<!>"), "{page}");
    let audit = app.browser(Role::Admin).await.get("/settings/audit").await.text;
    assert!(
        audit.contains("many deliveries") && audit.contains("each event's failed destinations"),
        "{audit}"
    );
}

#[tokio::test]
async fn a_filter_of_rejected_deliveries_and_values_out_of_bounds_are_refused() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    destination(&app, &receiver).await;
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let member = app.browser(Role::Member).await;
    assert!(member.get("/replay?verdict=rejected").await.text.contains("only accepted deliveries"));
    assert_eq!(member.get("/replay?verdict=rejected").await.status, 422);
    for (form, said) in [
        (vec![("which", "chosen"), ("mode", "fresh")], "choose at least one"),
        (vec![("which", "failed"), ("mode", "fresh"), ("rate", "0")], "rate: must be 1 to 60000"),
        (vec![("which", "failed"), ("mode", "fresh"), ("rate", "x")], "rate: must be a whole number"),
        (vec![("which", "failed"), ("mode", "edited")], "mode: a bulk replay must be fresh or verbatim"),
        (vec![("which", "failed"), ("mode", "fresh"), ("filter", "verdict=duplicate")], "only accepted"),
    ] {
        let shown = start(&member, &form).await.unwrap_err();
        assert!(shown.contains(said), "{form:?}: {shown}");
    }
}

#[tokio::test]
async fn a_job_keeps_to_its_rate_waits_while_it_is_paused_and_leaves_the_rest_when_it_is_stopped() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    for n in 0..20 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    let to = destination(&app, &receiver).await.id.to_string();
    let member = app.browser(Role::Member).await;
    let form = [("which", "chosen"), ("to[]", to.as_str()), ("mode", "fresh"), ("rate", "60")];
    let id = start(&member, &form).await.unwrap();
    until(&app, id, |job| job.changed == 1).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(jobs::find(&app.state, id).await.unwrap().changed, 1, "one a second");
    app.set_clock(app.now_ms() + 4_000);
    until(&app, id, |job| job.changed == 5).await;
    receiver.wait_for(5).await;
    let text = id.to_string();
    let pause =
        async |paused: &str| member.post("/do/pause_job", &[("id", text.as_str()), ("paused", paused)]).await;
    pause("true").await;
    app.set_clock(app.now_ms() + 60_000);
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(jobs::find(&app.state, id).await.unwrap().changed, 5);
    assert!(member.get(&format!("/jobs/{id}")).await.text.contains("Resume"));
    pause("false").await;
    until(&app, id, |job| job.changed >= 6).await;
    app.set_clock(app.now_ms() + 2_000);
    until(&app, id, |job| job.changed >= 8).await;
    receiver.wait_for(8).await;
    // Another job takes its turn beside the slow one.
    let form = [("which", "chosen"), ("to[]", to.as_str()), ("mode", "verbatim"), ("filter", "id=wh_19")];
    let other = start(&member, &form).await.unwrap();
    until(&app, other, |job| job.state == JobState::Done).await;
    member.post("/do/cancel_job", &[("id", text.as_str())]).await;
    app.set_clock(app.now_ms() + 60_000);
    tokio::time::sleep(Duration::from_millis(600)).await;
    let job = jobs::find(&app.state, id).await.unwrap();
    assert_eq!((job.state, job.changed), (JobState::Cancelled, 8));
    assert_eq!(receiver.received().len(), 9);
}

#[tokio::test]
async fn what_a_paused_job_has_queued_waits_and_what_a_stopped_one_has_queued_is_taken_back() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    for n in 0..12 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    let made = destination(&app, &receiver).await;
    destinations::pause(&app.state.db, &app.actor(), made.id, "for now").await.unwrap();
    let member = app.browser(Role::Member).await;
    let to = made.id.to_string();
    let form = [("which", "chosen"), ("to[]", to.as_str()), ("mode", "fresh"), ("rate", "")];
    let id = start(&member, &form).await.unwrap();
    until(&app, id, |job| job.changed == 12).await;
    let page = member.get(&format!("/jobs/{id}")).await.text;
    assert!(page.contains("Running") && page.contains("class=\"num\">12<"), "{page}");
    jobs::set_paused(&app.state, id, true).await.unwrap();
    destinations::resume(&app.state.db, &app.actor(), made.id).await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(receiver.received().len(), 0, "what the paused job has queued waits");
    jobs::cancel(&app.state, id).await.unwrap();
    until(&app, id, |job| job.state == JobState::Cancelled).await;
    let progress = forwards::progress(&mut app.state.db.read().await.unwrap(), id).await.unwrap();
    assert_eq!((progress[0].skipped, progress[0].queued), (12, 0));
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn a_job_goes_on_after_the_server_was_killed_and_each_event_goes_once() {
    const EVENTS: usize = 300;
    let receiver = Receiver::start().await;
    let workspace = Workspace::new();
    let server = workspace.serve(&ALLOW);
    let made = workspace.json(&["endpoint", "add", "open", "--secret-stdin", "--json"], SECRET.as_bytes());
    let path = made["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned();
    tokio::time::sleep(Duration::from_millis(800)).await;
    let (ingest, count) = (format!("{}/in/{path}", server.base_url), EVENTS.to_string());
    let sent =
        workspace.run(&["send", &ingest, "--secret-stdin", "--count", &count, "--json"], SECRET.as_bytes());
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let mut add = vec!["destination", "add", "worker", "--json", "--url"];
    let url = receiver.url();
    add.push(&url);
    add.extend(ALLOW);
    let to = workspace.json(&add, b"")["id"].as_str().unwrap().to_owned();
    workspace.json(&["destination", "pause", "worker", "--json"], b"");
    let admin = Browser::of_process(&workspace, &server.base_url).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    let form = [("which", "chosen"), ("to[]", to.as_str()), ("mode", "fresh"), ("rate", "6000")];
    let location = admin.post("/do/start_replay", &form).await.location;
    assert!(location.starts_with("/jobs/"), "{location}");
    tokio::time::sleep(Duration::from_millis(700)).await;
    // Nothing is under way, for the destination is paused: what is sent later is sent once.
    server.signal("KILL");
    drop(server);
    let server = workspace.serve(&ALLOW);
    workspace.json(&["destination", "resume", "worker", "--json"], b"");
    let begun = Instant::now();
    while receiver.received().len() < EVENTS {
        assert!(begun.elapsed() < Duration::from_secs(40), "{} of {EVENTS}", receiver.received().len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let ids = count_ids(&receiver);
    assert_eq!((ids.len(), ids.values().max()), (EVENTS, Some(&1)));
    server.stop();
}

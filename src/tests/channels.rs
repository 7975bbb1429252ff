//! News of incidents reaches people and programs: in each one's own form, in order, again when it failed, as one when it is
//! much, and never lost.

mod mail;
mod pages;
mod restart;

use crate::{
    app::TestApp,
    interop::python,
    receiver::{Answer, Received, Receiver},
};
use hookpost::{
    alerts::channels::{self, NewChannel, Secrets},
    crypto::MasterKey,
    db::{self, Db},
    model::{
        channel::Channel,
        ids::{ChannelId, IncidentId},
        notice::{Notice, NoticeContent, NoticeKind, NoticeState},
        severity::Severity,
        which::Which,
    },
};
use serde_json::Value;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];

/// What an admin would say of a channel.
fn new_channel(name: &str, fields: &[(&str, &str)]) -> NewChannel {
    let mut typed = Secrets::default();
    fields.iter().for_each(|(name, text)| typed.set(name, text));
    NewChannel { name: name.into(), min_severity: Severity::Info, typed, version: None }
}

async fn add(app: &TestApp, kind: &str, new: NewChannel) -> (Channel, Option<String>) {
    let (allowed, kind) = (app.state.settings.allow_outbound.clone().into(), channels::kind(kind).unwrap());
    channels::add(&app.state.db, &allowed, &app.actor(), kind, new).await.unwrap()
}

/// A channel to a program at this URL.
pub async fn webhook(app: &TestApp, name: &str, url: &str) -> ChannelId {
    add(app, "webhook", new_channel(name, &[("url", url)])).await.0.id
}

/// Pauses a channel, or lets it go on.
pub async fn pause(app: &TestApp, id: ChannelId, paused: bool) {
    let (db, by) = (&app.state.db, app.actor());
    if paused { channels::pause(db, &by, id).await } else { channels::resume(db, &by, id).await }.unwrap();
}

/// A channel of this kind to a receiver.
async fn to(app: &TestApp, kind: &str, receiver: &Receiver) -> Channel {
    let (name, url, key) = (format!("{kind} {}", receiver.port), receiver.url(), "a".repeat(32));
    // Each kind takes its own.
    let fields = [
        ("url", url.as_str()),
        ("events_url", url.as_str()),
        ("routing_key", key.as_str()),
        ("ntfy_url", url.as_str()),
        ("topic", key.as_str()),
    ];
    add(app, kind, new_channel(&name, &fields)).await.0
}

/// What is told of an incident.
fn content(incident: IncidentId, title: &str, severity: Severity) -> NoticeContent {
    NoticeContent {
        incident: Some(incident),
        severity,
        title: title.into(),
        text: "Nothing for 31 min.".into(),
        rule: "silence".into(),
        object: Some("prod-openai".into()),
        url: format!("http://127.0.0.1/alerts/{incident}"),
        opened_at: crate::app::NOW_MS,
        at: crate::app::NOW_MS,
    }
}

/// Queues messages in one transaction, as one look at the rules does. Says how many channels get each.
async fn queue(db: &Db, now: i64, all: Vec<(NoticeKind, NoticeContent, Vec<ChannelId>)>) -> Vec<u64> {
    let (mut tx, mut counts) = (db.begin().await.unwrap(), Vec::new());
    for (kind, content, only) in &all {
        let only = if only.is_empty() { Which::All } else { Which::These(only.clone()) };
        counts.push(db::notices::queue(&mut tx, *kind, content, &only, now).await.unwrap());
    }
    tx.commit().await.unwrap();
    counts
}

async fn tell(app: &TestApp, kind: NoticeKind, content: &NoticeContent) -> u64 {
    let count = queue(&app.state.db, app.now_ms(), vec![(kind, content.clone(), Vec::new())]).await[0];
    app.state.wake.notices.notify_one();
    count
}

/// Openings of so many incidents at once.
async fn storm(app: &TestApp, count: usize) {
    let one = |n| content(IncidentId::new(), &format!("No events on number {n}"), Severity::Warning);
    let all = (0..count).map(|n| (NoticeKind::Opened, one(n), Vec::new())).collect();
    queue(&app.state.db, app.now_ms(), all).await;
    app.state.wake.notices.notify_one();
}

async fn messages(app: &TestApp, channel: ChannelId) -> Vec<Notice> {
    db::notices::of_channel(&mut app.state.db.read().await.unwrap(), channel, 1_000).await.unwrap()
}

/// Waits until the messages of a channel, the newest first, are as they should be.
async fn until(app: &TestApp, channel: ChannelId, fits: impl Fn(&[Notice]) -> bool) -> Vec<Notice> {
    let begun = Instant::now();
    loop {
        let all = messages(app, channel).await;
        if fits(&all) {
            return all;
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "{all:#?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn all_sent(all: &[Notice]) -> bool {
    all.iter().all(|notice| notice.state == NoticeState::Sent)
}

fn json(received: &Received) -> Value {
    serde_json::from_slice(&received.body).unwrap()
}

/// As long as the sender needs to look again, and a little.
async fn a_look_later() {
    tokio::time::sleep(Duration::from_millis(1_300)).await;
}

#[tokio::test]
async fn each_kind_gets_the_opening_and_the_end_in_its_own_form() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let opening = content(IncidentId::new(), "No events on prod-openai", Severity::Critical);
    for (kind, shown) in [
        ("slack", "/text"),
        ("discord", "/embeds/0/title"),
        ("teams", "/attachments/0/content/body/0/inlines/0/text"),
        ("ntfy", "/title"),
        ("pagerduty", "/event_action"),
        ("webhook", "/type"),
    ] {
        let receiver = Receiver::start().await;
        let channel = to(&app, kind, &receiver).await;
        assert_eq!(tell(&app, NoticeKind::Opened, &opening).await, 1, "{kind}");
        assert_eq!(tell(&app, NoticeKind::Recovered, &opening).await, 1, "{kind}");
        let got = receiver.wait_for(2).await;
        let said: Vec<Value> = got.iter().map(|one| json(one).pointer(shown).unwrap().clone()).collect();
        let expected = match kind {
            "pagerduty" => ["trigger", "resolve"],
            "webhook" => ["alert.opened", "alert.recovered"],
            "discord" => {
                ["\\[critical\\] No events on prod\\-openai", "\\[recovered\\] No events on prod\\-openai"]
            }
            _ => ["[critical] No events on prod-openai", "[recovered] No events on prod-openai"],
        };
        assert_eq!(said, expected, "{kind}");
        until(&app, channel.id, all_sent).await;
        channels::remove(&app.state.db, &app.actor(), channel.id).await.unwrap();
    }
}

#[tokio::test]
async fn a_channel_hears_what_is_meant_for_it_and_of_the_end_only_what_it_heard_of_the_beginning() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let slack = to(&app, "slack", &receiver).await;
    let critical = add(
        &app,
        "webhook",
        NewChannel {
            min_severity: Severity::Critical,
            ..new_channel("critical only", &[("url", &receiver.url())])
        },
    )
    .await
    .0;
    let db = &app.state.db;
    let warning = content(IncidentId::new(), "a", Severity::Warning);
    let worse = content(IncidentId::new(), "b", Severity::Critical);
    let (open, ended) = (NoticeKind::Opened, NoticeKind::Resolved);
    let count = async |kind, content: &NoticeContent, only: &[ChannelId]| {
        queue(db, app.now_ms(), vec![(kind, content.clone(), only.to_vec())]).await[0]
    };
    assert_eq!(count(open, &warning, &[]).await, 1, "only the one that takes warnings");
    assert_eq!(count(open, &worse, &[slack.id]).await, 1, "only the one that was chosen");
    channels::pause(db, &app.actor(), slack.id).await.unwrap();
    assert_eq!(
        count(open, &content(IncidentId::new(), "c", Severity::Critical), &[]).await,
        1,
        "not the paused one"
    );
    assert_eq!(
        count(ended, &warning, &[]).await,
        1,
        "whoever was told, hears of the end, though it is paused"
    );
    assert_eq!(count(ended, &worse, &[critical.id]).await, 1, "and nobody else");
    let mut connection = db.read().await.unwrap();
    assert!(db::channels::any_usable(&mut connection).await.unwrap());
    let of_warning = db::notices::of_incident(&mut connection, warning.incident.unwrap()).await.unwrap();
    assert!(of_warning.iter().all(|notice| notice.channel_id == slack.id) && of_warning.len() == 2);
    drop(connection);
    channels::pause(db, &app.actor(), critical.id).await.unwrap();
    assert!(!db::channels::any_usable(&mut db.read().await.unwrap()).await.unwrap());
}

#[tokio::test]
async fn what_fails_is_tried_again_later_under_the_same_id_and_what_comes_after_it_waits() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "webhook", &receiver).await;
    receiver.answer(&[Answer::Status(500), Answer::RetryAfter(120)]);
    let opening = content(IncidentId::new(), "a", Severity::Warning);
    tell(&app, NoticeKind::Opened, &opening).await;
    receiver.wait_for(1).await;
    until(&app, channel.id, |all| all[0].attempts == 1).await;
    tell(&app, NoticeKind::Recovered, &opening).await;
    a_look_later().await;
    assert_eq!(receiver.received().len(), 1, "neither it nor the end comes before its time");
    let failing =
        db::channels::by_id(&mut app.state.db.read().await.unwrap(), channel.id).await.unwrap().unwrap();
    assert_eq!((failing.failures, failing.error.as_deref()), (1, Some("it answered 500: as told")));
    app.set_clock(app.now_ms() + 10_000);
    receiver.wait_for(2).await;
    until(&app, channel.id, |all| all[1].attempts == 2).await;
    app.set_clock(app.now_ms() + 119_000);
    a_look_later().await;
    assert_eq!(receiver.received().len(), 2, "it asked for two minutes");
    app.set_clock(app.now_ms() + 1_000);
    let got = receiver.wait_for(4).await;
    let types: Vec<String> = got.iter().map(|one| json(one)["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(types, ["alert.opened", "alert.opened", "alert.opened", "alert.recovered"]);
    let ids: Vec<String> = got.iter().map(|one| one.header("webhook-id")).collect();
    assert!(ids[..3].iter().all(|id| *id == ids[0]) && ids[3] != ids[0], "{ids:?}");
    until(&app, channel.id, all_sent).await;
    let healthy =
        db::channels::by_id(&mut app.state.db.read().await.unwrap(), channel.id).await.unwrap().unwrap();
    assert_eq!((healthy.failures, healthy.error), (0, None));
}

#[tokio::test]
async fn what_is_refused_is_given_up_after_three_tries_and_its_end_is_not_told() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "slack", &receiver).await;
    receiver.answer(&[Answer::Status(404); 3]);
    let opening = content(IncidentId::new(), "a", Severity::Warning);
    tell(&app, NoticeKind::Opened, &opening).await;
    until(&app, channel.id, |all| all[0].attempts == 1).await;
    // Queued while the opening may still arrive.
    assert_eq!(tell(&app, NoticeKind::Recovered, &opening).await, 1);
    for tries in 2..=3 {
        app.set_clock(app.now_ms() + 40_000);
        until(&app, channel.id, |all| all[1].attempts == tries).await;
    }
    let all = until(&app, channel.id, |all| all.iter().all(|one| one.state == NoticeState::Failed)).await;
    assert_eq!(all[1].error.as_deref(), Some("it answered 404: as told"));
    assert!(all[0].error.as_deref().unwrap().contains("never got the opening message"));
    assert_eq!(receiver.received().len(), 3);
    assert_eq!(tell(&app, NoticeKind::Resolved, &opening).await, 0, "there is nobody to tell");
}

#[tokio::test]
async fn a_message_that_keeps_failing_holds_up_no_other_incident() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "webhook", &receiver).await;
    receiver.answer(&[Answer::Status(500); 4]);
    tell(&app, NoticeKind::Opened, &content(IncidentId::new(), "poison", Severity::Warning)).await;
    for tries in 1..=4 {
        until(&app, channel.id, |all| all[0].attempts == tries).await;
        app.set_clock(app.now_ms() + 130_000);
    }
    tell(&app, NoticeKind::Opened, &content(IncidentId::new(), "other", Severity::Warning)).await;
    let got = receiver.wait_for(5).await;
    assert_eq!(json(&got[4])["data"]["title"], "other");
}

#[tokio::test]
async fn a_storm_is_one_message_for_people_and_each_for_programs() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (people, program) = (Receiver::start().await, Receiver::start().await);
    let slack = to(&app, "slack", &people).await;
    let webhook = to(&app, "webhook", &program).await;
    storm(&app, 40).await;
    program.wait_for(40).await;
    until(&app, webhook.id, all_sent).await;
    until(&app, slack.id, all_sent).await;
    let digest = json(&people.received()[0]);
    assert_eq!(people.received().len(), 1);
    assert_eq!(digest["text"], "40 alerts: 40 opened");
    let lines = digest["attachments"][0]["blocks"][0]["text"]["text"].as_str().unwrap();
    assert!(
        lines.starts_with("[warning] No events on number 0\n") && lines.ends_with("\nand 15 more"),
        "{lines}"
    );
    // It rests a minute, so that what comes meanwhile is grouped again.
    storm(&app, 2).await;
    a_look_later().await;
    assert_eq!(people.received().len(), 1);
    storm(&app, 2).await;
    app.set_clock(app.now_ms() + 60_000);
    people.wait_for(2).await;
    assert_eq!(json(&people.received()[1])["text"], "4 alerts: 4 opened");
    // Its rest begins by the clock of that moment.
    until(&app, slack.id, all_sent).await;
    app.set_clock(app.now_ms() + 60_000);
    storm(&app, 3).await;
    people.wait_for(5).await;
}

#[tokio::test]
async fn a_clock_that_goes_back_delays_nothing_for_long() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "slack", &receiver).await;
    receiver.answer(&[Answer::Status(503)]);
    storm(&app, 10).await;
    until(&app, channel.id, |all| all[0].attempts == 1).await;
    app.set_clock(app.now_ms() - 86_400_000);
    receiver.wait_for(2).await;
    until(&app, channel.id, all_sent).await;
}

#[tokio::test]
async fn the_python_package_standardwebhooks_verifies_what_a_program_gets() {
    let app = TestApp::spawn_with(&ALLOW).await;
    // The package holds the timestamp against the machine's clock.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    app.set_clock(i64::try_from(now).unwrap());
    let receiver = Receiver::start().await;
    let new = new_channel("program", &[("url", &receiver.url())]);
    let (channel, secret) = add(&app, "webhook", new).await;
    let secret = secret.unwrap();
    let verified = |received: &Received, secret: &str| {
        let script = "
import json, sys
from standardwebhooks import Webhook
secret, headers, body = sys.argv[1:]
print(Webhook(secret).verify(body, json.loads(headers))['type'])";
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        let headers: serde_json::Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), received.header(name).into())).collect();
        let body = String::from_utf8(received.body.to_vec()).unwrap();
        let args = ["-c", script, secret, &Value::from(headers).to_string(), &body];
        let output = python().args(args).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    tell(&app, NoticeKind::Opened, &content(IncidentId::new(), "täst \"'<>", Severity::Info)).await;
    let first = receiver.wait_for(1).await.remove(0);
    assert_eq!(verified(&first, &secret), "alert.opened");
    let changed = channels::rotate(&app.state.db, &app.actor(), channel.id, 1).await.unwrap();
    tell(&app, NoticeKind::Opened, &content(IncidentId::new(), "b", Severity::Info)).await;
    let second = receiver.wait_for(2).await.remove(1);
    assert_eq!(
        (verified(&second, &secret), verified(&second, &changed)),
        ("alert.opened".into(), "alert.opened".into())
    );
    assert_eq!(verified(&first, &changed), "", "the new secret did not sign the first");
}

#[tokio::test]
async fn hostile_texts_break_no_format_and_ping_nobody() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    for kind in channels::ALL.iter().filter(|kind| kind.word != "email") {
        to(&app, kind.word, &receiver).await;
    }
    let title = format!("<!channel> @everyone \"}}],\r\nx: y\u{202e} **[a](b)** {}", "ä&<".repeat(3_500));
    let mut hostile = content(IncidentId::new(), &title, Severity::Critical);
    hostile.text.clone_from(&title);
    hostile.object = Some(title.clone());
    let count = channels::ALL.len() - 1;
    assert_eq!(tell(&app, NoticeKind::Opened, &hostile).await, count as u64);
    for received in receiver.wait_for(count).await {
        let value = json(&received);
        let text = String::from_utf8(received.body.to_vec()).unwrap();
        if value["data"]["title"].is_string() {
            assert_eq!(value["data"]["title"], title, "a program gets it as it is");
        } else {
            assert!(received.body.len() < 28_000, "{}", received.body.len());
            assert!(!text.contains('\u{202e}') && !text.contains("\\r\\n"), "{text}");
        }
        if value["embeds"].is_array() {
            assert_eq!(value["allowed_mentions"], serde_json::json!({ "parse": [] }));
        }
        if value["text"].is_string() {
            assert!(!text.contains("<!channel>") && text.contains("&lt;!channel&gt;"), "{text}");
        }
    }
}

#[tokio::test]
async fn an_address_that_is_not_allowed_any_more_is_not_reached() {
    let app = TestApp::spawn().await;
    let receiver = Receiver::start().await;
    let allowed = vec!["127.0.0.1/32".parse().unwrap()].into();
    let new = new_channel("was allowed", &[("url", &receiver.url())]);
    let (channel, _) =
        channels::add(&app.state.db, &allowed, &app.actor(), channels::kind("teams").unwrap(), new)
            .await
            .unwrap();
    tell(&app, NoticeKind::Opened, &content(IncidentId::new(), "a", Severity::Info)).await;
    let all = until(&app, channel.id, |all| all[0].attempts == 1).await;
    assert!(all[0].error.as_deref().unwrap().contains("HOOKPOST_ALLOW_OUTBOUND=127.0.0.1"), "{all:?}");
    // An operator may allow it and start again: the message waits for that.
    assert_eq!(all[0].state, NoticeState::Queued);
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn a_new_master_key_keeps_channels_working() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "slack", &receiver).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("next");
    let next = MasterKey::create(&file).unwrap();
    let old = app.state.db.key();
    db::key::change(&app.state.db, &app.actor(), &next).await.unwrap();
    let mut connection = app.state.db.read().await.unwrap();
    assert!(db::channels::open(&mut connection, &old, channel.id).await.is_err());
    let opened = db::channels::open(&mut connection, &next, channel.id).await.unwrap();
    assert!(opened.is_some());
}

#[tokio::test]
async fn messages_are_forgotten_after_90_days_but_not_those_that_wait() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let channel = to(&app, "slack", &receiver).await;
    storm(&app, 1).await;
    until(&app, channel.id, all_sent).await;
    channels::pause(&app.state.db, &app.actor(), channel.id).await.unwrap();
    let waits = content(IncidentId::new(), "waits", Severity::Info);
    let at = app.now_ms();
    let mut tx = app.state.db.begin().await.unwrap();
    db::notices::insert(&mut tx, channel.id, NoticeKind::Opened, &waits, at, at).await.unwrap();
    tx.commit().await.unwrap();
    for (days, kept) in [(89, 2), (91, 1)] {
        let mut tx = app.state.db.begin().await.unwrap();
        db::retention::delete_leftovers(&mut tx, at + days * 86_400_000).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(messages(&app, channel.id).await.len(), kept, "after {days} days");
    }
}

//! Alert rules, driven through their lives by a clock that the tests set.

use crate::{
    app::{NOW_MS, TestApp, event},
    receiver::{Answer, Receiver},
};
use hookpost::{
    alerts::{
        evaluate::Evaluator,
        incidents,
        preview::preview,
        readings::{Readings, Shared},
        rules::{self, NewRule},
        uptime::Uptime,
    },
    db::{self, measures::Measure},
    destinations::{self, NewDestination},
    model::{
        alert::{Quiet, QuietDays, Rule, RuleKind, RuleSettings},
        audit::Actor,
        destination::{Destination, Serving},
        endpoint::Endpoint,
        ids::{ChannelId, IncidentId},
        incident::{Incident, IncidentState},
        notice::NoticeKind,
        scheme::{Scheme, SecretFormat},
        user::Role,
        which::Which,
    },
};
use insta::assert_snapshot;
use std::time::{Duration, Instant};

const MINUTE_MS: i64 = 60_000;
const HOUR: i64 = 60;

/// A server whose rules are looked at when the test says so (and now and then by itself, at the same time).
struct Watch {
    app: TestApp,
    evaluator: Evaluator,
    channel: ChannelId,
}

impl Watch {
    /// With a channel, and no rule but those that a test adds.
    async fn start() -> Self {
        let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1/32"]).await;
        let evaluator = Evaluator::new(&app.state).await.unwrap();
        let channel = crate::channels::webhook(&app, "team", "http://127.0.0.1:9/nobody").await;
        Self { app, evaluator, channel }
    }

    /// Without the usual rules of this object, so that only the rule under test speaks.
    async fn only(&self) {
        for rule in self.rules().await {
            rules::remove(&self.app.state.db, &self.app.actor(), rule.id).await.unwrap();
        }
    }

    async fn rules(&self) -> Vec<Rule> {
        db::alert_rules::list(&mut self.app.state.db.read().await.unwrap()).await.unwrap()
    }

    /// Adds a rule on an endpoint or destination.
    async fn rule(&self, kind: RuleKind, object: &str, change: impl FnOnce(&mut RuleSettings)) -> Rule {
        let mut settings = RuleSettings::usual(kind);
        change(&mut settings);
        let object = Some(object.to_owned()).filter(|name| !name.is_empty());
        rules::add(&self.app.state.db, &self.app.actor(), NewRule { kind, object, settings }).await.unwrap()
    }

    /// Sets the clock to so many minutes after the start.
    fn clock(&self, minute: i64) {
        self.app.set_clock(NOW_MS + minute * MINUTE_MS);
    }

    /// Looks at so many minutes after the start, and says what is open.
    async fn look(&mut self, minute: i64) -> Vec<String> {
        self.clock(minute);
        self.evaluator.look(&self.app.state).await.unwrap();
        let said = |incident: Incident| format!("{}: {}", incident.title, incident.detail);
        self.open().await.into_iter().map(said).collect()
    }

    /// The same each minute from one up to another, as a server that runs does.
    async fn pass(&mut self, from: i64, to: i64) -> Vec<String> {
        let mut last = Vec::new();
        for minute in from..=to {
            last = self.look(minute).await;
        }
        last
    }

    async fn open(&self) -> Vec<Incident> {
        db::incidents::all_open(&mut self.app.state.db.read().await.unwrap()).await.unwrap()
    }

    async fn incidents(&self, rule: &Rule) -> Vec<Incident> {
        db::incidents::of_rule(&mut self.app.state.db.read().await.unwrap(), rule.id, 50).await.unwrap()
    }

    /// Which messages were queued about an incident, in order.
    async fn told(&self, id: IncidentId) -> Vec<NoticeKind> {
        let all = db::notices::of_incident(&mut self.app.state.db.read().await.unwrap(), id).await.unwrap();
        all.into_iter().map(|notice| notice.kind).collect()
    }

    async fn timeline(&self, id: IncidentId) -> Vec<String> {
        let all = db::incidents::entries(&mut self.app.state.db.read().await.unwrap(), id).await.unwrap();
        let said = |entry: hookpost::model::incident::IncidentEntry| {
            let minute = (entry.at - NOW_MS) / MINUTE_MS;
            let who = entry.actor.unwrap_or_else(|| "Hookpost".into());
            format!("{minute} {who} {}: {}", entry.kind.label(), entry.text)
        };
        all.into_iter().map(said).collect()
    }

    /// An accepted event at so many minutes after the start.
    async fn deliver(&self, minute: i64, endpoint: &Endpoint, id: &str, event_type: &str) {
        self.clock(minute);
        let body = event(event_type, &format!("of_{id}"));
        let answer = self.app.webhook(endpoint, id, &body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// A rejected one.
    async fn reject(&self, endpoint: &Endpoint, id: &str) {
        let answer = self.app.webhook(endpoint, id, "{}").body("{ }").send().await.unwrap();
        assert_eq!(answer.status(), 400);
    }

    /// Counts that no test could bring about in its time.
    async fn count(&self, measure: Measure, endpoint: &Endpoint, bucket: i64, count: i64) {
        let (minute, id) = (self.app.now_ms() / MINUTE_MS, endpoint.id);
        self.app
            .state
            .db
            .write(move |c| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO measure_minutes (measure, minute, endpoint_id, label, bucket, count) \
                         VALUES ($1, $2, $3, '', $4, $5)",
                    )
                    .bind(measure)
                    .bind(minute)
                    .bind(id)
                    .bind(bucket)
                    .bind(count)
                    .execute(c)
                    .await?;
                    Ok(())
                })
            })
            .await
            .unwrap();
    }

    async fn destination(&self, receiver: &Receiver, waits: &[i64]) -> Destination {
        let serving = Serving { waits: waits.to_vec(), ..Serving::default() };
        let new =
            NewDestination { name: "worker".into(), url: receiver.url(), serving, ..Default::default() };
        let allowed = self.app.state.settings.allow_outbound.clone().into();
        let (made, _) =
            destinations::add(&self.app.state.db, &allowed, &self.app.actor(), new).await.unwrap();
        self.app.state.destinations.reload(&self.app.state.db).await.unwrap();
        made
    }

    /// Waits until so many attempts at a destination were written down.
    async fn attempts(&self, destination: &Destination, count: i64) {
        let begun = Instant::now();
        loop {
            let mut connection = self.app.state.db.read().await.unwrap();
            let all = db::attempts::counts(&mut connection, destination.id, 0).await.unwrap();
            if all.iter().map(|one| one.count).sum::<i64>() >= count {
                return;
            }
            drop(connection);
            assert!(begun.elapsed() < Duration::from_secs(10), "{all:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn person(&self) -> Actor {
        Actor { name: "ada@example.com".into(), ..self.app.actor() }
    }
}

#[tokio::test]
async fn an_incident_opens_is_acknowledged_recovers_and_none_follows_within_the_cooldown() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let rule = watch
        .rule(RuleKind::Silence, "prod-openai", |s| {
            (s.threshold, s.recovery, s.cooldown, s.remind) = (30.0, 30.0, 60, Some(20));
        })
        .await;
    assert_eq!(watch.pass(0, 3).await, [""; 0], "nothing has come yet: there is no silence to break");
    watch.deliver(3, &endpoint, "wh_1", "batch.completed").await;
    assert_eq!(watch.pass(4, 34).await, [""; 0]);
    assert_snapshot!(watch.look(35).await.join("\n"), @"No events on prod-openai: Nothing came for 31 min; the rule allows 30 min.");
    let id = watch.open().await[0].id;
    // Nobody acknowledges: there are reminders, until somebody does.
    watch.pass(36, 80).await;
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Reminder, NoticeKind::Reminder]);
    incidents::acknowledge(&watch.app.state, &watch.person(), id, "looking").await.unwrap();
    assert_eq!(watch.open().await[0].state(), IncidentState::Acknowledged);
    watch.pass(81, 110).await;
    watch.deliver(110, &endpoint, "wh_2", "batch.completed").await;
    assert_eq!(watch.look(111).await, [""; 0]);
    assert_snapshot!(watch.timeline(id).await.join("\n"), @r"
    35 Hookpost opened: Nothing came for 31 min; the rule allows 30 min.
    55 Hookpost reminded: Still open after 20 min, now at 51 min; nobody has acknowledged it.
    75 Hookpost reminded: Still open after 40 min, now at 1 h 11 min; nobody has acknowledged it.
    80 ada@example.com acknowledged: looking
    111 Hookpost recovered: Something came again, after 1 h 16 min.
    ");
    assert_eq!(watch.told(id).await.last(), Some(&NoticeKind::Recovered));
    let ended = watch.incidents(&rule).await.remove(0);
    assert_eq!((ended.state(), ended.worst), (IncidentState::Recovered, 106.0));
    // Silent again within the hour of the cooldown: nothing opens before it is over.
    assert_eq!(watch.pass(112, 170).await, [""; 0]);
    assert_eq!(watch.look(171).await.len(), 1);
    assert_eq!(watch.incidents(&rule).await.len(), 2);
}

#[tokio::test]
async fn what_is_open_outlives_a_restart_and_is_told_once() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let rule = watch.rule(RuleKind::VerificationFailures, "prod-openai", |_| {}).await;
    for n in 0..5 {
        watch.reject(&endpoint, &format!("wh_{n}")).await;
    }
    assert_eq!(watch.look(1).await.len(), 1);
    let id = watch.open().await[0].id;
    // Another evaluator knows only what is in the database; two at once write it once.
    let mut other = Evaluator::new(&watch.app.state).await.unwrap();
    for minute in 2..10 {
        watch.look(minute).await;
        other.look(&watch.app.state).await.unwrap();
    }
    assert_eq!((watch.incidents(&rule).await.len(), watch.told(id).await), (1, vec![NoticeKind::Opened]));
    watch.evaluator = Evaluator::new(&watch.app.state).await.unwrap();
    assert_eq!(watch.look(70).await, [""; 0], "an hour later none of them is in the window");
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Recovered]);
}

#[tokio::test]
async fn without_a_channel_no_rule_opens_an_incident() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    for n in 0..6 {
        watch.reject(&endpoint, &format!("wh_{n}")).await;
    }
    crate::channels::pause(&watch.app, watch.channel, true).await;
    assert_eq!(watch.look(1).await, [""; 0]);
    crate::channels::pause(&watch.app, watch.channel, false).await;
    assert_snapshot!(watch.look(2).await.join("\n"), @"Deliveries to prod-openai fail verification: 6 of 6 deliveries were rejected within 1 h (100.0 %); the rule allows 10.0 %.");
}

#[tokio::test]
async fn every_endpoint_and_destination_begins_with_its_rules_and_those_removed_stay_away() {
    let watch = Watch::start().await;
    let receiver = Receiver::start().await;
    watch.app.openai().await;
    watch.destination(&receiver, &[]).await;
    let all = watch.rules().await;
    assert_snapshot!(all.iter().map(|rule| format!("{}: {}, {}", rule.title(), rule.condition(), rule.settings.severity)).collect::<Vec<_>>().join("\n"), @r"
    Silence on prod-openai: more than 1 d, critical
    Verification failures on prod-openai: more than 10.0 % of at least 5 in 1 h, warning
    Event failures on prod-openai: more than 20.0 % of at least 5 in 1 d, warning
    Sender retries on prod-openai: more than 5 in 1 h, warning
    Retry window closing on prod-openai: any, 2 d 12 h after the first try, critical
    Answer time on prod-openai: more than 1.0 s of at least 20 in 15 min, warning
    Secret expiring in use on prod-openai: any, 3 d before the end, warning
    Destination failing on worker: more than 50.0 % of at least 5 in 15 min, critical
    Dead forwards on worker: any in 1 d, warning
    Forward time on worker: more than 10 s of at least 20 in 1 h, info
    Queue age on worker: more than 15 min, warning
    Disk nearly full: more than 90.0 %, critical
    Clock suspect: more than 50.0 % of at least 5 in 1 h, warning
    ");
    watch.only().await;
    Evaluator::new(&watch.app.state).await.unwrap();
    watch.app.endpoint("second", Scheme::None, SecretFormat::Text, None).await;
    let again = watch.rules().await;
    assert!(
        again.len() == 7 && again.iter().all(|rule| rule.object.as_deref() == Some("second")),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_server_that_was_down_does_not_take_that_for_the_sender_s_silence() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    watch.rule(RuleKind::Silence, "prod-openai", |s| (s.threshold, s.recovery) = (30.0, 30.0)).await;
    watch.deliver(0, &endpoint, "wh_1", "batch.completed").await;
    watch.pass(0, 10).await;
    // Down for five hours.
    watch.evaluator = Evaluator::new(&watch.app.state).await.unwrap();
    assert_eq!(watch.pass(310, 328).await, [""; 0]);
    assert_eq!(watch.pass(329, 332).await.len(), 1, "ten minutes before and twenty after are thirty");
}

#[tokio::test]
async fn quiet_hours_and_types_narrow_what_silence_is() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    watch
        .rule(RuleKind::Silence, "prod-openai", |s| {
            (s.threshold, s.recovery) = (30.0, 30.0);
            s.event_type = Some("batch.completed".into());
            // The clock of the test begins at 12:00 UTC.
            s.quiet = Quiet::parse("12:20-13:00", QuietDays::None, "UTC").unwrap();
        })
        .await;
    watch.deliver(0, &endpoint, "wh_1", "batch.completed").await;
    for minute in 1..=71 {
        // Others do not count.
        watch.deliver(minute, &endpoint, &format!("wh_x{minute}"), "batch.failed").await;
        assert_eq!(watch.look(minute).await, [""; 0], "{minute}");
    }
    assert_snapshot!(watch.pass(72, 73).await.join("\n"), @"No batch.completed on prod-openai: Nothing came for 31 min; the rule allows 30 min.");
}

#[tokio::test]
async fn events_that_tell_of_failures_open_an_incident_by_their_share() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    watch.rule(RuleKind::EventFailures, "prod-openai", |s| s.event_type = Some("batch.".into())).await;
    for n in 0..4 {
        watch.deliver(0, &endpoint, &format!("wh_{n}"), "batch.completed").await;
        watch.deliver(0, &endpoint, &format!("wh_r{n}"), "response.failed").await;
    }
    watch.deliver(1, &endpoint, "wh_f", "batch.failed").await;
    assert_eq!(watch.look(1).await, [""; 0], "20 % are allowed, and responses are another matter");
    watch.deliver(2, &endpoint, "wh_e", "batch.expired").await;
    assert_snapshot!(watch.look(2).await.join("\n"), @"Many events on prod-openai tell of failures: 2 of 6 events told of a failure within 1 d (33.3 %); the rule allows 20.0 %.");
    for n in 10..40 {
        watch.deliver(3, &endpoint, &format!("wh_{n}"), "batch.completed").await;
    }
    assert_eq!(watch.look(3).await, [""; 0], "5.6 % are below the half of it at which it is over");
}

#[tokio::test]
async fn a_sender_that_retries_is_seen_and_so_is_what_it_will_give_up() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    watch.rule(RuleKind::SenderRetries, "prod-openai", |_| {}).await;
    watch.rule(RuleKind::WindowClosing, "prod-openai", |_| {}).await;
    for _ in 0..6 {
        watch.reject(&endpoint, "wh_lost").await;
    }
    watch.reject(&endpoint, "wh_once").await;
    assert_eq!(watch.look(0).await, [""; 0], "five retries are allowed");
    watch.reject(&endpoint, "wh_lost").await;
    assert_snapshot!(watch.look(1).await.join("\n"), @"The sender retries prod-openai: The sender tried 6 times again within 1 h; the rule allows 5.");
    assert_eq!(watch.look(61).await, [""; 0]);
    assert_eq!(watch.look(60 * HOUR - 1).await, [""; 0]);
    assert_snapshot!(watch.look(60 * HOUR).await.join("\n"), @"Events on prod-openai are about to be lost: 1 never accepted, though tried again, and first tried more than 2 d 12 h ago.");
    // The cause is mended, and the sender's next try is accepted.
    watch.deliver(61 * HOUR, &endpoint, "wh_lost", "batch.completed").await;
    assert_eq!(watch.look(61 * HOUR + 1).await, [""; 0]);
}

#[tokio::test]
async fn what_is_lost_for_good_is_not_about_to_be_lost() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let rule = watch.rule(RuleKind::WindowClosing, "prod-openai", |_| {}).await;
    watch.reject(&endpoint, "wh_lost").await;
    watch.reject(&endpoint, "wh_lost").await;
    assert_eq!(watch.look(71 * HOUR).await.len(), 1);
    assert_eq!(watch.look(72 * HOUR).await, [""; 0]);
    assert_eq!(watch.incidents(&rule).await.len(), 1);
}

#[tokio::test]
async fn slow_answers_open_an_incident() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    watch.rule(RuleKind::AnswerTime, "prod-openai", |_| {}).await;
    watch.count(Measure::Answer, &endpoint, 4_000, 95).await;
    watch.count(Measure::Answer, &endpoint, 2_500_000, 5).await;
    assert_eq!(watch.look(0).await, [""; 0], "the slowest 5 % are not looked at");
    watch.count(Measure::Answer, &endpoint, 1_600_000, 1).await;
    assert_snapshot!(watch.look(1).await.join("\n"), @"prod-openai answers slowly: 95 % of 101 answers within 15 min took up to 1.6 s; the rule allows 1.0 s.");
    assert_eq!(watch.look(16).await, [""; 0]);
}

#[tokio::test]
async fn a_secret_that_expires_while_it_is_in_use_is_told_of_in_time() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    watch.rule(RuleKind::SecretExpiring, "prod-openai", |s| s.window = 24 * HOUR).await;
    let admin = watch.app.browser(Role::Admin).await;
    let id = endpoint.id.to_string();
    let form = [
        ("id", id.as_str()),
        ("secret", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
        ("label", "new"),
        ("hours", "48"),
    ];
    assert_eq!(admin.post("/do/rotate_secret", &form).await.status, 302);
    assert_eq!(watch.look(25 * HOUR).await, [""; 0], "nobody signs with the old one");
    watch.deliver(26 * HOUR, &endpoint, "wh_1", "batch.completed").await;
    assert_snapshot!(watch.look(26 * HOUR + 1).await.join("\n"), @"A secret in use on prod-openai expires soon: 1 in use within the last 24 h and at its end within 1 d.");
    assert_eq!(watch.look(48 * HOUR).await, [""; 0], "it is gone");
}

#[tokio::test]
async fn a_resource_of_which_no_end_is_told_is_missed_until_it_comes_on_any_endpoint() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    let own = watch.app.endpoint("api", Scheme::None, SecretFormat::Text, None).await;
    watch.only().await;
    watch
        .rule(RuleKind::MissingEnd, "api", |s| {
            (s.event_type, s.window) = (Some("batch.submitted".into()), 2 * HOUR);
        })
        .await;
    let submit = async |id: &str| {
        let body = event("batch.submitted", &format!("of_{id}"));
        let answer = watch.app.http.post(watch.app.ingest_url(&own)).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    };
    submit("a").await;
    submit("b").await;
    // Own events are of one endpoint, the ends of another.
    watch.deliver(30, &endpoint, "a", "batch.completed").await;
    assert_eq!(watch.look(119).await, [""; 0]);
    assert_snapshot!(watch.look(120).await.join("\n"), @"No end after batch.submitted on api: 1 without an end after 2 h.");
    watch.deliver(130, &endpoint, "b", "batch.expired").await;
    assert_eq!(watch.look(131).await, [""; 0]);
}

#[tokio::test]
async fn a_destination_that_fails_is_told_of_with_what_it_lost() {
    let mut watch = Watch::start().await;
    let receiver = Receiver::start().await;
    let endpoint = watch.app.openai().await;
    let destination = watch.destination(&receiver, &[]).await;
    watch.only().await;
    watch.rule(RuleKind::DestinationFailing, "worker", |s| s.least = 3).await;
    watch.rule(RuleKind::DeadForwards, "worker", |s| s.window = HOUR).await;
    receiver.answer(&[Answer::Status(500), Answer::Status(500), Answer::Status(400)]);
    for n in 0..3 {
        watch.deliver(0, &endpoint, &format!("wh_{n}"), "batch.completed").await;
        watch.attempts(&destination, n + 1).await;
    }
    let mut open = watch.look(1).await;
    open.sort();
    assert_snapshot!(open.join("\n"), @r"
    Attempts at worker fail: 3 of 3 attempts failed within 15 min (100.0 %); the rule allows 50.0 %.
    Forwards to worker ran out of tries: 3 ran out of tries within 1 h.
    ");
    for n in 3..12 {
        watch.deliver(2, &endpoint, &format!("wh_{n}"), "batch.completed").await;
        watch.attempts(&destination, n + 1).await;
    }
    assert_eq!(watch.look(2).await.len(), 1, "a quarter failed: that is over; what is dead stays dead");
    assert_eq!(watch.look(62).await, [""; 0]);
}

#[tokio::test]
async fn a_slow_destination_and_an_old_queue_are_told_of() {
    let mut watch = Watch::start().await;
    let receiver = Receiver::start().await;
    let endpoint = watch.app.openai().await;
    let destination = watch.destination(&receiver, &[3_600]).await;
    watch.only().await;
    watch
        .rule(RuleKind::ForwardTime, "worker", |s| (s.threshold, s.recovery, s.least) = (100.0, 100.0, 1))
        .await;
    watch.rule(RuleKind::QueueAge, "worker", |_| {}).await;
    receiver.answer(&[Answer::Slow(Duration::from_millis(300)), Answer::Status(503)]);
    watch.deliver(0, &endpoint, "wh_1", "batch.completed").await;
    watch.attempts(&destination, 1).await;
    let open = watch.look(0).await;
    assert!(
        open.len() == 1 && open[0].starts_with("worker is slow: 95 % of 1 attempts within 1 h took up to 4"),
        "{open:?}"
    );
    watch.deliver(1, &endpoint, "wh_2", "batch.completed").await;
    watch.attempts(&destination, 2).await;
    assert_eq!(watch.pass(2, 16).await.len(), 1);
    let open = watch.look(17).await;
    assert!(
        open.iter().any(|said| said
            == "Forwards to worker wait: The oldest has waited for 16 min; the rule allows 15 min."),
        "{open:?}"
    );
    // The destination takes it at the second try, an hour and up to a tenth of it later.
    watch.clock(70);
    watch.attempts(&destination, 3).await;
    watch.look(70).await;
    assert_eq!(watch.look(72).await, [""; 0]);
}

#[tokio::test]
async fn a_full_disk_and_a_clock_that_is_off_are_told_of() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let disk = watch.rule(RuleKind::DiskFull, "", |s| (s.threshold, s.recovery) = (0.0, 0.0)).await;
    watch.rule(RuleKind::ClockSuspect, "", |_| {}).await;
    assert_eq!(watch.look(1).await.len(), 1, "no disk is empty");
    rules::change(
        &watch.app.state.db,
        &watch.app.actor(),
        disk.id,
        RuleSettings { threshold: 99.9, recovery: 99.9, ..disk.settings },
        None,
    )
    .await
    .unwrap();
    assert_eq!(watch.look(2).await, [""; 0]);
    for n in 0..5 {
        let (now, id) = (watch.app.now_ms() / 1_000 - 4_000, format!("wh_{n}"));
        watch.app.webhook_at(&endpoint, &id, now, "{}").send().await.unwrap();
    }
    assert_snapshot!(watch.look(3).await.join("\n"), @"This server's clock is suspect: 5 of 5 rejected deliveries within 1 h were genuine but for their time; the rule allows 50.0 %.");
}

#[tokio::test]
async fn a_rule_that_is_switched_off_or_gone_closes_what_it_opened() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let rule = watch.rule(RuleKind::VerificationFailures, "prod-openai", |_| {}).await;
    for n in 0..5 {
        watch.reject(&endpoint, &format!("wh_{n}")).await;
    }
    watch.look(1).await;
    let id = watch.open().await[0].id;
    rules::switch(&watch.app.state.db, &watch.app.actor(), rule.id, false).await.unwrap();
    assert_eq!(watch.look(2).await, [""; 0]);
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Resolved]);
    assert_snapshot!(watch.timeline(id).await.last().unwrap(), @"2 Hookpost resolved: Its rule was switched off or removed, or its endpoint disabled.");
}

#[tokio::test]
async fn people_close_incidents_and_say_why() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let rule = watch.rule(RuleKind::VerificationFailures, "prod-openai", |_| {}).await;
    for n in 0..5 {
        watch.reject(&endpoint, &format!("wh_{n}")).await;
    }
    watch.look(1).await;
    let (id, state, by) = (watch.open().await[0].id, watch.app.state.clone(), watch.person());
    incidents::resolve(&state, &by, id, "the new secret was missing").await.unwrap();
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Resolved]);
    let again = incidents::resolve(&state, &by, id, "").await.unwrap_err();
    assert_snapshot!(again, @"incident: it is closed already");
    assert_snapshot!(incidents::acknowledge(&state, &by, id, "").await.unwrap_err(), @"incident: it is over; add a note instead");
    assert_snapshot!(incidents::note(&state, &by, id, " ").await.unwrap_err(), @"note: write something down");
    incidents::note(&state, &by, id, "see the runbook").await.unwrap();
    // It still holds: after the cooldown there is another.
    assert_eq!(watch.look(30).await, [""; 0]);
    assert_eq!(watch.look(31).await.len(), 1);
    assert_eq!(watch.incidents(&rule).await.len(), 2);
}

#[tokio::test]
async fn a_look_back_says_what_the_looks_did() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let rule = watch
        .rule(RuleKind::Silence, "prod-openai", |s| (s.threshold, s.recovery, s.cooldown) = (60.0, 60.0, 0))
        .await;
    for (n, minute) in [0, 30, 200, 210, 400].into_iter().enumerate() {
        let from = (watch.app.now_ms() - NOW_MS) / MINUTE_MS;
        watch.pass(from, minute).await;
        watch.deliver(minute, &endpoint, &format!("wh_{n}"), "batch.completed").await;
        watch.look(minute).await;
    }
    watch.pass(400, 500).await;
    let real: Vec<(i64, Option<i64>)> =
        watch.incidents(&rule).await.iter().rev().map(|one| (one.opened_at, one.ended_at)).collect();
    let preview = preview(&watch.app.state, &rule).await.unwrap();
    let would: Vec<(i64, Option<i64>)> = preview.incidents.iter().map(|one| (one.from, one.to)).collect();
    assert_eq!((real.len(), would.len()), (3, 3), "{real:?} {would:?}");
    for ((from, to), (would_from, would_to)) in real.iter().zip(&would) {
        // Its looks are five minutes apart.
        assert!((from - would_from).abs() <= 5 * MINUTE_MS, "{real:?} {would:?}");
        assert_eq!(to.is_some(), would_to.is_some());
    }
    let calm = Rule {
        settings: RuleSettings { threshold: 600.0, recovery: 600.0, ..rule.settings.clone() },
        ..rule
    };
    assert!(hookpost::alerts::preview::preview(&watch.app.state, &calm).await.unwrap().incidents.is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_rule_is_refused_by_field() {
    let watch = Watch::start().await;
    watch.app.openai().await;
    let refused = async |kind, object: Option<&str>, change: fn(&mut RuleSettings)| {
        let mut settings = RuleSettings::usual(kind);
        change(&mut settings);
        let new = NewRule { kind, object: object.map(str::to_owned), settings };
        rules::add(&watch.app.state.db, &watch.app.actor(), new).await.unwrap_err().to_string()
    };
    use RuleKind::{DestinationFailing, DiskFull, Silence};
    assert_snapshot!(
        [
            refused(Silence, Some("gone"), |_| {}).await,
            refused(DestinationFailing, Some("prod-openai"), |_| {}).await,
            refused(DiskFull, Some("prod-openai"), |_| {}).await,
            refused(Silence, None, |s| s.threshold = 0.0).await,
            refused(Silence, None, |s| s.quiet = Some(Quiet { from: 0, to: 60, days: QuietDays::None, zone: "Mars/Olympus".into() })).await,
            refused(Silence, None, |s| s.channels = Which::These(vec![ChannelId::new()])).await,
        ]
        .join("\n"),
        @r"
        object: there is no endpoint called gone
        object: there is no destination called prod-openai
        object: this kind is about the server itself
        threshold: give one minute to 30 days, such as 30m, 2h or 1d
        zone: give the name of a time zone, such as Europe/Berlin or UTC
        channels: one of them is gone; choose again
        "
    );
}

#[tokio::test]
async fn pages_show_what_is_wrong_and_let_members_look_after_it() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    for n in 0..5 {
        watch.reject(&endpoint, &format!("wh_{n}")).await;
    }
    watch.look(1).await;
    let id = watch.open().await[0].id;
    let (viewer, member) = (watch.app.browser(Role::Viewer).await, watch.app.browser(Role::Member).await);
    let page = format!("/alerts/incidents/{id}");
    let overview = viewer.get("/").await.text;
    assert!(overview.contains("open, 1 not acknowledged"), "{overview}");
    let text = viewer.get(&page).await.text;
    assert!(
        text.contains("Deliveries to prod-openai fail verification")
            && !text.contains("/do/acknowledge_incident"),
        "{text}"
    );
    assert!(text.contains("verdict=rejected") && text.contains("Who was told"), "{text}");
    let answer = member
        .post("/do/acknowledge_incident", &[("id", id.to_string()), ("note", "<b>mine</b>".into())])
        .await;
    assert_eq!(answer.location, page);
    let text = member.get(&page).await.text;
    assert!(text.contains("&lt;b&gt;mine&lt;/b&gt;") && text.contains(">Acknowledged<"), "{text}");
    assert!(viewer.get("/").await.text.contains("open, all acknowledged"));
    assert!(viewer.get("/alerts").await.text.contains(&id.to_string()));
    assert!(viewer.get("/alerts/rules").await.text.contains("Incident open"));
}

#[tokio::test]
async fn admins_make_change_and_remove_rules_with_a_look_back_first() {
    let watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    for n in 0..5 {
        watch.reject(&endpoint, &format!("wh_{n}")).await;
    }
    let admin = watch.app.browser(Role::Admin).await;
    let new = admin
        .get("/alerts/rules/new?kind=verification-failures&object=prod-openai&threshold=50&least=2")
        .await;
    assert!(new.status == 200 && new.text.contains("It would have opened one incident."), "{}", new.text);
    let wrong = admin.get("/alerts/rules/new?kind=verification-failures&threshold=many").await.text;
    assert!(wrong.contains("threshold: give a number") && wrong.contains("value=\"many\""), "{wrong}");
    let form = [
        ("kind", "verification-failures"),
        ("object", "prod-openai"),
        ("threshold", "50"),
        ("least", "2"),
        ("window", "2h"),
    ];
    let made = admin.post("/do/add_rule", &form).await;
    assert!(made.location.starts_with("/alerts/rules/"), "{made:?}");
    let page = admin.get(&made.location).await.text;
    assert!(page.contains("more than 50.0 % of at least 2 in 2 h"), "{page}");
    let id = made.location.rsplit('/').next().unwrap().to_owned();
    let bad = admin
        .post("/do/change_rule", &[("id", id.as_str()), ("kind", "silence"), ("threshold", "200")])
        .await;
    assert_eq!(bad.location, format!("/alerts/rules/{id}/edit"));
    let shown = admin.get(&bad.location).await.text;
    assert!(
        shown.contains("threshold: give 0 to 99.9 percent") && shown.contains("value=\"200\""),
        "{shown}"
    );
    let saved = admin
        .post("/do/change_rule", &[("id", id.as_str()), ("threshold", "60"), ("severity", "critical")])
        .await;
    assert_eq!(saved.location, made.location);
    assert_eq!(
        admin.post("/do/switch_rule", &[("id", id.as_str()), ("enabled", "false")]).await.location,
        made.location
    );
    assert!(admin.get(&made.location).await.text.contains(">Off<"));
    assert_eq!(
        admin.post("/do/remove_rule", &[("id", id.as_str())]).await.location,
        made.location,
        "the box is not ticked"
    );
    assert_eq!(
        admin.post("/do/remove_rule", &[("id", id.as_str()), ("sure", "true")]).await.location,
        "/alerts/rules"
    );
    assert_eq!(admin.get(&made.location).await.status, 404);
    let audit = admin.get("/settings/audit").await.text;
    for said in ["added the alert rule", "changed the alert rule", "removed the alert rule"] {
        assert!(audit.contains(said), "{said}");
    }
}

#[tokio::test]
async fn a_silence_learns_what_is_usual_as_a_suggestion() {
    let watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    for n in 0..8 {
        watch.deliver(n * 10, &endpoint, &format!("wh_{n}"), "batch.completed").await;
    }
    let rule = watch.rules().await.into_iter().find(|rule| rule.kind == RuleKind::Silence).unwrap();
    let page = watch.app.browser(Role::Admin).await.get(&format!("/alerts/rules/{}", rule.id)).await.text;
    assert!(page.contains("Usually one comes within 10 min; 30m would be worth a look."), "{page}");
    assert!(page.contains("threshold=30m"), "{page}");
}

#[tokio::test]
async fn hostile_names_of_types_stay_text() {
    let mut watch = Watch::start().await;
    let open = watch.app.endpoint("any", Scheme::None, SecretFormat::Text, None).await;
    watch.only().await;
    let hostile = "x.</title><script>alert(1)</script>";
    watch
        .rule(RuleKind::Silence, "any", |s| {
            (s.threshold, s.recovery, s.event_type) = (5.0, 5.0, Some(hostile.into()));
        })
        .await;
    let body = event(hostile, "r");
    watch.app.http.post(watch.app.ingest_url(&open)).body(body).send().await.unwrap();
    watch.pass(0, 8).await;
    let viewer = watch.app.browser(Role::Viewer).await;
    let delivery = watch.app.last_delivery().await.summary.id;
    for path in [
        format!("/events/{delivery}"),
        "/alerts".to_owned(),
        format!("/alerts/incidents/{}", watch.open().await[0].id),
        "/alerts/rules".into(),
    ] {
        let text = viewer.get(&path).await.text;
        assert!(
            text.contains("x.&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;")
                && !text.contains("<script>alert"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn programs_read_incidents_and_acknowledge_them() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    watch.rule(RuleKind::VerificationFailures, "prod-openai", |_| {}).await;
    for n in 0..5 {
        watch.reject(&endpoint, &format!("wh_{n}")).await;
    }
    watch.look(1).await;
    let id = watch.open().await[0].id;
    let (viewer, member) = (
        crate::api::Program::new(&watch.app, Role::Viewer).await,
        crate::api::Program::new(&watch.app, Role::Member).await,
    );
    let (status, listed) = viewer.get("/api/v1/incidents").await;
    assert_eq!((status, listed["incidents"][0]["id"].as_str()), (200, Some(id.to_string().as_str())));
    assert_eq!(listed["incidents"][0]["state"], "open");
    let path = format!("/api/v1/incidents/{id}/acknowledge");
    let note = serde_json::json!({ "note": "on it" });
    assert_eq!(viewer.ask(reqwest::Method::POST, &path, Some(note.clone())).await.0, 403);
    assert_eq!(member.ask(reqwest::Method::POST, &path, Some(note.clone())).await.0, 204);
    assert_eq!(member.ask(reqwest::Method::POST, &path, Some(note)).await.0, 409);
    assert_eq!(viewer.get("/api/v1/incidents?state=ended").await.1, serde_json::json!({ "incidents": [] }));
    assert_eq!(
        viewer.get("/api/v1/incidents?state=x").await.1["detail"],
        "state: `x` is none of open, ended"
    );
    assert_eq!(watch.open().await[0].acknowledged.as_ref().unwrap().1, format!("token {}", member.made.name));
}

#[tokio::test]
async fn sums_of_a_window_are_those_of_its_minutes_wherever_hours_begin() {
    let watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    let other = watch.app.endpoint("other", Scheme::None, SecretFormat::Text, None).await;
    for minute in (0..200).step_by(7) {
        watch.deliver(minute, &endpoint, &format!("wh_{minute}"), "batch.completed").await;
        watch.deliver(minute + 3, &endpoint, &format!("wh_f{minute}"), "batch.failed").await;
        watch.reject(&endpoint, &format!("wh_{}", minute % 4)).await;
        watch.app.http.post(watch.app.ingest_url(&other)).body("{}").send().await.unwrap();
    }
    let rule = watch.rules().await.into_iter().find(|rule| rule.endpoint == Some(endpoint.id)).unwrap();
    let uptime = Uptime::default();
    let mut connection = watch.app.state.db.read().await.unwrap();
    for minute in [0, 59, 60, 61, 119, 130, 199] {
        let now = NOW_MS + minute * MINUTE_MS;
        let mut shared = Shared::default();
        for window in [1, 7, 59, 60, 61, 119, 121, 180] {
            for kind in [
                RuleKind::VerificationFailures,
                RuleKind::EventFailures,
                RuleKind::SenderRetries,
                RuleKind::AnswerTime,
            ] {
                let settings = RuleSettings { window, ..RuleSettings::usual(kind) };
                let rule = Rule { kind, settings, ..rule.clone() };
                let mut read = async |from| {
                    let span = (from, now);
                    let all =
                        Readings::load(&mut connection, &rule, &uptime, &mut shared, span).await.unwrap();
                    all.at(now)
                };
                let (present, looked_back) = (read(now).await, read(now - MINUTE_MS).await);
                assert_eq!(present, looked_back, "{kind:?} at {minute} within {window}");
            }
        }
    }
}

#[tokio::test]
async fn a_destination_is_not_well_because_nobody_tried_it() {
    let mut watch = Watch::start().await;
    let receiver = Receiver::start().await;
    let endpoint = watch.app.openai().await;
    let destination = watch.destination(&receiver, &[3_600]).await;
    watch.only().await;
    watch.rule(RuleKind::DestinationFailing, "worker", |s| s.least = 3).await;
    receiver.answer(&[Answer::Status(500); 3]);
    for n in 0..3 {
        watch.deliver(0, &endpoint, &format!("wh_{n}"), "batch.completed").await;
        watch.attempts(&destination, n + 1).await;
    }
    assert_eq!(watch.look(1).await.len(), 1);
    assert_eq!(watch.look(30).await.len(), 1, "nothing was sent in the last quarter of an hour");
    watch.clock(70);
    watch.attempts(&destination, 6).await;
    assert_eq!(watch.look(71).await, [""; 0]);
}

#[tokio::test]
async fn a_rule_whose_channels_are_gone_tells_every_channel() {
    let mut watch = Watch::start().await;
    let endpoint = watch.app.openai().await;
    watch.only().await;
    let (state, by) = (watch.app.state.clone(), watch.app.actor());
    let gone = crate::channels::webhook(&watch.app, "gone", "http://127.0.0.1:9/gone").await;
    watch
        .rule(RuleKind::VerificationFailures, "prod-openai", |s| s.channels = Which::These(vec![gone]))
        .await;
    watch
        .rule(RuleKind::SenderRetries, "prod-openai", |s| s.channels = Which::These(vec![watch.channel]))
        .await;
    hookpost::alerts::channels::remove(&state.db, &by, gone).await.unwrap();
    for _ in 0..7 {
        watch.reject(&endpoint, "wh_1").await;
    }
    assert_eq!(watch.look(1).await.len(), 2);
    for incident in watch.open().await {
        assert_eq!(watch.told(incident.id).await, [NoticeKind::Opened], "{}", incident.title);
    }
}

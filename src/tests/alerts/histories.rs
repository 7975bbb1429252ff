//! What rules make of a history: a table. Each row is a history in order, with what is open at each look.

use super::{HOUR, MINUTE_MS, Watch};
use crate::{
    app::{TestApp, event},
    receiver::{Answer, Receiver},
};
use hookpost::{
    alerts::{evaluate::Evaluator, rules},
    db::counts::{Ask, Measure},
    destinations::{self, NewDestination},
    model::{
        alert::{Quiet, QuietDays, RuleSettings},
        destination::{DeliveryPolicy, Destination},
        user::Role,
    },
};
use std::time::{Duration, Instant};

/// What happens, or is looked at. Minutes are those since the start.
#[derive(Clone)]
enum Do {
    /// A rule is made: its kind, what it is about, and how it differs from the usual one.
    Rule(&'static str, &'static str, fn(&mut RuleSettings)),
    /// The last rule is changed.
    Change(fn(&mut RuleSettings)),
    /// A destination for everything, with these waits between its tries.
    Worker(&'static [i64]),
    /// It answers like this; 200 after them.
    Answers(Vec<Answer>),
    /// So many attempts at it were written down.
    Attempts(i64),
    /// An accepted event: id and type.
    Event(i64, String, &'static str),
    /// One of an endpoint of one's own.
    Own(&'static str, &'static str),
    /// A rejected delivery that claims an id.
    Rejected(&'static str),
    /// One that is rejected for its time alone.
    Late(String),
    /// So many answers that took up to so many microseconds.
    Answered(i64, i64),
    /// The endpoint's secret is changed; the old one is taken for so many hours.
    Rotate(&'static str),
    /// The channel is paused, or goes on.
    Pause(bool),
    /// The server forgets what is not in the database.
    Restart,
    Clock(i64),
    /// What is open at a minute. A text that ends with `…` is a beginning.
    Look(i64, &'static [&'static str]),
    /// What is open at each minute from one up to another.
    Pass(i64, i64, &'static [&'static str]),
}
use Do::{
    Answered, Answers, Attempts, Change, Clock, Event, Late, Look, Own, Pass, Pause, Rejected, Restart,
    Rotate, Rule, Worker,
};

const NOTHING: &[&str] = &[];

fn usual(_: &mut RuleSettings) {}

fn half_an_hour(settings: &mut RuleSettings) {
    (settings.threshold, settings.recovery) = (30.0, 30.0);
}

/// The same for each number.
fn each<const N: usize>(numbers: impl IntoIterator<Item = i64>, make: fn(i64) -> [Do; N]) -> Vec<Do> {
    numbers.into_iter().flat_map(make).collect()
}

macro_rules! histories {
    ($($name:ident: [$($part:expr),* $(,)?];)*) => {
        $(#[tokio::test]
        async fn $name() {
            let mut play = Play::start().await;
            $(play.go($part).await;)*
        })*
    };
}

histories! {
    without_a_channel_no_rule_opens_an_incident: [
        Rule("verification-failures", "prod-openai", usual),
        each(0..6, |_| [Rejected("wh_1")]),
        [
            Pause(true),
            Look(1, NOTHING),
            Pause(false),
            Look(2, &["Deliveries to prod-openai are failing verification: 6 of 6 deliveries were rejected in 1 h (100.0 %); the threshold is 10.0 %."]),
        ],
    ];

    a_server_that_was_down_does_not_take_that_for_the_sender_s_silence: [
        Rule("silence", "prod-openai", half_an_hour),
        [
            Event(0, "wh_1".into(), "batch.completed"),
            Pass(0, 10, NOTHING),
            // Down for five hours.
            Restart,
            // Ten minutes before and twenty after are thirty.
            Pass(310, 330, NOTHING),
            Pass(331, 332, &["No events on prod-openai: No events for 3…"]),
        ],
    ];

    quiet_hours_and_types_narrow_what_silence_is: [
        Rule("silence", "prod-openai", |s| {
            half_an_hour(s);
            s.event_type = Some("batch.completed".into());
            // The clock of the test begins at 12:00 UTC.
            s.quiet = Quiet::parse("12:20-13:00", QuietDays::None, "UTC").unwrap();
        }),
        Event(0, "wh_1".into(), "batch.completed"),
        // Others do not count.
        each(1..=71, |minute| [Event(minute, format!("wh_x{minute}"), "batch.failed"), Look(minute, NOTHING)]),
        Pass(72, 73, &["No batch.completed on prod-openai: No events for 3…"]),
        Look(73, &["No batch.completed on prod-openai: No events for 31 min; the threshold is 30 min."]),
    ];

    events_that_tell_of_failures_open_an_incident_by_their_share: [
        Rule("event-failures", "prod-openai", |s| s.event_type = Some("batch.".into())),
        each(0..4, |n| {
            [Event(0, format!("wh_{n}"), "batch.completed"), Event(0, format!("wh_r{n}"), "response.failed")]
        }),
        [
            Event(1, "wh_f".into(), "batch.failed"),
            // 20 % are allowed, and responses are another matter.
            Look(1, NOTHING),
            Event(2, "wh_e".into(), "batch.expired"),
            Look(2, &["Many events on prod-openai report failures: 2 of 6 events reported a failure in 1 d (33.3 %); the threshold is 20.0 %."]),
        ],
        each(10..40, |n| [Event(3, format!("wh_{n}"), "batch.completed")]),
        // 5.6 % are below the half of it at which it is over.
        Look(3, NOTHING),
    ];

    a_sender_that_retries_is_seen_and_so_is_what_it_will_give_up: [
        Rule("sender-retries", "prod-openai", usual),
        Rule("window-closing", "prod-openai", usual),
        each(0..6, |_| [Rejected("wh_lost")]),
        [
            Rejected("wh_once"),
            // Five retries are allowed.
            Look(0, NOTHING),
            Rejected("wh_lost"),
            Look(1, &["The sender is retrying prod-openai: The sender retried 6 times in 1 h; the threshold is 5."]),
            Look(61, NOTHING),
            Look(60 * HOUR - 1, NOTHING),
            Look(60 * HOUR, &["Events on prod-openai are about to be lost: 1 retried but never accepted, with the first try more than 2 d 12 h ago."]),
            // The cause is mended, and the sender's next try is accepted.
            Event(61 * HOUR, "wh_lost".into(), "batch.completed"),
            Look(61 * HOUR + 1, NOTHING),
        ],
    ];

    what_is_lost_for_good_is_not_about_to_be_lost: [
        Rule("window-closing", "prod-openai", usual),
        [
            Rejected("wh_lost"),
            Rejected("wh_lost"),
            Look(71 * HOUR, &["Events on prod-openai are about to be lost: 1 retried but never accepted, with the first try more than 2 d 12 h ago."]),
            Look(72 * HOUR, NOTHING),
        ],
    ];

    slow_answers_open_an_incident: [
        Rule("answer-time", "prod-openai", usual),
        [
            Answered(4_000, 95),
            Answered(2_500_000, 5),
            // The slowest 5 % are not looked at.
            Look(0, NOTHING),
            Answered(1_600_000, 1),
            Look(1, &["prod-openai is answering slowly: The p95 of 101 answers in 15 min was 1.6 s; the threshold is 1.0 s."]),
            Look(16, NOTHING),
        ],
    ];

    a_secret_that_expires_while_it_is_in_use_is_told_of_in_time: [
        Rule("secret-expiring", "prod-openai", |s| s.window = 24 * HOUR),
        [
            Rotate("48"),
            // Nobody signs with the old one.
            Look(25 * HOUR, NOTHING),
            Event(26 * HOUR, "wh_1".into(), "batch.completed"),
            Look(26 * HOUR + 1, &["An active secret on prod-openai expires soon: 1 used in the last 24 h and expiring within 1 d."]),
            // It is gone.
            Look(48 * HOUR, NOTHING),
        ],
    ];

    a_resource_of_which_no_end_is_told_is_missed_until_it_comes_on_any_endpoint: [
        Rule("missing-end", "api", |s| {
            (s.event_type, s.window) = (Some("batch.submitted".into()), 2 * HOUR);
        }),
        [
            Own("a", "batch.submitted"),
            Own("b", "batch.submitted"),
            // Own events are of one endpoint, the ends of another.
            Event(30, "a".into(), "batch.completed"),
            Look(119, NOTHING),
            Look(120, &["No end event after batch.submitted on api: 1 without an end event after 2 h."]),
            Event(130, "b".into(), "batch.expired"),
            Look(131, NOTHING),
        ],
    ];

    a_destination_that_fails_is_told_of_with_what_it_lost: [
        Worker(&[]),
        Rule("destination-failing", "worker", |s| s.least = 3),
        Rule("dead-forwards", "worker", |s| s.window = HOUR),
        Answers(vec![Answer::Status(500), Answer::Status(500), Answer::Status(400)]),
        each(0..3, |n| [Event(0, format!("wh_{n}"), "batch.completed"), Attempts(n + 1)]),
        Look(1, &[
            "Attempts to worker are failing: 3 of 3 attempts failed in 15 min (100.0 %); the threshold is 50.0 %.",
            "Forwards to worker ran out of attempts: 3 ran out of attempts in 1 h.",
        ]),
        each(3..12, |n| [Event(2, format!("wh_{n}"), "batch.completed"), Attempts(n + 1)]),
        // A quarter failed: that is over; what is dead stays dead.
        Look(2, &["Forwards to worker ran out of attempts: 3 ran out of attempts in 1 h."]),
        Look(62, NOTHING),
    ];

    a_destination_is_not_well_because_nobody_tried_it: [
        Worker(&[3_600]),
        Rule("destination-failing", "worker", |s| s.least = 3),
        Answers(vec![Answer::Status(500); 3]),
        each(0..3, |n| [Event(0, format!("wh_{n}"), "batch.completed"), Attempts(n + 1)]),
        [
            Look(1, &["Attempts to worker are failing: 3 of 3 attempts failed in 15 min (100.0 %); the threshold is 50.0 %."]),
            // Nothing was sent in the last quarter of an hour.
            Look(30, &["Attempts to worker are failing: 3 of 3 attempts failed in 15 min (100.0 %); the threshold is 50.0 %."]),
            Clock(70),
            Attempts(6),
            Look(71, NOTHING),
        ],
    ];

    a_slow_destination_and_an_old_queue_are_told_of: [
        Worker(&[3_600]),
        Rule("forward-time", "worker", |s| (s.threshold, s.recovery, s.least) = (100.0, 100.0, 1)),
        Rule("queue-age", "worker", usual),
        Answers(vec![Answer::Slow(Duration::from_millis(300)), Answer::Status(503)]),
        [
            Event(0, "wh_1".into(), "batch.completed"),
            Attempts(1),
            Look(0, &["worker is slow: The p95 of 1 attempts in 1 h was 4…"]),
            Event(1, "wh_2".into(), "batch.completed"),
            Attempts(2),
            Pass(2, 16, &["worker is slow: The p95 of 1 attempts in 1 h was 4…"]),
            Look(17, &[
                "Forwards to worker are delayed: The oldest has waited 16 min; the threshold is 15 min.",
                "worker is slow: The p95 of 1 attempts in 1 h was 4…",
            ]),
            // The destination takes it at the second try, an hour and up to a tenth of it later.
            Clock(70),
            Attempts(3),
            Look(70, NOTHING),
            Look(72, NOTHING),
        ],
    ];

    a_full_disk_and_a_clock_that_is_off_are_told_of: [
        Rule("clock-suspect", "", usual),
        Rule("disk-full", "", |s| (s.threshold, s.recovery) = (0.0, 0.0)),
        // No disk is empty.
        Look(1, &["The disk is nearly full: …"]),
        Change(|s| (s.threshold, s.recovery) = (99.9, 99.9)),
        Look(2, NOTHING),
        each(0..5, |n| [Late(format!("wh_{n}"))]),
        Look(3, &["This server's clock is suspect: 5 of 5 rejected deliveries in 1 h had valid signatures but wrong timestamps; the threshold is 50.0 %."]),
    ];
}

/// One thing that happens, or several in order.
trait Part {
    fn all(self) -> Vec<Do>;
}

impl Part for Do {
    fn all(self) -> Vec<Do> {
        vec![self]
    }
}

impl Part for Vec<Do> {
    fn all(self) -> Vec<Do> {
        self
    }
}

impl<const N: usize> Part for [Do; N] {
    fn all(self) -> Vec<Do> {
        self.into()
    }
}

impl Watch {
    /// Looks, and holds what is open against what is expected.
    async fn hold_open(&mut self, minute: i64, expected: &[&str]) {
        let open = self.look(minute).await;
        let fits = |(said, text): (&String, &&str)| match text.strip_suffix('…') {
            Some(beginning) => said.starts_with(beginning),
            None => said == text,
        };
        let all_fit = open.len() == expected.len() && open.iter().zip(expected).all(fits);
        assert!(all_fit, "at {minute}: {open:#?} instead of {expected:#?}");
    }
}

/// A destination for everything.
pub(super) async fn worker(app: &TestApp, url: String, waits: &[i64]) -> Destination {
    let policy = DeliveryPolicy { waits: waits.to_vec(), ..DeliveryPolicy::default() };
    let new = NewDestination { name: "worker".into(), url, policy, ..Default::default() };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let (made, _) = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

struct Play {
    watch: Watch,
    receiver: Receiver,
    worker: Option<Destination>,
    rule: Option<rules::Rule>,
}

impl Play {
    async fn start() -> Self {
        Self { watch: Watch::start().await, receiver: Receiver::start().await, worker: None, rule: None }
    }

    async fn go(&mut self, part: impl Part) {
        for one in part.all() {
            self.step(one).await;
        }
    }

    async fn step(&mut self, one: Do) {
        let (state, by) = (self.watch.app.state.clone(), self.watch.app.actor());
        let (watch, db) = (&mut self.watch, &state.db);
        match one {
            Rule(kind, object, change) => self.rule = Some(watch.rule(kind, object, change).await),
            Change(change) => {
                let rule = self.rule.as_ref().unwrap();
                let mut settings = rule.settings.clone();
                change(&mut settings);
                rules::change(db, &by, rule.id, settings, None).await.unwrap();
            }
            Worker(waits) => {
                self.worker = Some(worker(&watch.app, self.receiver.url(), waits).await);
                watch.without_rules().await;
            }
            Answers(answers) => self.receiver.answer(&answers),
            Attempts(count) => self.attempts(count).await,
            Event(minute, id, event_type) => watch.deliver(minute, &id, event_type).await,
            Own(id, event_type) => {
                let url = watch.app.ingest_url(&watch.own);
                let body = event(event_type, &format!("of_{id}"));
                assert_eq!(watch.app.http.post(url).body(body).send().await.unwrap().status(), 200);
            }
            Rejected(id) => watch.reject(id).await,
            Late(id) => {
                let sent = watch.app.now_ms() / 1_000 - 4_000;
                watch.app.webhook_at(&watch.endpoint, &id, sent, "{}").send().await.unwrap();
            }
            Answered(bucket, count) => self.answered(bucket, count).await,
            Rotate(hours) => {
                let id = watch.endpoint.id.to_string();
                let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
                let form = [("id", id.as_str()), ("secret", secret), ("label", "new"), ("hours", hours)];
                let admin = watch.app.browser(Role::Admin).await;
                assert_eq!(admin.post("/do/rotate_secret", &form).await.status, 302);
            }
            Pause(paused) => crate::channels::pause(&watch.app, watch.channel, paused).await,
            Restart => watch.evaluator = Evaluator::new(&state.alerts).await.unwrap(),
            Clock(minute) => watch.clock(minute),
            Look(minute, expected) => watch.hold_open(minute, expected).await,
            Pass(from, to, expected) => {
                for minute in from..=to {
                    watch.hold_open(minute, expected).await;
                }
            }
        }
    }

    /// Waits until so many attempts were written down.
    async fn attempts(&self, count: i64) {
        let begun = Instant::now();
        loop {
            let mut connection = self.watch.app.state.db.read().await.unwrap();
            let worker = self.worker.as_ref().unwrap().id;
            let all = Ask::new(&[Measure::Attempt], (0, i64::MAX)).of(Some(worker.0));
            let all = all.sums(&mut connection, &[]).await.unwrap();
            if all.iter().map(|one| one.count).sum::<i64>() >= count {
                return;
            }
            drop(connection);
            assert!(begun.elapsed() < Duration::from_secs(10), "{all:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Counts that no test could bring about in its time.
    async fn answered(&self, bucket: i64, count: i64) {
        let app = &self.watch.app;
        let mut tx = app.state.db.begin().await.unwrap();
        tx.sql("INSERT INTO counts (what, grain, slot, of, label, bucket, count, sum) VALUES ($1, 1, $2, $3, '', $4, $5, 0)")
            .bind(Measure::Answer)
            .bind(app.now_ms() / MINUTE_MS)
            .bind(self.watch.endpoint.id)
            .bind(bucket)
            .bind(count)
            .run()
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

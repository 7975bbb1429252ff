//! Alert rules, driven through their lives by a clock that the tests set.

mod histories;

use crate::app::{NOW_MS, TestApp, event};
use hookpost::{
    alerts::{
        evaluate::Evaluator,
        incidents,
        preview::preview,
        rules::{self, NewRule, Rule},
        uptime::Uptime,
        values::{Shared, Values},
    },
    db,
    model::{
        alert::{Quiet, QuietDays, RuleSettings},
        audit::Actor,
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
use tokio::sync::OwnedMutexGuard;

const MINUTE_MS: i64 = 60_000;
const HOUR: i64 = 60;

fn is_on(rule: &Rule, kind: &str, endpoint: &Endpoint) -> bool {
    rule.kind.word == kind && rule.endpoint == Some(endpoint.id)
}

/// A server whose rules are looked at when the test says so, and not by itself.
struct Watch {
    app: TestApp,
    /// `prod-openai`.
    endpoint: Endpoint,
    /// `api`, which takes whatever comes.
    own: Endpoint,
    evaluator: Evaluator,
    channel: ChannelId,
    _turn: OwnedMutexGuard<()>,
}

impl Watch {
    /// With a channel, and no rule but those that a test adds.
    async fn start() -> Self {
        let watch = Self::with_usual_rules().await;
        watch.without_rules().await;
        watch
    }

    /// With a channel, and the rules that everything begins with.
    async fn with_usual_rules() -> Self {
        let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1/32"]).await;
        let turn = app.state.alerts.turn.clone().lock_owned().await;
        let evaluator = Evaluator::new(&app.state.alerts).await.unwrap();
        let channel = crate::channels::webhook(&app, "team", "http://127.0.0.1:9/nobody").await;
        let endpoint = app.openai().await;
        let own = app.endpoint("api", Scheme::NONE, SecretFormat::Text, None).await;
        Self { app, endpoint, own, evaluator, channel, _turn: turn }
    }

    async fn without_rules(&self) {
        for rule in self.rules().await {
            rules::remove(&self.app.state.db, &self.app.actor(), rule.id).await.unwrap();
        }
    }

    async fn rules(&self) -> Vec<Rule> {
        rules::list(&self.app.state.db, self.app.now_ms()).await.unwrap()
    }

    /// Adds a rule on an endpoint or destination; empty: on none.
    async fn rule(&self, kind: &str, object: &str, change: impl FnOnce(&mut RuleSettings)) -> Rule {
        let kind = rules::kind(kind).unwrap();
        let mut settings = kind.usual_settings();
        change(&mut settings);
        let object = Some(object.to_owned()).filter(|name| !name.is_empty());
        rules::add(&self.app.state.db, &self.app.actor(), NewRule { kind, object, settings }).await.unwrap()
    }

    /// Sets the clock to so many minutes after the start.
    fn clock(&self, minute: i64) {
        self.app.set_clock(NOW_MS + minute * MINUTE_MS);
    }

    /// Looks at so many minutes after the start, and says what is open, in the order of the alphabet.
    async fn look(&mut self, minute: i64) -> Vec<String> {
        self.clock(minute);
        self.evaluator.look(&self.app.state.alerts).await.unwrap();
        let said = |incident: Incident| format!("{}: {}", incident.title, incident.detail);
        let mut open: Vec<String> = self.open().await.into_iter().map(said).collect();
        open.sort();
        open
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
    async fn deliver(&self, minute: i64, id: &str, event_type: &str) {
        self.clock(minute);
        let body = event(event_type, &format!("of_{id}"));
        let answer = self.app.webhook(&self.endpoint, id, &body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }

    /// A rejected one.
    async fn reject(&self, id: &str) {
        let answer = self.app.webhook(&self.endpoint, id, "{}").body("{ }").send().await.unwrap();
        assert_eq!(answer.status(), 400);
    }

    /// Five rejected ones: enough for an incident of the usual rule.
    async fn reject_five(&self) {
        for n in 0..5 {
            self.reject(&format!("wh_{n}")).await;
        }
    }

    fn person(&self) -> Actor {
        Actor { name: "ada@example.com".into(), ..self.app.actor() }
    }
}

#[tokio::test]
async fn an_incident_opens_is_acknowledged_recovers_and_none_follows_within_the_cooldown() {
    let mut watch = Watch::start().await;
    let rule = watch
        .rule("silence", "prod-openai", |s| {
            (s.threshold, s.recovery, s.cooldown, s.remind) = (30.0, 30.0, 60, Some(20));
        })
        .await;
    assert_eq!(watch.pass(0, 3).await, [""; 0], "nothing has come yet: there is no silence to break");
    watch.deliver(3, "wh_1", "batch.completed").await;
    assert_eq!(watch.pass(4, 34).await, [""; 0]);
    assert_snapshot!(watch.look(35).await.join("\n"), @"No events on prod-openai: No events for 31 min; the threshold is 30 min.");
    let id = watch.open().await[0].id;
    // Nobody acknowledges: there are reminders, until somebody does.
    watch.pass(36, 80).await;
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Reminder, NoticeKind::Reminder]);
    incidents::acknowledge(&watch.app.state.alerts, &watch.person(), id, "looking").await.unwrap();
    assert_eq!(watch.open().await[0].state(), IncidentState::Acknowledged);
    watch.pass(81, 110).await;
    watch.deliver(110, "wh_2", "batch.completed").await;
    assert_eq!(watch.look(111).await, [""; 0]);
    assert_snapshot!(watch.timeline(id).await.join("\n"), @r"
    35 Hookpost opened: No events for 31 min; the threshold is 30 min.
    55 Hookpost reminded: Still open after 20 min, now at 51 min; not acknowledged.
    75 Hookpost reminded: Still open after 40 min, now at 1 h 11 min; not acknowledged.
    80 ada@example.com acknowledged: looking
    111 Hookpost recovered: Events arrived again, after 1 h 16 min.
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
    let rule = watch.rule("verification-failures", "prod-openai", |_| {}).await;
    watch.reject_five().await;
    assert_eq!(watch.look(1).await.len(), 1);
    let id = watch.open().await[0].id;
    // Another evaluator knows only what is in the database; two at once write it once.
    let mut other = Evaluator::new(&watch.app.state.alerts).await.unwrap();
    for minute in 2..10 {
        watch.look(minute).await;
        other.look(&watch.app.state.alerts).await.unwrap();
    }
    assert_eq!((watch.incidents(&rule).await.len(), watch.told(id).await), (1, vec![NoticeKind::Opened]));
    watch.evaluator = Evaluator::new(&watch.app.state.alerts).await.unwrap();
    assert_eq!(watch.look(70).await, [""; 0], "an hour later none of them is in the window");
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Recovered]);
}

#[tokio::test]
async fn every_endpoint_and_destination_begins_with_its_rules_and_those_removed_stay_away() {
    let watch = Watch::with_usual_rules().await;
    histories::worker(&watch.app, "https://worker.example/hook".into(), &[]).await;
    let all = watch.rules().await;
    assert_snapshot!(all.iter().map(|rule| format!("{}: {}, {}", rule.title(), rule.condition(), rule.settings.severity)).collect::<Vec<_>>().join("\n"), @r"
    Silence on api: more than 1 d, critical
    Verification failures on api: more than 10.0 % of at least 5 in 1 h, warning
    Event failures on api: more than 20.0 % of at least 5 in 1 d, warning
    Sender retries on api: more than 5 in 1 h, warning
    Retry window closing on api: any, 2 d 12 h after the first try, critical
    Answer time on api: more than 1.0 s of at least 20 in 15 min, warning
    Secret expiring in use on api: any, 3 d before expiry, warning
    Silence on prod-openai: more than 1 d, critical
    Verification failures on prod-openai: more than 10.0 % of at least 5 in 1 h, warning
    Event failures on prod-openai: more than 20.0 % of at least 5 in 1 d, warning
    Sender retries on prod-openai: more than 5 in 1 h, warning
    Retry window closing on prod-openai: any, 2 d 12 h after the first try, critical
    Answer time on prod-openai: more than 1.0 s of at least 20 in 15 min, warning
    Secret expiring in use on prod-openai: any, 3 d before expiry, warning
    Destination failing on worker: more than 50.0 % of at least 5 in 15 min, critical
    Dead forwards on worker: any in 1 d, warning
    Forward time on worker: more than 10 s of at least 20 in 1 h, info
    Queue age on worker: more than 15 min, warning
    Disk nearly full: more than 90.0 %, critical
    Clock suspect: more than 50.0 % of at least 5 in 1 h, warning
    ");
    watch.without_rules().await;
    Evaluator::new(&watch.app.state.alerts).await.unwrap();
    watch.app.endpoint("second", Scheme::NONE, SecretFormat::Text, None).await;
    let again = watch.rules().await;
    assert!(
        again.len() == 7 && again.iter().all(|rule| rule.object.as_deref() == Some("second")),
        "{again:?}"
    );
}

#[tokio::test]
async fn a_rule_that_is_switched_off_or_gone_closes_what_it_opened() {
    let mut watch = Watch::start().await;
    let rule = watch.rule("verification-failures", "prod-openai", |_| {}).await;
    watch.reject_five().await;
    watch.look(1).await;
    let id = watch.open().await[0].id;
    rules::switch(&watch.app.state.db, &watch.app.actor(), rule.id, false).await.unwrap();
    assert_eq!(watch.look(2).await, [""; 0]);
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Resolved]);
    assert_snapshot!(watch.timeline(id).await.last().unwrap(), @"2 Hookpost resolved: The rule was switched off or removed, or its endpoint was disabled.");
}

#[tokio::test]
async fn people_close_incidents_and_say_why() {
    let mut watch = Watch::start().await;
    let rule = watch.rule("verification-failures", "prod-openai", |_| {}).await;
    watch.reject_five().await;
    watch.look(1).await;
    let (id, alerts, by) = (watch.open().await[0].id, watch.app.state.alerts.clone(), watch.person());
    incidents::resolve(&alerts, &by, id, "the new secret was missing").await.unwrap();
    assert_eq!(watch.told(id).await, [NoticeKind::Opened, NoticeKind::Resolved]);
    let again = incidents::resolve(&alerts, &by, id, "").await.unwrap_err();
    assert_snapshot!(again, @"incident: already closed");
    assert_snapshot!(incidents::acknowledge(&alerts, &by, id, "").await.unwrap_err(), @"incident: already over; add a note instead");
    assert_snapshot!(incidents::note(&alerts, &by, id, " ").await.unwrap_err(), @"note: must not be empty");
    incidents::note(&alerts, &by, id, "see the runbook").await.unwrap();
    // It still holds: after the cooldown there is another.
    assert_eq!(watch.look(30).await, [""; 0]);
    assert_eq!(watch.look(31).await.len(), 1);
    assert_eq!(watch.incidents(&rule).await.len(), 2);
}

#[tokio::test]
async fn a_look_back_says_what_the_looks_did() {
    let mut watch = Watch::start().await;
    let rule = watch
        .rule("silence", "prod-openai", |s| (s.threshold, s.recovery, s.cooldown) = (60.0, 60.0, 0))
        .await;
    for (n, minute) in [0, 30, 200, 210, 400].into_iter().enumerate() {
        let from = (watch.app.now_ms() - NOW_MS) / MINUTE_MS;
        watch.pass(from, minute).await;
        watch.deliver(minute, &format!("wh_{n}"), "batch.completed").await;
        watch.look(minute).await;
    }
    watch.pass(400, 500).await;
    let real: Vec<(i64, Option<i64>)> =
        watch.incidents(&rule).await.iter().rev().map(|one| (one.opened_at, one.ended_at)).collect();
    let preview = preview(&watch.app.state.db, &rule, watch.app.now_ms()).await.unwrap();
    let would: Vec<(i64, Option<i64>)> = preview.incidents.iter().map(|one| (one.from, one.to)).collect();
    assert_eq!((real.len(), would.len()), (3, 3), "{real:?} {would:?}");
    for ((from, to), (would_from, would_to)) in real.iter().zip(&would) {
        // Its looks are five minutes apart.
        assert!((from - would_from).abs() <= 5 * MINUTE_MS, "{real:?} {would:?}");
        assert_eq!(to.is_some(), would_to.is_some());
    }
    let calm = rule.with(RuleSettings { threshold: 600.0, recovery: 600.0, ..rule.settings.clone() });
    let calm =
        hookpost::alerts::preview::preview(&watch.app.state.db, &calm, watch.app.now_ms()).await.unwrap();
    assert!(calm.incidents.is_empty());
}

#[tokio::test]
async fn what_cannot_be_a_rule_is_refused_by_field() {
    let watch = Watch::start().await;
    let refused = async |kind, object: Option<&str>, change: fn(&mut RuleSettings)| {
        let kind = rules::kind(kind).unwrap();
        let mut settings = kind.usual_settings();
        change(&mut settings);
        let new = NewRule { kind, object: object.map(str::to_owned), settings };
        rules::add(&watch.app.state.db, &watch.app.actor(), new).await.unwrap_err().to_string()
    };
    assert_snapshot!(
        [
            refused("silence", Some("gone"), |_| {}).await,
            refused("destination-failing", Some("prod-openai"), |_| {}).await,
            refused("disk-full", Some("prod-openai"), |_| {}).await,
            refused("silence", None, |s| s.threshold = 0.0).await,
            refused("silence", None, |s| s.quiet = Some(Quiet { from: 0, to: 60, days: QuietDays::None, zone: "Mars/Olympus".into() })).await,
            refused("silence", None, |s| s.channels = Which::These(vec![ChannelId::new()])).await,
        ]
        .join("\n"),
        @r"
        object: unknown endpoint gone
        object: unknown destination prod-openai
        object: this kind applies to the server itself
        threshold: must be one minute to 30 days, such as 30m, 2h or 1d
        zone: must be a time zone, such as Europe/Berlin or UTC
        channels: one of them was removed; choose again
        "
    );
}

#[tokio::test]
async fn pages_show_what_is_wrong_and_let_members_look_after_it() {
    let mut watch = Watch::with_usual_rules().await;
    watch.reject_five().await;
    watch.look(1).await;
    let id = watch.open().await[0].id;
    let (viewer, member) = (watch.app.browser(Role::Viewer).await, watch.app.browser(Role::Member).await);
    let page = format!("/alerts/incidents/{id}");
    let overview = viewer.get("/").await.text;
    assert!(overview.contains("open, 1 not acknowledged"), "{overview}");
    let text = viewer.get(&page).await.text;
    assert!(
        text.contains("Deliveries to prod-openai are failing verification")
            && !text.contains("/do/acknowledge_incident"),
        "{text}"
    );
    assert!(text.contains("verdict=rejected") && text.contains("Notifications"), "{text}");
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
    let watch = Watch::with_usual_rules().await;
    watch.reject_five().await;
    let admin = watch.app.browser(Role::Admin).await;
    let new = admin
        .get("/alerts/rules/new?kind=verification-failures&object=prod-openai&threshold=50&least=2")
        .await;
    assert!(new.status == 200 && new.text.contains("One incident would have opened."), "{}", new.text);
    let wrong = admin.get("/alerts/rules/new?kind=verification-failures&threshold=many").await.text;
    assert!(wrong.contains("threshold: must be a number") && wrong.contains("value=\"many\""), "{wrong}");
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
        shown.contains("threshold: must be 0 to 99.9 percent") && shown.contains("value=\"200\""),
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
    let watch = Watch::with_usual_rules().await;
    for n in 0..8 {
        watch.deliver(n * 10, &format!("wh_{n}"), "batch.completed").await;
    }
    let rule = watch.rules().await.into_iter().find(|rule| is_on(rule, "silence", &watch.endpoint)).unwrap();
    let page = watch.app.browser(Role::Admin).await.get(&format!("/alerts/rules/{}", rule.id)).await.text;
    assert!(page.contains("Events usually arrive within 10 min; a threshold of 30m would fit."), "{page}");
    assert!(page.contains("threshold=30m"), "{page}");
}

#[tokio::test]
async fn hostile_names_of_types_stay_text() {
    let mut watch = Watch::start().await;
    let hostile = "x.</title><script>alert(1)</script>";
    watch
        .rule("silence", "api", |s| {
            (s.threshold, s.recovery, s.event_type) = (5.0, 5.0, Some(hostile.into()));
        })
        .await;
    let body = event(hostile, "r");
    watch.app.http.post(watch.app.ingest_url(&watch.own)).body(body).send().await.unwrap();
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
    watch.rule("verification-failures", "prod-openai", |_| {}).await;
    watch.reject_five().await;
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
    assert_eq!(viewer.get("/api/v1/incidents?state=x").await.1["detail"], "state: `x` must be open or ended");
    assert_eq!(watch.open().await[0].acknowledged.as_ref().unwrap().1, format!("token {}", member.made.name));
}

#[tokio::test]
async fn sums_of_a_window_are_those_of_its_minutes_wherever_hours_begin() {
    let watch = Watch::with_usual_rules().await;
    for minute in (0..200).step_by(7) {
        watch.deliver(minute, &format!("wh_{minute}"), "batch.completed").await;
        watch.deliver(minute + 3, &format!("wh_f{minute}"), "batch.failed").await;
        watch.reject(&format!("wh_{}", minute % 4)).await;
        watch.app.http.post(watch.app.ingest_url(&watch.own)).body("{}").send().await.unwrap();
    }
    let uptime = Uptime::default();
    let mut connection = watch.app.state.db.read().await.unwrap();
    for minute in [0, 59, 60, 61, 119, 130, 199] {
        let now = NOW_MS + minute * MINUTE_MS;
        let mut shared = Shared::default();
        for window in [1, 7, 59, 60, 61, 119, 121, 180] {
            for kind in ["verification-failures", "event-failures", "sender-retries", "answer-time"] {
                let all = watch.rules().await;
                let rule = all.into_iter().find(|rule| is_on(rule, kind, &watch.endpoint)).unwrap();
                let rule = rule.with(RuleSettings { window, ..rule.settings.clone() });
                let mut read = async |from| {
                    let span = (from, now);
                    let all = Values::load(&mut connection, &rule, &uptime, &mut shared, span).await.unwrap();
                    all.at(now)
                };
                let (present, looked_back) = (read(now).await, read(now - MINUTE_MS).await);
                assert_eq!(present, looked_back, "{kind} at {minute} within {window}");
            }
        }
    }
}

#[tokio::test]
async fn a_rule_whose_channels_are_gone_tells_every_channel() {
    let mut watch = Watch::start().await;
    let (state, by) = (watch.app.state.clone(), watch.app.actor());
    let gone = crate::channels::webhook(&watch.app, "gone", "http://127.0.0.1:9/gone").await;
    watch.rule("verification-failures", "prod-openai", |s| s.channels = Which::These(vec![gone])).await;
    watch.rule("sender-retries", "prod-openai", |s| s.channels = Which::These(vec![watch.channel])).await;
    hookpost::alerts::channels::remove(&state.db, &by, gone).await.unwrap();
    for _ in 0..7 {
        watch.reject("wh_1").await;
    }
    assert_eq!(watch.look(1).await.len(), 2);
    for incident in watch.open().await {
        assert_eq!(watch.told(incident.id).await, [NoticeKind::Opened], "{}", incident.title);
    }
}

#[tokio::test]
async fn the_look_back_of_a_changed_rule_refuses_what_saving_refuses() {
    let watch = Watch::start().await;
    let rule = watch.rule("silence", "prod-openai", |_| {}).await;
    let admin = watch.app.browser(Role::Admin).await;
    let (id, gone) = (rule.id.to_string(), ChannelId::new().to_string());
    for (form, sentence) in [
        (vec![("threshold", "0")], "threshold: must be one minute to 30 days"),
        (
            vec![("threshold", "1h"), ("recovery", "1h"), ("quiet", "22:00-06:00"), ("zone", "Mars/Olympus")],
            "zone: must be a time zone",
        ),
        (
            vec![("threshold", "1h"), ("recovery", "1h"), ("tell", "these"), ("channels[]", gone.as_str())],
            "channels: one of them was removed; choose again",
        ),
    ] {
        let pairs = form.iter().map(|(name, value)| format!("{name}={value}"));
        let query = pairs.collect::<Vec<_>>().join("&");
        let previewed = admin.get(&format!("/alerts/rules/{id}/edit?{query}")).await.text;
        assert!(previewed.contains(sentence) && !previewed.contains("would have opened"), "{previewed}");
        let saved = admin.post("/do/change_rule", &[&[("id", id.as_str())][..], &form].concat()).await;
        assert!(admin.get(&saved.location).await.text.contains(sentence), "{sentence}");
    }
    let fine = admin.get(&format!("/alerts/rules/{id}/edit?threshold=1h&recovery=1h")).await.text;
    assert!(fine.contains("There was not enough data"), "{fine}");
}

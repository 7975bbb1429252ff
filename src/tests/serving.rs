//! How destinations are served: conditions, order, rates, final answers, circuits, and secrets that rotate.

use crate::{
    app::{TestApp, event},
    receiver::{Answer, Receiver},
};
use hookpost::{
    db::{
        self, attempts,
        counts::{Ask, By, Measure},
        forwards,
    },
    destinations::{self, NewDestination},
    model::{
        destination::{DeliveryPolicy, Destination, Forward, ForwardState},
        ids::DeliveryId,
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
    verify,
};
use std::time::{Duration, Instant};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];

async fn destination(app: &TestApp, receiver: &Receiver, new: NewDestination) -> (Destination, String) {
    let new = NewDestination { name: format!("to {}", receiver.port), url: receiver.url(), ..new };
    let allowed = app.state.settings.allow_outbound.clone().into();
    let made = destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    made
}

fn policy(change: impl FnOnce(&mut DeliveryPolicy)) -> NewDestination {
    let mut policy = DeliveryPolicy::default();
    change(&mut policy);
    NewDestination { policy, ..NewDestination::default() }
}

async fn forwards_of(app: &TestApp, id: DeliveryId) -> Vec<Forward> {
    forwards::of_delivery(&mut app.state.db.read().await.unwrap(), id).await.unwrap()
}

/// Until the newest delivery's first forward is in this state.
async fn until(app: &TestApp, id: DeliveryId, state: ForwardState) -> Forward {
    let begun = Instant::now();
    loop {
        match forwards_of(app, id).await.into_iter().next() {
            Some(forward) if forward.state == state => return forward,
            other => assert!(begun.elapsed() < Duration::from_secs(10), "{other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn newest(app: &TestApp) -> DeliveryId {
    app.last_delivery().await.summary.id
}

#[tokio::test]
async fn a_condition_decides_what_is_sent_and_why_not_is_kept() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let condition = r#"body.data.n > 2 && headers["content-type"].startsWith("application/json")"#;
    destination(&app, &receiver, NewDestination { condition: condition.into(), ..NewDestination::default() })
        .await;
    app.webhook(&endpoint, "wh_1", r#"{"data": {"n": 2}}"#).send().await.unwrap();
    let skipped = until(&app, newest(&app).await, ForwardState::Skipped).await;
    assert_eq!(
        (skipped.note.as_deref(), skipped.attempts),
        (Some("the destination's condition doesn't match"), 0)
    );
    app.webhook(&endpoint, "wh_2", r#"{"data": {}}"#).send().await.unwrap();
    let skipped = until(&app, newest(&app).await, ForwardState::Skipped).await;
    assert!(skipped.note.as_deref().is_some_and(|note| note.contains("can't be evaluated")), "{skipped:?}");
    app.webhook(&endpoint, "wh_3", r#"{"data": {"n": 3}}"#).send().await.unwrap();
    until(&app, newest(&app).await, ForwardState::Delivered).await;
    assert_eq!(receiver.received().len(), 1);
}

#[tokio::test]
async fn events_of_a_resource_go_one_after_the_other_where_order_is_asked_for() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    destination(&app, &receiver, policy(|policy| policy.ordered = true)).await;
    receiver.answer(&[Answer::Status(500)]);
    app.webhook(&endpoint, "wh_1", &event("batch.in_progress", "batch_1")).send().await.unwrap();
    receiver.wait_for(1).await;
    for (id, resource) in [("wh_2", "batch_1"), ("wh_3", "batch_2"), ("wh_4", "batch_1")] {
        app.webhook(&endpoint, id, &event("batch.completed", resource)).send().await.unwrap();
    }
    receiver.wait_for(2).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    let ids = || receiver.received().iter().map(|r| r.header("webhook-id")).collect::<Vec<_>>();
    assert_eq!(ids(), ["wh_1", "wh_3"], "only another resource goes past one that waits");
    app.set_clock(app.now_ms() + 6_000);
    receiver.wait_for(5).await;
    assert_eq!(ids(), ["wh_1", "wh_3", "wh_1", "wh_2", "wh_4"]);
}

#[tokio::test]
async fn a_rate_spreads_what_is_sent_over_time() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    destination(&app, &receiver, policy(|policy| policy.rate = Some(4))).await;
    let begun = Instant::now();
    for n in 0..6 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    receiver.wait_for(6).await;
    // One at once, then four a second.
    assert!(begun.elapsed() > Duration::from_millis(1_000), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn an_answer_that_is_final_ends_it_at_once_and_an_own_schedule_holds() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let new = policy(|policy| {
        policy.final_statuses = vec!["4xx".into()];
        policy.waits = vec![60];
        policy.capture = 0;
    });
    let (made, _) = destination(&app, &receiver, new).await;
    receiver.answer(&[Answer::Status(422), Answer::Status(503), Answer::Status(503)]);
    app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    let first = newest(&app).await;
    assert_eq!(until(&app, first, ForwardState::Dead).await.attempts, 1);
    app.webhook(&endpoint, "wh_2", "{}").send().await.unwrap();
    receiver.wait_for(2).await;
    app.set_clock(app.now_ms() + 67_000);
    assert_eq!(until(&app, newest(&app).await, ForwardState::Dead).await.attempts, 2);
    let kept = attempts::of_delivery(&mut app.state.db.read().await.unwrap(), first).await.unwrap();
    assert!(kept[0].body.is_empty(), "status only");
    let counts = Ask::new(&[Measure::Attempt], (0, i64::MAX)).of(Some(made.id.0));
    let counts = counts.sums(&mut app.state.db.read().await.unwrap(), &[By::Label]).await.unwrap();
    let of = |class: &str| counts.iter().filter(|c| c.label == class).map(|c| c.count).sum::<i64>();
    assert_eq!((of("4xx"), of("5xx"), of("2xx")), (1, 2, 0));
}

#[tokio::test]
async fn a_destination_that_does_not_answer_is_left_alone_and_then_probed_once() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, _) = destination(&app, &receiver, policy(|policy| policy.in_flight = 1)).await;
    receiver.answer(&[Answer::Status(500); 10]);
    for n in 0..14 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    receiver.wait_for(10).await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(receiver.received().len(), 10, "the circuit is open");
    let stored = db::destinations::list(&mut app.state.db.read().await.unwrap()).await.unwrap();
    assert_eq!((stored[0].failures, stored[0].open_until.is_some()), (10, true));
    app.set_clock(app.now_ms() + 31_000);
    receiver.wait_for(24).await;
    let stored = db::destinations::list(&mut app.state.db.read().await.unwrap()).await.unwrap();
    assert_eq!((stored[0].id, stored[0].failures, stored[0].open_until), (made.id, 0, None));
}

#[tokio::test]
async fn while_its_secret_rotates_both_sign() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, old) = destination(&app, &receiver, NewDestination::default()).await;
    let new = destinations::rotate(&app.state.db, &app.actor(), made.id, 24).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    let signs = async |count: usize| {
        app.webhook(&endpoint, &format!("wh_{count}"), "{}").send().await.unwrap();
        let received = receiver.wait_for(count).await.pop().unwrap();
        let signature = received.header("webhook-signature");
        [&old, &new].map(|secret| {
            let (secret, _) =
                verify::parse_secret(Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, secret).unwrap();
            let at = received.header("webhook-timestamp").parse().unwrap();
            let expected =
                verify::sign_standard(&secret, &received.header("webhook-id"), at, &received.body).unwrap();
            signature.split(' ').any(|one| one == expected)
        })
    };
    assert_eq!(signs(1).await, [true, true]);
    app.set_clock(app.now_ms() + 25 * 3_600_000);
    assert_eq!(signs(2).await, [false, true]);
}

#[tokio::test]
async fn an_incoming_call_that_is_late_says_so() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    destination(&app, &receiver, NewDestination::default()).await;
    receiver.answer(&[Answer::Status(500)]);
    app.webhook(&endpoint, "wh_1", &event("realtime.call.incoming", "call_1")).send().await.unwrap();
    receiver.wait_for(1).await;
    until_attempts(&app, 1).await;
    app.set_clock(app.now_ms() + 20_000);
    let received = receiver.wait_for(2).await;
    let late: Vec<_> = received.iter().map(|r| r.header("x-hookpost-late")).collect();
    assert_eq!(late[0], "");
    assert!(late[1].parse::<i64>().unwrap() >= 20, "{late:?}");
}

async fn until_attempts(app: &TestApp, count: usize) {
    let id = newest(app).await;
    let begun = Instant::now();
    loop {
        let made = attempts::of_delivery(&mut app.state.db.read().await.unwrap(), id).await.unwrap().len();
        if made >= count {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{made} of {count}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn the_senders_headers_go_with_it_only_where_asked_for() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let (with, without) = (Receiver::start().await, Receiver::start().await);
    let endpoint = app.openai().await;
    let (_, secret) = destination(&app, &with, policy(|policy| policy.sender_headers = true)).await;
    destination(&app, &without, NewDestination::default()).await;
    app.webhook(&endpoint, "wh_1", "{}")
        .header("x-provider", "kept")
        .header("cookie", "a=b")
        .send()
        .await
        .unwrap();
    let got = with.wait_for(1).await.remove(0);
    assert_eq!((got.header("x-provider"), got.header("cookie")), ("kept".into(), String::new()));
    let (parsed, _) =
        verify::parse_secret(Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, &secret).unwrap();
    let at = got.header("webhook-timestamp").parse().unwrap();
    let expected = verify::sign_standard(&parsed, "wh_1", at, &got.body).unwrap();
    assert_eq!(got.header("webhook-signature"), expected, "ours, not the sender's");
    assert_eq!(without.wait_for(1).await[0].header("x-provider"), "");
}

#[tokio::test]
async fn admins_change_how_a_destination_is_served_and_its_secret_in_the_interface() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let receiver = Receiver::start().await;
    let endpoint = app.openai().await;
    let (made, old) = destination(&app, &receiver, NewDestination::default()).await;
    let admin = app.browser(Role::Admin).await;
    let (id, url, edit) = (made.id.to_string(), receiver.url(), format!("/destinations/{}/edit", made.id));
    assert!(admin.get(&edit).await.text.contains("5s 30s 2m 10m 1h 3h 6h 12h 1d 1d"));
    let change = async |more: &[(&str, &str)]| {
        let mut form = vec![("id", id.as_str()), ("name", "renamed"), ("url", &url)];
        form.extend(more);
        admin.post("/do/change_destination", &form).await.location
    };
    for (field, value, said) in [
        ("timeout", "90", "timeout: must be 1 to 60 seconds"),
        ("in_flight", "0", "in_flight: must be 1 to 64"),
        ("rate", "x", "rate: must be a whole number"),
        ("waits", "5", "waits: must be at most 20 waits"),
        ("final_statuses", "200", "final_statuses: must be statuses from 300 on"),
        ("condition", "event.type = 1", "condition: at column"),
        ("headers", "webhook-id: x", "is set by Hookpost"),
        ("endpoints[]", "none", "unknown endpoint none"),
    ] {
        assert_eq!(change(&[(field, value)]).await, edit, "{field}");
        let shown = admin.get(&edit).await.text;
        assert!(shown.contains(said) && shown.contains("value=\"renamed\""), "{field}: {shown}");
    }
    let page = format!("/destinations/{id}");
    let (condition, name) = ("event.type == \"batch.failed\"", endpoint.name.as_str());
    let good = [
        ("condition", condition),
        ("timeout", "3"),
        ("waits", "none"),
        ("ordered", "true"),
        ("endpoints[]", name),
    ];
    assert_eq!(change(&good).await, page);
    let shown = admin.get(&page).await.text;
    assert!(shown.contains("timeout 3.0 s") && shown.contains("no retries"), "{shown}");
    assert!(
        shown.contains("event.type == \"batch.failed\"") && shown.contains("in order per resource"),
        "{shown}"
    );
    app.webhook(&endpoint, "wh_1", &event("batch.completed", "b")).send().await.unwrap();
    until(&app, newest(&app).await, ForwardState::Skipped).await;
    // The tester says the same of what is stored.
    let asked = "condition=event.type%20%3D%3D%20%22batch.completed%22";
    assert!(admin.get(&format!("/destinations/condition?{asked}")).await.text.contains(">Yes<"));
    assert!(
        admin.get("/destinations/condition?condition=event.").await.text.contains("condition: at column")
    );
    let answer = admin.post("/do/rotate_destination", &[("id", id.as_str()), ("overlap", "2")]).await;
    let shown = admin.get(&answer.location).await.text;
    assert!(shown.contains("id=\"new-secret\">whsec_") && !shown.contains(&old));
    assert!(!admin.get(&page).await.text.contains("whsec_"), "shown once");
    assert!(admin.get(&edit).await.text.contains("also signs, for another"));
    let audit = admin.get("/settings/audit").await.text;
    assert!(audit.contains("changed the destination") && audit.contains("rotated the secret"), "{audit}");
}

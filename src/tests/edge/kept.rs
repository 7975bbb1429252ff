//! What strangers can make us store.

use crate::{
    api::Program,
    app::{SECRET, TestApp, shown},
};
use hookpost::{
    db::{
        self,
        counts::{Ask, Measure, check},
    },
    model::{
        delivery::Outcome,
        endpoint::Endpoint,
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
};
use reqwest::Method;
use serde_json::json;

/// Bytes of all bodies in the database.
async fn stored_bytes(app: &TestApp) -> usize {
    let mut sum = 0;
    for delivery in app.deliveries().await {
        let mut connection = app.state.db.read().await.unwrap();
        let payload = db::deliveries::payload(&mut connection, delivery.summary.id).await.unwrap().unwrap();
        sum += payload.body.len();
    }
    sum
}

async fn forged(app: &TestApp, endpoint: &Endpoint, body: &str) -> reqwest::Response {
    app.http.post(app.ingest_url(endpoint)).body(body.to_owned()).send().await.unwrap()
}

#[tokio::test]
async fn rejected_deliveries_have_a_quota_in_bytes_and_large_bodies_are_cut() {
    let app = TestApp::spawn_with(&["--rejected-bytes-per-minute", "1000000"]).await;
    let endpoint = app.openai().await;
    let large = "x".repeat(300_000);
    let mut statuses = Vec::new();
    for _ in 0..30 {
        let answer = forged(&app, &endpoint, &large).await;
        if answer.status() == 429 {
            assert!(answer.headers().contains_key("retry-after"));
        }
        statuses.push(answer.status().as_u16());
    }
    assert!(statuses.contains(&429) && statuses.iter().filter(|status| **status == 400).count() >= 10);
    let stored = stored_bytes(&app).await;
    assert!(stored <= 1_100_000, "{stored}");
    assert!(app.deliveries().await.iter().all(|delivery| delivery.summary.body_size == 300_000));
    // The genuine sender is not held up by it.
    let genuine = app.webhook(&endpoint, "wh_1", &large).send().await;
    assert_eq!(shown(genuine).await, r#"200 {"status":"accepted"}"#);
    assert_eq!(stored_bytes(&app).await, stored + 300_000, "what makes an event is kept whole");
}

#[tokio::test]
async fn a_genuine_request_that_is_sent_for_ever_fills_no_disk_and_is_always_answered_200() {
    let app = TestApp::spawn_with(&["--duplicate-bytes-per-minute", "500000"]).await;
    let endpoint = app.openai().await;
    let body = format!(r#"{{"type":"batch.completed","filler":"{}"}}"#, "x".repeat(100_000));
    for n in 0..1_100 {
        let answer = shown(app.webhook(&endpoint, "wh_1", &body).send().await).await;
        let expected = if n == 0 { "accepted" } else { "duplicate" };
        assert_eq!(answer, format!(r#"200 {{"status":"{expected}"}}"#));
    }
    let all = app.deliveries().await;
    assert!((100..900).contains(&all.len()), "{}", all.len());
    assert!(all.iter().skip(1).all(|delivery| delivery.summary.outcome == Outcome::Duplicate));
    let stored = stored_bytes(&app).await;
    assert!(stored < body.len() + 500_000, "{stored}");
    let repeated = app.state.ingest.refusals.since_start().find(|(cause, _)| *cause == "repeated");
    assert_eq!(repeated.map(|(_, count)| count), Some(1_100 - all.len() as u64), "the others are counted");
    // What the rows say is what the counts say.
    let mut connection = app.state.db.read().await.unwrap();
    for day in check::countable(&mut connection).await.unwrap()[0].days(app.now_ms()) {
        assert_eq!(check::differences(&mut connection, endpoint.id, day).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn an_endpoint_that_checks_nothing_has_a_quota_in_bytes() {
    let app = TestApp::spawn_with(&["--unverified-bytes-per-minute", "200000"]).await;
    let endpoint = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
    let large = "x".repeat(90_000);
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = forged(&app, &endpoint, &large).await;
        assert_eq!(answer.headers().contains_key("retry-after"), answer.status() == 429);
        statuses.push(answer.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429, 429]);
    let signed = app.openai().await;
    assert_eq!(app.webhook(&signed, "wh_1", "{}").send().await.unwrap().status(), 200);
}

/// A rejected delivery with a body of 150,000 bytes, of which 64 KiB are kept, at an endpoint whose secret was mended since.
async fn cut_delivery(app: &TestApp) -> String {
    const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let endpoint = app.endpoint("prod", Scheme::OPENAI, SecretFormat::Prefixed, Some(OTHER)).await;
    let body = format!(r#"{{"type":"batch.completed","filler":"{}"}}"#, "x".repeat(149_962));
    assert_eq!(app.webhook(&endpoint, "wh_1", &body).send().await.unwrap().status(), 400);
    let admin = app.browser(Role::Admin).await;
    let id = endpoint.id.to_string();
    admin.post("/do/add_secret", &[("id", id.as_str()), ("secret", SECRET)]).await;
    app.last_delivery().await.summary.id.to_string()
}

#[tokio::test]
async fn a_body_that_was_cut_says_so_wherever_it_is_shown() {
    let app = TestApp::spawn().await;
    let id = cut_delivery(&app).await;
    let member = app.browser(Role::Member).await;
    let page = member.get(&format!("/events/{id}?tab=body")).await.text;
    assert!(
        page.contains("The first 65.5 kB of 150.0 kB are stored. The SHA-256 of the whole body is "),
        "{page}"
    );
    assert!(page.contains("Download the stored part") && page.contains("Body 150.0 kB"));
    assert!(page.contains("so no command can send it") && !page.contains("Copy as curl</"));
    let signature = member.get(&format!("/events/{id}?tab=signature")).await.text;
    assert!(
        signature.contains("A signature covers the whole body, so this one can't be checked again"),
        "{signature}"
    );
    assert!(!signature.contains("Try a secret"));
    let download = member.send(member.request(Method::GET, &format!("/events/{id}/body"))).await;
    assert_eq!(download.text.len(), 65_536);
    assert_eq!(download.headers["hookpost-body-size"], "150000");
    assert_eq!(download.headers["hookpost-body-sha256"].len(), 64);
    let file = download.headers["content-disposition"].to_str().unwrap();
    assert_eq!(file, format!("attachment; filename=\"delivery-{id}.first-65536-bytes.bin\""));
    let program = Program::new(&app, Role::Member).await;
    let (_, detail) = program.get(&format!("/api/v1/deliveries/{id}")).await;
    assert_eq!((&detail["size"], &detail["body_cut"]["kept"]), (&json!(150_000), &json!(65_536)));
    assert_eq!(detail["body_cut"]["sha256"], download.headers["hookpost-body-sha256"].to_str().unwrap());
}

#[tokio::test]
async fn nothing_works_on_a_part_of_a_body_as_if_it_were_the_whole() {
    let app = TestApp::spawn_with(&["--allow-outbound", "127.0.0.1/32"]).await;
    let id = cut_delivery(&app).await;
    let member = app.browser(Role::Member).await;
    member.post("/do/reverify", &[("delivery", id.as_str())]).await;
    let page = member.get(&format!("/events/{id}?tab=signature")).await.text;
    let why = "only 65.5 kB of its 150.0 kB body are stored, so its signature can't be checked again";
    assert!(page.contains(why), "{page}");
    let tried = [("delivery", id.as_str()), ("secret", SECRET), ("secret_format", "prefixed")];
    let answer = member.post("/do/try_secret", &tried).await;
    let page = member.get(&answer.location).await.text;
    assert!(!page.contains("This secret matches"), "{page}");
    // Of many at once as well.
    let started = member.post("/do/start_reverify", &[("filter", "")]).await;
    let begun = std::time::Instant::now();
    while !member.get(&started.location).await.text.contains("Done") {
        assert!(begun.elapsed().as_secs() < 10);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(app.last_delivery().await.summary.outcome, Outcome::Rejected);
    let edit = member.get(&format!("/events/{id}/edit")).await;
    assert!(edit.text.contains("so it can't be edited and replayed"), "{}", edit.text);
    let new = hookpost::destinations::NewDestination {
        name: "worker".into(),
        url: "http://127.0.0.1:9/x".into(),
        ..Default::default()
    };
    let allowed = app.state.settings.allow_outbound.clone().into();
    hookpost::destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
    app.state.destinations.reload(&app.state.db).await.unwrap();
    let program = Program::new(&app, Role::Member).await;
    let asked = json!({ "destinations": ["worker"] });
    let (status, problem) =
        program.ask(Method::POST, &format!("/api/v1/deliveries/{id}/replay"), Some(asked)).await;
    assert_eq!(status, 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("so it can't be replayed"), "{problem}");
}

#[tokio::test]
async fn with_bodies_below_the_limit_a_wrong_secret_loses_nothing() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let body = "x".repeat(65_536);
    assert_eq!(forged(&app, &endpoint, &body).await.status(), 400);
    let id = app.last_delivery().await.summary.id;
    let payload =
        db::deliveries::payload(&mut app.state.db.read().await.unwrap(), id).await.unwrap().unwrap();
    assert_eq!((payload.body.len(), payload.cut), (65_536, None));
}

#[tokio::test]
async fn timestamps_as_far_off_as_a_number_can_be_do_not_stop_a_minute_from_being_counted() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    for n in 0..14 {
        let id = format!("wh_{n}");
        let answer = app.webhook_at(&endpoint, &id, 999_999_999_999_999_999, "{}").send().await.unwrap();
        assert_eq!(answer.status(), 400, "the {n}th");
    }
    let right = shown(app.webhook(&endpoint, "wh_right", "{}").send().await).await;
    assert_eq!(right, r#"200 {"status":"accepted"}"#);
    let counts = Ask::new(&[Measure::Rejected, Measure::OffInTime], (0, i64::MAX));
    let counts = counts.sums(&mut app.state.db.read().await.unwrap(), &[]).await.unwrap();
    let of =
        |what| counts.iter().filter(|sum| sum.what == what).map(|s| (s.count, s.sum)).collect::<Vec<_>>();
    assert_eq!(of(Measure::Rejected), [(14, 0)]);
    assert_eq!(of(Measure::OffInTime), [(14, -14_000_000_000)]);
}

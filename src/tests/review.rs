//! Rejected deliveries that are looked at again.

use crate::app::{SECRET, TestApp, event, sign};
use hookpost::{
    db::{
        self,
        counts::{Ask, Grain, Measure},
    },
    model::{
        delivery::Outcome,
        endpoint::Endpoint,
        job::JobState,
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
};
use std::time::{Duration, Instant};

const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

/// An endpoint with the wrong secret, and deliveries signed with [`SECRET`] that it rejects.
async fn rejecting(app: &TestApp, ids: &[&str]) -> Endpoint {
    let endpoint = app.endpoint("prod", Scheme::OPENAI, SecretFormat::Prefixed, Some(OTHER)).await;
    for id in ids {
        let answer = app.webhook(&endpoint, id, &event("batch.completed", "batch_1")).send().await.unwrap();
        assert_eq!(answer.status(), 400);
    }
    endpoint
}

async fn mend(app: &TestApp, endpoint: &Endpoint) {
    let admin = app.browser(Role::Admin).await;
    let id = endpoint.id.to_string();
    admin.post("/do/add_secret", &[("id", id.as_str()), ("secret", SECRET)]).await;
}

#[tokio::test]
async fn a_mended_secret_brings_a_rejected_delivery_into_its_event_and_the_verdicts_are_kept() {
    let app = TestApp::spawn().await;
    let endpoint = rejecting(&app, &["wh_1", "wh_1"]).await;
    let member = app.browser(Role::Member).await;
    let all = app.deliveries().await;
    let [first, second] = [&all[0], &all[1]].map(|d| d.summary.id.to_string());
    let page = format!("/events/{first}?tab=signature");
    member.post("/do/reverify", &[("delivery", first.as_str())]).await;
    assert!(member.get(&page).await.text.contains("Still rejected (age not checked)"));
    mend(&app, &endpoint).await;
    // A week later its age is no reason any more.
    app.set_clock(app.now_ms() + 7 * 86_400_000);
    let member = app.browser(Role::Member).await;
    assert!(member.get(&page).await.text.contains("which was added after the delivery arrived"));
    member.post("/do/reverify", &[("delivery", first.as_str())]).await;
    let shown = member.get(&page).await.text;
    assert!(shown.contains("Verified (age not checked) and accepted."), "{shown}");
    assert!(shown.contains("Re-verification history") && shown.contains("Re-verified"));
    member.post("/do/reverify", &[("delivery", second.as_str())]).await;
    let all = app.deliveries().await;
    assert_eq!(
        all.iter().map(|d| d.summary.outcome).collect::<Vec<_>>(),
        [Outcome::Accepted, Outcome::Duplicate]
    );
    assert!(all[0].reverified_at.is_some() && all[0].summary.reason.is_none() && all[0].secret_id.is_some());
    let history =
        db::reverifications::of_delivery(&mut app.state.db.read().await.unwrap(), all[0].summary.id)
            .await
            .unwrap();
    assert_eq!(history.len(), 2, "the one that failed is kept too");
    // Again is said to be nothing.
    member.post("/do/reverify", &[("delivery", first.as_str())]).await;
    assert!(member.get(&page).await.text.contains("Already accepted"));
}

#[tokio::test]
async fn the_counts_follow_what_was_accepted_later() {
    let app = TestApp::spawn().await;
    let endpoint = rejecting(&app, &["wh_1", "wh_2", "wh_3"]).await;
    mend(&app, &endpoint).await;
    let member = app.browser(Role::Member).await;
    let first = app.deliveries().await[0].summary.id.to_string();
    member.post("/do/reverify", &[("delivery", first.as_str())]).await;
    let minute = app.now_ms() / 60_000;
    let mut connection = app.state.db.read().await.unwrap();
    let counts = Ask::new(&Measure::OUTCOMES, (minute, minute + 1)).grain(Grain::Minute);
    let counts = counts.sums(&mut connection, &[]).await.unwrap();
    let counts: Vec<_> = counts.iter().map(|sum| (sum.what, sum.count)).collect();
    assert_eq!(counts, [(Measure::Rejected, 2), (Measure::Accepted, 1)]);
    let usage = db::secrets::usage(&mut connection, endpoint.id, minute).await.unwrap();
    assert_eq!(usage.iter().map(|usage| usage.recent).sum::<i64>(), 1);
}

#[tokio::test]
async fn a_tried_secret_is_told_to_fit_or_why_it_does_not_and_is_not_saved() {
    let app = TestApp::spawn().await;
    let endpoint = rejecting(&app, &["wh_1"]).await;
    let member = app.browser(Role::Member).await;
    let id = app.last_delivery().await.summary.id.to_string();
    let page = format!("/events/{id}?tab=signature");
    let told = async |secret: &str| {
        member.post("/do/try_secret", &[("delivery", id.as_str()), ("secret", secret)]).await;
        member.get(&page).await.text
    };
    assert!(told(SECRET).await.contains("This secret matches"));
    assert!(told(OTHER).await.contains("This secret doesn't match."));
    assert!(told("nonsense").await.contains("secret: it does not start with `whsec_`"));
    let shown = told(&SECRET.replace("whsec_", "whsec_x")).await;
    assert!(!shown.contains(&SECRET[10..]), "what was tried never comes back");
    let saved = db::secrets::list(&mut app.state.db.read().await.unwrap(), endpoint.id).await.unwrap();
    assert_eq!(saved.len(), 1);
    assert_eq!(app.last_delivery().await.summary.outcome, Outcome::Rejected);
}

#[tokio::test]
async fn all_of_a_filter_are_verified_again_by_a_job() {
    let app = TestApp::spawn().await;
    let ids: Vec<String> = (0..120).map(|n| format!("wh_{n}")).collect();
    let endpoint = rejecting(&app, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let forged = app.http.post(app.ingest_url(&endpoint)).header("webhook-id", "wh_x").body("{}");
    assert_eq!(forged.send().await.unwrap().status(), 400);
    mend(&app, &endpoint).await;
    let member = app.browser(Role::Member).await;
    let preview = member.get("/reverify?endpoint=prod&verdict=rejected").await;
    assert!(preview.text.contains("121 rejected deliveries"), "{}", preview.text);
    let started = member.post("/do/start_reverify", &[("filter", "endpoint=prod&verdict=rejected")]).await;
    assert!(started.location.starts_with("/jobs/"), "{}", started.location);
    let id = started.location.rsplit('/').next().unwrap().parse().unwrap();
    let begun = Instant::now();
    let job = loop {
        let job = hookpost::jobs::run::find(&app.state, id).await.unwrap();
        if job.state != JobState::Running {
            break job;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{job:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!((job.state, job.seen, job.changed), (JobState::Done, 121, 120));
    let outcomes = app.deliveries().await;
    assert_eq!(outcomes.iter().filter(|d| d.summary.outcome == Outcome::Accepted).count(), 120);
    assert!(member.get(&started.location).await.text.contains("121 of 121"));
    assert_eq!(member.get("/reverify?verdict=accepted").await.status, 422, "only rejected ones");
}

#[tokio::test]
async fn each_probable_cause_reaches_the_page_of_the_delivery() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let member = app.browser(Role::Member).await;
    let cause = async || {
        let id = app.last_delivery().await.summary.id;
        let text = member.get(&format!("/events/{id}?tab=signature")).await.text;
        text.split("data-cause=\"").nth(1).map(|rest| rest.split('"').next().unwrap().to_owned())
    };
    let now = app.now_ms() / 1_000;
    app.webhook_at(&endpoint, "wh_1", now - 4_000, "{}").send().await.unwrap();
    assert_eq!(cause().await.as_deref(), Some("clock-off"));
    let request = app.webhook(&endpoint, "wh_2", "{\"a\": 1}").body("{\"a\":1}");
    request.send().await.unwrap();
    assert_eq!(cause().await.as_deref(), Some("body-changed"));
    app.endpoint("staging", Scheme::OPENAI, SecretFormat::Prefixed, Some(OTHER)).await;
    let signed = |id: &str, signature: String| {
        app.http
            .post(app.ingest_url(&endpoint))
            .header("webhook-id", id)
            .header("webhook-timestamp", now)
            .header("webhook-signature", signature)
            .body("{}")
    };
    signed("wh_3", sign(OTHER, "wh_3", now, "{}")).send().await.unwrap();
    assert_eq!(cause().await.as_deref(), Some("other-secret"));
    signed("wh_4", sign(SECRET, "wh_4", now, "{}")[..30].to_owned()).send().await.unwrap();
    assert_eq!(cause().await.as_deref(), Some("signature-mangled"));
    signed("wh_5", "v1,AAAA".into()).send().await.unwrap();
    assert_eq!(cause().await, None, "nothing is claimed of a forgery");
}

#[tokio::test]
async fn many_genuine_deliveries_with_a_wrong_time_make_our_own_clock_suspect() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let viewer = app.browser(Role::Viewer).await;
    let now = app.now_ms() / 1_000;
    for n in 0..6 {
        assert!(!viewer.get("/").await.text.contains("clock is suspect") || n == 5);
        app.webhook_at(&endpoint, &format!("wh_{n}"), now - 4_000, "{}").send().await.unwrap();
    }
    let shown = viewer.get("/").await.text;
    assert!(shown.contains("clock is suspect") && shown.contains("1 h 6 min ahead of"), "{shown}");
}

//! Deliveries of one event: first, duplicates, tries, and claims that are none.

use crate::app::{TestApp, event, shown};
use futures::future::join_all;
use hookpost::{
    db::counts::{Ask, Grain, Measure},
    model::{
        delivery::Outcome,
        scheme::{Scheme, SecretFormat},
    },
};

const BODY: &str = "{}";

fn outcomes(deliveries: &[hookpost::model::delivery::Delivery]) -> Vec<(Outcome, i64)> {
    deliveries.iter().map(|d| (d.summary.outcome, d.summary.try_number)).collect()
}

#[tokio::test]
async fn the_second_delivery_of_an_event_is_its_duplicate() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let answers = [
        shown(app.webhook(&endpoint, "wh_1", BODY).send().await).await,
        shown(app.webhook(&endpoint, "wh_1", &event("x.y", "z")).send().await).await,
        shown(app.webhook(&endpoint, "wh_2", BODY).send().await).await,
    ];
    assert_eq!(
        answers,
        [r#"200 {"status":"accepted"}"#, r#"200 {"status":"duplicate"}"#, r#"200 {"status":"accepted"}"#]
    );
    let expected = [(Outcome::Accepted, 1), (Outcome::Duplicate, 2), (Outcome::Accepted, 1)];
    assert_eq!(outcomes(&app.deliveries().await), expected);
}

#[tokio::test]
async fn the_same_id_on_another_endpoint_is_another_event() {
    let app = TestApp::spawn().await;
    let one = app.openai().await;
    let two = app
        .endpoint("two", Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, Some(crate::app::SECRET))
        .await;
    for endpoint in [&one, &two] {
        assert_eq!(
            shown(app.webhook(endpoint, "wh_1", BODY).send().await).await,
            r#"200 {"status":"accepted"}"#
        );
    }
}

#[tokio::test]
async fn a_rejected_delivery_bears_a_try_number_but_never_makes_an_event() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let forged = || app.webhook(&endpoint, "wh_1", BODY).header("webhook-signature", "v1,AAAA").send();
    let stale = || app.webhook_at(&endpoint, "wh_1", 1, BODY).send();
    assert_eq!(forged().await.unwrap().status(), 400);
    assert_eq!(stale().await.unwrap().status(), 400);
    let genuine = app.webhook(&endpoint, "wh_1", BODY).send().await;
    assert_eq!(shown(genuine).await, r#"200 {"status":"accepted"}"#);
    assert_eq!(stale().await.unwrap().status(), 400);
    let again = app.webhook(&endpoint, "wh_1", BODY).send().await;
    assert_eq!(shown(again).await, r#"200 {"status":"duplicate"}"#);
    let expected = [
        (Outcome::Rejected, 1),
        (Outcome::Rejected, 2),
        (Outcome::Accepted, 3),
        (Outcome::Rejected, 4),
        (Outcome::Duplicate, 5),
    ];
    assert_eq!(outcomes(&app.deliveries().await), expected);
}

#[tokio::test]
async fn of_simultaneous_duplicates_exactly_one_is_first() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    for round in 0..10 {
        let id = format!("wh_{round}");
        let sent = (0..16).map(|_| app.webhook(&endpoint, &id, BODY).send());
        let answers = join_all(join_all(sent).await.into_iter().map(shown)).await;
        let firsts = answers.iter().filter(|a| a.contains("accepted")).count();
        let later = answers.iter().filter(|a| a.contains("duplicate")).count();
        assert_eq!((firsts, later), (1, 15));
    }
    let mut tries: Vec<i64> =
        app.deliveries().await.iter().rev().take(16).map(|d| d.summary.try_number).collect();
    tries.sort_unstable();
    assert_eq!(tries, (1..=16).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_minute_s_counts_equal_its_rows() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    for id in ["a", "a", "b", "c"] {
        app.webhook(&endpoint, id, BODY).send().await.unwrap();
    }
    app.webhook_at(&endpoint, "d", 1, BODY).send().await.unwrap();
    let minute = app.now_ms() / 60_000;
    let mut connection = app.state.db.read().await.unwrap();
    let counts = Ask::new(&Measure::OUTCOMES, (minute, minute + 1)).grain(Grain::Minute);
    let counts = counts.sums(&mut connection, &[]).await.unwrap();
    let of = |what| counts.iter().filter(|sum| sum.what == what).map(|sum| sum.count).collect::<Vec<_>>();
    assert_eq!([Measure::Accepted, Measure::Duplicate, Measure::Rejected].map(of), [[3], [1], [1]]);
}

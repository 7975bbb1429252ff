//! The ingest route: what is accepted, what is rejected and why, what is kept.

use crate::app::{NOW_MS, SECRET, TestApp, event, shown, sign};
use bytes::Bytes;
use hookpost::{
    db,
    model::{
        delivery::Outcome,
        scheme::{Scheme, SecretFormat},
    },
};
use http_body_util::StreamBody;
use hyper::body::Frame;
use insta::assert_snapshot;

#[tokio::test]
async fn a_signed_webhook_is_accepted_and_kept_byte_for_byte() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let body = event("batch.completed", "batch_1");
    let answer =
        app.webhook(&endpoint, "wh_1", &body).header("x-repeat", "a").header("x-repeat", "b").send().await;
    assert_snapshot!(shown(answer).await, @r#"200 {"status":"accepted"}"#);

    let delivery = app.last_delivery().await;
    assert_eq!(delivery.summary.outcome, Outcome::Accepted);
    assert_eq!(delivery.summary.event_type.as_deref(), Some("batch.completed"));
    assert_eq!(delivery.summary.resource.as_deref(), Some("batch_1"));
    assert_eq!(delivery.summary.lag_ms(), Some(1_000));
    assert_eq!(delivery.summary.received_at, NOW_MS);
    assert_eq!(delivery.event_key.as_deref(), Some("wh_1"));
    assert_eq!(delivery.event_id.as_deref(), Some("evt_1"));
    assert_eq!(delivery.client, "127.0.0.1");
    assert!(delivery.secret_id.is_some());

    let mut connection = app.state.db.read().await.unwrap();
    let payload = db::deliveries::payload(&mut connection, delivery.summary.id).await.unwrap().unwrap();
    assert_eq!(payload.body, body.as_bytes());
    assert_eq!(payload.headers.get_all("x-repeat").collect::<Vec<_>>(), [b"a", b"b"]);
}

#[tokio::test]
async fn each_reason_for_rejecting_gets_the_same_answer_and_its_own_code() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let url = app.ingest_url(&endpoint);
    let now = NOW_MS / 1_000;
    let body = "{}";
    let good = sign(SECRET, "wh_1", now, body);
    let many = vec!["v1,AAAA"; 40].join(" ");
    let stamp = now.to_string();
    let (old, new) = ((now - 301).to_string(), (now + 301).to_string());
    let cases: Vec<(&str, Vec<(&str, &str)>)> = vec![
        ("no signature", vec![("webhook-id", "wh_1"), ("webhook-timestamp", &stamp)]),
        ("no id", vec![("webhook-timestamp", &stamp), ("webhook-signature", &good)]),
        (
            "id twice",
            vec![
                ("webhook-id", "wh_1"),
                ("webhook-id", "wh_1"),
                ("webhook-timestamp", &stamp),
                ("webhook-signature", &good),
            ],
        ),
        (
            "odd id",
            vec![("webhook-id", "wh\u{e9}"), ("webhook-timestamp", &stamp), ("webhook-signature", &good)],
        ),
        (
            "no number",
            vec![("webhook-id", "wh_1"), ("webhook-timestamp", "12.5"), ("webhook-signature", &good)],
        ),
        ("old", vec![("webhook-id", "wh_1"), ("webhook-timestamp", &old), ("webhook-signature", &good)]),
        ("new", vec![("webhook-id", "wh_1"), ("webhook-timestamp", &new), ("webhook-signature", &good)]),
        (
            "no v1",
            vec![("webhook-id", "wh_1"), ("webhook-timestamp", &stamp), ("webhook-signature", "v9,AAAA")],
        ),
        (
            "too many",
            vec![("webhook-id", "wh_1"), ("webhook-timestamp", &stamp), ("webhook-signature", &many)],
        ),
        (
            "mismatch",
            vec![("webhook-id", "wh_2"), ("webhook-timestamp", &stamp), ("webhook-signature", &good)],
        ),
    ];
    let mut lines = Vec::new();
    for (name, headers) in cases {
        let mut request = app.http.post(&url).body(body);
        for (header, value) in headers {
            request = request.header(header, value);
        }
        let answer = shown(request.send().await).await;
        assert_eq!(answer, r#"400 {"error":"verification failed"}"#, "{name}");
        let delivery = app.last_delivery().await;
        assert_eq!(delivery.summary.outcome, Outcome::Rejected, "{name}");
        lines.push(format!("{name}: {}", delivery.summary.reason.unwrap()));
    }
    assert_snapshot!(lines.join("\n"), @r"
    no signature: missing-header
    no id: missing-header
    id twice: repeated-header
    odd id: malformed-header
    no number: invalid-timestamp
    old: timestamp-too-old
    new: timestamp-too-new
    no v1: no-signature
    too many: too-many-signatures
    mismatch: signature-mismatch
    ");
}

#[tokio::test]
async fn an_endpoint_without_a_secret_accepts_nothing() {
    let app = TestApp::spawn().await;
    let endpoint = app.endpoint("new", Scheme::OPENAI, SecretFormat::Prefixed, None).await;
    let answer = app.webhook(&endpoint, "wh_1", "{}").send().await;
    assert_eq!(answer.unwrap().status(), 400);
    assert_snapshot!(app.last_delivery().await.summary.reason.unwrap(), @"no-secret");
}

#[tokio::test]
async fn the_scheme_none_accepts_anything_as_unverified() {
    let app = TestApp::spawn().await;
    let endpoint = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
    for _ in 0..2 {
        let answer = app.http.post(app.ingest_url(&endpoint)).body(vec![0xff, 0x00, 0xfe]).send().await;
        assert_eq!(shown(answer).await, r#"200 {"status":"accepted"}"#);
    }
    assert_eq!(app.deliveries().await.len(), 2, "without a key nothing is a duplicate");
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_and_not_stored() {
    let app = TestApp::spawn_with(&["--body-limit", "1000"]).await;
    let endpoint = app.openai().await;
    let url = app.ingest_url(&endpoint);
    let unknown = format!("{}/in/0123456789abcdef", app.base_url);
    let large = vec![b'x'; 1_001];
    let frames =
        large.chunks(100).map(|chunk| Ok::<_, std::io::Error>(Frame::data(Bytes::copy_from_slice(chunk))));
    let unannounced = StreamBody::new(futures::stream::iter(frames.collect::<Vec<_>>()));
    let answers = [
        shown(app.http.get(&url).send().await).await,
        shown(app.http.post(&unknown).body("{}").send().await).await,
        shown(app.http.post(format!("{url}/")).body("{}").send().await).await,
        shown(app.http.post(&url).header("content-encoding", "gzip").body("{}").send().await).await,
        shown(app.http.post(&url).body(large.clone()).send().await).await,
        shown(app.http.post(&url).body(reqwest::Body::wrap(unannounced)).send().await).await,
    ];
    assert_snapshot!(answers.join("\n"), @r#"
    405 {"error":"send webhooks by POST"}
    404 {"error":"no such endpoint"}
    404 {"error":"no such endpoint"}
    415 {"error":"send the body without content-encoding"}
    413 {"error":"body too large"}
    413 {"error":"body too large"}
    "#);
    assert!(app.deliveries().await.is_empty());
}

#[tokio::test]
async fn a_disabled_endpoint_is_unknown_to_senders() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    hookpost::endpoints::enable(&app.state.db, &app.actor(), endpoint.id, false).await.unwrap();
    app.state.ingest.registry.reload(&app.state.db).await.unwrap();
    let answer = app.webhook(&endpoint, "wh_1", "{}").send().await;
    assert_snapshot!(shown(answer).await, @r#"404 {"error":"no such endpoint"}"#);
}

//! The live stream: what arrives, what was missed, who may see it.

use crate::app::{TestApp, event};
use futures::StreamExt;
use hookpost::model::user::Role;
use std::time::Duration;

/// Reads a stream until it has seen `text`, and returns all that came.
async fn read_until(answer: reqwest::Response, text: &str) -> String {
    let mut seen = String::new();
    let mut body = http_body_util::BodyStream::new(reqwest::Body::from(answer));
    let read = async {
        while let Some(frame) = body.next().await {
            seen.push_str(&String::from_utf8_lossy(frame.unwrap().data_ref().unwrap()));
            if seen.contains(text) {
                break;
            }
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(5), read).await;
    assert!(came.is_ok(), "no {text:?} in {seen:?}");
    seen
}

async fn open(app: &TestApp, query: &str) -> reqwest::Response {
    let viewer = app.browser(Role::Viewer).await;
    let answer =
        viewer.request(reqwest::Method::GET, &format!("/live/deliveries{query}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers()["x-accel-buffering"], "no");
    answer
}

#[tokio::test]
async fn a_delivery_arrives_in_the_stream_once_it_is_committed() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let stream = open(&app, "").await;
    app.webhook(&endpoint, "wh_1", &event("batch.completed", "batch_1")).send().await.unwrap();
    let seen = read_until(stream, "batch_1").await;
    let id = app.last_delivery().await.summary.id;
    assert!(seen.contains("event: deliveries") && seen.contains(&format!("id: {id}")), "{seen}");
}

#[tokio::test]
async fn a_filtered_stream_carries_only_what_belongs_to_it() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let stream = open(&app, "?type=batch.*&verdict=accepted").await;
    for (id, event_type) in
        [("1", "response.completed"), ("2", "batch.failed"), ("2", "batch.failed"), ("3", "batch.expired")]
    {
        app.webhook(&endpoint, id, &event(event_type, id)).send().await.unwrap();
    }
    let seen = read_until(stream, "batch.expired").await;
    assert!(!seen.contains("response.completed"));
    assert_eq!(seen.matches("batch.failed").count(), 1, "a duplicate is not accepted");
}

#[tokio::test]
async fn a_stream_resumes_without_a_hole_and_without_doubles() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        app.webhook(&endpoint, &format!("wh_{n}"), &event("x.y", &format!("res_{n}"))).send().await.unwrap();
        ids.push(app.last_delivery().await.summary.id);
    }
    let viewer = app.browser(Role::Viewer).await;
    let request =
        viewer.request(reqwest::Method::GET, "/live/deliveries").header("last-event-id", ids[1].to_string());
    let stream = request.send().await.unwrap();
    app.webhook(&endpoint, "wh_5", &event("x.y", "res_5")).send().await.unwrap();
    let seen = read_until(stream, "res_5").await;
    let counts: Vec<usize> = (0..6).map(|n| seen.matches(&format!("res_{n}")).count()).collect();
    assert_eq!(counts, [0, 0, 1, 1, 1, 1]);
}

#[tokio::test]
async fn who_missed_too_much_is_told_to_load_anew() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    for n in 0..250 {
        app.webhook(&endpoint, &format!("wh_{n}"), "{}").send().await.unwrap();
    }
    read_until(open(&app, "?since=1").await, "event: resync").await;
}

#[tokio::test]
async fn a_stop_of_the_server_ends_open_streams() {
    let app = TestApp::spawn().await;
    let stream = open(&app, "").await;
    let stopping = tokio::spawn(app.stop());
    let rest = tokio::time::timeout(Duration::from_secs(5), stream.text()).await;
    assert!(rest.is_ok(), "the stream is still open");
    stopping.await.unwrap();
}

//! Bounds: rates, slow clients, connections, proxies.

use crate::app::{TestApp, shown};
use hookpost::{
    db::Db,
    model::{
        delivery::Outcome,
        scheme::{Scheme, SecretFormat},
    },
    runtime::clock::Clock,
};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn rejected_deliveries_have_a_quota_and_genuine_ones_are_not_held_up_by_it() {
    let app = TestApp::spawn_with(&["--rejected-per-minute", "3"]).await;
    let endpoint = app.openai().await;
    let mut forged = Vec::new();
    for _ in 0..5 {
        let request = app.http.post(app.ingest_url(&endpoint)).body("{}");
        forged.push(request.send().await.unwrap());
    }
    let statuses: Vec<u16> = forged.iter().map(|answer| answer.status().as_u16()).collect();
    assert_eq!(statuses, [400, 400, 400, 429, 429]);
    let wait: u64 = forged[4].headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(app.deliveries().await.len(), 3);
    let genuine = app.webhook(&endpoint, "wh_1", "{}").send().await;
    assert_eq!(shown(genuine).await, r#"200 {"status":"accepted"}"#);
}

#[tokio::test]
async fn an_address_beyond_its_rate_is_told_to_wait() {
    let app = TestApp::spawn_with(&["--rate-limit", "2", "--trusted-proxies", "127.0.0.1"]).await;
    let endpoint = app.openai().await;
    let from = |client: &'static str, id: &'static str| {
        app.webhook(&endpoint, id, "{}").header("x-forwarded-for", client).send()
    };
    let mut statuses = Vec::new();
    for id in ["1", "2", "3"] {
        statuses.push(from("192.0.2.1", id).await.unwrap().status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
    assert_eq!(from("192.0.2.2", "4").await.unwrap().status(), 200, "another address has its own rate");
    assert_eq!(app.last_delivery().await.client, "192.0.2.2");
}

#[tokio::test]
async fn half_a_request_is_cut_off() {
    let app = TestApp::spawn_with(&["--request-timeout", "1"]).await;
    let endpoint = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n", endpoint.ingest_path());
    for (sent, expected) in [(head.clone(), ""), (format!("{head}\r\nhalf"), "HTTP/1.1 408")] {
        let mut socket = TcpStream::connect(app.base_url.trim_start_matches("http://")).await.unwrap();
        socket.write_all(sent.as_bytes()).await.unwrap();
        let (begun, mut answer) = (Instant::now(), String::new());
        let read = tokio::time::timeout(Duration::from_secs(8), socket.read_to_string(&mut answer)).await;
        assert!(read.is_ok(), "still open after {:?}", begun.elapsed());
        assert!(answer.starts_with(expected), "{answer}");
    }
    assert!(app.deliveries().await.is_empty());
}

#[tokio::test]
async fn a_server_that_stops_finishes_what_is_in_flight() {
    let app = TestApp::spawn().await;
    let endpoint = app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await;
    let mut socket = TcpStream::connect(app.base_url.trim_start_matches("http://")).await.unwrap();
    let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n", endpoint.ingest_path());
    socket.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let stopped = tokio::spawn(app.stop());
    tokio::time::sleep(Duration::from_millis(200)).await;
    socket.write_all(b"done").await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    stopped.await.unwrap();
}

#[tokio::test]
async fn while_the_database_cannot_commit_senders_are_told_to_try_again() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    // Another process that holds the file's write lock.
    let (file, key) = (&app.state.settings.database, app.state.db.key_source().clone());
    let other = Db::open(file, key, Clock::system()).await.unwrap();
    let held = tokio::spawn(async move {
        let tx = other.begin().await.unwrap();
        tokio::time::sleep(Duration::from_millis(3_000)).await;
        tx.commit().await.unwrap();
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    let answer = app.webhook(&endpoint, "wh_1", "{}").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    assert!(begun.elapsed() < Duration::from_secs(3), "refused before the sender gives up");
    held.await.unwrap();
    let again = shown(app.webhook(&endpoint, "wh_1", "{}").send().await).await;
    assert!(again.starts_with("200"), "{again}");
    let firsts = app.deliveries().await.iter().filter(|d| d.summary.outcome == Outcome::Accepted).count();
    assert_eq!(firsts, 1, "whether or not the refused one landed, there is one event");
}

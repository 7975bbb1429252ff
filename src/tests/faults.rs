//! Destinations that do all that is wrong: each failure is told apart, and none takes the server with it.

use crate::app::{TestApp, event};
use hookpost::{
    db::attempts,
    destinations::{self, NewDestination},
    model::destination::{Attempt, DeliveryPolicy},
};
use std::time::{Duration, Instant};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32,localhost"];

/// What a destination does wrong.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// Its answer never ends.
    Endless,
    /// It says nothing.
    Silent,
    /// It answers a byte at a time.
    Drips,
    Resets,
    /// It speaks another protocol.
    Nonsense,
    /// It speaks HTTP where TLS is expected.
    NoTls,
}

async fn act(fault: Fault, mut stream: TcpStream) {
    let mut buffer = [0; 16_384];
    let _count = stream.read(&mut buffer).await;
    let mut sent = Ok(());
    match fault {
        Fault::Endless => {
            sent = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
            let chunk = format!("400\r\n{}\r\n", "x".repeat(1_024));
            while sent.is_ok() {
                sent = stream.write_all(chunk.as_bytes()).await;
            }
        }
        Fault::Silent => tokio::time::sleep(Duration::from_secs(60)).await,
        Fault::Drips => {
            sent = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await;
            while sent.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
                sent = stream.write_all(b"x").await;
            }
        }
        Fault::Resets => stream.set_zero_linger().unwrap(),
        Fault::Nonsense => sent = stream.write_all(b"SSH-2.0-OpenSSH_9.9\r\n").await,
        Fault::NoTls => sent = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
    }
    drop(sent);
}

/// A destination with a fault.
async fn destination(app: &TestApp, fault: Fault) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(act(fault, stream));
        }
    });
    let scheme = if matches!(fault, Fault::NoTls) { "https" } else { "http" };
    add(app, &format!("{fault:?}"), &format!("{scheme}://127.0.0.1:{port}/hook")).await;
}

async fn add(app: &TestApp, name: &str, url: &str) {
    let policy = DeliveryPolicy { timeout_ms: 1_000, ..DeliveryPolicy::default() };
    let new = NewDestination { name: name.into(), url: url.into(), policy, ..NewDestination::default() };
    let allowed = app.state.settings.allow_outbound.clone().into();
    destinations::add(&app.state.db, &allowed, &app.actor(), new).await.unwrap();
}

#[tokio::test]
async fn each_way_to_fail_is_told_apart_and_an_endless_answer_is_cut() {
    let app = TestApp::spawn_with(&ALLOW).await;
    let endpoint = app.openai().await;
    for fault in [Fault::Endless, Fault::Silent, Fault::Drips, Fault::Resets, Fault::Nonsense, Fault::NoTls] {
        destination(&app, fault).await;
    }
    add(&app, "closed port", "http://127.0.0.1:1/hook").await;
    add(&app, "no such name", "https://does-not-exist.invalid/hook").await;
    app.state.destinations.reload(&app.state.db).await.unwrap();
    app.webhook(&endpoint, "wh_1", &event("batch.failed", "b")).send().await.unwrap();
    let mut said: Vec<String> = settled(&app, 8)
        .await
        .into_iter()
        .map(|(name, attempt)| {
            let what = attempt.status.map_or_else(|| attempt.error.clone().unwrap(), |s| s.to_string());
            format!("{name}: {what}, {} bytes kept", attempt.body.len())
        })
        .collect();
    said.sort();
    insta::assert_snapshot!(said.join("\n"), @r#"
Drips: timeout, 0 bytes kept
Endless: 200, 65536 bytes kept
NoTls: tls, 0 bytes kept
Nonsense: other, 0 bytes kept
Resets: reset, 0 bytes kept
Silent: timeout, 0 bytes kept
closed port: refused, 0 bytes kept
no such name: dns, 0 bytes kept
"#);
    // And it still takes webhooks.
    assert_eq!(app.webhook(&endpoint, "wh_2", "{}").send().await.unwrap().status(), 200);
}

/// The first attempt to each destination, once all were made.
async fn settled(app: &TestApp, count: usize) -> Vec<(String, Attempt)> {
    let id = app.last_delivery().await.summary.id;
    let begun = Instant::now();
    loop {
        let mut connection = app.state.db.read().await.unwrap();
        let forwards = hookpost::db::forwards::of_delivery(&mut connection, id).await.unwrap();
        let made = attempts::of_delivery(&mut connection, id).await.unwrap();
        drop(connection);
        if made.len() >= count {
            let name = |attempt: &Attempt| {
                forwards.iter().find(|f| f.id == attempt.forward_id).unwrap().destination.clone()
            };
            return made.into_iter().map(|attempt| (name(&attempt), attempt)).collect();
        }
        assert!(begun.elapsed() < Duration::from_secs(15), "{} of {count}", made.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

//! Bodies that are too large, too slow or too many.

use crate::{
    app::{TestApp, shown},
    process::Workspace,
};
use axum::body::Bytes;
use hookpost::model::{
    endpoint::Endpoint,
    scheme::{Scheme, SecretFormat},
};
use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

async fn open(app: &TestApp) -> Endpoint {
    app.endpoint("open", Scheme::NONE, SecretFormat::Text, None).await
}

/// Writes all of a request before it reads, as many clients do, and says what it read.
fn write_then_read(address: std::net::SocketAddr, head: &str, pieces: Vec<Vec<u8>>) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    socket.write_all(head.as_bytes()).unwrap();
    for piece in pieces {
        socket.write_all(&piece).unwrap_or_else(|error| panic!("{head}: {error}"));
    }
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap_or_else(|error| panic!("{head}: {error}"));
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn who_writes_all_before_reading_can_read_every_early_refusal() {
    let app = TestApp::spawn_with(&["--rate-limit", "1"]).await;
    let endpoint = open(&app).await;
    let (path, address) = (endpoint.ingest_path(), app.address);
    let mut seen = Vec::new();
    for (method, path, header) in [
        ("POST", path.as_str(), ""),
        ("PUT", path.as_str(), ""),
        ("POST", "/in/nobody", ""),
        ("POST", "/in/", ""),
        ("POST", "/do/login", "origin: x\r\n"),
        ("POST", "/nothing/there", ""),
        ("POST", "/api/v1/events", ""),
        // The rate is used up by now.
        ("POST", path.as_str(), ""),
        ("POST", path.as_str(), ""),
    ] {
        for chunked in [false, true] {
            let length = 5_000_000;
            let (framing, pieces) = if chunked {
                let piece =
                    [format!("{:x}\r\n", length / 5).into_bytes(), vec![b'x'; length / 5], b"\r\n".to_vec()];
                let mut pieces = vec![piece.concat(); 5];
                pieces.push(b"0\r\n\r\n".to_vec());
                ("transfer-encoding: chunked".to_owned(), pieces)
            } else {
                (format!("content-length: {length}"), vec![vec![b'x'; length / 5]; 5])
            };
            let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\n{header}{framing}\r\n\r\n");
            let answer = tokio::task::spawn_blocking(move || write_then_read(address, &head, pieces));
            let answer = answer.await.unwrap();
            let status = answer.lines().next().unwrap_or_default().to_owned();
            assert!(status.starts_with("HTTP/1.1 4"), "{method} {path} {chunked}: {answer}");
            seen.push(status[9..12].to_owned());
        }
    }
    for status in ["413", "405", "404", "429"] {
        assert!(seen.iter().any(|one| one == status), "{status} is not among {seen:?}");
    }
    assert!(app.deliveries().await.is_empty());
    assert_eq!(app.state.ingest.bodies.used(), 0);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_answered_413_over_http_2_and_by_pieces() {
    let app = TestApp::spawn().await;
    let endpoint = open(&app).await;
    let http2 = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    for client in [&app.http, &http2] {
        let answer = client.post(app.ingest_url(&endpoint)).body(vec![b'x'; 5_000_000]).send().await;
        assert_eq!(answer.unwrap().status(), 413);
        let pieces =
            futures::stream::iter((0..50).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 100_000]))));
        let body = reqwest::Body::wrap_stream(pieces);
        let answer = client.post(app.ingest_url(&endpoint)).body(body).send().await;
        assert_eq!(answer.unwrap().status(), 413);
        // The next one on the same connection, or a new one, is taken.
        let answer = client.post(app.ingest_url(&endpoint)).body("{}").send().await;
        assert_eq!(answer.unwrap().status(), 200);
    }
}

#[test]
fn pythons_http_client_reads_the_413() {
    let Some(python) = std::env::var_os("HOOKPOST_TEST_PYTHON") else { return };
    let workspace = Workspace::new();
    let server = workspace.serve(&[]);
    let program = "import http.client, sys\n\
        c = http.client.HTTPConnection(sys.argv[1])\n\
        c.request('POST', '/in/nobody', b'x' * 30_000_000)\n\
        r = c.getresponse()\n\
        print(r.status, r.read().decode())\n";
    let address = server.base_url.trim_start_matches("http://");
    let output = std::process::Command::new(python).args(["-c", program, address]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.starts_with("404 "), "{said} {}", String::from_utf8_lossy(&output.stderr));
    server.stop();
}

/// Sends a body of `pieces`, each after a pause; says the status line and how long it took.
async fn in_pieces(
    app: &TestApp,
    endpoint: &Endpoint,
    pause: u64,
    pieces: Vec<Vec<u8>>,
) -> (String, Duration) {
    let (address, path) = (app.address, endpoint.ingest_path());
    let length: usize = pieces.iter().map(Vec::len).sum();
    let sent = tokio::task::spawn_blocking(move || {
        let begun = Instant::now();
        let mut socket = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).unwrap();
        let mut reader = socket.try_clone().unwrap();
        let answer = std::thread::spawn(move || {
            let mut answer = String::new();
            let _reset = reader.read_to_string(&mut answer);
            (answer.lines().next().unwrap_or_default().to_owned(), begun.elapsed())
        });
        for piece in pieces {
            std::thread::sleep(Duration::from_millis(pause));
            if answer.is_finished() || socket.write_all(&piece).is_err() {
                break;
            }
        }
        answer.join().unwrap()
    });
    sent.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_comes_on_gets_its_time_and_one_that_trickles_or_stops_is_cut_off() {
    let app = TestApp::spawn_with(&["--request-timeout", "1"]).await;
    let endpoint = open(&app).await;
    let (status, took) = in_pieces(&app, &endpoint, 400, vec![vec![b'1'; 1_000]; 10]).await;
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(took > Duration::from_secs(3), "{took:?}");
    let (status, took) = in_pieces(&app, &endpoint, 200, vec![vec![b'1']; 100]).await;
    assert_eq!(status, "HTTP/1.1 408 Request Timeout");
    assert!(took < Duration::from_secs(8), "{took:?}");
    let (status, took) = in_pieces(&app, &endpoint, 2_500, vec![vec![b'1']; 2]).await;
    assert_eq!(status, "HTTP/1.1 408 Request Timeout");
    assert!(took < Duration::from_secs(4), "{took:?}");
    assert_eq!(app.deliveries().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_bodies_under_way_have_one_bound_and_what_is_beyond_it_is_told_to_try_again() {
    let memory = 72 * 1024 * 1024;
    let app = TestApp::spawn_with(&["--body-memory", &memory.to_string(), "--request-timeout", "60"]).await;
    let endpoint = open(&app).await;
    let (address, path) = (app.address, endpoint.ingest_path());
    // Each lacks its last byte.
    let held = tokio::task::spawn_blocking(move || {
        let all = (0..90).map(|_| {
            let mut socket = TcpStream::connect(address).unwrap();
            let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 1048576\r\n\r\n");
            socket.write_all(head.as_bytes()).unwrap();
            socket.write_all(&vec![b'x'; 1_048_575]).unwrap();
            socket
        });
        all.collect::<Vec<_>>()
    });
    let held = held.await.unwrap();
    assert!(app.state.ingest.bodies.used() <= memory, "{}", app.state.ingest.bodies.used());
    let (mut refused, mut waiting) = (0, Vec::new());
    for mut socket in held {
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut answer = [0; 1_024];
        match socket.read(&mut answer) {
            Ok(read) => {
                let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
                assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 5"), "{answer}");
                refused += 1;
            }
            Err(_) => waiting.push(socket),
        }
    }
    assert!((10..90).contains(&refused), "{refused}");
    drop(waiting);
    let begun = Instant::now();
    while app.state.ingest.bodies.used() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = app.http.post(app.ingest_url(&endpoint)).body("{}").send().await;
    assert_eq!(shown(answer).await, r#"200 {"status":"accepted"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_body_that_can_be_set_is_stored_and_two_of_them_do_not_exclude_each_other() {
    let largest = 64 * 1024 * 1024;
    let app = TestApp::spawn_with(&["--body-limit", &largest.to_string()]).await;
    let endpoint = open(&app).await;
    let send = |size: usize| {
        app.http
            .post(app.ingest_url(&endpoint))
            .header("x-filler", "f".repeat(300))
            .body(vec![b'x'; size])
            .send()
    };
    assert_eq!(send(largest).await.unwrap().status(), 200);
    assert_eq!(send(largest + 1).await.unwrap().status(), 413);
    let (one, other) = tokio::join!(send(40 * 1024 * 1024), send(40 * 1024 * 1024));
    assert_eq!((one.unwrap().status().as_u16(), other.unwrap().status().as_u16()), (200, 200));
    let sizes: Vec<i64> = app.deliveries().await.iter().map(|d| d.summary.body_size).collect();
    assert_eq!(sizes, [67_108_864, 41_943_040, 41_943_040]);
}

#[tokio::test]
async fn forms_that_are_too_large_or_never_come_are_answered() {
    let app = TestApp::spawn_with(&["--request-timeout", "1"]).await;
    let form = |body: reqwest::Body| {
        app.http.post(format!("{}/do/login", app.base_url)).header("origin", &app.base_url).body(body).send()
    };
    let answer = form(vec![b'x'; 3_000_000].into()).await.unwrap();
    assert_eq!(answer.status(), 413);
    let never = futures::stream::pending::<Result<Bytes, std::io::Error>>();
    let answer = form(reqwest::Body::wrap_stream(never)).await.unwrap();
    assert_eq!(answer.status(), 408);
}

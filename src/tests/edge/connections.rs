//! Connections that are held for nothing.

use super::frames;
use crate::process::{Process, Workspace};
use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// What a test waits for at most.
const LONGEST: Duration = Duration::from_secs(15);

fn address(server: &Process) -> SocketAddr {
    server.base_url.trim_start_matches("http://").parse().unwrap()
}

fn connect(server: &Process, said: &[u8]) -> TcpStream {
    let mut socket = TcpStream::connect(address(server)).unwrap();
    socket.write_all(said).unwrap();
    socket
}

/// How long until the server closes; what it says before is read.
fn closed_after(mut socket: TcpStream) -> (Duration, Vec<u8>) {
    let (begun, mut said) = (Instant::now(), Vec::new());
    socket.set_read_timeout(Some(LONGEST)).unwrap();
    match socket.read_to_end(&mut said) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("still open"),
        // A reset is a close as well.
        _ => (begun.elapsed(), said),
    }
}

/// Asks for /healthz on a connection of its own.
fn health(server: &Process) -> String {
    let (begun, request) = (Instant::now(), b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    let (_, said) = closed_after(connect(server, request));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    String::from_utf8(said).unwrap().lines().next().unwrap_or_default().to_owned()
}

#[test]
fn connections_that_say_nothing_or_half_of_something_keep_nobody_out_and_are_closed() {
    let server = Workspace::new();
    let server = server.serve(&["--max-connections", "2", "--request-timeout", "1"]);
    let half_a_frame = [frames::hello(0), vec![0, 0, 8, 6]].concat();
    let openings: [&[u8]; 6] = [
        b"",
        b"P",
        b"PRI * HT",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n",
        b"GET /healthz HTTP/1.1\r\nhost:",
        &half_a_frame,
    ];
    for opening in openings {
        let held = [connect(&server, opening), connect(&server, opening)];
        assert_eq!(health(&server), "HTTP/1.1 200 OK", "{}", String::from_utf8_lossy(opening));
        for socket in held {
            let (took, _) = closed_after(socket);
            assert!(took < Duration::from_secs(4), "{took:?} {}", String::from_utf8_lossy(opening));
        }
    }
    server.stop();
}

#[test]
fn a_head_that_trickles_in_is_cut_off() {
    let server = Workspace::new();
    let server = server.serve(&["--request-timeout", "1"]);
    let mut socket = connect(&server, b"");
    let begun = Instant::now();
    for byte in b"GET /healthz HTTP/1.1\r\nx-long: ".iter().chain(std::iter::repeat(&b'a')) {
        if socket.write_all(&[*byte]).is_err() {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(8), "still open");
        std::thread::sleep(Duration::from_millis(100));
    }
    server.stop();
}

#[test]
fn a_connection_over_http_2_that_only_pings_is_closed() {
    let server = Workspace::new();
    let server = server.serve(&["--max-connections", "2", "--request-timeout", "1"]);
    let held = [0, 0].map(|window| connect(&server, &frames::hello(window)));
    assert_eq!(health(&server), "HTTP/1.1 200 OK");
    for socket in held {
        frames::ping_until_closed(socket, Duration::from_secs(5));
    }
    // After an answer as well.
    let asked = [frames::hello(65_535), frames::get(1, "/healthz")].concat();
    let took = frames::ping_until_closed(connect(&server, &asked), Duration::from_secs(6));
    assert!(took >= Duration::from_millis(700), "{took:?}");
    server.stop();
}

#[test]
fn a_client_over_http_2_that_takes_nothing_of_its_answer_is_closed_however_much_it_pings() {
    let server = Workspace::new();
    let server = server.serve(&["--request-timeout", "1"]);
    for window in [0, 1] {
        let asked = [frames::hello(window), frames::get(1, "/api/v1/openapi.json")].concat();
        frames::ping_until_closed(connect(&server, &asked), Duration::from_secs(6));
    }
    server.stop();
}

#[test]
fn clients_that_never_read_their_answers_keep_nobody_out_and_are_closed() {
    let server = Workspace::new();
    let server = server.serve(&["--max-connections", "2", "--request-timeout", "1"]);
    let asked = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(4_000);
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut socket = connect(&server, b"");
        socket.set_write_timeout(Some(Duration::from_secs(2))).unwrap();
        // The server stops reading when nothing is taken.
        let _not_all = socket.write_all(asked.as_bytes());
        held.push(socket);
    }
    let begun = Instant::now();
    while !health(&server).ends_with("200 OK") {
        assert!(begun.elapsed() < LONGEST);
    }
    for mut socket in held {
        // Without reading: writing fails once the server has closed.
        socket.set_write_timeout(Some(Duration::from_millis(100))).unwrap();
        let closed = |error: std::io::Error| !matches!(error.kind(), std::io::ErrorKind::WouldBlock);
        while !socket.write(b"G").is_err_and(closed) {
            assert!(begun.elapsed() < LONGEST * 2, "still open");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    server.stop();
}

#[test]
fn an_idle_connection_is_closed_and_one_that_is_used_is_not() {
    let server = Workspace::new();
    let server = server.serve(&["--request-timeout", "1"]);
    let mut socket = connect(&server, b"");
    socket.set_read_timeout(Some(LONGEST)).unwrap();
    let mut answer = [0; 4_096];
    for _ in 0..6 {
        socket.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let read = socket.read(&mut answer).unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200 OK"));
        std::thread::sleep(Duration::from_millis(400));
    }
    let (took, _) = closed_after(socket);
    assert!(took < Duration::from_secs(4), "{took:?}");
    server.stop();
}

#[test]
fn thousands_of_idle_connections_keep_no_genuine_sender_from_its_answer() {
    let workspace = Workspace::new();
    let added = workspace.json(&["endpoint", "add", "open", "--scheme", "none", "--json"], b"");
    let url = added["ingest_url"].as_str().unwrap_or_default().to_owned();
    let path = url.find("/in/").map(|at| url[at..].to_owned()).expect("the ingest URL");
    let server = workspace.serve(&["--max-connections", "100"]);
    let idle: Vec<_> = (0..700).map(|_| connect(&server, b"")).collect();
    for _ in 0..5 {
        let request =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{{}}");
        let begun = Instant::now();
        let (_, said) = closed_after(connect(&server, request.as_bytes()));
        assert!(said.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&said));
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
    drop(idle);
    server.stop();
}

#[test]
fn a_server_that_stops_does_not_wait_for_those_who_hold_a_connection() {
    let server = Workspace::new();
    let server = server.serve(&[]);
    let silent = connect(&server, b"");
    let half = connect(&server, b"GET /healthz HTTP/1.1\r\n");
    let refused =
        connect(&server, b"POST /in/none HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nsome of it");
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    server.stop();
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    for socket in [silent, half, refused] {
        let _closed = socket.shutdown(Shutdown::Both);
    }
}

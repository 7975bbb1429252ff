//! What is sent, and what is kept of the answer.

use crate::net::client::tests::{server::Server, *};
use std::process::Command;
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn a_request_arrives_as_given_and_brings_its_response() {
    let server =
        Server::answering("HTTP/1.1 418 Teapot\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 5\r\n\r\nshort").await;
    let mut request = post(&server.url("127.0.0.1"));
    for (name, value) in [("webhook-id", "wh_1"), ("x-team", "a"), ("x-team", "b")] {
        request.headers.append(name, value.parse().unwrap());
    }
    let response = local_client().send(request).await.unwrap();
    assert_eq!((response.status, &response.body[..], response.truncated), (418, &b"short"[..], false));
    assert_eq!(response.headers.get_all("x-a").iter().count(), 2);
    assert_eq!(response.remote, Some(SocketAddr::from(([127, 0, 0, 1], server.port))));
    assert!(response.duration > Duration::ZERO && response.duration < Duration::from_secs(10));

    let seen = server.requests().remove(0);
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    let mut lines: Vec<_> = head.lines().collect();
    lines[1..].sort_unstable();
    assert_eq!(body, "{}");
    assert_eq!(
        lines,
        [
            "post /hook http/1.1",
            "accept: */*",
            "content-length: 2",
            &format!("host: 127.0.0.1:{}", server.port),
            concat!("user-agent: hookpost/", env!("CARGO_PKG_VERSION")),
            "webhook-id: wh_1",
            "x-team: a",
            "x-team: b",
        ]
    );
}

#[tokio::test]
async fn headers_that_belong_to_the_connection_are_left_out() {
    let server = Server::answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    let mut request = post(&server.url("127.0.0.1"));
    for name in
        ["host", "transfer-encoding", "content-length", "connection", "upgrade", "te", "proxy-authorization"]
    {
        request.headers.insert(name, "evil".parse().unwrap());
    }
    let response = local_client().send(request).await.unwrap();
    assert_eq!((response.status, response.truncated), (204, false));
    assert!(!server.requests()[0].contains("evil"), "{}", server.requests()[0]);
}

#[tokio::test]
async fn an_endless_body_is_cut_at_the_limit() {
    let server = Server::serving(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await.ok()?;
        loop {
            stream.write_all(b"a\r\n0123456789\r\n").await.ok()?;
        }
    })
    .await;
    for capture in [0, 1, 1_000] {
        let request = OutboundRequest { capture, ..post(&server.url("127.0.0.1")) };
        let response = local_client().send(request).await.unwrap();
        assert_eq!((response.body.len(), response.truncated), (capture, true));
        assert!(response.duration < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_body_that_stalls_at_the_limit_is_not_waited_for() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n12345").await;
    let request = OutboundRequest { capture: 5, ..post(&server.url("127.0.0.1")) };
    let response = local_client().send(request).await.unwrap();
    assert_eq!((&response.body[..], response.truncated), (&b"12345"[..], true));
}

#[tokio::test]
async fn a_body_is_truncated_when_it_is_longer_than_the_limit() {
    for (capture, body, truncated) in [(3, "ok", false), (2, "ok", false), (1, "o", true), (0, "", true)] {
        let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        let request = OutboundRequest { capture, ..post(&server.url("127.0.0.1")) };
        let response = local_client().send(request).await.unwrap();
        assert_eq!((&response.body[..], response.truncated), (body.as_bytes(), truncated), "{capture}");
    }
}

#[tokio::test]
async fn a_compressed_body_is_kept_as_it_came() {
    let bomb = gzip_bomb();
    let length = bomb.len();
    let mut answer =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n").into_bytes();
    answer.extend_from_slice(&bomb);
    let server = Server::answering(answer).await;
    let request = OutboundRequest { capture: 100_000, ..post(&server.url("127.0.0.1")) };
    let response = local_client().send(request).await.unwrap();
    assert!(response.body == bomb && !response.truncated);
    assert_eq!(response.headers["content-encoding"], "gzip");
    assert!(!server.requests()[0].contains("accept-encoding"));
}

/// What `head -c 10000000 /dev/zero | gzip -9n` begins with: a thousandth of what it becomes. After the first bytes the
/// compressed zeros are zeros themselves.
fn gzip_bomb() -> Vec<u8> {
    let mut bomb = vec![
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xec, 0xc1, 1, 1, 0, 0, 0, 0x80, 0x90, 0xfe, 0xaf, 0xee, 8, 10,
    ];
    bomb.resize(9_000, 0);
    bomb
}

#[tokio::test]
async fn switching_protocols_is_an_answer_after_which_the_connection_is_closed() {
    let head = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nafter";
    let server = Server::answering(head).await;
    let client = local_client();
    for sent in 1..=2 {
        let response = client.send(post(&server.url("127.0.0.1"))).await.unwrap();
        assert_eq!((response.status, response.body.len()), (101, 0));
        assert_eq!(server.connections(), sent);
    }
}

/// Run once more by the test below, with a proxy in its environment.
#[tokio::test]
async fn a_request_goes_straight_to_its_destination() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
    assert_eq!(local_client().send(post(&server.url("127.0.0.1"))).await.unwrap().status, 200);
}

#[test]
fn proxies_in_the_environment_are_not_used() {
    let (_crate, module) = module_path!().split_once("::").unwrap();
    let test = format!("{module}::a_request_goes_straight_to_its_destination");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([&test, "--exact"]).env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, "http://127.0.0.1:1");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

//! Each way in which a destination can fail.

use crate::net::{
    client::tests::{server::Server, *},
    samples::FakeLookup,
};
use std::future::pending;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

async fn fail(request: OutboundRequest) -> SendError {
    local_client().send(request).await.unwrap_err()
}

fn hasty(url: &str) -> OutboundRequest {
    OutboundRequest { timeout: Duration::from_millis(300), ..post(url) }
}

#[tokio::test]
async fn a_destination_that_does_not_answer_is_a_timeout() {
    let server = Server::serving(|stream| async move {
        let _held = stream;
        pending().await
    })
    .await;
    let error = fail(hasty(&server.url("127.0.0.1"))).await;
    assert_eq!((error.code(), &*error.to_string()), ("timeout", "the destination took longer than 300ms"));
}

#[tokio::test]
async fn a_body_that_drips_is_a_timeout() {
    let server = Server::serving(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n").await.ok()?;
        loop {
            stream.write_all(b"x").await.ok()?;
            sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    assert_eq!(fail(hasty(&server.url("127.0.0.1"))).await.code(), "timeout");
}

#[tokio::test]
async fn a_tls_handshake_that_stalls_is_a_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    assert_eq!(fail(hasty(&url)).await.code(), "timeout");
    let error = fail(post(&url)).await;
    assert_eq!((error.code(), &*error.to_string()), ("timeout", "the destination took longer than 5s"));
}

#[tokio::test]
async fn a_closed_port_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    for scheme in ["http", "https"] {
        assert_eq!(fail(post(&format!("{scheme}://{address}/"))).await.code(), "refused");
    }
}

#[tokio::test]
async fn a_connection_that_ends_before_the_response_does_is_a_reset() {
    async fn reset(stream: TcpStream) -> Option<TcpStream> {
        stream.set_zero_linger().unwrap();
        None
    }
    let half = |rest| Server::answering(format!("HTTP/1.1 200 OK\r\nconnection: close\r\n{rest}"));
    for (number, server) in [
        Server::serving(reset).await,
        half("").await,
        half("x-cut: ").await,
        half("content-length: 9\r\n\r\nhalf").await,
        half("transfer-encoding: chunked\r\n\r\n9\r\nhalf").await,
    ]
    .iter()
    .enumerate()
    {
        let error = fail(post(&server.url("127.0.0.1"))).await;
        assert_eq!(error.code(), "reset", "{number}: {error}");
        assert_eq!(server.requests().len(), 1, "{number}: sent once");
    }
}

/// Reads the client's greeting, says something and hangs up.
async fn https_to_a_server_that_says(greeting: &'static [u8]) -> SendError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _length = stream.read(&mut [0; 8192]).await.unwrap();
            stream.write_all(greeting).await.unwrap();
        }
    });
    fail(post(&url)).await
}

#[tokio::test]
async fn https_to_a_plain_text_port_is_a_tls_failure() {
    let error = https_to_a_server_that_says(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    assert_eq!(error.code(), "tls", "{error}");
    assert!(error.to_string().starts_with("no TLS connection to the destination: "), "{error}");
}

#[tokio::test]
async fn hanging_up_in_the_tls_handshake_is_a_tls_failure() {
    let error = https_to_a_server_that_says(b"").await;
    assert_eq!(error.code(), "tls", "{error}");
    assert!(error.to_string().ends_with("it closed the connection during the handshake"), "{error}");
}

#[tokio::test]
async fn a_name_without_an_address_is_a_dns_failure() {
    let client = client_with(FakeLookup::always(&[]), &[]);
    let error = client.send(post("https://crm.example/")).await.unwrap_err();
    assert_eq!((error.code(), &*error.to_string()), ("dns", "the name crm.example has no address"));
    let error = fail(post("https://no-such-name.invalid/")).await;
    assert_eq!(error.code(), "dns", "{error}");
}

#[tokio::test]
async fn what_is_not_http_or_has_endless_headers_fails_without_its_url() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: y\r\n".repeat(101));
    let long = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1_000_000));
    for response in ["SSH-2.0-OpenSSH_9.2\r\n".to_owned(), many, long] {
        let server = Server::answering(response).await;
        let error = fail(post(&format!("{}?token=s3cret", server.url("127.0.0.1")))).await;
        assert_eq!(error.code(), "other", "{error}");
        assert!(error.to_string().starts_with("the request failed: "), "{error}");
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

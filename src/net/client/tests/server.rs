//! Servers that answer each request with bytes of the test's choice.

use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// A server on a port of its own.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) port: u16,
    /// The requests of each connection, as text in lower case.
    seen: Arc<Mutex<Vec<Vec<String>>>>,
}

impl Server {
    /// Answers each request with `response`, and closes the connection if that says so.
    pub(crate) async fn answering(response: impl Into<Vec<u8>>) -> Self {
        let response: Vec<u8> = response.into();
        Self::serving(move |mut stream| {
            let response = response.clone();
            async move {
                stream.write_all(&response).await.ok()?;
                let closes = response.windows(17).any(|w| w == b"connection: close");
                (!closes).then_some(stream)
            }
        })
        .await
    }

    /// Gives the connection to `answer` after each request; goes on with what that gives back.
    pub(crate) async fn serving<F>(answer: impl Fn(TcpStream) -> F + Clone + Send + 'static) -> Self
    where
        F: Future<Output = Option<TcpStream>> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, seen: Arc::default() };
        let seen = Arc::clone(&server.seen);
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { break };
                seen.lock().unwrap().push(Vec::new());
                let (answer, seen) = (answer.clone(), Arc::clone(&seen));
                tokio::spawn(async move {
                    let mut open = Some(stream);
                    while let Some(mut stream) = open.take() {
                        let Some(request) = read_request(&mut stream).await else { break };
                        seen.lock().unwrap()[connection].push(request);
                        open = answer(stream).await;
                    }
                });
            }
        });
        server
    }

    /// A URL on this server, under a host of the test's choice.
    pub(crate) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/hook", self.port)
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// All requests, as text in lower case.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().concat()
    }
}

/// Reads a head and the body `{}`, which all requests of these tests have. A TLS client is left standing.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    const TLS_HANDSHAKE: u8 = 0x16;
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n{}") {
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(n) => text.extend_from_slice(&buffer[..n]),
        }
        if text[0] == TLS_HANDSHAKE {
            return None;
        }
    }
    Some(String::from_utf8(text).unwrap().to_lowercase())
}

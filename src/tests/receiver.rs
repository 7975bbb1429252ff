//! A receiver of forwarded events: a real HTTP server on loopback that answers as it is told.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// What arrived.
#[derive(Clone, Debug)]
pub struct Received {
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Received {
    /// The value of a header, or empty.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}

/// How a request is answered.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    Status(u16),
    RetryAfter(u16),
    Slow(Duration),
    SlowStatus(Duration, u16),
}

#[derive(Default)]
struct Shared {
    received: Mutex<Vec<Received>>,
    /// The next answers; 200 when there are none left.
    answers: Mutex<VecDeque<Answer>>,
}

/// A running receiver.
pub struct Receiver {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Receiver {
    /// One that answers 200 to everything.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = Router::new().fallback(take).with_state(shared.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { port, shared }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// How the next requests are answered, in order.
    pub fn answer(&self, answers: &[Answer]) {
        self.shared.answers.lock().unwrap().extend(answers);
    }

    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Waits until this many requests have arrived.
    pub async fn wait_for(&self, count: usize) -> Vec<Received> {
        let begun = Instant::now();
        while self.received().len() < count {
            assert!(
                begun.elapsed() < Duration::from_secs(15),
                "{} of {count} arrived",
                self.received().len()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.received()
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    shared.received.lock().unwrap().push(Received { headers, body });
    let answer = shared.answers.lock().unwrap().pop_front();
    let status = |code| StatusCode::from_u16(code).unwrap();
    match answer {
        None => "taken".into_response(),
        Some(Answer::Status(code)) => (status(code), "as told").into_response(),
        Some(Answer::RetryAfter(seconds)) => {
            (status(503), [("retry-after", seconds.to_string())]).into_response()
        }
        Some(Answer::SlowStatus(time, code)) => {
            tokio::time::sleep(time).await;
            (status(code), "late").into_response()
        }
        Some(Answer::Slow(time)) => {
            tokio::time::sleep(time).await;
            "late".into_response()
        }
    }
}

//! The answers of the ingest route. Senders act on the status; the body is for people who debug one.

use super::bodies::Failed;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::time::Duration;

fn json(status: StatusCode, body: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// Stored, and the first of its event.
pub fn accepted() -> Response {
    json(StatusCode::OK, r#"{"status":"accepted"}"#)
}

/// Stored; its event was there already.
pub fn duplicate() -> Response {
    json(StatusCode::OK, r#"{"status":"duplicate"}"#)
}

/// Stored as rejected. One text for every cause: the reason is for the people who can log in.
pub fn rejected() -> Response {
    json(StatusCode::BAD_REQUEST, r#"{"error":"verification failed"}"#)
}

/// Why a request was answered without being stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Not a POST.
    Method,
    /// No such key, or the endpoint is disabled. 404, never 410: some senders give up for good on that.
    UnknownKey,
    /// The body is encoded; signatures are over the bytes as sent, and no sender compresses.
    Encoded,
    /// The body is larger than the endpoint takes.
    TooLarge,
    /// The body did not come in time.
    Slow,
    /// The connection broke before the body was complete.
    Broken,
    /// More than the address may, or rejected deliveries of the endpoint, or one that checks nothing.
    Rate(Duration),
    /// There was no memory left for its body.
    Memory,
    /// A duplicate beyond what is stored of them. Its event is there: the sender is told so, and nothing is lost.
    Repeated,
    /// The database cannot take it now.
    Unavailable,
    /// The disk has no room, or only for what is verified.
    Disk,
}

impl Refusal {
    /// Every cause, in the order of [`Self::index`].
    pub const CAUSES: [&'static str; 11] = [
        "method",
        "unknown-key",
        "encoded",
        "too-large",
        "slow",
        "broken",
        "rate",
        "unavailable",
        "memory",
        "repeated",
        "disk",
    ];

    /// Its place in [`Self::CAUSES`].
    pub fn index(self) -> usize {
        match self {
            Self::Method => 0,
            Self::UnknownKey => 1,
            Self::Encoded => 2,
            Self::TooLarge => 3,
            Self::Slow => 4,
            Self::Broken => 5,
            Self::Rate(_) => 6,
            Self::Unavailable => 7,
            Self::Memory => 8,
            Self::Repeated => 9,
            Self::Disk => 10,
        }
    }

    /// The word under which it is counted.
    pub fn cause(self) -> &'static str {
        Self::CAUSES[self.index()]
    }
}

impl From<Failed> for Refusal {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::TooLarge => Self::TooLarge,
            Failed::Slow => Self::Slow,
            Failed::Broken => Self::Broken,
            Failed::NoRoom => Self::Memory,
            Failed::TooMany => Self::Rate(Duration::from_secs(1)),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = match self {
            Self::Method => json(StatusCode::METHOD_NOT_ALLOWED, r#"{"error":"send webhooks by POST"}"#),
            Self::UnknownKey => json(StatusCode::NOT_FOUND, r#"{"error":"no such endpoint"}"#),
            Self::Encoded => json(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                r#"{"error":"send the body without content-encoding"}"#,
            ),
            Self::TooLarge => json(StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"body too large"}"#),
            Self::Slow => json(StatusCode::REQUEST_TIMEOUT, r#"{"error":"the body did not come in time"}"#),
            Self::Broken => json(StatusCode::BAD_REQUEST, r#"{"error":"the body broke off"}"#),
            Self::Rate(_) => json(StatusCode::TOO_MANY_REQUESTS, r#"{"error":"too many requests"}"#),
            Self::Unavailable | Self::Memory => {
                json(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"not stored, try again"}"#)
            }
            Self::Disk => json(StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"the disk is full, try again"}"#),
            Self::Repeated => duplicate(),
        };
        let headers = response.headers_mut();
        match self {
            Self::Method => {
                headers.insert(header::ALLOW, HeaderValue::from_static("POST"));
            }
            Self::Rate(wait) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
            }
            Self::Unavailable | Self::Memory => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(5));
            }
            Self::Disk => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(30));
            }
            _ => {}
        }
        // What is left of the body is thrown away (see `src/server/listen/io.rs`): the connection cannot be used again.
        if matches!(self, Self::TooLarge | Self::Slow | Self::Memory) {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

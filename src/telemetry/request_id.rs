//! The id of a request: in its log lines, and in its answer as `x-request-id`.

use axum::http::{Extensions, HeaderName, HeaderValue};
use std::fmt;
use uuid::Uuid;

pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request. Always ours: what a sender calls its request is stored with its headers, and would let it forge
/// lines of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(Uuid);

impl RequestId {
    /// A new one; they sort by time.
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }

    /// The one that the outermost layer gave; a new one for requests that we make ourselves.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or_else(Self::new)
    }

    pub fn to_header(self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.to_string()).ok()
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_simple().fmt(f)
    }
}

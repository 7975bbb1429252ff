//! Why a request brought no response.

use std::{error::Error, io, iter, time::Duration};

use crate::net::{CONNECT_TIMEOUT, ResolveError, TargetError};

/// Why a request brought no response. Each is a sentence for people and has a [`SendError::code`] for the database.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The URL or an address of its host is not allowed; nothing was sent.
    #[error(transparent)]
    Blocked(#[from] TargetError),
    /// The name has no address or cannot be resolved.
    #[error("{0}")]
    Dns(String),
    /// Nothing listens at the destination's port.
    #[error("the destination refused the connection: nothing listens there")]
    Refused,
    /// TLS could not be agreed on, or the certificate is not valid for the host.
    #[error("no TLS connection to the destination: {0}")]
    Tls(String),
    /// The destination took longer than this to connect (5 s at most) or to respond in full.
    #[error("the destination took longer than {0:?}")]
    Timeout(Duration),
    /// The connection ended before the response was complete.
    #[error("the destination closed the connection before its response was complete")]
    Reset,
    /// Anything else, such as a response that is not HTTP.
    #[error("the request failed: {0}")]
    Other(String),
}

impl SendError {
    /// Every code that [`Self::code`] gives.
    pub const CODES: [&'static str; 7] =
        ["blocked-address", "dns", "refused", "tls", "timeout", "reset", "other"];

    /// The stable code of this kind of failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Blocked(_) => "blocked-address",
            Self::Dns(_) => "dns",
            Self::Refused => "refused",
            Self::Tls(_) => "tls",
            Self::Timeout(_) => "timeout",
            Self::Reset => "reset",
            Self::Other(_) => "other",
        }
    }

    /// Sorts an error of a request to `port`. Its own text is not used: it would repeat the URL, whose query may be
    /// secret.
    pub(crate) fn sort(error: &reqwest::Error, port: Option<u16>) -> Self {
        let mut last: &(dyn Error + 'static) = error;
        for cause in iter::successors(error.source(), |cause| cause_of(*cause)) {
            last = cause;
            match cause.downcast_ref::<ResolveError>() {
                Some(ResolveError::Blocked(blocked)) => {
                    let mut blocked = blocked.clone();
                    blocked.port = port;
                    return Self::Blocked(blocked.into());
                }
                Some(other) => return Self::Dns(other.to_string()),
                None => {}
            }
            if cause.is::<rustls::Error>() {
                return Self::Tls(cause.to_string());
            }
            if let Some(sorted) = cause.downcast_ref().and_then(|io| sort_io(io, error.is_connect())) {
                return sorted;
            }
            if cause.downcast_ref().is_some_and(cut_short) {
                return Self::Reset;
            }
        }
        // The only time limit that reqwest keeps for us is the one for connecting.
        if error.is_timeout() {
            return Self::Timeout(CONNECT_TIMEOUT);
        }
        Self::Other(last.to_string())
    }
}

/// The next error below. [`io::Error`] leaves the error that it wraps out of [`Error::source`].
fn cause_of<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}

fn sort_io(error: &io::Error, connecting: bool) -> Option<SendError> {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, UnexpectedEof};
    match error.kind() {
        ConnectionRefused => Some(SendError::Refused),
        // TCP knows no such thing: the TLS library says it when its peer hangs up.
        UnexpectedEof if connecting => {
            Some(SendError::Tls("it closed the connection during the handshake".into()))
        }
        ConnectionReset | ConnectionAborted | BrokenPipe | UnexpectedEof => Some(SendError::Reset),
        _ => None,
    }
}

fn cut_short(error: &hyper::Error) -> bool {
    error.is_incomplete_message() || error.is_closed() || error.is_canceled() || error.is_body_write_aborted()
}

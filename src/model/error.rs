//! The one error of pages, server functions and the API: sentences for people, a status for programs.

use crate::model::user::Role;
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

/// Why a request was not carried out. Its text may be shown to the person who asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "kebab-case")]
pub enum AppError {
    /// A field has a value that cannot be taken; the sentence names the field and what would be right.
    #[error("{message}")]
    Invalid {
        /// Name of the field.
        field: String,
        message: String,
    },
    /// There is no such thing (any more).
    #[error("This {what} doesn't exist.")]
    NotFound {
        /// What was looked for: `delivery`, `endpoint`.
        what: String,
    },
    /// Nobody is logged in.
    #[error("Please log in.")]
    Unauthenticated,
    /// A program gave no API token that is of use.
    #[error("Send a valid API token as `Authorization: Bearer hkp_…`.")]
    NoToken,
    /// Someone is, whose role does not suffice.
    #[error("This requires the role {needed}.")]
    Forbidden {
        /// The weakest role that may.
        needed: Role,
    },
    /// A program's token was made for other parts of the API.
    #[error("This token lacks the scope {scope}.")]
    ScopeMissing {
        /// The word of the scope.
        scope: String,
    },
    /// A program's token was made for some endpoints only, and this is about all of them.
    #[error("This token is limited to certain endpoints, but this route covers all of them.")]
    EndpointsLimited,
    /// It clashes with what is there.
    #[error("{message}")]
    Conflict {
        /// Name of the field.
        field: String,
        message: String,
    },
    /// Too many attempts.
    #[error("Too many attempts. Try again in {retry_after_s} s.")]
    TooManyRequests {
        /// Seconds until the next attempt is looked at.
        retry_after_s: u64,
    },
    /// Too many requests of one program.
    #[error("Too many requests with this token. Try again in {retry_after_s} s.")]
    TooFast {
        /// Seconds until there is room for one more.
        retry_after_s: u64,
    },
    /// A live stream more than may be open.
    #[error("{}", if *own { format!("You already have {most} live streams open. Close one first.") } else { format!("The maximum of {most} live streams is open. Try again later.") })]
    TooManyStreams {
        /// They are all of the one who asks.
        own: bool,
        /// How many may be open.
        most: usize,
    },
    /// The database cannot take or answer it now.
    #[error("The database is busy. Try again in a moment.")]
    Busy,
    /// There is no room to record what was asked for.
    #[error("The server's disk is full. Nothing was changed. Free up space, then try again.")]
    DiskFull,
    /// The question took longer than any may.
    #[error("This query took too long. Narrow the filter, for example by time.")]
    TooSlow,
    /// Our fault; the log has the cause.
    #[error("Something went wrong on the server. See its log for details.")]
    Internal,
}

/// `field`'s value cannot be taken; `message` says what would be right.
pub fn invalid(field: &str, message: impl Into<String>) -> AppError {
    AppError::Invalid { field: field.into(), message: message.into() }
}

/// There is no such `what`.
pub fn not_found(what: &str) -> AppError {
    AppError::NotFound { what: what.into() }
}

/// That there was such a `what`.
pub fn must_exist(found: bool, what: &str) -> Result<(), AppError> {
    if found { Ok(()) } else { Err(not_found(what)) }
}

/// `field` clashes with what is there.
pub fn conflict(field: &str, message: impl Into<String>) -> AppError {
    AppError::Conflict { field: field.into(), message: message.into() }
}

impl AppError {
    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid { .. } => 422,
            Self::NotFound { .. } => 404,
            Self::Unauthenticated | Self::NoToken => 401,
            Self::Forbidden { .. } | Self::ScopeMissing { .. } | Self::EndpointsLimited => 403,
            Self::Conflict { .. } => 409,
            Self::TooManyRequests { .. } | Self::TooFast { .. } | Self::TooManyStreams { .. } => 429,
            Self::Busy | Self::DiskFull | Self::TooSlow => 503,
            Self::Internal => 500,
        }
    }

    /// The field that it is about.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } | Self::Conflict { field, .. } => Some(field),
            _ => None,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// What the framework itself found wrong: arguments that cannot be read are the client's fault.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(message)
            | ServerFnErrorErr::MissingArg(message)
            | ServerFnErrorErr::Deserialization(message) => invalid("form", message),
            _ => Self::Internal,
        }
    }
}

mod server {
    use super::AppError;
    use axum::{
        http::{HeaderValue, StatusCode, header},
        response::{IntoResponse, Response},
    };
    use leptos::prelude::use_context;
    use leptos_axum::ResponseOptions;
    use serde_json::json;

    /// A program that was told to try again waits so long.
    const RETRY_AFTER_S: u16 = 5;

    impl AppError {
        /// Gives the answer of the page that is being rendered the status that says the same.
        pub fn set_status(&self) {
            let status = StatusCode::from_u16(self.status());
            if let (Some(response), Ok(status)) = (use_context::<ResponseOptions>(), status) {
                response.set_status(status);
            }
        }
    }

    /// Problem details (RFC 9457), for routes that are no pages.
    impl IntoResponse for AppError {
        fn into_response(self) -> Response {
            let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let problem = json!({
                "type": "about:blank",
                "title": status.canonical_reason(),
                "status": status.as_u16(),
                "detail": self.to_string(),
                "field": self.field(),
            });
            let mut response = (status, problem.to_string()).into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            match self {
                Self::TooManyRequests { retry_after_s } | Self::TooFast { retry_after_s } => {
                    headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
                }
                Self::Busy | Self::DiskFull => {
                    headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
                }
                Self::NoToken => {
                    headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                }
                _ => {}
            }
            response
        }
    }

    impl From<getrandom::Error> for AppError {
        fn from(error: getrandom::Error) -> Self {
            tracing::error!(%error, "the system's random generator failed: {error}");
            Self::Internal
        }
    }
}

//! Why a command failed, and the exit code that says so.

use crate::{
    crypto::KeyError,
    db::{self, key::RotateError},
    model::error::AppError,
    server::ServeError,
};

/// A command's failure.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct CliError {
    /// The sentence for the person who typed it.
    pub message: String,
    /// 1: it failed; 2: it was called wrongly.
    pub code: u8,
}

impl CliError {
    /// It could not be done.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// It failed, and what there is to say was printed already.
    pub fn told() -> Self {
        Self { message: String::new(), code: 1 }
    }

    /// It was called wrongly.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }
}

impl From<AppError> for CliError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Invalid { message, .. } => Self::usage(message),
            error => Self::failed(error.to_string()),
        }
    }
}

impl From<db::DbError> for CliError {
    fn from(error: db::DbError) -> Self {
        Self::failed(crate::telemetry::chain(&error))
    }
}

impl From<db::open::OpenError> for CliError {
    fn from(error: db::open::OpenError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<KeyError> for CliError {
    fn from(error: KeyError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<RotateError> for CliError {
    fn from(error: RotateError) -> Self {
        match error {
            RotateError::SameKey => Self::usage(error.to_string()),
            error => Self::failed(error.to_string()),
        }
    }
}

impl From<ServeError> for CliError {
    fn from(error: ServeError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        Self::failed(error.to_string())
    }
}

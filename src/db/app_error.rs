//! What people and programs are told of a database error.

use super::DbError;
use crate::model::error::{AppError, conflict};

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::KeyChanged => Self::Busy,
            DbError::TooSlow => Self::TooSlow,
            DbError::Full => Self::DiskFull,
            error => {
                tracing::error!(%error, "database error: {error}");
                Self::Internal
            }
        }
    }
}

/// Turns a clash with a unique column into a sentence.
pub trait ResultExt<T> {
    /// When the statement broke the unique constraint on `column` (`table.column`), the error is a conflict on
    /// `field` with this sentence.
    ///
    /// # Errors
    /// The conflict, or what the error was otherwise.
    fn on_constraint(self, column: &str, field: &str, message: &str) -> Result<T, AppError>;
}

impl<T> ResultExt<T> for Result<T, DbError> {
    fn on_constraint(self, column: &str, field: &str, message: &str) -> Result<T, AppError> {
        self.map_err(
            |error| {
                if error.breaks_unique(column) { conflict(field, message) } else { error.into() }
            },
        )
    }
}

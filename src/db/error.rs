//! What can go wrong below, sorted by what to do about it.

use super::{postgres, sqlite};
use std::borrow::Cow;

/// A database error.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection or no place in the queue was free in time. Try again.
    #[error("the database is busy")]
    Busy,
    /// The question ran into its deadline.
    #[error("the query took too long")]
    TooSlow,
    /// The disk or the file's quota is full: nothing was stored, the next one may be.
    #[error("the disk is full")]
    Full,
    /// The file cannot be trusted any more (input/output error, damage): the process must end.
    #[error("the database file failed: {0}")]
    Fatal(sqlx::Error),
    /// A sealed value does not open.
    #[error(transparent)]
    Sealed(#[from] crate::crypto::OpenError),
    /// The master key was changed by another process, and is not known here yet. Try again.
    #[error("the master key was changed a moment ago")]
    KeyChanged,
    /// A change of the master key could not be brought to its end.
    #[error("the new master key could not be put in place: {0}")]
    KeyFile(String),
    /// The system gave no random bytes.
    #[error("no randomness from the system: {0}")]
    Random(#[from] getrandom::Error),
    /// A value in the database is not what this program writes there.
    #[error("unexpected value in {column}: {detail}")]
    Corrupt {
        /// `table.column`, or the column alone.
        column: Cow<'static, str>,
        /// What is wrong with it.
        detail: String,
    },
    /// It is not a file, which this needs.
    #[error("only a SQLite database can be copied")]
    NoFile,
    /// Everything else.
    #[error(transparent)]
    Sqlx(sqlx::Error),
}

/// What an engine's code of an error says, where it says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Busy,
    TooSlow,
    Full,
    Fatal,
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => return Self::Busy,
            sqlx::Error::ColumnDecode { index, source } => {
                return Self::Corrupt { column: index.into(), detail: source.to_string() };
            }
            _ => {}
        }
        match sqlite::errors::trouble(&error).or_else(|| postgres::errors::trouble(&error)) {
            Some(Trouble::Busy) => Self::Busy,
            Some(Trouble::TooSlow) => Self::TooSlow,
            Some(Trouble::Full) => Self::Full,
            Some(Trouble::Fatal) => Self::Fatal(error),
            None => Self::Sqlx(error),
        }
    }
}

impl DbError {
    /// Whether the statement broke the unique constraint on `column` (`table.column`).
    pub fn breaks_unique(&self, column: &str) -> bool {
        let Self::Sqlx(sqlx::Error::Database(error)) = self else { return false };
        error.is_unique_violation()
            && (sqlite::errors::names(error.as_ref(), column)
                || postgres::errors::names(error.as_ref(), column))
    }
}

//! What can go wrong below, sorted by what to do about it.

use std::error::Error;

/// A database error.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// No connection or no place in the queue was free in time. Try again.
    #[error("the database is busy")]
    Busy,
    /// The question ran into its deadline.
    #[error("the question took longer than it may")]
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
    #[error("the new master key could not be put in its place: {0}")]
    KeyFile(String),
    /// The system gave no random bytes.
    #[error("no randomness from the system: {0}")]
    Random(#[from] getrandom::Error),
    /// A value in the database is not what this program writes there.
    #[error("unexpected value in {column}: {detail}")]
    Corrupt {
        /// `table.column`.
        column: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// Everything else.
    #[error(transparent)]
    Sqlx(sqlx::Error),
}

/// SQLite's primary result codes (<https://sqlite.org/rescode.html>).
const BUSY: i32 = 5;
const INTERRUPT: i32 = 9;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed) {
            return Self::Busy;
        }
        match primary_code(&error) {
            Some(BUSY) => Self::Busy,
            Some(INTERRUPT) => Self::TooSlow,
            Some(FULL) => Self::Full,
            Some(IOERR | CORRUPT | NOTADB) => Self::Fatal(error),
            _ => Self::Sqlx(error),
        }
    }
}

impl DbError {
    /// Whether the statement broke the unique constraint on `column` (`table.column`).
    pub fn breaks_unique(&self, column: &str) -> bool {
        // SQLite names the columns in its message only: "UNIQUE constraint failed: users.email".
        let Self::Sqlx(sqlx::Error::Database(error)) = self else { return false };
        error.is_unique_violation() && error.message().split([':', ',']).any(|part| part.trim() == column)
    }
}

/// The primary code is the low byte of the extended one.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    extended_code(error).map(|code| code & 0xff)
}

/// SQLite's extended result code, which sqlx gives as text.
pub(in crate::db) fn extended_code(error: &sqlx::Error) -> Option<i32> {
    error.as_database_error()?.code()?.parse().ok()
}

/// Whether the file is damaged, or no database.
pub(in crate::db) fn is_damage(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(CORRUPT | NOTADB))
}

/// Whether the file could not be opened.
pub(in crate::db) fn is_unopened(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(CANTOPEN)
}

/// The whole chain of causes, for the log.
pub fn chain(error: &dyn Error) -> String {
    std::iter::successors(Some(error), |&e| e.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

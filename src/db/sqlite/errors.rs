//! SQLite's result codes (<https://sqlite.org/rescode.html>), and what to do about them.

use crate::db::{DbError, disk, error::Trouble};
use sqlx::{error::DatabaseError, sqlite::SqliteError};
use std::path::Path;

const BUSY: i32 = 5;
const INTERRUPT: i32 = 9;
const IOERR: i32 = 10;
const CORRUPT: i32 = 11;
const FULL: i32 = 13;
const CANTOPEN: i32 = 14;
const NOTADB: i32 = 26;

/// What the code of an error says.
pub(in crate::db) fn trouble(error: &sqlx::Error) -> Option<Trouble> {
    match primary_code(error)? {
        BUSY => Some(Trouble::Busy),
        INTERRUPT => Some(Trouble::TooSlow),
        FULL => Some(Trouble::Full),
        IOERR | CORRUPT | NOTADB => Some(Trouble::Fatal),
        _ => None,
    }
}

/// Whether a broken unique constraint is the one on `column` (`table.column`). SQLite says so in its message only: "UNIQUE
/// constraint failed: users.email".
pub(in crate::db) fn names(error: &dyn DatabaseError, column: &str) -> bool {
    error.try_downcast_ref::<SqliteError>().is_some()
        && error.message().split([':', ',']).any(|part| part.trim() == column)
}

/// An error of the file is the disk's fullness when there is no room: SQLite finds different words for that, by what it
/// wanted to write. A sync that failed is none of these: nobody knows what reached the disk.
pub(in crate::db) fn sorted(error: DbError, file: &Path) -> DbError {
    match error {
        DbError::Fatal(cause) if !is_failed_sync(&cause) && disk::is_exhausted(file) => DbError::Full,
        DbError::Sqlx(cause) if primary_code(&cause) == Some(CANTOPEN) && disk::is_exhausted(file) => {
            DbError::Full
        }
        error => error,
    }
}

/// Whether the file is damaged, or no database.
pub(in crate::db) fn is_damage(error: &sqlx::Error) -> bool {
    matches!(primary_code(error), Some(CORRUPT | NOTADB))
}

/// SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC.
fn is_failed_sync(error: &sqlx::Error) -> bool {
    matches!(extended_code(error), Some(1034 | 1290))
}

/// The primary code is the low byte of the extended one.
fn primary_code(error: &sqlx::Error) -> Option<i32> {
    extended_code(error).map(|code| code & 0xff)
}

/// The extended code, which sqlx gives as text.
fn extended_code(error: &sqlx::Error) -> Option<i32> {
    let error = error.as_database_error()?;
    error.try_downcast_ref::<SqliteError>()?.code()?.parse().ok()
}

//! Postgres' codes (<https://www.postgresql.org/docs/current/errcodes-appendix.html>), and what to do about them.

use crate::db::error::Trouble;
use sqlx::{error::DatabaseError, postgres::PgDatabaseError};

/// What the code of an error says.
pub(in crate::db) fn trouble(error: &sqlx::Error) -> Option<Trouble> {
    let error = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    match error.code() {
        // Conflicts of transactions, no connection or lock to be had, and the server's stop and start.
        "40001" | "40P01" | "53300" | "55P03" | "57P01" | "57P02" | "57P03" => Some(Trouble::Busy),
        "57014" => Some(Trouble::TooSlow),
        "53100" => Some(Trouble::Full),
        // Input or output failed, or what was read is damaged.
        "58030" | "XX001" | "XX002" => Some(Trouble::Fatal),
        _ => None,
    }
}

/// Whether a broken unique constraint is the one on `column` (`table.column`): it has the name that Postgres gives it.
pub(in crate::db) fn names(error: &dyn DatabaseError, column: &str) -> bool {
    let named = error.try_downcast_ref::<PgDatabaseError>().and_then(PgDatabaseError::constraint);
    named.is_some_and(|name| name.strip_suffix("_key") == Some(&column.replace('.', "_")))
}

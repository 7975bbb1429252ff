//! Lost updates: a form says which version of a row it was made from, and overwrites no other.

use crate::{
    db::{DbError, audit},
    model::error::{AppError, conflict},
};
use sqlx::SqliteConnection;

const LONGEST: usize = 300;

/// Somebody else changed a thing since the form was made: who, and what.
pub async fn meanwhile(connection: &mut SqliteConnection, object_id: &str) -> Result<AppError, DbError> {
    let sentence = match audit::last_change_of(connection, object_id).await? {
        Some((who, what)) if what.is_empty() => {
            format!("It was changed meanwhile by {who}. Nothing was saved: look, and save again.")
        }
        Some((who, what)) => {
            let shown: String = what.chars().take(LONGEST).collect();
            let more = if shown.len() < what.len() { "…" } else { "" };
            format!(
                "It was changed meanwhile by {who} ({shown}{more}). Nothing was saved: look, and save again."
            )
        }
        None => "It was changed meanwhile. Nothing was saved: look, and save again.".to_owned(),
    };
    Ok(conflict("version", sentence))
}

//! Lost updates: a form says which version of a row it was made from, and overwrites no other.

use super::Connection;
use crate::{
    db::{DbError, audit},
    model::error::{AppError, conflict},
};

const LONGEST: usize = 300;

/// Someone else changed a thing since the form was made: who, and what.
pub async fn meanwhile(connection: &mut Connection, object_id: &str) -> Result<AppError, DbError> {
    let sentence = match audit::last_change_of(connection, object_id).await? {
        Some((who, what)) if what.is_empty() => {
            format!("Changed in the meantime by {who}. Nothing was saved. Check the values and save again.")
        }
        Some((who, what)) => {
            let shown: String = what.chars().take(LONGEST).collect();
            let more = if shown.len() < what.len() { "…" } else { "" };
            format!(
                "Changed in the meantime by {who} ({shown}{more}). Nothing was saved. Check the values and save again."
            )
        }
        None => "Changed in the meantime. Nothing was saved. Check the values and save again.".to_owned(),
    };
    Ok(conflict("version", sentence))
}

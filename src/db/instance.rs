//! What tells this Hookpost from others.

use super::{Connection, DbError};

/// The random id that was made with the database.
pub async fn id(connection: &mut Connection) -> Result<String, DbError> {
    connection.sql("SELECT id FROM instance WHERE singleton = 1").scalar().await
}

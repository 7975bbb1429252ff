//! What tells this Hookpost from others.

use super::DbError;
use sqlx::SqliteConnection;

/// The random id that was made with the database.
pub async fn id(connection: &mut SqliteConnection) -> Result<String, DbError> {
    Ok(sqlx::query_scalar("SELECT id FROM instance WHERE singleton = 1").fetch_one(connection).await?)
}

//! Sealing what an earlier version kept in clear. A migration cannot do it: SQL has no key.

use super::Target;
use crate::{
    crypto::MasterKey,
    db::{DbError, key::must_fit},
    model::ids::DestinationId,
};
use sqlx::{Connection, FromRow, SqliteConnection};
use url::Url;

#[derive(FromRow)]
struct Clear {
    id: DestinationId,
    url: String,
    headers: String,
}

/// Seals URL and headers of destinations that have them in clear, in one transaction, and empties those columns. Says how
/// many there were. Called at each start, once the key is proven: it is a look at a small table then.
///
/// # Errors
/// When the database fails; nothing was changed then.
pub async fn seal_what_is_clear(
    connection: &mut SqliteConnection,
    key: &MasterKey,
) -> Result<usize, DbError> {
    if clear(connection).await?.is_empty() {
        return Ok(0);
    }
    // What is written over is to be gone, not to lie about in the file.
    let before: i64 = sqlx::query_scalar("PRAGMA secure_delete").fetch_one(&mut *connection).await?;
    sqlx::query("PRAGMA secure_delete = ON").execute(&mut *connection).await?;
    let count = seal(connection, key).await?;
    if before == 0 {
        sqlx::query("PRAGMA secure_delete = OFF").execute(&mut *connection).await?;
    }
    // The log holds the pages as they were. A reader may keep it from being emptied: the next checkpoint does it then.
    if let Err(error) = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(connection).await {
        tracing::debug!(%error, "the write-ahead log is emptied later: {error}");
    }
    tracing::info!(count, "URL and headers of {count} destinations are sealed from now on");
    Ok(count)
}

async fn clear(connection: &mut SqliteConnection) -> Result<Vec<Clear>, DbError> {
    Ok(sqlx::query_as(
        "SELECT id, url, headers FROM destinations WHERE sealed_target IS NULL AND removed_at IS NULL",
    )
    .fetch_all(connection)
    .await?)
}

async fn seal(connection: &mut SqliteConnection, key: &MasterKey) -> Result<usize, DbError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    must_fit(&mut transaction, key).await?;
    // Another process may have been first.
    let rows = clear(&mut transaction).await?;
    let count = rows.len();
    for Clear { id, url, headers } in rows {
        let origin = url.parse::<Url>().map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        sqlx::query(
            "UPDATE destinations SET origin = $2, sealed_target = $3, url = '', headers = '' WHERE id = $1",
        )
        .bind(id)
        .bind(origin)
        .bind(Target { url, headers }.seal(key, id)?)
        .execute(&mut *transaction)
        .await?;
    }
    transaction.commit().await?;
    Ok(count)
}

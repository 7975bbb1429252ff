//! Channels.

use super::{DbError, endpoints::bump_revision, key::must_fit};
use crate::{
    crypto::MasterKey,
    model::{
        channel::{Channel, ChannelKind},
        ids::ChannelId,
        severity::Severity,
    },
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{FromRow, SqliteConnection};

#[derive(FromRow)]
struct Row {
    id: ChannelId,
    name: String,
    kind: ChannelKind,
    settings: String,
    min_severity: i64,
    paused_at: Option<i64>,
    failures: i64,
    error: Option<String>,
    created_at: i64,
    created_by: String,
    version: i64,
}

impl TryFrom<Row> for Channel {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let settings = serde_json::from_str(&row.settings)
            .map_err(|error| DbError::Corrupt { column: "channels.settings", detail: error.to_string() })?;
        Ok(Self {
            id: row.id,
            name: row.name,
            kind: row.kind,
            settings,
            min_severity: Severity::of_rank(row.min_severity),
            paused_at: row.paused_at,
            failures: row.failures,
            error: row.error,
            created_at: row.created_at,
            created_by: row.created_by,
            version: row.version,
        })
    }
}

fn settings(channel: &Channel) -> String {
    // Plain text and numbers: they always can be written.
    serde_json::to_string(&channel.settings).unwrap_or_default()
}

/// Adds a channel; `secrets` is JSON.
///
/// # Errors
/// Unique constraint `channels.name`, or when the database fails.
pub async fn insert(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    channel: &Channel,
    secrets: &SecretString,
) -> Result<(), DbError> {
    must_fit(connection, key).await?;
    sqlx::query(
        "INSERT INTO channels (id, name, kind, settings, sealed, min_severity, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(channel.id)
    .bind(&channel.name)
    .bind(channel.kind)
    .bind(settings(channel))
    .bind(key.seal(channel.id.0.as_bytes(), secrets.expose_secret().as_bytes())?)
    .bind(channel.min_severity.rank())
    .bind(channel.created_at)
    .bind(&channel.created_by)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await
}

/// Changes what a person can set. Failures until now are forgotten: they were those of the old settings. Says whether
/// there is one of the version that `changed` was made from.
///
/// # Errors
/// Unique constraint `channels.name`, or when the database fails.
pub async fn update(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    changed: &Channel,
    secrets: &SecretString,
) -> Result<bool, DbError> {
    must_fit(connection, key).await?;
    let done = sqlx::query(
        "UPDATE channels SET name = $2, settings = $3, sealed = $4, min_severity = $5, failures = 0, error = NULL, \
         version = version + 1 WHERE id = $1 AND version = $6",
    )
    .bind(changed.id)
    .bind(&changed.name)
    .bind(settings(changed))
    .bind(key.seal(changed.id.0.as_bytes(), secrets.expose_secret().as_bytes())?)
    .bind(changed.min_severity.rank())
    .bind(changed.version)
    .execute(&mut *connection)
    .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Every channel, by name.
pub async fn list(connection: &mut SqliteConnection) -> Result<Vec<Channel>, DbError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, kind, settings, min_severity, paused_at, failures, error, created_at, created_by, version \
         FROM channels ORDER BY name",
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Channel::try_from).collect()
}

/// The channel with this id.
pub async fn by_id(connection: &mut SqliteConnection, id: ChannelId) -> Result<Option<Channel>, DbError> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, name, kind, settings, min_severity, paused_at, failures, error, created_at, created_by, version \
         FROM channels WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(Channel::try_from).transpose()
}

/// What is secret about a channel, as JSON. None: there is no such channel.
pub async fn open(
    connection: &mut SqliteConnection,
    key: &MasterKey,
    id: ChannelId,
) -> Result<Option<SecretString>, DbError> {
    let sealed: Option<Vec<u8>> = sqlx::query_scalar("SELECT sealed FROM channels WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = key.open(id.0.as_bytes(), &sealed)?;
    let text = std::str::from_utf8(&plain)
        .map_err(|error| DbError::Corrupt { column: "channels.sealed", detail: error.to_string() })?;
    Ok(Some(text.to_owned().into()))
}

/// Whether there is a channel that is not paused.
pub async fn any_usable(connection: &mut SqliteConnection) -> Result<bool, DbError> {
    let any = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM channels WHERE paused_at IS NULL)")
        .fetch_one(connection)
        .await?;
    Ok(any)
}

/// Pauses a channel, or lets it go on. Says whether there is one.
pub async fn set_paused(
    connection: &mut SqliteConnection,
    id: ChannelId,
    paused_at: Option<i64>,
) -> Result<bool, DbError> {
    let done = sqlx::query("UPDATE channels SET paused_at = $2 WHERE id = $1")
        .bind(id)
        .bind(paused_at)
        .execute(&mut *connection)
        .await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

/// Counts one more try that the channel did not take, with the reason, or forgets them all after one that it took. Says
/// how many in a row there were before.
pub async fn note_try(
    connection: &mut SqliteConnection,
    id: ChannelId,
    error: Option<&str>,
) -> Result<i64, DbError> {
    let before: Option<i64> = sqlx::query_scalar("SELECT failures FROM channels WHERE id = $1")
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    let before = before.unwrap_or_default();
    let after = if error.is_some() { before.saturating_add(1) } else { 0 };
    if (before, after) != (0, 0) {
        sqlx::query("UPDATE channels SET failures = $2, error = $3 WHERE id = $1")
            .bind(id)
            .bind(after)
            .bind(error)
            .execute(connection)
            .await?;
    }
    Ok(before)
}

/// Removes a channel with its messages. Says whether there was one.
pub async fn remove(connection: &mut SqliteConnection, id: ChannelId) -> Result<bool, DbError> {
    let done = sqlx::query("DELETE FROM channels WHERE id = $1").bind(id).execute(&mut *connection).await?;
    bump_revision(connection).await?;
    Ok(done.rows_affected() == 1)
}

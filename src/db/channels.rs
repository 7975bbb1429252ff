//! Channels.

use super::{
    Connection, DbError,
    key::{must_fit, open_text},
    revision,
};
use crate::{
    crypto::MasterKey,
    model::{channel::Channel, ids::ChannelId},
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::types::Json;

/// Adds a channel; `secrets` is JSON.
///
/// # Errors
/// Unique constraint `channels.name`, or when the database fails.
pub async fn insert(
    connection: &mut Connection,
    key: &MasterKey,
    channel: &Channel,
    secrets: &SecretString,
) -> Result<(), DbError> {
    must_fit(connection, key).await?;
    connection
        .sql(
            "INSERT INTO channels (id, name, kind, settings, sealed, min_severity, created_at, created_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(channel.id)
        .bind(&channel.name)
        .bind(&channel.kind)
        .bind(Json(&channel.settings))
        .bind(key.seal(channel.id.0.as_bytes(), secrets.expose_secret().as_bytes())?)
        .bind(channel.min_severity.rank())
        .bind(channel.created_at)
        .bind(&channel.created_by)
        .run()
        .await?;
    revision::bump(connection).await
}

/// Changes what a person can set. Failures until now are forgotten: they were those of the old settings. Says whether
/// there is one of the version that `changed` was made from.
///
/// # Errors
/// Unique constraint `channels.name`, or when the database fails.
pub async fn update(
    connection: &mut Connection,
    key: &MasterKey,
    changed: &Channel,
    secrets: &SecretString,
) -> Result<bool, DbError> {
    must_fit(connection, key).await?;
    let done = connection
        .sql(
            "UPDATE channels SET name = $2, settings = $3, sealed = $4, min_severity = $5, failures = 0, error = NULL, \
             version = version + 1 WHERE id = $1 AND version = $6",
        )
        .bind(changed.id)
        .bind(&changed.name)
        .bind(Json(&changed.settings))
        .bind(key.seal(changed.id.0.as_bytes(), secrets.expose_secret().as_bytes())?)
        .bind(changed.min_severity.rank())
        .bind(changed.version)
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

macro_rules! channels {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, kind, settings, min_severity, paused_at, failures, error, created_at, created_by, version \
             FROM channels ",
            $rest
        )
    };
}

/// Every channel, by name.
pub async fn list(connection: &mut Connection) -> Result<Vec<Channel>, DbError> {
    connection.sql(channels!("ORDER BY name")).all().await
}

/// The channel with this id.
pub async fn by_id(connection: &mut Connection, id: ChannelId) -> Result<Option<Channel>, DbError> {
    connection.sql(channels!("WHERE id = $1")).bind(id).optional().await
}

/// The channel of this name.
pub async fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Channel>, DbError> {
    connection.sql(channels!("WHERE name = $1")).bind(name).optional().await
}

/// What is secret about a channel, as JSON. None: there is no such channel.
///
/// # Errors
/// When the database fails or the seal does not open.
pub async fn open(
    connection: &mut Connection,
    key: &MasterKey,
    id: ChannelId,
) -> Result<Option<SecretString>, DbError> {
    let sealed: Option<Vec<u8>> =
        connection.sql("SELECT sealed FROM channels WHERE id = $1").bind(id).optional_scalar().await?;
    sealed.map(|sealed| open_text(key, id.0, &sealed, "channels.sealed")).transpose()
}

/// Whether there is a channel that is not paused.
pub async fn any_usable(connection: &mut Connection) -> Result<bool, DbError> {
    connection.sql("SELECT EXISTS (SELECT 1 FROM channels WHERE paused_at IS NULL)").scalar().await
}

/// Pauses a channel, or lets it go on. Says whether there is one.
pub async fn set_paused(
    connection: &mut Connection,
    id: ChannelId,
    paused_at: Option<i64>,
) -> Result<bool, DbError> {
    let done = connection
        .sql("UPDATE channels SET paused_at = $2 WHERE id = $1")
        .bind(id)
        .bind(paused_at)
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

/// Counts one more try that the channel did not take, with the reason, or forgets them all after one that it took. Says
/// how many in a row there were before.
pub async fn note_try(
    connection: &mut Connection,
    id: ChannelId,
    error: Option<&str>,
) -> Result<i64, DbError> {
    let before: Option<i64> =
        connection.sql("SELECT failures FROM channels WHERE id = $1").bind(id).optional_scalar().await?;
    let before = before.unwrap_or_default();
    let after = if error.is_some() { before.saturating_add(1) } else { 0 };
    if (before, after) != (0, 0) {
        connection
            .sql("UPDATE channels SET failures = $2, error = $3 WHERE id = $1")
            .bind(id)
            .bind(after)
            .bind(error)
            .run()
            .await?;
    }
    Ok(before)
}

/// Removes a channel with its messages. Says whether there was one.
pub async fn remove(connection: &mut Connection, id: ChannelId) -> Result<bool, DbError> {
    let done = connection.sql("DELETE FROM channels WHERE id = $1").bind(id).run().await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

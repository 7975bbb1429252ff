//! Destinations. Where one is and the headers it is sent are sealed, as its signing secret is: for everybody who lists
//! destinations there is the origin of the URL alone.

use super::{
    Connection, DbError,
    key::{must_fit, open_text},
    removals, revision,
};
use crate::{
    crypto::MasterKey,
    model::{
        destination::Destination,
        ids::{DestinationId, EndpointId},
        removal::RemovalKind,
        which::Which,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, types::Json};
use std::fmt;
use zeroize::Zeroizing;

/// Where a destination is, and what is sent along: its secret half.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The whole URL.
    pub url: String,
    /// Further headers, one `Name: value` a line.
    pub headers: String,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Target([redacted])")
    }
}

impl Target {
    fn seal(&self, key: &MasterKey, id: DestinationId) -> Result<Vec<u8>, DbError> {
        // Plain text: it always can be written.
        let plain = Zeroizing::new(serde_json::to_vec(self).unwrap_or_default());
        Ok(key.seal(id.0.as_bytes(), &plain)?)
    }

    fn open(key: &MasterKey, id: DestinationId, sealed: Option<&[u8]>) -> Result<Self, DbError> {
        let corrupt = |detail: &str| DbError::Corrupt {
            column: "destinations.sealed_target".into(),
            detail: detail.to_owned(),
        };
        let sealed = sealed.ok_or_else(|| corrupt("it was never encrypted"))?;
        let plain = key.open(id.0.as_bytes(), sealed)?;
        // What serde says of it would quote it.
        serde_json::from_slice(&plain).map_err(|_| corrupt("it is not a valid target"))
    }
}

/// Adds a destination with its target and its signing secret.
///
/// # Errors
/// Unique constraint `destinations.name`, or when the database fails.
pub async fn insert(
    connection: &mut Connection,
    key: &MasterKey,
    destination: &Destination,
    target: &Target,
    secret: &SecretString,
    created_by: &str,
) -> Result<(), DbError> {
    must_fit(connection, key).await?;
    connection
        .sql(
            "INSERT INTO destinations (id, name, origin, sealed_target, endpoint_ids, types, condition, policy, ordered, \
             sealed, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(destination.id)
        .bind(&destination.name)
        .bind(&destination.origin)
        .bind(target.seal(key, destination.id)?)
        .bind(Json(&destination.endpoints))
        .bind(Json(&destination.types))
        .bind(&destination.condition)
        .bind(Json(&destination.policy))
        .bind(destination.policy.ordered)
        .bind(key.seal(destination.id.0.as_bytes(), secret.expose_secret().as_bytes())?)
        .bind(destination.created_at)
        .bind(created_by)
        .run()
        .await?;
    revision::bump(connection).await
}

/// Changes what a person can set: name, target, what it gets, and how it is served. Its version grows. Says whether there
/// is one.
///
/// # Errors
/// Unique constraint `destinations.name`, or when the database fails.
pub async fn update(
    connection: &mut Connection,
    key: &MasterKey,
    changed: &Destination,
    target: &Target,
) -> Result<bool, DbError> {
    must_fit(connection, key).await?;
    let done = connection
        .sql(
            "UPDATE destinations SET name = $2, origin = $3, sealed_target = $4, endpoint_ids = $5, types = $6, \
             condition = $7, policy = $8, ordered = $9, version = version + 1 WHERE id = $1",
        )
        .bind(changed.id)
        .bind(&changed.name)
        .bind(&changed.origin)
        .bind(target.seal(key, changed.id)?)
        .bind(Json(&changed.endpoints))
        .bind(Json(&changed.types))
        .bind(&changed.condition)
        .bind(Json(&changed.policy))
        .bind(changed.policy.ordered)
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

/// Takes an endpoint that is removed out of every list that names it, in the transaction that removes it. Returns the
/// destinations that named it, as they are then: one whose list is empty takes nothing.
pub async fn forget_endpoint(
    connection: &mut Connection,
    endpoint: EndpointId,
) -> Result<Vec<Destination>, DbError> {
    let mut affected = Vec::new();
    for mut destination in list(connection).await? {
        if let Which::These(these) = &mut destination.endpoints
            && these.contains(&endpoint)
        {
            these.retain(|id| *id != endpoint);
            connection
                .sql("UPDATE destinations SET endpoint_ids = $2, version = version + 1 WHERE id = $1")
                .bind(destination.id)
                .bind(Json(&destination.endpoints))
                .run()
                .await?;
            affected.push(destination);
        }
    }
    if !affected.is_empty() {
        revision::bump(connection).await?;
    }
    Ok(affected)
}

/// Gives a destination a new signing secret; the one until now signs too until `old_until`. Says whether there is one.
pub async fn rotate(
    connection: &mut Connection,
    key: &MasterKey,
    id: DestinationId,
    secret: &SecretString,
    old_until: i64,
) -> Result<bool, DbError> {
    must_fit(connection, key).await?;
    let done = connection
        .sql("UPDATE destinations SET old_sealed = sealed, old_until = $3, sealed = $2 WHERE id = $1")
        .bind(id)
        .bind(key.seal(id.0.as_bytes(), secret.expose_secret().as_bytes())?)
        .bind(old_until)
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

macro_rules! destinations {
    ($rest:literal) => {
        concat!(
            "SELECT id, name, origin, endpoint_ids, types, condition, policy, old_until, failures, open_until, paused_at, \
             paused_why, created_at, version, sealed, old_sealed, sealed_target FROM destinations \
             WHERE removed_at IS NULL ",
            $rest
        )
    };
}

/// Every destination, by name.
pub async fn list(connection: &mut Connection) -> Result<Vec<Destination>, DbError> {
    connection.sql(destinations!("ORDER BY name")).all().await
}

/// The destination with this id.
pub async fn by_id(connection: &mut Connection, id: DestinationId) -> Result<Option<Destination>, DbError> {
    connection.sql(destinations!("AND id = $1")).bind(id).optional().await
}

/// The destination of this name.
pub async fn by_name(connection: &mut Connection, name: &str) -> Result<Option<Destination>, DbError> {
    connection.sql(destinations!("AND name = $1")).bind(name).optional().await
}

/// A destination with its secrets.
#[derive(Debug)]
pub struct Opened {
    /// What everybody may see of it.
    pub destination: Destination,
    /// Where it is.
    pub target: Target,
    /// Signs what goes there.
    pub secret: SecretString,
    /// The one before, while it is kept.
    pub old: Option<SecretString>,
}

#[derive(FromRow)]
struct Sealed {
    #[sqlx(flatten)]
    destination: Destination,
    sealed: Vec<u8>,
    old_sealed: Option<Vec<u8>>,
    sealed_target: Option<Vec<u8>>,
}

impl Sealed {
    fn open(self, key: &MasterKey) -> Result<Opened, DbError> {
        let id = self.destination.id;
        let secret = |sealed: &Vec<u8>| open_text(key, id.0, sealed, "destinations.sealed");
        Ok(Opened {
            target: Target::open(key, id, self.sealed_target.as_deref())?,
            secret: secret(&self.sealed)?,
            old: self.old_sealed.as_ref().map(secret).transpose()?,
            destination: self.destination,
        })
    }
}

/// Every destination with its secrets.
///
/// # Errors
/// When the database fails or a seal does not open.
pub async fn open_all(connection: &mut Connection, key: &MasterKey) -> Result<Vec<Opened>, DbError> {
    let all: Vec<Sealed> = connection.sql(destinations!("ORDER BY name")).all().await?;
    all.into_iter().map(|one| one.open(key)).collect()
}

/// One destination with its secrets.
///
/// # Errors
/// When the database fails or a seal does not open.
pub async fn open_one(
    connection: &mut Connection,
    key: &MasterKey,
    id: DestinationId,
) -> Result<Option<Opened>, DbError> {
    let one: Option<Sealed> = connection.sql(destinations!("AND id = $1")).bind(id).optional().await?;
    one.map(|one| one.open(key)).transpose()
}

/// Counts a failure in a row, or forgets them after a success (`open_until` is for the former). The list of destinations
/// in memory does not know of it: it is asked for with what is due.
pub async fn note_failures(
    connection: &mut Connection,
    id: DestinationId,
    failures: i64,
    open_until: Option<i64>,
) -> Result<(), DbError> {
    connection
        .sql(
            "UPDATE destinations SET failures = $2, open_until = $3 \
             WHERE id = $1 AND (failures <> $2 OR open_until IS DISTINCT FROM $3)",
        )
        .bind(id)
        .bind(failures)
        .bind(open_until)
        .run()
        .await?;
    Ok(())
}

/// How many failures in a row there were.
pub async fn failures(connection: &mut Connection, id: DestinationId) -> Result<i64, DbError> {
    let count =
        connection.sql("SELECT failures FROM destinations WHERE id = $1").bind(id).optional_scalar().await?;
    Ok(count.unwrap_or_default())
}

/// Pauses a destination, with the reason, or lets it go on. Says whether there is one.
pub async fn set_paused(
    connection: &mut Connection,
    id: DestinationId,
    paused: Option<(i64, &str)>,
) -> Result<bool, DbError> {
    // Who resumes it means now: no circuit stays open.
    let done = connection
        .sql("UPDATE destinations SET paused_at = $2, paused_why = $3, failures = 0, open_until = NULL WHERE id = $1")
        .bind(id)
        .bind(paused.map(|(at, _)| at))
        .bind(paused.map(|(_, why)| why))
        .run()
        .await?;
    revision::bump(connection).await?;
    Ok(done == 1)
}

/// Removes a destination: it is gone for everybody, and what was queued for it is never sent. Its row stays, paused, until
/// its forwards have been deleted, which happens in slices ([`removals`]). Says whether there was one.
pub async fn remove(connection: &mut Connection, id: DestinationId, now: i64) -> Result<bool, DbError> {
    let Some(Destination { name, .. }) = by_id(connection, id).await? else { return Ok(false) };
    connection
        .sql(
            "UPDATE destinations SET removed_at = $2, paused_at = coalesce(paused_at, $2), name = $3, \
             sealed_target = NULL, old_sealed = NULL, old_until = NULL WHERE id = $1",
        )
        .bind(id)
        .bind(now)
        // Another one may be called so from now on.
        .bind(format!("{name} {}", id.0.simple()))
        .run()
        .await?;
    connection.sql("DELETE FROM alert_rules WHERE destination_id = $1").bind(id).run().await?;
    removals::begin(connection, id.0, RemovalKind::Destination, &name, now).await?;
    revision::bump(connection).await?;
    Ok(true)
}

//! What alert rules look at: counts by minute, and rows where only they tell.

use super::{
    Connection, DbError,
    counts::{Ask, By, Measure},
};
use crate::model::{
    ids::{DestinationId, EndpointId, SecretId},
    time::MINUTE_MS,
};
use sqlx::FromRow;

/// When forwards ran out of tries since `from` (unix ms), among the 10,000 of each destination that were queued last; of one
/// destination or of all.
pub async fn dead_at(
    connection: &mut Connection,
    destination: Option<DestinationId>,
    from: i64,
) -> Result<Vec<i64>, DbError> {
    let of = match destination {
        Some(destination) => vec![destination],
        None => connection.sql("SELECT id FROM destinations WHERE removed_at IS NULL").scalars().await?,
    };
    let mut all: Vec<i64> = Vec::new();
    for destination in of {
        let dead: Vec<i64> = connection
            .sql(
                "SELECT next_at FROM (SELECT next_at FROM forwards WHERE destination_id = $1 AND state = 'dead' \
                 ORDER BY id DESC LIMIT 10000) newest WHERE next_at >= $2",
            )
            .bind(destination)
            .bind(from)
            .scalars()
            .await?;
        all.extend(dead);
    }
    Ok(all)
}

/// An event that its sender tried more than once.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Tried {
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// When its first try came, unix ms.
    pub first_at: i64,
    /// When it was accepted, unix ms; none: never.
    pub accepted_at: Option<i64>,
}

/// Events that were rejected more than once, received from `from` up to before `to` (unix ms), of which the newest 50,000
/// rejected deliveries are looked at; of all endpoints.
pub async fn tried(connection: &mut Connection, (from, to): (i64, i64)) -> Result<Vec<Tried>, DbError> {
    use crate::model::ids::DeliveryId;
    let mut query = connection.sql(
        "SELECT endpoint_id, min(received_at) AS first_at, (SELECT a.received_at FROM deliveries a WHERE a.endpoint_id = t.endpoint_id \
           AND a.event_key = t.event_key AND a.outcome = 'accepted') AS accepted_at \
         FROM (SELECT endpoint_id, event_key, received_at FROM deliveries WHERE outcome = 'rejected' AND id >= ",
    );
    query.push_bind(DeliveryId::at(from)).push(" AND id < ").push_bind(DeliveryId::at(to));
    query.push(" ORDER BY id DESC LIMIT 50000) t WHERE event_key IS NOT NULL");
    query.push(" GROUP BY endpoint_id, event_key HAVING count(*) > 1");
    query.all().await
}

/// A secret that expires, with the hours in which the sender signed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// When it ends, unix ms.
    pub expires_at: i64,
    /// Unix hours, oldest first.
    pub used: Vec<i64>,
}

/// Secrets that expire at or after `from` (unix ms) and are not revoked, with their use since 24 hours before; of one
/// endpoint or of all.
pub async fn expiring(
    connection: &mut Connection,
    endpoint: Option<EndpointId>,
    from: i64,
) -> Result<Vec<Expiring>, DbError> {
    let mut query =
        connection.sql("SELECT id, expires_at FROM secrets WHERE revoked_at IS NULL AND expires_at >= ");
    query.push_bind(from);
    if let Some(endpoint) = endpoint {
        query.push(" AND endpoint_id = ").push_bind(endpoint);
    }
    let secrets: Vec<(SecretId, i64)> = query.all().await?;
    let mut all = Vec::new();
    for (id, expires_at) in secrets {
        let since = from.div_euclid(MINUTE_MS) - 24 * 60;
        let verified = Ask::new(&[Measure::Verified], (since, i64::MAX)).of(Some(id.0));
        let used = verified.sums(connection, &[By::Steps(1)]).await?;
        let mut used: Vec<i64> = used.into_iter().map(|sum| sum.minute.div_euclid(60)).collect();
        used.dedup();
        all.push(Expiring { expires_at, used });
    }
    Ok(all)
}

/// An event with what it is about.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Told {
    /// `data.id`.
    pub resource: String,
    /// Unix ms.
    pub received_at: i64,
}

/// Events of one type that are looked at.
pub const MOST_TOLD: usize = 10_000;

/// Accepted events of one type that name a resource, received from `from` up to before `to` (unix ms), newest first, at
/// most [`MOST_TOLD`]; of one endpoint or of all.
pub async fn told(
    connection: &mut Connection,
    event_type: &str,
    endpoint: Option<EndpointId>,
    (from, to): (i64, i64),
) -> Result<Vec<Told>, DbError> {
    use crate::model::ids::DeliveryId;
    let mut query = connection.sql("SELECT resource, received_at FROM deliveries WHERE event_type = ");
    query.push_bind(event_type.to_owned());
    query
        .push(" AND id >= ")
        .push_bind(DeliveryId::at(from))
        .push(" AND id < ")
        .push_bind(DeliveryId::at(to));
    query.push(" AND outcome = 'accepted' AND resource IS NOT NULL");
    if let Some(endpoint) = endpoint {
        query.push(" AND endpoint_id = ").push_bind(endpoint);
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(MOST_TOLD as i64);
    query.all().await
}

//! Which resources fail.

use super::{Connection, DbError};
use crate::model::ids::{DeliveryId, EndpointId};
use sqlx::FromRow;

/// Events of one type that are looked at, newest first.
const MOST_EVENTS: i64 = 2_000;

/// A resource of which something bad was said.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FailedResource {
    /// Whose event it was.
    pub endpoint_id: EndpointId,
    /// What it was about; none: the event named nothing.
    pub resource: Option<String>,
    /// What was said.
    pub event_type: String,
    /// How many times.
    pub count: i64,
    /// The last time.
    pub newest: DeliveryId,
}

/// Resources by events of these types (ids from, up to before), most first; at most 2,000 events of each type are looked
/// at, through the index on types.
pub async fn list(
    connection: &mut Connection,
    types: &[String],
    (from, to): (DeliveryId, DeliveryId),
    endpoint: Option<EndpointId>,
    limit: usize,
) -> Result<Vec<FailedResource>, DbError> {
    let mut all: Vec<FailedResource> = Vec::new();
    for event_type in types {
        let mut query = connection.sql(
            "SELECT endpoint_id, resource, min(event_type) AS event_type, count(*) AS count, max(id) AS newest FROM ( \
               SELECT endpoint_id, resource, event_type, id FROM deliveries WHERE outcome = 'accepted' AND event_type = ",
        );
        query.push_bind(event_type).push(" AND id >= ").push_bind(from).push(" AND id < ").push_bind(to);
        if let Some(endpoint) = endpoint {
            query.push(" AND endpoint_id = ").push_bind(endpoint);
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(MOST_EVENTS);
        query.push(") looked_at GROUP BY endpoint_id, resource ORDER BY count DESC, newest DESC LIMIT ");
        query.push_bind(limit as i64);
        all.extend(query.all::<FailedResource>().await?);
    }
    all.sort_by_key(|one| (std::cmp::Reverse(one.count), std::cmp::Reverse(one.newest)));
    all.truncate(limit);
    Ok(all)
}

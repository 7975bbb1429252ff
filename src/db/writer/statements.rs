//! The statements of a batch. Each one costs sqlx two switches between threads, so rows go in by many at once, those of
//! both tables together, and nothing is read back that need not be.

use super::delivery::{KeyState, NewDelivery, Placed};
use crate::{
    db::{Connection, DbError, connection::by_rows::ByRows},
    model::ids::EndpointId,
};

macro_rules! deliveries {
    () => {
        "INSERT INTO deliveries (id, endpoint_id, received_at, outcome, reason, secret_id, old_secret, event_key, \
         try_number, event_type, event_id, resource, created_at, client, body_size, answer_status, answer_us) {}"
    };
}

macro_rules! payloads {
    () => {
        "INSERT INTO payloads (delivery_id, headers, body, verdict, body_sha256, sealed_headers) {}"
    };
}

static INSERT_ROWS: ByRows = ByRows::apart(
    |rows| format!(concat!(deliveries!(), "; ", payloads!()), rows.of(17), rows.of(6)),
    |rows| format!(concat!("WITH stored AS (", deliveries!(), ") ", payloads!()), rows.of(17), rows.of(6)),
);

/// Stores a chunk of rows: first what lists show of all of them, then their payloads.
pub(super) async fn insert_rows(
    connection: &mut Connection,
    rows: &[(&NewDelivery, &Placed)],
) -> Result<(), DbError> {
    let text = INSERT_ROWS.text(connection, rows.len());
    let mut query = connection.sql(text);
    for (row, placed) in rows {
        query = query
            .bind(placed.id)
            .bind(row.endpoint.id)
            .bind(row.received_at)
            .bind(placed.outcome)
            .bind(row.reason)
            .bind(row.secret_id)
            .bind(row.old_secret)
            .bind(row.event_key.as_deref())
            .bind(placed.try_number)
            .bind(row.event_type.as_deref())
            .bind(row.event_id.as_deref())
            .bind(row.resource.as_deref())
            .bind(row.created_at)
            .bind(row.client.as_str())
            .bind(row.body.len() as i64)
            .bind(i32::from(placed.answer_status))
            .bind(placed.answer_us);
    }
    for (row, placed) in rows {
        let kept = placed.kept.unwrap_or_default().min(row.body.len());
        query = query
            .bind(placed.id)
            .bind(row.headers.as_wire())
            .bind(&row.body[..kept])
            .bind(row.verdict.as_str())
            .bind(placed.body_sha256.as_ref().map(|hash| &hash[..]))
            .bind(row.sealed_headers.as_deref());
    }
    query.run().await?;
    Ok(())
}

/// Each part of an event's deliveries stands in an index of its own (see the migration), so both are asked. Most keys are
/// new, and no row comes back for them.
static LOOK_UP_KEYS: ByRows = ByRows::new(|rows| {
    format!(
        "WITH wanted (n, endpoint_id, event_key) AS ({}), found AS MATERIALIZED (SELECT n, \
         (SELECT try_number FROM deliveries d WHERE d.endpoint_id = wanted.endpoint_id \
          AND d.event_key = wanted.event_key AND d.outcome = 'accepted' AND d.event_key IS NOT NULL) AS first, \
         (SELECT max(try_number) FROM deliveries d WHERE d.endpoint_id = wanted.endpoint_id \
          AND d.event_key = wanted.event_key AND d.outcome <> 'accepted' AND d.event_key IS NOT NULL) AS later \
         FROM wanted) SELECT n, first, later FROM found WHERE first IS NOT NULL OR later IS NOT NULL",
        rows.of(3)
    )
});

/// What is stored under each key: its index in `keys`, and its state. Keys never seen are passed over.
pub(super) async fn look_up_keys(
    connection: &mut Connection,
    keys: &[(EndpointId, &str)],
) -> Result<Vec<(usize, KeyState)>, DbError> {
    let text = LOOK_UP_KEYS.text(connection, keys.len());
    let mut query = connection.sql(text);
    for (index, (endpoint_id, event_key)) in keys.iter().enumerate() {
        query = query.bind(index as i64).bind(*endpoint_id).bind(*event_key);
    }
    let found: Vec<(i64, Option<i64>, Option<i64>)> = query.all().await?;
    let state = |(index, first, later): (i64, Option<i64>, Option<i64>)| {
        Some((
            usize::try_from(index).ok()?,
            KeyState { tries: first.max(later)?, has_event: first.is_some() },
        ))
    };
    Ok(found.into_iter().filter_map(state).collect())
}

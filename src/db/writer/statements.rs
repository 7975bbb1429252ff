//! The statements of a batch. Each one costs sqlx two switches between threads, so rows go in by many at once, those of
//! both tables together, and nothing is read back that need not be.

use super::batch::{KeyState, NewDelivery, Placed};
use crate::{
    db::{DbError, values},
    model::ids::EndpointId,
};
use sqlx::{Row, SqliteConnection};
use std::sync::LazyLock;

/// Rows per statement at most. There is one statement for each number of rows up to it, and all of them stay prepared:
/// see `STATEMENTS` in `src/db/open.rs`.
const MOST_ROWS: usize = 64;

/// One statement text for each number of rows, the one for one row first.
type Statements = LazyLock<Vec<String>>;

/// Cuts `rows` into pieces that there are statements for.
pub(super) fn chunks<T>(rows: &[T]) -> std::slice::Chunks<'_, T> {
    rows.chunks(MOST_ROWS)
}

/// The text that `of` makes for each number of rows.
fn for_each_size(of: impl Fn(usize) -> String) -> Vec<String> {
    (1..=MOST_ROWS).map(of).collect()
}

static INSERT_ROWS: Statements = LazyLock::new(|| {
    for_each_size(|rows| {
        format!(
            "INSERT INTO deliveries (id, endpoint_id, received_at, outcome, reason, secret_id, old_secret, event_key, \
             try_number, event_type, event_id, resource, created_at, client, body_size, answer_status, answer_us) {}; \
             INSERT INTO payloads (delivery_id, headers, body, verdict, body_sha256, sealed_headers) {}",
            values(rows, 17),
            values(rows, 6)
        )
    })
});

/// Stores a chunk of rows: first what lists show of all of them, then their payloads.
pub(super) async fn insert_rows(
    connection: &mut SqliteConnection,
    rows: &[(&NewDelivery, &Placed)],
) -> Result<(), DbError> {
    let mut query = sqlx::query(INSERT_ROWS[rows.len() - 1].as_str());
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
            .bind(placed.answer_status)
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
    query.execute(connection).await?;
    Ok(())
}

/// Each part of an event's deliveries stands in an index of its own (see the migration), so both are asked. Most keys are
/// new, and no row comes back for them.
static LOOK_UP_KEYS: Statements = LazyLock::new(|| {
    for_each_size(|rows| {
        format!(
            "WITH wanted (n, endpoint_id, event_key) AS ({}), found AS MATERIALIZED (SELECT n, \
             (SELECT try_number FROM deliveries d WHERE d.endpoint_id = wanted.endpoint_id \
              AND d.event_key = wanted.event_key AND d.outcome = 'accepted' AND d.event_key IS NOT NULL) AS first, \
             (SELECT max(try_number) FROM deliveries d WHERE d.endpoint_id = wanted.endpoint_id \
              AND d.event_key = wanted.event_key AND d.outcome <> 'accepted' AND d.event_key IS NOT NULL) AS later \
             FROM wanted) SELECT n, first, later FROM found WHERE first IS NOT NULL OR later IS NOT NULL",
            values(rows, 3)
        )
    })
});

/// What is stored under each key: its index in `keys`, and its state. Keys never seen are passed over.
pub(super) async fn look_up_keys(
    connection: &mut SqliteConnection,
    keys: &[(EndpointId, &str)],
) -> Result<Vec<(usize, KeyState)>, DbError> {
    let mut query = sqlx::query(LOOK_UP_KEYS[keys.len() - 1].as_str());
    for (index, (endpoint_id, event_key)) in keys.iter().enumerate() {
        query = query.bind(index as i64).bind(*endpoint_id).bind(*event_key);
    }
    let mut found = Vec::new();
    for row in query.fetch_all(connection).await? {
        let (first, later): (Option<i64>, Option<i64>) = (row.try_get("first")?, row.try_get("later")?);
        if let Some(tries) = first.max(later) {
            let index = usize::try_from(row.try_get::<i64, _>("n")?).unwrap_or_default();
            found.push((index, KeyState { tries, has_event: first.is_some() }));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_statement_for_each_chunk() {
        for count in 1..200 {
            let rows = vec![(); count];
            assert_eq!(chunks(&rows).map(<[()]>::len).sum::<usize>(), count);
            for chunk in chunks(&rows) {
                assert_eq!(INSERT_ROWS[chunk.len() - 1].matches('?').count(), 23 * chunk.len());
                assert_eq!(LOOK_UP_KEYS[chunk.len() - 1].matches('?').count(), 3 * chunk.len());
            }
        }
    }
}

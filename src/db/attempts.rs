//! Requests to destinations.

use super::{
    Connection, DbError,
    counts::{Changes, Count, Measure},
};
use crate::model::{
    destination::Attempt,
    ids::{DeliveryId, DestinationId},
};
use sqlx::FromRow;

/// Adds an attempt, and counts it.
pub(super) async fn insert(
    connection: &mut Connection,
    attempt: &Attempt,
    destination: DestinationId,
) -> Result<(), DbError> {
    connection
        .sql(
            "INSERT INTO attempts (forward_id, at, status, error, message, ms, request, headers, body) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(attempt.forward_id)
        .bind(attempt.at)
        .bind(attempt.status.map(i32::from))
        .bind(&attempt.error)
        .bind(&attempt.message)
        .bind(attempt.ms)
        .bind(&attempt.request)
        .bind(&attempt.headers)
        .bind(&attempt.body)
        .run()
        .await?;
    let class = attempt.class();
    let mut changes = Changes::default();
    changes.add(Count::new(Measure::Attempt, destination.0, attempt.at).label(&class).value(attempt.ms), 1);
    changes.write(connection).await
}

/// Attempts of a delivery that are listed at most.
pub const MOST_LISTED: usize = 500;

/// The requests of a delivery's forwards, oldest first: the newest [`MOST_LISTED`].
pub async fn of_delivery(connection: &mut Connection, id: DeliveryId) -> Result<Vec<Attempt>, DbError> {
    let mut newest: Vec<Attempt> = connection
        .sql(
            "SELECT a.forward_id, a.at, a.status, a.error, a.message, a.ms, a.request, a.headers, a.body FROM forwards f \
             JOIN attempts a ON a.forward_id = f.id WHERE f.delivery_id = $1 ORDER BY a.id DESC LIMIT $2",
        )
        .bind(id)
        .bind(MOST_LISTED as i64)
        .all()
        .await?;
    newest.reverse();
    Ok(newest)
}

/// A failed attempt, as the page of its destination lists it.
#[derive(Clone, Debug, FromRow)]
pub struct Failure {
    /// What was sent.
    pub delivery_id: DeliveryId,
    /// Unix ms.
    pub at: i64,
    /// Status of the answer.
    pub status: Option<i32>,
    /// Code of why there was none.
    pub error: Option<String>,
}

/// The failures among a destination's last requests, newest first.
pub async fn failures(
    connection: &mut Connection,
    id: DestinationId,
    limit: i64,
) -> Result<Vec<Failure>, DbError> {
    // Only so far back as a page can wait for: attempts are in the order of time.
    connection
        .sql(
            "SELECT f.delivery_id, a.at, a.status, a.error FROM (SELECT * FROM attempts ORDER BY id DESC LIMIT 20000) a \
             JOIN forwards f ON f.id = a.forward_id \
             WHERE f.destination_id = $1 AND (a.status IS NULL OR a.status NOT BETWEEN 200 AND 299) \
             ORDER BY a.id DESC LIMIT $2",
        )
        .bind(id)
        .bind(limit)
        .all()
        .await
}

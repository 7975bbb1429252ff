//! What became of deliveries on laptops.

use super::{Connection, DbError};
use crate::model::{destination::LocalResult, ids::DeliveryId};

/// Writes a result down. Says whether there is such a delivery.
pub async fn insert(
    connection: &mut Connection,
    delivery: DeliveryId,
    result: &LocalResult,
) -> Result<bool, DbError> {
    let done = connection
        .sql(
            "INSERT INTO local_results (delivery_id, listener, at, status, error, ms) \
             SELECT id, $2, $3, $4, $5, $6 FROM deliveries WHERE id = $1",
        )
        .bind(delivery)
        .bind(&result.listener)
        .bind(result.at)
        .bind(result.status.map(i32::from))
        .bind(&result.error)
        .bind(result.ms)
        .run()
        .await?;
    Ok(done == 1)
}

/// The results of a delivery, newest first, at most 50.
pub async fn of_delivery(connection: &mut Connection, id: DeliveryId) -> Result<Vec<LocalResult>, DbError> {
    connection
        .sql(
            "SELECT listener, at, status, error, ms FROM local_results WHERE delivery_id = $1 ORDER BY id DESC LIMIT 50",
        )
        .bind(id)
        .all()
        .await
}

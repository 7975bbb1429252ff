//! How the forwards of deliveries stand, as one word for lists: by the newest forward to each destination.

use crate::{
    db::DbError,
    model::{destination::ForwardMark, ids::DeliveryId},
};
use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection};
use std::collections::HashMap;

#[derive(FromRow)]
struct Row {
    delivery_id: DeliveryId,
    failing: bool,
    waiting: bool,
    delivered: bool,
}

impl Row {
    fn mark(&self) -> Option<ForwardMark> {
        match (self.failing, self.waiting, self.delivered) {
            (true, ..) => Some(ForwardMark::Failing),
            (_, true, _) => Some(ForwardMark::Queued),
            (.., true) => Some(ForwardMark::Delivered),
            _ => None,
        }
    }
}

/// The marks of these deliveries; those that were sent nowhere have none.
pub async fn marks(
    connection: &mut SqliteConnection,
    ids: &[DeliveryId],
) -> Result<HashMap<DeliveryId, ForwardMark>, DbError> {
    let mut all = HashMap::new();
    for chunk in ids.chunks(500) {
        // A bare column beside max() has the value of the row with the maximum.
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT delivery_id, max(state = 'dead' OR (state = 'queued' AND attempts > 0)) AS failing, \
             max(state = 'queued') AS waiting, max(state = 'delivered') AS delivered FROM ( \
             SELECT delivery_id, state, attempts, max(id) FROM forwards WHERE delivery_id IN (",
        );
        let mut list = query.separated(", ");
        for id in chunk {
            list.push_bind(*id);
        }
        query.push(") GROUP BY delivery_id, destination_id) GROUP BY delivery_id");
        let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *connection).await?;
        all.extend(rows.iter().filter_map(|row| row.mark().map(|mark| (row.delivery_id, mark))));
    }
    Ok(all)
}

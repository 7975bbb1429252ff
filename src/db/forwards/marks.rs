//! How the forwards of deliveries stand, as one word for lists: by the newest forward to each destination.

use crate::{
    db::{Connection, DbError},
    model::{destination::ForwardMark, ids::DeliveryId},
};
use sqlx::FromRow;
use std::collections::HashMap;

#[derive(FromRow)]
struct Stand {
    delivery_id: DeliveryId,
    failing: bool,
    waiting: bool,
    delivered: bool,
}

impl Stand {
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
    connection: &mut Connection,
    ids: &[DeliveryId],
) -> Result<HashMap<DeliveryId, ForwardMark>, DbError> {
    let mut all = HashMap::new();
    for chunk in ids.chunks(500) {
        let mut query = connection.sql(
            "SELECT delivery_id, \
             count(*) FILTER (WHERE state = 'dead' OR (state = 'queued' AND attempts > 0)) > 0 AS failing, \
             count(*) FILTER (WHERE state = 'queued') > 0 AS waiting, \
             count(*) FILTER (WHERE state = 'delivered') > 0 AS delivered FROM forwards \
             WHERE id IN (SELECT max(id) FROM forwards WHERE delivery_id IN (",
        );
        query.push_list(chunk).push(") GROUP BY delivery_id, destination_id) GROUP BY delivery_id");
        let stands: Vec<Stand> = query.all().await?;
        all.extend(stands.iter().filter_map(|stand| Some((stand.delivery_id, stand.mark()?))));
    }
    Ok(all)
}

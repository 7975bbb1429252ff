//! How often each endpoint usually gets an event.

use crate::{
    db::{
        DbError,
        measures::{self, Gap, Grain},
    },
    model::{ids::EndpointId, rhythm::usual_gap},
};
use sqlx::SqliteConnection;
use std::collections::HashMap;

const DAY_MINUTES: i64 = 24 * 60;

/// The silence (minutes) that each endpoint usually does not exceed, with all event types or one; where there were too few
/// events to tell, there is none. Busy endpoints are judged by the minutes of the last day, others by the hours of a month.
pub async fn usual(
    connection: &mut SqliteConnection,
    event_type: Option<&str>,
    now: i64,
) -> Result<HashMap<EndpointId, i64>, DbError> {
    let minute = now.div_euclid(60_000);
    let month = measures::gaps(connection, Grain::Hour, minute - 30 * DAY_MINUTES, event_type).await?;
    let day = measures::gaps(connection, Grain::Minute, minute - DAY_MINUTES, event_type).await?;
    let mut usual = by_endpoint(&month);
    usual.extend(by_endpoint(&day));
    Ok(usual)
}

fn by_endpoint(gaps: &[Gap]) -> HashMap<EndpointId, i64> {
    let mut all: HashMap<EndpointId, Vec<(i64, i64)>> = HashMap::new();
    for gap in gaps {
        all.entry(gap.endpoint_id).or_default().push((gap.minutes, gap.count));
    }
    all.into_iter().filter_map(|(id, gaps)| Some((id, usual_gap(gaps)?))).collect()
}

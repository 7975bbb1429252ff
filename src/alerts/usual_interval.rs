//! How often each endpoint usually gets an event, learnt from its silences.

use crate::{
    db::{
        Connection, DbError,
        counts::{self, Gap, Grain},
    },
    model::{histogram::percentile, ids::EndpointId, time::MINUTE_MS},
};
use std::collections::HashMap;

const DAY_MINUTES: i64 = 24 * 60;
/// Fewer silences say nothing.
const LEAST: i64 = 5;

/// The silence (minutes) that each endpoint usually does not exceed, with all event types or one; where there were too few
/// events to tell, there is none. Busy endpoints are judged by the minutes of the last day, others by the hours of a month.
///
/// # Errors
/// When the database fails.
pub async fn of_endpoints(
    connection: &mut Connection,
    event_type: Option<&str>,
    now: i64,
) -> Result<HashMap<EndpointId, i64>, DbError> {
    let minute = now.div_euclid(MINUTE_MS);
    let month = counts::gaps(connection, Grain::Hour, minute - 30 * DAY_MINUTES, event_type).await?;
    let day = counts::gaps(connection, Grain::Minute, minute - DAY_MINUTES, event_type).await?;
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

/// The length that 95 % of the silences do not exceed. `gaps` are pairs of length and count; none when there were too few
/// to tell.
fn usual_gap(gaps: impl IntoIterator<Item = (i64, i64)>) -> Option<i64> {
    let gaps: Vec<(i64, i64)> = gaps.into_iter().collect();
    let all: i64 = gaps.iter().fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
    if all < LEAST { None } else { percentile(gaps, 95) }
}

/// How long a silence may last before it is worth a look: three times the usual, and at least a quarter of an hour.
/// All in minutes.
pub fn too_long(usual: i64) -> i64 {
    usual.saturating_mul(3).max(15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_silence_is_one_that_few_exceed() {
        assert_eq!(usual_gap([(1, 90), (5, 8), (600, 2)]), Some(5), "one night does not count");
        assert_eq!(usual_gap([(60, 3), (61, 3)]), Some(61));
        assert_eq!(usual_gap([(60, 4)]), None, "too few");
        assert_eq!([too_long(1), too_long(60)], [15, 180]);
    }
}

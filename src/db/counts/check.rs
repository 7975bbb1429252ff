//! Counting the rows again: whether the counts say the same, and making them so.

use super::{Amount, Changes, Count, Counted, Grain, Measure, Minutes, write};
use crate::{
    db::{Connection, DbError},
    model::{
        delivery::Outcome,
        ids::{DeliveryId, EndpointId},
        time::MINUTE_MS,
    },
};
use sqlx::FromRow;
use std::{borrow::Cow, collections::BTreeMap};

/// What the rows of deliveries tell.
const TOLD: [Measure; 6] =
    [Measure::Accepted, Measure::Duplicate, Measure::Rejected, Measure::Retry, Measure::Lag, Measure::Answer];
/// Rows that are read at once.
const ROWS: i64 = 10_000;

/// An endpoint whose counts can be compared with its rows.
#[derive(Clone, Debug, FromRow)]
pub struct Countable {
    /// The endpoint.
    pub id: EndpointId,
    /// Its name.
    pub name: String,
    /// Rows up to here are deleted, unix ms of their receipt; none: all are there.
    pruned_to: Option<i64>,
}

impl Countable {
    /// The ranges to look at, a day each: all of which rows and counts by minute are there.
    pub fn days(&self, now: i64) -> Vec<Minutes> {
        const DAY: i64 = 24 * 60;
        let kept = Grain::Minute.oldest(now);
        let first = self.pruned_to.map_or(0, |at| at.div_euclid(MINUTE_MS) + 1).max(kept);
        let end = (now.div_euclid(MINUTE_MS).div_euclid(DAY) + 1) * DAY;
        let starts = std::iter::successors(Some(first), |start| Some((start.div_euclid(DAY) + 1) * DAY));
        starts
            .take_while(|start| *start < end)
            .map(|start| (start, (start.div_euclid(DAY) + 1) * DAY))
            .collect()
    }
}

/// All endpoints.
pub async fn countable(connection: &mut Connection) -> Result<Vec<Countable>, DbError> {
    connection.sql("SELECT id, name, pruned_to FROM endpoints ORDER BY name").all().await
}

/// How many counts of an endpoint differ from what its rows say, by minute and by hour.
pub async fn differences(
    connection: &mut Connection,
    endpoint: EndpointId,
    range: Minutes,
) -> Result<i64, DbError> {
    // A server may write meanwhile: rows and counts are to be those of one moment.
    let begin = connection.choose("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ");
    connection.sql(begin).run().await?;
    let both = async {
        Ok::<_, DbError>((
            counted(connection, endpoint, range).await?,
            kept(connection, endpoint, range).await?,
        ))
    }
    .await;
    let ended = connection.sql("ROLLBACK").run().await;
    let (counted, kept) = both?;
    ended?;
    let wrong = counted.iter().filter(|(count, amount)| kept.get(count) != Some(amount)).count();
    let vain = kept.keys().filter(|count| !counted.contains_key(count)).count();
    Ok((wrong + vain) as i64)
}

/// Makes the counts of an endpoint from its rows.
pub async fn rebuild(
    connection: &mut Connection,
    endpoint: EndpointId,
    range: Minutes,
) -> Result<(), DbError> {
    for grain in Grain::ALL {
        let (first, end) = grain.whole_slots(range);
        let mut query = connection.sql("DELETE FROM counts WHERE what IN (");
        query.push_list(TOLD).push(") AND of = ").push_bind(endpoint);
        query.push(" AND grain = ").push_bind(grain.minutes());
        query.push(" AND slot >= ").push_bind(first).push(" AND slot < ").push_bind(end);
        query.run().await?;
    }
    let counted = counted(connection, endpoint, range).await?;
    write(connection, counted).await
}

type Counts = BTreeMap<Count<'static>, Amount>;

#[derive(FromRow)]
struct Row {
    id: DeliveryId,
    received_at: i64,
    outcome: Outcome,
    reason: Option<String>,
    try_number: i64,
    event_type: Option<String>,
    created_at: Option<i64>,
    answer_us: i64,
}

/// What a full count of the rows comes to: they are counted as they were when they came. Of hours only those that lie in the
/// range as a whole.
async fn counted(
    connection: &mut Connection,
    endpoint: EndpointId,
    (from, to): Minutes,
) -> Result<Counts, DbError> {
    let mut all = Counts::new();
    // Ids tell the time of the commit, which comes after the receipt.
    let mut after = DeliveryId(DeliveryId::at(from * MINUTE_MS).0 - 1);
    loop {
        let rows: Vec<Row> = connection
            .sql(
                "SELECT id, received_at, outcome, reason, try_number, event_type, created_at, answer_us \
                 FROM deliveries WHERE endpoint_id = $1 AND id > $2 AND received_at >= $3 AND received_at < $4 \
                 ORDER BY id LIMIT $5",
            )
            .bind(endpoint)
            .bind(after)
            .bind(from * MINUTE_MS)
            .bind(to * MINUTE_MS)
            .bind(ROWS)
            .all()
            .await?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        let mut changes = Changes::default();
        for row in &rows {
            let of = Counted {
                endpoint_id: endpoint,
                received_at: row.received_at,
                outcome: row.outcome,
                reason: row.reason.as_deref(),
                only_time: None,
                event_type: row.event_type.as_deref(),
                created_at: row.created_at,
            };
            changes.outcome(&of, 1);
            changes.arrival(&of, row.try_number, row.answer_us);
        }
        for (count, amount) in changes.rows() {
            *all.entry(count.into_owned()).or_default() += amount;
        }
    }
    let (first_hour, end_hour) = Grain::Hour.whole_slots((from, to));
    all.retain(|count, _| count.grain == Grain::Minute || (first_hour..end_hour).contains(&count.slot));
    Ok(all)
}

/// The same as it stands in the table.
async fn kept(connection: &mut Connection, endpoint: EndpointId, range: Minutes) -> Result<Counts, DbError> {
    #[derive(FromRow)]
    struct Row {
        what: Measure,
        slot: i64,
        label: String,
        bucket: i64,
        #[sqlx(flatten)]
        amount: Amount,
    }
    let mut all = Counts::new();
    for grain in Grain::ALL {
        let (first, end) = grain.whole_slots(range);
        let mut query = connection
            .sql("SELECT what, slot, label, bucket, count, sum FROM counts WHERE count <> 0 AND what IN (");
        query.push_list(TOLD).push(") AND of = ").push_bind(endpoint);
        query.push(" AND grain = ").push_bind(grain.minutes());
        query.push(" AND slot >= ").push_bind(first).push(" AND slot < ").push_bind(end);
        let rows: Vec<Row> = query.all().await?;
        all.extend(rows.into_iter().map(|Row { what, slot, label, bucket, amount }| {
            let of = endpoint.0;
            (Count { what, grain, slot, of, label: Cow::Owned(label), bucket }, amount)
        }));
    }
    Ok(all)
}

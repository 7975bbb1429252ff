//! One batch of deliveries: try numbers, rows, payloads and rollups in one transaction.

use super::statements;
use crate::{
    db::{
        DbError, forwards,
        measures::{Changes, Counted},
        rollups::{self, Rejections},
    },
    model::{
        delivery::{DeliverySummary, Outcome},
        destination::ForwardMark,
        endpoint::EndpointRef,
        headers::HeaderList,
        ids::{DeliveryId, DestinationId, EndpointId, SecretId},
    },
};
use bytes::Bytes;
use sqlx::{Connection, SqliteConnection};
use std::{collections::HashMap, sync::Arc, time::Instant};

/// A delivery to be stored, with everything that is known before the commit.
#[derive(Debug)]
pub struct NewDelivery {
    /// The endpoint it reached.
    pub endpoint: Arc<EndpointRef>,
    /// When its head arrived, unix ms.
    pub received_at: i64,
    /// The same on the monotonic clock: the answer's time is measured from here.
    pub started: Instant,
    /// Reason code; none: verified.
    pub reason: Option<&'static str>,
    /// The secret that matched.
    pub secret_id: Option<SecretId>,
    /// That secret is expiring.
    pub old_secret: bool,
    /// Our clock minus the timestamp in seconds, when that alone stood in the way.
    pub only_time: Option<i64>,
    /// `webhook-id` or the scheme's own.
    pub event_key: Option<String>,
    /// Body `type`.
    pub event_type: Option<String>,
    /// Body `id`.
    pub event_id: Option<String>,
    /// Body `data.id`.
    pub resource: Option<String>,
    /// When the sender made the event, unix ms.
    pub created_at: Option<i64>,
    /// Where it goes when it makes its event.
    pub forward_to: Vec<DestinationId>,
    /// The sender's address.
    pub client: String,
    /// As received.
    pub headers: HeaderList,
    /// As received.
    pub body: Bytes,
    /// The facts of the verification as JSON.
    pub verdict: String,
}

impl NewDelivery {
    /// Bytes that it holds in memory, roughly; what the queue is bounded by.
    pub(super) fn size(&self) -> usize {
        self.body.len() + self.headers.as_wire().len() + self.verdict.len() + 512
    }
}

/// A delivery that is durable.
#[derive(Clone, Debug)]
pub struct Stored {
    /// As lists show it.
    pub summary: Arc<DeliverySummary>,
    /// Its event key, for filters of live views.
    pub event_key: Option<Arc<str>>,
    /// Its body's id, for the same.
    pub event_id: Option<Arc<str>>,
}

/// What the batch decides about a row.
pub(super) struct Placed {
    pub(super) id: DeliveryId,
    pub(super) outcome: Outcome,
    pub(super) try_number: i64,
    pub(super) answer_status: u16,
    pub(super) answer_us: i64,
}

/// What is known of an event key: how many deliveries bear it, and whether one made the event.
#[derive(Clone, Copy, Default)]
pub(super) struct KeyState {
    pub(super) tries: i64,
    pub(super) has_event: bool,
}

/// Stores the rows; `newest` moves on only when the transaction was committed.
///
/// # Errors
/// Nothing was stored then.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    rows: &[&NewDelivery],
    newest: &mut DeliveryId,
    now: i64,
) -> Result<Vec<Stored>, DbError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let known = known_keys(&mut transaction, rows).await?;
    let placed = place(rows, known, *newest, now);
    let pairs: Vec<_> = rows.iter().copied().zip(&placed).collect();
    for chunk in statements::chunks(&pairs) {
        statements::insert_rows(&mut transaction, chunk).await?;
    }
    count(&pairs).write(&mut transaction).await?;
    for ((minute, secret_id), count) in count_secrets(&pairs) {
        rollups::add_to_secret(&mut transaction, secret_id, minute, count).await?;
    }
    for ((minute, endpoint_id, reason), count) in count_rejections(&pairs) {
        rollups::add_rejections(&mut transaction, (minute, endpoint_id, reason), &count).await?;
    }
    // In the same transaction: what is acknowledged is never lost on its way to the destinations.
    let wanted: Vec<_> = pairs
        .iter()
        .filter(|(_, placed)| placed.outcome == Outcome::Accepted)
        .flat_map(|(row, placed)| row.forward_to.iter().map(|to| (placed.id, *to)))
        .collect();
    if !wanted.is_empty() {
        forwards::queue(&mut transaction, &wanted, now).await?;
    }
    transaction.commit().await?;
    if let Some(last) = placed.last() {
        *newest = last.id;
    }
    Ok(pairs.into_iter().map(stored).collect())
}

type Key<'r> = (EndpointId, &'r str);

fn key_of(row: &NewDelivery) -> Option<Key<'_>> {
    Some((row.endpoint.id, row.event_key.as_deref()?))
}

async fn known_keys<'r>(
    connection: &mut SqliteConnection,
    rows: &[&'r NewDelivery],
) -> Result<HashMap<Key<'r>, KeyState>, DbError> {
    let mut known: HashMap<Key<'r>, KeyState> =
        rows.iter().filter_map(|row| Some((key_of(row)?, KeyState::default()))).collect();
    let keys: Vec<Key<'r>> = known.keys().copied().collect();
    for chunk in statements::chunks(&keys) {
        for (index, state) in statements::look_up_keys(connection, chunk).await? {
            known.insert(chunk[index], state);
        }
    }
    Ok(known)
}

/// Decides on each row in the order of arrival: among simultaneous deliveries of one event exactly one is first.
fn place<'r>(
    rows: &[&'r NewDelivery],
    mut known: HashMap<Key<'r>, KeyState>,
    newest: DeliveryId,
    now: i64,
) -> Vec<Placed> {
    let mut id = newest;
    rows.iter()
        .map(|row| {
            id = id.next(now);
            let mut fresh = KeyState::default();
            let state = key_of(row).and_then(|key| known.get_mut(&key)).unwrap_or(&mut fresh);
            state.tries += 1;
            let outcome = match (row.reason, state.has_event) {
                (Some(_), _) => Outcome::Rejected,
                (None, true) => Outcome::Duplicate,
                (None, false) => Outcome::Accepted,
            };
            state.has_event |= outcome == Outcome::Accepted;
            Placed {
                id,
                outcome,
                try_number: state.tries,
                answer_status: if outcome == Outcome::Rejected { 400 } else { 200 },
                answer_us: i64::try_from(row.started.elapsed().as_micros()).unwrap_or(i64::MAX),
            }
        })
        .collect()
}

fn count<'r>(pairs: &[(&'r NewDelivery, &Placed)]) -> Changes<'r> {
    let mut changes = Changes::default();
    for (row, placed) in pairs {
        let counted = Counted {
            endpoint_id: row.endpoint.id,
            received_at: row.received_at,
            outcome: placed.outcome,
            reason: row.reason,
            event_type: row.event_type.as_deref(),
            created_at: row.created_at,
        };
        changes.outcome(&counted, 1);
        changes.arrival(&counted, placed.try_number, placed.answer_us);
    }
    changes
}

fn count_secrets(pairs: &[(&NewDelivery, &Placed)]) -> HashMap<(i64, SecretId), i64> {
    let mut counts = HashMap::new();
    for (row, _) in pairs {
        if let Some(secret_id) = row.secret_id {
            *counts.entry((row.received_at.div_euclid(60_000), secret_id)).or_default() += 1;
        }
    }
    counts
}

fn count_rejections<'r>(
    pairs: &[(&'r NewDelivery, &Placed)],
) -> HashMap<(i64, EndpointId, &'r str), Rejections> {
    let mut counts: HashMap<_, Rejections> = HashMap::new();
    for (row, _) in pairs {
        if let Some(reason) = row.reason {
            let key = (row.received_at.div_euclid(60_000), row.endpoint.id, reason);
            let count = counts.entry(key).or_default();
            count.count += 1;
            count.only_time += i64::from(row.only_time.is_some());
            // A timestamp may be as far off as a number can be.
            count.skew_sum = count.skew_sum.saturating_add(row.only_time.unwrap_or_default());
        }
    }
    counts
}

fn stored((row, placed): (&NewDelivery, &Placed)) -> Stored {
    let summary = DeliverySummary {
        id: placed.id,
        endpoint: (*row.endpoint).clone(),
        received_at: row.received_at,
        outcome: placed.outcome,
        reason: row.reason.map(str::to_owned),
        old_secret: row.old_secret,
        try_number: placed.try_number,
        event_type: row.event_type.clone(),
        resource: row.resource.clone(),
        created_at: row.created_at,
        body_size: row.body.len() as i64,
        answer_status: placed.answer_status,
        forward: (placed.outcome == Outcome::Accepted && !row.forward_to.is_empty())
            .then_some(ForwardMark::Queued),
    };
    let shared = |text: &Option<String>| text.as_deref().map(Arc::from);
    Stored { summary: Arc::new(summary), event_key: shared(&row.event_key), event_id: shared(&row.event_id) }
}

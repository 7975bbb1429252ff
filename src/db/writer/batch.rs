//! One batch of deliveries: try numbers, rows, payloads and rollups in one transaction.

use super::{kept::KeptBodies, statements};
use crate::{
    crypto::sha256,
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
use sqlx::SqliteConnection;
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
    /// As received, but for the values of credentials.
    pub headers: HeaderList,
    /// Those values, sealed; none: there are none.
    pub sealed_headers: Option<Vec<u8>>,
    /// As received.
    pub body: Bytes,
    /// SHA-256 of the body, when it is large; otherwise it is made where it is needed.
    pub body_sha256: Option<[u8; 32]>,
    /// How much of it is kept when it makes no event.
    pub kept: Arc<KeptBodies>,
    /// The facts of the verification as JSON.
    pub verdict: String,
}

impl NewDelivery {
    /// Bytes that it holds in memory, roughly; what the queue is bounded by.
    pub(super) fn size(&self) -> usize {
        self.body.len() + self.size_around()
    }

    /// Bytes that are stored beside the body, roughly.
    pub fn size_around(&self) -> usize {
        let sealed = self.sealed_headers.as_ref().map_or(0, Vec::len);
        self.headers.as_wire().len() + sealed + self.verdict.len() + 512
    }
}

/// A delivery that is durable.
#[derive(Clone, Debug)]
pub struct Stored {
    /// False: it is a duplicate beyond the quota of them, of which nothing was stored.
    pub is_stored: bool,
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
    /// Bytes of the body that are stored; none: nothing of the delivery is.
    pub(super) kept: Option<usize>,
    /// SHA-256 of the body, when not all of it is stored.
    pub(super) body_sha256: Option<[u8; 32]>,
}

/// What is known of an event key: how many deliveries bear it, and whether one made the event.
#[derive(Clone, Copy, Default)]
pub(super) struct KeyState {
    pub(super) tries: i64,
    pub(super) has_event: bool,
}

/// Stores the rows in a transaction that the caller began, giving them ids from `first` on.
///
/// # Errors
/// When the database fails; the caller rolls back.
pub(super) async fn store(
    transaction: &mut SqliteConnection,
    rows: &[&NewDelivery],
    first: DeliveryId,
    now: i64,
) -> Result<Vec<Stored>, DbError> {
    let known = known_keys(&mut *transaction, rows).await?;
    let placed = place(rows, known, first, now);
    let all = rows.iter().copied().zip(&placed);
    let pairs: Vec<_> = all.clone().filter(|(_, placed)| placed.kept.is_some()).collect();
    for chunk in statements::chunks(&pairs) {
        statements::insert_rows(&mut *transaction, chunk).await?;
    }
    count(&pairs).write(&mut *transaction).await?;
    for ((minute, secret_id), count) in count_secrets(&pairs) {
        rollups::add_to_secret(&mut *transaction, secret_id, minute, count).await?;
    }
    for ((minute, endpoint_id, reason), count) in count_rejections(&pairs) {
        rollups::add_rejections(&mut *transaction, (minute, endpoint_id, reason), &count).await?;
    }
    // In the same transaction: what is acknowledged is never lost on its way to the destinations.
    let wanted: Vec<_> = pairs
        .iter()
        .filter(|(_, placed)| placed.outcome == Outcome::Accepted)
        .flat_map(|(row, placed)| row.forward_to.iter().map(|to| (placed.id, *to)))
        .collect();
    if !wanted.is_empty() {
        forwards::queue(transaction, &wanted, now).await?;
    }
    Ok(all.map(stored).collect())
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
    first: DeliveryId,
    now: i64,
) -> Vec<Placed> {
    rows.iter()
        .zip(first.0..)
        .map(|(row, id)| {
            let mut fresh = KeyState::default();
            let state = key_of(row).and_then(|key| known.get_mut(&key)).unwrap_or(&mut fresh);
            let outcome = match (row.reason, state.has_event) {
                (Some(_), _) => Outcome::Rejected,
                (None, true) => Outcome::Duplicate,
                (None, false) => Outcome::Accepted,
            };
            state.has_event |= outcome == Outcome::Accepted;
            let kept = match outcome {
                Outcome::Accepted => Some(row.body.len()),
                Outcome::Rejected => Some(row.kept.of(row.body.len())),
                Outcome::Duplicate => {
                    row.kept.of_duplicate(row.endpoint.id, row.size_around(), row.body.len(), now)
                }
            };
            state.tries += i64::from(kept.is_some());
            let is_cut = kept.is_some_and(|kept| kept < row.body.len());
            Placed {
                id: DeliveryId(id),
                outcome,
                try_number: state.tries,
                answer_status: if outcome == Outcome::Rejected { 400 } else { 200 },
                answer_us: i64::try_from(row.started.elapsed().as_micros()).unwrap_or(i64::MAX),
                kept,
                body_sha256: is_cut.then(|| row.body_sha256.unwrap_or_else(|| sha256(&row.body))),
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
    Stored {
        is_stored: placed.kept.is_some(),
        summary: Arc::new(summary),
        event_key: shared(&row.event_key),
        event_id: shared(&row.event_id),
    }
}

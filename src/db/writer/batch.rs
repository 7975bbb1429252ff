//! One batch of deliveries: try numbers, rows, payloads and rollups in one transaction.

use super::{
    delivery::{KeyState, NewDelivery, Placed, Stored},
    statements,
};
use crate::{
    crypto::sha256,
    db::{
        Connection, DbError,
        connection::by_rows::chunks,
        counts::{Changes, Counted},
        forwards,
    },
    model::{
        delivery::{DeliverySummary, Outcome},
        destination::ForwardMark,
        ids::{DeliveryId, EndpointId},
    },
};
use std::{collections::HashMap, sync::Arc};

/// Stores the rows in a transaction that the caller began, giving them ids from `first` on.
///
/// # Errors
/// When the database fails; the caller rolls back.
pub(super) async fn store(
    transaction: &mut Connection,
    rows: &[&NewDelivery],
    first: DeliveryId,
    now: i64,
) -> Result<Vec<Stored>, DbError> {
    let known = known_keys(transaction, rows).await?;
    let placed = place(rows, known, first, now);
    let all = rows.iter().copied().zip(&placed);
    let pairs: Vec<_> = all.clone().filter(|(_, placed)| placed.kept.is_some()).collect();
    for chunk in chunks(&pairs) {
        statements::insert_rows(transaction, chunk).await?;
    }
    count(&pairs).write(transaction).await?;
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
    connection: &mut Connection,
    rows: &[&'r NewDelivery],
) -> Result<HashMap<Key<'r>, KeyState>, DbError> {
    let mut known: HashMap<Key<'r>, KeyState> =
        rows.iter().filter_map(|row| Some((key_of(row)?, KeyState::default()))).collect();
    let keys: Vec<Key<'r>> = known.keys().copied().collect();
    for chunk in chunks(&keys) {
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
            only_time: row.only_time,
            event_type: row.event_type.as_deref(),
            created_at: row.created_at,
        };
        changes.outcome(&counted, 1);
        changes.arrival(&counted, placed.try_number, placed.answer_us);
        if let Some(secret_id) = row.secret_id {
            changes.verified(secret_id, row.received_at);
        }
    }
    changes
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

//! Asking for a delivery to be sent (again).

use crate::{
    crypto::token,
    db::{
        Connection, Db, DbError, audit, deliveries,
        forwards::{self, NewReplay},
    },
    forward::Forwarding,
    model::{
        audit::{Action, Actor, NewEntry},
        destination::{Destination, Edit, ReplayAsk, ReplayMode},
        error::{AppError, conflict, invalid, not_found},
        ids::{DeliveryId, DestinationId, ForwardId},
    },
    net::parse_custom_headers,
};
use std::collections::HashSet;

/// How many times a delivery can be sent at once.
pub const MOST_TIMES: u8 = 20;

/// Forwards that are queued in one transaction: senders wait for no more.
const SLICE: usize = 100;

/// A replay that was queued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// Name of the destination.
    pub destination: String,
    /// What is sent there.
    pub forward: ForwardId,
}

/// Asks for a delivery to be sent (again) to destinations, to each once however often it is named. Says what was queued,
/// in the order of destinations.
///
/// # Errors
/// There is no such delivery or destination, or what is asked cannot be done.
pub async fn replay(
    forwarding: &Forwarding,
    by: &Actor,
    id: DeliveryId,
    to: &[DestinationId],
    ask: &ReplayAsk,
) -> Result<Vec<Queued>, AppError> {
    let to = distinct(to);
    let live = to.iter().map(|id| forwarding.destinations.by_id(*id).ok_or_else(|| not_found("destination")));
    let live: Vec<_> = live.collect::<Result<_, _>>()?;
    let to: Vec<&Destination> = live.iter().map(|live| &live.destination).collect();
    must_exist(forwarding, id).await?;
    let queued = queue_replay(&forwarding.db, by, id, &to, ask).await;
    // Also after a failure: some may be queued.
    forwarding.wake.forwards.notify_one();
    queued
}

async fn must_exist(forwarding: &Forwarding, id: DeliveryId) -> Result<(), AppError> {
    let found = deliveries::by_id(&mut forwarding.db.read().await?, id).await?;
    found.map(drop).ok_or_else(|| not_found("delivery"))
}

/// Each destination once, in the order in which they are named first.
pub(crate) fn distinct(to: &[DestinationId]) -> Vec<DestinationId> {
    let mut seen = HashSet::new();
    to.iter().copied().filter(|id| seen.insert(*id)).collect()
}

/// A forward to be queued, and the entry that tells of the first one to its destination.
struct Planned {
    name: String,
    new: NewReplay,
    entry: Option<NewEntry>,
}

/// The same for commands, which have no server: a running one finds it. One destination that was removed a moment ago is
/// passed over.
///
/// # Errors
/// What is asked cannot be done, every destination was removed meanwhile, or the database fails.
pub async fn queue_replay(
    db: &Db,
    by: &Actor,
    id: DeliveryId,
    to: &[&Destination],
    ask: &ReplayAsk,
) -> Result<Vec<Queued>, AppError> {
    check(ask, to.len())?;
    // An edited one brings a body of its own.
    if ask.edit.is_none()
        && let Some(cut) = deliveries::cut_body(&mut db.read().await?, id).await?
    {
        return Err(conflict("delivery", format!("delivery: {}", cut.refusal("it can't be replayed"))));
    }
    let mut planned = Vec::new();
    for destination in to {
        let times = if ask.times > 1 { format!(", {} times", ask.times) } else { String::new() };
        let new_id = if ask.new_id { ", new webhook-id" } else { "" };
        let detail = format!("to {}, {}{times}{new_id}", destination.name, ask.mode.as_str());
        let mut entry = Some(by.entry(Action::DeliveryReplayed, id, &format!("delivery {id}"), detail));
        for _ in 0..ask.times.max(1) {
            let webhook_id = if ask.new_id { Some(format!("wh_{}", token::<16>()?)) } else { None };
            let new = NewReplay {
                delivery: id,
                destination: destination.id,
                mode: ask.mode,
                webhook_id,
                edit: None,
                job: None,
                actor: by.name.clone(),
                at: by.at,
            };
            planned.push(Planned { name: destination.name.clone(), new, entry: entry.take() });
        }
    }
    let (mut edit, mut queued) = (ask.edit.clone().map(Edited::New), Vec::new());
    let mut rest = planned.into_iter();
    loop {
        let slice: Vec<Planned> = rest.by_ref().take(SLICE).collect();
        if slice.is_empty() {
            break;
        }
        let mut tx = db.begin().await?;
        let (stored, ids) = queue_slice(&mut tx, edit.take(), slice).await?;
        tx.commit().await?;
        edit = stored.map(Edited::Stored);
        queued.extend(ids);
    }
    if !queued.is_empty() {
        return Ok(queued);
    }
    if let Some(Edited::Stored(id)) = edit {
        let mut tx = db.begin().await?;
        forwards::drop_unused_edit(&mut tx, id).await?;
        tx.commit().await?;
    }
    Err(not_found("destination"))
}

/// What an edited replay sends: stored once, with the first of its forwards.
enum Edited {
    New(Edit),
    Stored(i64),
}

async fn queue_slice(
    connection: &mut Connection,
    edit: Option<Edited>,
    slice: Vec<Planned>,
) -> Result<(Option<i64>, Vec<Queued>), DbError> {
    let edit = match edit {
        Some(Edited::New(edit)) => Some(forwards::insert_edit(connection, &edit).await?),
        Some(Edited::Stored(id)) => Some(id),
        None => None,
    };
    let mut queued = Vec::new();
    for Planned { name, new, entry } in slice {
        if let Some(forward) = forwards::queue_replay(connection, &NewReplay { edit, ..new }).await? {
            queued.push(Queued { destination: name, forward });
            if let Some(entry) = entry {
                audit::insert(connection, &entry).await?;
            }
        }
    }
    Ok((edit, queued))
}

fn check(ask: &ReplayAsk, destinations: usize) -> Result<(), AppError> {
    if destinations == 0 {
        return Err(invalid("destination", "destination: choose at least one"));
    }
    if ask.times > MOST_TIMES {
        return Err(invalid("times", format!("times: must be 1 to {MOST_TIMES}")));
    }
    if ask.new_id && ask.mode == ReplayMode::Verbatim {
        return Err(invalid("new_id", "new_id: verbatim keeps the sender's id; choose fresh or edited"));
    }
    match (ask.mode, &ask.edit) {
        (ReplayMode::Edited, None) => Err(invalid("mode", "mode: edited requires a body; choose fresh")),
        (ReplayMode::Edited, Some(edit)) => {
            parse_custom_headers(&edit.headers).map(|_fits| ()).map_err(|message| invalid("headers", message))
        }
        (_, Some(_)) => Err(invalid("mode", "mode: only edited accepts a body")),
        (_, None) => Ok(()),
    }
}

/// Sends a delivery again to the destinations that did not take it.
///
/// # Errors
/// There is no such delivery, or no destination failed to take it.
pub async fn replay_failed(forwarding: &Forwarding, by: &Actor, id: DeliveryId) -> Result<usize, AppError> {
    let failing = forwards::failing(&mut forwarding.db.read().await?, id).await?;
    if failing.is_empty() {
        must_exist(forwarding, id).await?;
        return Err(invalid("delivery", "delivery: no destination failed; choose one on its page"));
    }
    replay(forwarding, by, id, &failing, &ReplayAsk::default()).await.map(|queued| queued.len())
}

/// Lets a forward that waits or is dead be tried now.
///
/// # Errors
/// There is no such forward, or it was delivered.
pub async fn retry_now(forwarding: &Forwarding, id: ForwardId) -> Result<(), AppError> {
    let mut tx = forwarding.db.begin().await?;
    if !forwards::retry_now(&mut tx, id, forwarding.clock.now_ms()).await? {
        return Err(not_found("waiting forward"));
    }
    tx.commit().await?;
    forwarding.wake.forwards.notify_one();
    Ok(())
}

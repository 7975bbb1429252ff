//! Asking for a delivery to be sent (again).

use super::parse_custom_headers;
use crate::{
    crypto::token,
    db::{
        Db, audit,
        forwards::{self, NewReplay},
    },
    error::{AppError, invalid, not_found},
    model::{
        audit::{Action, Actor},
        destination::{Destination, ReplayAsk, ReplayMode},
        ids::{DeliveryId, DestinationId, ForwardId},
    },
    state::AppState,
};

/// How many times a delivery can be sent at once.
pub const MOST_TIMES: u8 = 20;

/// Asks for a delivery to be sent (again) to destinations. Says the ids of the forwards, in the order of destinations.
///
/// # Errors
/// There is no such delivery or destination, or what is asked cannot be done.
pub async fn replay(
    state: &AppState,
    by: &Actor,
    id: DeliveryId,
    to: &[DestinationId],
    ask: &ReplayAsk,
) -> Result<Vec<ForwardId>, AppError> {
    let live = to.iter().map(|id| state.destinations.by_id(*id).ok_or_else(|| not_found("destination")));
    let live: Vec<_> = live.collect::<Result<_, _>>()?;
    let to: Vec<&Destination> = live.iter().map(|live| &live.destination).collect();
    crate::review::stored(state, id).await?;
    let queued = queue_replay(&state.db, by, id, &to, ask).await?;
    state.wake.forwards.notify_one();
    Ok(queued)
}

/// The same for commands, which have no server: a running one finds it.
///
/// # Errors
/// What is asked cannot be done, a destination was removed meanwhile, or the database fails.
pub async fn queue_replay(
    db: &Db,
    by: &Actor,
    id: DeliveryId,
    to: &[&Destination],
    ask: &ReplayAsk,
) -> Result<Vec<ForwardId>, AppError> {
    check(ask, to.len())?;
    let (mut all, mut entries) = (Vec::new(), Vec::new());
    for destination in to {
        let times = if ask.times > 1 { format!(", {} times", ask.times) } else { String::new() };
        let new_id = if ask.new_id { ", new webhook-id" } else { "" };
        let detail = format!("to {}, {}{times}{new_id}", destination.name, ask.mode.as_str());
        entries.push(by.entry(Action::DeliveryReplayed, id, &format!("delivery {id}"), detail));
        for _ in 0..ask.times.max(1) {
            let webhook_id = if ask.new_id { Some(format!("wh_{}", token::<16>()?)) } else { None };
            all.push(NewReplay {
                delivery: id,
                destination: destination.id,
                mode: ask.mode,
                webhook_id,
                edit: ask.edit.clone(),
                job: None,
                actor: by.name.clone(),
                at: by.at,
            });
        }
    }
    let queued: Vec<Option<ForwardId>> = db
        .write(move |c| {
            Box::pin(async move {
                for entry in &entries {
                    audit::insert(c, entry).await?;
                }
                let mut queued = Vec::new();
                for new in &all {
                    queued.push(forwards::queue_replay(c, new).await?);
                }
                Ok(queued)
            })
        })
        .await?;
    queued.into_iter().collect::<Option<_>>().ok_or_else(|| not_found("destination"))
}

fn check(ask: &ReplayAsk, destinations: usize) -> Result<(), AppError> {
    if destinations == 0 {
        return Err(invalid("destination", "destination: choose at least one"));
    }
    if ask.times > MOST_TIMES {
        return Err(invalid("times", format!("times: give 1 to {MOST_TIMES}")));
    }
    if ask.new_id && ask.mode == ReplayMode::Verbatim {
        return Err(invalid("new_id", "new_id: verbatim sends the sender's own id; choose fresh or edited"));
    }
    match (ask.mode, &ask.edit) {
        (ReplayMode::Edited, None) => Err(invalid("mode", "mode: edited needs a body; choose fresh")),
        (ReplayMode::Edited, Some(edit)) => {
            parse_custom_headers(&edit.headers).map(|_fits| ()).map_err(|message| invalid("headers", message))
        }
        (_, Some(_)) => Err(invalid("mode", "mode: only edited takes a body")),
        (_, None) => Ok(()),
    }
}

/// Sends a delivery again to the destinations that did not take it.
///
/// # Errors
/// There is no such delivery, or no destination failed to take it.
pub async fn replay_failed(state: &AppState, by: &Actor, id: DeliveryId) -> Result<usize, AppError> {
    let all = forwards::of_delivery(&mut *state.db.read().await?, id).await?;
    let failing = crate::model::destination::failing(&all);
    if failing.is_empty() {
        crate::review::stored(state, id).await?;
        return Err(invalid(
            "delivery",
            "delivery: no destination failed to take it; choose one on its page",
        ));
    }
    replay(state, by, id, &failing, &ReplayAsk::default()).await.map(|queued| queued.len())
}

/// Lets a forward that waits or is dead be tried now.
///
/// # Errors
/// There is no such forward, or it was delivered.
pub async fn retry_now(state: &AppState, id: ForwardId) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    let found =
        state.db.write(move |c| Box::pin(async move { forwards::retry_now(c, id, now).await })).await?;
    state.wake.forwards.notify_one();
    if found { Ok(()) } else { Err(not_found("waiting forward")) }
}

//! Sends what is queued. Each destination has its own number of requests at once, so a slow one delays no other; what is
//! under way when the process dies is taken up again by the next.

use super::{LiveDestination, OutboundResponse, SendError, forward, schedule};
use crate::{
    db::{deliveries, destinations, forwards},
    error::AppError,
    model::{
        destination::{Attempt, Forward, ForwardState},
        ids::DestinationId,
    },
    state::AppState,
};
use axum::http::{HeaderMap, StatusCode};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// What another process queued, and retries, are found within this time.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Beyond the request's own time, for writing the attempt down.
const LEASE_SLACK_MS: i64 = 30_000;

/// Sends, for ever. What is accepted is sent at once: each commit wakes it.
pub async fn run(state: AppState) {
    if let Err(error) = state.db.write(|c| Box::pin(async move { forwards::free_leases(c).await })).await {
        tracing::warn!(%error, "leases of an earlier run were not freed, they end by themselves: {error}");
    }
    let mut commits = state.db.writer.subscribe();
    let mut under_way = JoinSet::new();
    let mut busy: HashMap<DestinationId, i64> = HashMap::new();
    loop {
        if let Err(error) = start_due(&state, &mut under_way, &mut busy).await {
            tracing::warn!(%error, "forwards could not be looked up: {error}");
        }
        tokio::select! {
            // Lagging behind is no harm: what is due is looked up.
            _ = commits.recv() => {}
            () = state.wake.forwards.notified() => {}
            Some(ended) = under_way.join_next() => {
                if let Ok(id) = ended {
                    free(&mut busy, id);
                }
                while let Some(Ok(id)) = under_way.try_join_next() {
                    free(&mut busy, id);
                }
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

fn free(busy: &mut HashMap<DestinationId, i64>, id: DestinationId) {
    busy.entry(id).and_modify(|count| *count -= 1);
}

async fn start_due(
    state: &AppState,
    under_way: &mut JoinSet<DestinationId>,
    busy: &mut HashMap<DestinationId, i64>,
) -> Result<(), AppError> {
    // Each commit wakes this: who forwards nothing pays nothing.
    if state.destinations.is_empty() {
        return Ok(());
    }
    let now = state.clock.now_ms();
    let due = forwards::due(&mut *state.db.read().await?, now).await?;
    for (id, _) in due.into_iter().filter(|(_, count)| *count > 0) {
        let Some(live) = state.destinations.by_id(id) else { continue };
        let running = busy.entry(id).or_default();
        let room = live.destination.in_flight - *running;
        if room <= 0 {
            continue;
        }
        let lease = now + live.destination.timeout_ms + LEASE_SLACK_MS;
        let claimed = state
            .db
            .write(move |c| Box::pin(async move { forwards::claim(c, id, room, now, lease).await }))
            .await?;
        *running += claimed.len() as i64;
        for forward in claimed {
            under_way.spawn(attempt(state.clone(), live.clone(), forward));
        }
    }
    Ok(())
}

async fn attempt(state: AppState, live: Arc<LiveDestination>, forward: Forward) -> DestinationId {
    let id = live.destination.id;
    if let Err(error) = make(&state, &live, &forward).await {
        // Its lease ends by itself, and it is tried again.
        tracing::warn!(forward = %forward.id, %error, "an attempt could not be made or written down: {error}");
    }
    id
}

async fn make(state: &AppState, live: &LiveDestination, forward: &Forward) -> Result<(), AppError> {
    let at = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let delivery = deliveries::by_id(&mut connection, forward.delivery_id).await?;
    let payload = deliveries::payload(&mut connection, forward.delivery_id).await?;
    drop(connection);
    let (Some(delivery), Some(payload)) = (delivery, payload) else {
        let gone = failed(forward, at, 0, "gone", "the delivery was deleted meanwhile");
        return finish(state, gone, ForwardState::Dead, at).await;
    };
    let request = forward::request(live, forward, &delivery, &payload, at);
    let begun = Instant::now();
    let answer = state.guarded.send(request).await;
    let ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let asked = answer.as_ref().ok().and_then(|answer| schedule::retry_after(&answer.headers));
    let attempt = match answer {
        Ok(answer) => answered(forward, at, ms, answer),
        Err(error) => not_answered(forward, at, ms, &error),
    };
    tracing::debug!(
        destination = live.destination.name, delivery = %forward.delivery_id, status = attempt.status,
        error = attempt.error.as_deref(), ms, "attempt {} to {}", forward.attempts, live.destination.name
    );
    if attempt.status == Some(StatusCode::GONE.as_u16()) {
        pause(state, live).await?;
    }
    let now = state.clock.now_ms();
    let (next, next_at) = match schedule::wait(forward.attempts, asked, dice()) {
        _ if attempt.succeeded() => (ForwardState::Delivered, now),
        Some(wait) => (ForwardState::Queued, now.saturating_add(wait)),
        None => (ForwardState::Dead, now),
    };
    finish(state, attempt, next, next_at).await
}

/// 410 says that nobody wants it any more: what is queued waits until a person looks.
async fn pause(state: &AppState, live: &LiveDestination) -> Result<(), AppError> {
    let (id, now) = (live.destination.id, state.clock.now_ms());
    let why = "it answered 410 Gone";
    tracing::warn!(destination = live.destination.name, "{} is paused: {why}", live.destination.name);
    state
        .db
        .write(move |c| Box::pin(async move { destinations::set_paused(c, id, Some((now, why))).await }))
        .await?;
    Ok(state.destinations.reload(&state.db).await?)
}

async fn finish(
    state: &AppState,
    attempt: Attempt,
    next: ForwardState,
    next_at: i64,
) -> Result<(), AppError> {
    state
        .db
        .write(move |c| Box::pin(async move { forwards::finish(c, &attempt, next, next_at).await }))
        .await?;
    Ok(())
}

/// 0 to 99; spreading needs no good randomness.
fn dice() -> u8 {
    crate::crypto::random::<1>().map_or(50, |[byte]| byte % 100)
}

fn answered(forward: &Forward, at: i64, ms: i64, answer: OutboundResponse) -> Attempt {
    Attempt {
        forward_id: forward.id,
        at,
        status: Some(answer.status),
        error: None,
        message: None,
        ms,
        headers: lines(&answer.headers),
        body: answer.body.to_vec(),
    }
}

fn lines(headers: &HeaderMap) -> String {
    let line = |(name, value): (_, &axum::http::HeaderValue)| {
        format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
    };
    // A receiver's cookies are nobody's business.
    headers.iter().filter(|(name, _)| *name != "set-cookie").map(line).collect::<Vec<_>>().join("\n")
}

fn not_answered(forward: &Forward, at: i64, ms: i64, error: &SendError) -> Attempt {
    failed(forward, at, ms, error.code(), &error.to_string())
}

fn failed(forward: &Forward, at: i64, ms: i64, code: &str, message: &str) -> Attempt {
    Attempt {
        forward_id: forward.id,
        at,
        status: None,
        error: Some(code.to_owned()),
        message: Some(message.to_owned()),
        ms,
        headers: String::new(),
        body: Vec::new(),
    }
}

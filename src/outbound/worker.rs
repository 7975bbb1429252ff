//! Sends what is queued. Each destination has its own number of requests at once, so a slow one delays no other; what is
//! under way when the process dies is taken up again by the next.

use super::{LiveDestination, OutboundResponse, circuit, pace::Pace, request::Parts, schedule};
use crate::{
    db::{
        deliveries::{self, Payload},
        destinations,
        forwards::{self, Finished},
    },
    error::AppError,
    model::{
        delivery::Delivery,
        destination::{Attempt, Forward, ForwardKind, ForwardState},
        ids::DestinationId,
    },
    spans,
    state::AppState,
};
use axum::http::{HeaderMap, StatusCode};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tracing::{Instrument, Span, field::Empty, trace_span};

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
    let mut lanes: HashMap<DestinationId, Lane> = HashMap::new();
    loop {
        if let Err(error) = start_due(&state, &mut under_way, &mut lanes).await {
            tracing::warn!(%error, "forwards could not be looked up: {error}");
        }
        tokio::select! {
            // Lagging behind is no harm: what is due is looked up.
            _ = commits.recv() => {}
            () = state.wake.forwards.notified() => {}
            Some(ended) = under_way.join_next() => {
                if let Ok(id) = ended {
                    free(&mut lanes, id);
                }
                while let Some(Ok(id)) = under_way.try_join_next() {
                    free(&mut lanes, id);
                }
            }
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// What is known of one destination while the process runs.
struct Lane {
    /// Requests under way.
    busy: i64,
    pace: Pace,
}

fn free(lanes: &mut HashMap<DestinationId, Lane>, id: DestinationId) {
    lanes.entry(id).and_modify(|lane| lane.busy -= 1);
}

async fn start_due(
    state: &AppState,
    under_way: &mut JoinSet<DestinationId>,
    lanes: &mut HashMap<DestinationId, Lane>,
) -> Result<(), AppError> {
    // Each commit wakes this: who forwards nothing pays nothing.
    if state.destinations.is_empty() {
        return Ok(());
    }
    let now = state.clock.now_ms();
    let due = forwards::due(&mut *state.db.read().await?, now).await?;
    for one in due {
        let Some(live) = state.destinations.by_id(one.id) else { continue };
        let serving = &live.destination.serving;
        let lane = lanes.entry(one.id).or_insert_with(|| Lane { busy: 0, pace: Pace::new(serving.rate) });
        let room = circuit::at_once(one.failures, serving.in_flight) - lane.busy;
        let limit = lane.pace.take(serving.rate, room.min(one.due));
        if limit <= 0 {
            continue;
        }
        let (id, lease) = (one.id, now + serving.timeout_ms + LEASE_SLACK_MS);
        let claimed = state
            .db
            .write(move |c| Box::pin(async move { forwards::claim(c, id, limit, now, lease).await }))
            .await?;
        lane.busy += claimed.len() as i64;
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

async fn make(state: &AppState, live: &Arc<LiveDestination>, forward: &Forward) -> Result<(), AppError> {
    let at = state.clock.now_ms();
    let mut connection = state.db.read().await?;
    let delivery = deliveries::by_id(&mut connection, forward.delivery_id).await?;
    let payload = deliveries::payload(&mut connection, forward.delivery_id).await?;
    let edit = forwards::edit_of(&mut connection, forward.id).await?;
    drop(connection);
    let (Some(delivery), Some(payload)) = (delivery, payload) else {
        let gone = failed(forward, at, 0, "gone", "the delivery was deleted meanwhile");
        return finish(state, live, forward, gone, None, |_| (ForwardState::Dead, at)).await;
    };
    let (delivery, payload) = (Arc::new(delivery), Arc::new(payload));
    if let Some(why) = unwanted(live, forward, &delivery, &payload).await {
        let id = forward.id;
        state.db.write(move |c| Box::pin(async move { forwards::skip(c, id, &why).await })).await?;
        let _nobody_watches = state.live.forwarded.send(forward.delivery_id);
        return Ok(());
    }
    let parts =
        Parts { live, forward, delivery: &delivery, payload: &payload, edit: edit.as_ref(), now_ms: at };
    let request = parts.request();
    let shown = parts.shown(&request);
    let begun = Instant::now();
    let span = trace_span!(
        target: spans::EXPORTED, "forward", otel.kind = "client", destination = live.destination.name,
        delivery = %forward.delivery_id, forward = %forward.id, attempt = forward.attempts,
        http.response.status_code = Empty, error.type = Empty
    );
    let answer = state.guarded.send(request).instrument(span.clone()).await;
    let ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let asked =
        answer.as_ref().ok().and_then(|answer| schedule::retry_after(&answer.headers, state.clock.now_ms()));
    let healthy = circuit::is_healthy(answer.as_ref().map(|answer| answer.status));
    let attempt = match answer {
        Ok(answer) => answered(forward, at, ms, answer),
        Err(error) => failed(forward, at, ms, error.code(), &error.to_string()),
    };
    let attempt = Attempt { request: shown, ..attempt };
    state.metrics.attempt(&live.destination.name, &attempt);
    record(&span, &attempt);
    tracing::debug!(
        destination = live.destination.name, delivery = %forward.delivery_id, status = attempt.status,
        error = attempt.error.as_deref(), ms, "attempt {} to {}", forward.attempts, live.destination.name
    );
    if attempt.status == Some(StatusCode::GONE.as_u16()) {
        pause(state, live).await?;
    }
    let serving = &live.destination.serving;
    let is_final = attempt.status.is_some_and(|status| serving.is_final(status));
    let wait = schedule::wait(&serving.waits, forward.attempts, asked, dice()).filter(|_| !is_final);
    finish(state, live, forward, attempt, healthy, |now| match wait {
        Some(wait) => (ForwardState::Queued, now.saturating_add(wait)),
        None => (ForwardState::Dead, now),
    })
    .await
}

/// Says in the attempt's span how it went.
fn record(span: &Span, attempt: &Attempt) {
    if let Some(status) = attempt.status {
        span.record("http.response.status_code", status);
    }
    if !attempt.succeeded() {
        span.record("error.type", attempt.class());
    }
}

/// Why an event is not sent: the destination's condition does not hold. What a person asks for is sent in any case, and
/// what was sent once is not looked at again.
async fn unwanted(
    live: &Arc<LiveDestination>,
    forward: &Forward,
    delivery: &Arc<Delivery>,
    payload: &Arc<Payload>,
) -> Option<String> {
    if live.condition.is_none() || forward.kind == ForwardKind::Replay || forward.attempts > 1 {
        return None;
    }
    let (live, delivery, payload) = (live.clone(), delivery.clone(), payload.clone());
    // A megabyte takes its time; and should the interpreter of strangers ever panic, it ends with this.
    let holds = tokio::task::spawn_blocking(move || {
        live.condition.as_ref().map_or(Ok(true), |condition| condition.holds(&delivery, &payload))
    });
    match holds.await {
        Ok(Ok(true)) => None,
        Ok(Ok(false)) => Some("the destination's condition does not hold".to_owned()),
        Ok(Err(why)) => Some(format!("the destination's condition cannot be told: {why}")),
        Err(_) => Some("the destination's condition cannot be told".to_owned()),
    }
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

/// Writes an attempt down; `otherwise` says how the forward stands when it failed.
async fn finish(
    state: &AppState,
    live: &LiveDestination,
    forward: &Forward,
    attempt: Attempt,
    healthy: Option<bool>,
    otherwise: impl FnOnce(i64) -> (ForwardState, i64),
) -> Result<(), AppError> {
    let now = state.clock.now_ms();
    let (next, next_at) = if attempt.succeeded() { (ForwardState::Delivered, now) } else { otherwise(now) };
    let destination = live.destination.id;
    state
        .db
        .write(move |c| {
            Box::pin(async move {
                let failures = destinations::failures(c, destination).await?;
                let circuit = circuit::after(failures, healthy, now);
                forwards::finish(c, &Finished { attempt, destination, state: next, next_at, circuit }).await
            })
        })
        .await?;
    let _nobody_watches = state.live.forwarded.send(forward.delivery_id);
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
        request: String::new(),
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

fn failed(forward: &Forward, at: i64, ms: i64, code: &str, message: &str) -> Attempt {
    Attempt {
        forward_id: forward.id,
        at,
        status: None,
        error: Some(code.to_owned()),
        message: Some(message.to_owned()),
        ms,
        request: String::new(),
        headers: String::new(),
        body: Vec::new(),
    }
}

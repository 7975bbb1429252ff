//! One forward: whether it is sent, the request, and writing down what came of it.

use crate::{
    db::{
        DbError,
        deliveries::{self, Payload},
        destinations,
        forwards::{self, Claimed, Finished},
    },
    destinations::LiveDestination,
    forward::Forwarding,
    forward::{circuit, request::Parts, schedule, via::Mark, worker::pause},
    model::{
        delivery::Delivery,
        destination::{Attempt, Forward, ForwardKind, ForwardState},
        error::AppError,
        headers::is_secret,
    },
    net::OutboundResponse,
    telemetry::{spans, tasks},
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::Semaphore;
use tracing::{Instrument, Span, field::Empty, trace_span};

/// Claims in a row that come to nothing before that counts as a try: a forward that ends the process each time is not sent
/// forever.
const MOST_LOST: i64 = 5;
/// Between two tries to read or to give back, ms.
const BACK_OFF_MS: i64 = 2_000;
/// How often writing an attempt down is tried before it is given up: some minutes.
const MOST_WRITES: u32 = 100;
/// The longest pause between two of these.
const WRITE_PAUSE: Duration = Duration::from_secs(3);
/// Bytes of headers that are kept of a request, and of an answer.
const MOST_HEADERS: usize = 16 * 1024;

/// A forward that was claimed, with what is needed to make its attempt.
pub(crate) struct Attempting {
    pub(crate) forwarding: Forwarding,
    pub(crate) live: Arc<LiveDestination>,
    pub(crate) claimed: Claimed,
    /// The destination's failures in a row when it was claimed.
    pub(crate) failures: i64,
    /// Ours.
    pub(crate) mark: Arc<Mark>,
    /// The destination's turn to try its condition.
    pub(crate) condition: Arc<Semaphore>,
}

/// Why it came to nothing.
enum Trouble {
    /// It was not sent.
    Before(AppError),
    /// It was, and that could not be recorded.
    After(DbError),
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Self::Before(error.into())
    }
}

impl Attempting {
    pub(crate) async fn run(self) {
        tasks::panic_if_asked("attempt");
        let (id, claim) = (self.claimed.forward.id, self.claimed.claim);
        let lost = match self.make().await {
            Ok(()) => return,
            Err(Trouble::Before(error)) => {
                tracing::warn!(forward = %id, %error, "an attempt could not be started: {error}");
                false
            }
            Err(Trouble::After(error)) => {
                tracing::error!(forward = %id, %error, "an attempt could not be stored: {error}");
                true
            }
        };
        let until = self.forwarding.clock.now_ms().saturating_add(BACK_OFF_MS);
        let released = async {
            let mut tx = self.forwarding.db.begin().await?;
            forwards::release(&mut tx, id, claim, until, lost).await?;
            tx.commit().await
        };
        if let Err(error) = released.await {
            tracing::warn!(forward = %id, %error, "a lease was not released and will expire: {error}");
        }
    }

    async fn make(&self) -> Result<(), Trouble> {
        let (forwarding, live, forward) = (&self.forwarding, &self.live, &self.claimed.forward);
        let at = forwarding.clock.now_ms();
        let number = forward.attempts.saturating_add(1);
        if self.claimed.lost >= MOST_LOST {
            let message = format!("Hookpost stopped {} times during this attempt", self.claimed.lost);
            let attempt = failed(forward, at, 0, "interrupted", &message);
            return self.finish(attempt, None, self.next(number, None)).await;
        }
        let mut connection = forwarding.db.read().await?;
        let delivery = deliveries::by_id(&mut connection, forward.delivery_id).await?;
        let payload = deliveries::payload(&mut connection, forward.delivery_id).await?;
        let edit = forwards::edit_of(&mut connection, forward.id).await?;
        drop(connection);
        let (Some(delivery), Some(payload)) = (delivery, payload) else {
            let gone = failed(forward, at, 0, "gone", "the delivery was deleted in the meantime");
            return self.finish(gone, None, None).await;
        };
        let (delivery, payload) = (Arc::new(delivery), Arc::new(payload));
        if let Some(unwanted) = self.unwanted(&delivery, &payload).await {
            return Ok(self.skip(unwanted).await?);
        }
        let via = self.mark.with(&payload.headers);
        let parts = Parts {
            live,
            forward,
            number,
            delivery: &delivery,
            payload: &payload,
            edit: edit.as_ref(),
            via: &via,
            now_ms: at,
        };
        let request = parts.request();
        let shown = cut(parts.shown(&request));
        let begun = Instant::now();
        let span = trace_span!(
            target: spans::EXPORTED, "forward", otel.kind = "client", destination = live.destination.name,
            delivery = %forward.delivery_id, forward = %forward.id, attempt = number,
            http.response.status_code = Empty, error.type = Empty
        );
        let answer = forwarding.guarded.send(request).instrument(span.clone()).await;
        let ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let asked = answer
            .as_ref()
            .ok()
            .and_then(|answer| schedule::retry_after(&answer.headers, forwarding.clock.now_ms()));
        let healthy = circuit::is_healthy(answer.as_ref().map(|answer| answer.status));
        let attempt = match answer {
            Ok(answer) => answered(forward, at, ms, answer),
            Err(error) => failed(forward, at, ms, error.code(), &error.to_string()),
        };
        let attempt = Attempt { request: shown, ..attempt };
        forwarding.metrics.attempt(&live.destination.name, &attempt);
        record(&span, &attempt);
        tracing::debug!(
            destination = live.destination.name, delivery = %forward.delivery_id, status = attempt.status,
            error = attempt.error.as_deref(), ms, "attempt {number} to {}", live.destination.name
        );
        let is_gone = attempt.status == Some(StatusCode::GONE.as_u16());
        let is_final = attempt.status.is_some_and(|status| live.destination.policy.is_final(status));
        let wait = self.next(number, asked).filter(|_| !is_final);
        self.finish(attempt, healthy, wait).await?;
        if is_gone {
            // It says that nobody wants it any more: what is queued waits until a person looks.
            pause(forwarding, live.destination.id, "it answered 410 Gone".to_owned())
                .await
                .map_err(Trouble::Before)?;
        }
        Ok(())
    }

    /// How long to wait after the n-th try, ms; none: there is no further one.
    fn next(&self, number: i64, asked: Option<i64>) -> Option<i64> {
        schedule::wait(&self.live.destination.policy.waits, number, asked, dice())
    }

    /// Records that it is not sent.
    async fn skip(&self, Unwanted { why, untold }: Unwanted) -> Result<(), DbError> {
        let (id, claim) = (self.claimed.forward.id, self.claimed.claim);
        if untold {
            self.forwarding.metrics.untold(&self.live.destination.name);
        }
        let mut tx = self.forwarding.db.begin().await?;
        forwards::skip(&mut tx, id, claim, &why, untold).await?;
        tx.commit().await?;
        let _nobody_watches = self.forwarding.live.forwarded.send(self.claimed.forward.delivery_id);
        Ok(())
    }

    /// Why an event is not sent: it came back to us, or the destination's condition does not hold. What a person asks for
    /// is sent in any case, and what was sent once is not looked at again.
    async fn unwanted(&self, delivery: &Arc<Delivery>, payload: &Arc<Payload>) -> Option<Unwanted> {
        let forward = &self.claimed.forward;
        if forward.kind == ForwardKind::Replay || forward.attempts > 0 {
            return None;
        }
        if let Some(why) = self.mark.objection(&payload.headers) {
            return Some(Unwanted { why: why.to_owned(), untold: false });
        }
        self.live.condition.as_ref()?;
        // The semaphore is never closed.
        let turn = self.condition.clone().acquire_owned().await.ok()?;
        let (live, delivery, payload) = (self.live.clone(), delivery.clone(), payload.clone());
        // A megabyte takes its time; and should it ever panic, it ends with this.
        let holds = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            live.condition.as_ref().map_or(Ok(true), |condition| condition.holds(&delivery, &payload))
        });
        let untold = |why| Some(Unwanted { why, untold: true });
        match holds.await {
            Ok(Ok(true)) => None,
            Ok(Ok(false)) => {
                Some(Unwanted { why: "the destination's condition doesn't match".to_owned(), untold: false })
            }
            Ok(Err(why)) => untold(format!("the destination's condition can't be evaluated: {why}")),
            Err(_) => untold("the destination's condition can't be evaluated".to_owned()),
        }
    }

    /// Writes an attempt down; `wait` is the time until the next try, if it failed and there is one. The disk may be full
    /// or the database busy: what was sent is recorded as soon as that can be.
    async fn finish(
        &self,
        attempt: Attempt,
        healthy: Option<bool>,
        wait: Option<i64>,
    ) -> Result<(), Trouble> {
        let (destination, begun_at) = (self.live.destination.id, self.failures);
        let mut tries = 0;
        let written = loop {
            let now = self.forwarding.clock.now_ms();
            let (state, next_at) = match wait {
                _ if attempt.succeeded() => (ForwardState::Delivered, now),
                Some(wait) => (ForwardState::Queued, now.saturating_add(wait)),
                None => (ForwardState::Dead, now),
            };
            let write = async {
                let mut tx = self.forwarding.db.begin().await?;
                let failures = destinations::failures(&mut tx, destination).await?;
                let circuit = circuit::after(failures, begun_at, healthy, now);
                let (attempt, claim) = (attempt.clone(), self.claimed.claim);
                let done = Finished { attempt, claim, destination, state, next_at, now, circuit };
                let written = forwards::finish(&mut tx, &done).await?;
                tx.commit().await?;
                Ok::<_, DbError>(written)
            };
            tries += 1;
            match write.await {
                Ok(written) => break written,
                Err(error) if tries >= MOST_WRITES => return Err(Trouble::After(error)),
                Err(error) => {
                    tracing::warn!(forward = %self.claimed.forward.id, %error, "storing an attempt: {error}");
                    tokio::time::sleep(WRITE_PAUSE.min(Duration::from_millis(100) * tries)).await;
                }
            }
        };
        if !written {
            tracing::info!(forward = %self.claimed.forward.id, "an attempt was not stored: a newer one exists");
        }
        let _nobody_watches = self.forwarding.live.forwarded.send(self.claimed.forward.delivery_id);
        Ok(())
    }
}

/// Why a forward is not sent.
struct Unwanted {
    why: String,
    /// Nobody knows whether it should have been.
    untold: bool,
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
    let line =
        |(name, value): (_, &HeaderValue)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    // A receiver's cookies and tokens are nobody's business.
    cut(headers.iter().filter(|(name, _)| !is_secret(name.as_str())).map(line).collect::<Vec<_>>().join("\n"))
}

/// As much of headers as is kept, with a last line that says what is missing.
fn cut(mut lines: String) -> String {
    if lines.len() > MOST_HEADERS {
        let whole = lines.len();
        let end = (0..=MOST_HEADERS).rev().find(|end| lines.is_char_boundary(*end)).unwrap_or(0);
        lines.truncate(end);
        lines.push_str(&format!("\n(truncated: {end} of {whole} bytes stored)"));
    }
    lines
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_without_end_are_cut_and_say_so() {
        let mut headers = HeaderMap::new();
        headers.insert("x-a", "short".parse().unwrap());
        headers.insert("set-cookie", "a=b".parse().unwrap());
        assert_eq!(lines(&headers), "x-a: short");
        for n in 0..50 {
            headers.append("x-long", HeaderValue::from_bytes(&[b'a' + n % 20; 8_000]).unwrap());
        }
        let kept = lines(&headers);
        assert!(kept.len() < MOST_HEADERS + 100, "{}", kept.len());
        assert!(kept.contains("(truncated: 16384 of 40"), "{}", &kept[kept.len() - 100..]);
        assert!(cut("é".repeat(20_000)).starts_with("éé"));
    }
}

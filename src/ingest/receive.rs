//! `POST /in/{key}`: limits, raw bytes, verification, hand-off to the writer, and only then an answer.

use crate::{
    crypto::sha256,
    db::{
        DbError,
        disk::Room,
        writer::{NewDelivery, Stored, SubmitError},
    },
    endpoints::registry::LiveEndpoint,
    ingest::Ingest,
    ingest::{
        answer::{self, Refusal},
        credentials,
        facts::Facts,
        receipt,
    },
    model::{delivery::Outcome, headers::HeaderList},
    net::client_addr::ClientAddr,
    telemetry::{request_id::RequestId, spans},
    verify::{self, AgeCheck, Signed},
};
use axum::{
    body::Bytes,
    extract::{Path, Request, State},
    http::{Extensions, HeaderMap, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use std::{sync::Arc, time::Instant};
use tracing::{
    Instrument,
    field::{Empty, display},
    trace_span,
};

/// The route's handler, for every method.
pub async fn receive(State(ingest): State<Ingest>, Path(key): Path<String>, request: Request) -> Response {
    let arrival = Arrival::now(&ingest, request.extensions());
    match take(&ingest, &key, arrival, request).await {
        Ok(stored) => match stored.summary.outcome {
            Outcome::Accepted => answer::accepted(),
            Outcome::Duplicate => answer::duplicate(),
            Outcome::Rejected => answer::rejected(),
        },
        Err(refusal) => refuse(&ingest, refusal, Some(&key), arrival.client),
    }
}

/// What is near the route but is not an ingest URL.
pub async fn unknown(State(ingest): State<Ingest>, request: Request) -> Response {
    refuse(&ingest, Refusal::UnknownKey, None, ClientAddr::of(request.extensions()))
}

fn refuse(ingest: &Ingest, refusal: Refusal, key: Option<&str>, client: ClientAddr) -> Response {
    ingest.refusals.add(refusal);
    receipt::refused(ingest, refusal, key, client);
    refusal.into_response()
}

/// When a request's head arrived, on both clocks, and whose it is.
#[derive(Clone, Copy)]
struct Arrival {
    started: Instant,
    received_at: i64,
    client: ClientAddr,
    request_id: RequestId,
}

impl Arrival {
    fn now(ingest: &Ingest, extensions: &Extensions) -> Self {
        Self {
            started: Instant::now(),
            received_at: ingest.clock.now_ms(),
            client: ClientAddr::of(extensions),
            request_id: RequestId::of(extensions),
        }
    }
}

/// Verifies and stores a request as if it had come from outside.
///
/// # Errors
/// Why it was not stored.
pub(super) async fn take_own(ingest: &Ingest, key: &str, request: Request) -> Result<Stored, Refusal> {
    let arrival = Arrival::now(ingest, request.extensions());
    take(ingest, key, arrival, request).await
}

/// Takes a request, then counts it and tells of it, in the log and in a span for who collects them.
async fn take(ingest: &Ingest, key: &str, arrival: Arrival, request: Request) -> Result<Stored, Refusal> {
    let span = trace_span!(
        target: spans::EXPORTED, "webhook", otel.kind = "server", request_id = %arrival.request_id,
        endpoint = Empty, delivery = Empty, outcome = Empty, reason = Empty, r#type = Empty, event_key = Empty,
        refused = Empty
    );
    let taken = store(ingest, key, arrival, request).instrument(span.clone()).await;
    match &taken {
        Ok(stored) => {
            let (row, took) = (&stored.summary, arrival.started.elapsed());
            ingest.metrics.webhook(row, took);
            receipt::stored(stored, arrival.client, took);
            span.record("endpoint", row.endpoint.name.as_str());
            span.record("delivery", display(row.id));
            span.record("outcome", row.outcome.as_str());
            span.record("reason", row.reason.as_deref());
            span.record("type", row.event_type.as_deref());
            span.record("event_key", stored.event_key.as_deref());
        }
        Err(refusal) => {
            span.record("refused", refusal.cause());
        }
    }
    taken
}

async fn store(ingest: &Ingest, key: &str, arrival: Arrival, request: Request) -> Result<Stored, Refusal> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return Err(Refusal::Method);
    }
    ingest.limits.check_address(arrival.client.0)?;
    let endpoint = ingest.registry.by_key(key).ok_or(Refusal::UnknownKey)?;
    if matches!(ingest.disk.room(), Room::Full | Room::Gone) {
        return Err(Refusal::Disk);
    }
    let limit = body_limit(ingest, &endpoint);
    check_head(&head.headers, limit)?;
    // Its room is held until the delivery is stored.
    let body = ingest.bodies.read(body, limit, arrival.client.0).await?;
    let delivery = check(ingest, &endpoint, arrival, &head, body.bytes.clone());
    let delivery = credentials::seal(ingest, &endpoint.endpoint, delivery)?;
    check_quotas(ingest, &endpoint, &delivery)?;
    let stored = ingest.db.submit(delivery).await.map_err(|error| {
        if matches!(error, SubmitError::Db(DbError::Full)) {
            ingest.disk.note_full();
            return Refusal::Disk;
        }
        // Senders may try in their thousands while it lasts.
        if ingest.refusals.log.admits() {
            tracing::warn!(endpoint = endpoint.endpoint.name, %error, "webhook not stored: {error}");
        }
        Refusal::Unavailable
    })?;
    ingest.disk.note_stored();
    if stored.is_stored { Ok(stored) } else { Err(Refusal::Repeated) }
}

/// After verification, so that what a stranger sends never stands in the way of the genuine sender.
fn check_quotas(ingest: &Ingest, endpoint: &LiveEndpoint, delivery: &NewDelivery) -> Result<(), Refusal> {
    let (limits, around) = (&ingest.limits, delivery.size_around());
    let (id, body) = (endpoint.endpoint.id, delivery.body.len());
    let is_verified = delivery.reason.is_none() && endpoint.endpoint.scheme.verifies;
    // What room is left is for those who sign.
    if !is_verified && ingest.disk.room() == Room::Low {
        return Err(Refusal::Disk);
    }
    if delivery.reason.is_some() {
        limits.check_rejected(id, around + delivery.kept.of(body))
    } else if !endpoint.endpoint.scheme.verifies {
        limits.check_unverified(id, around + body)
    } else {
        Ok(())
    }
}

fn body_limit(ingest: &Ingest, endpoint: &LiveEndpoint) -> usize {
    let own = endpoint.endpoint.body_limit.and_then(|limit| u64::try_from(limit).ok());
    usize::try_from(own.unwrap_or(ingest.settings.body_limit)).unwrap_or(usize::MAX)
}

/// What can be refused before a byte of the body is read.
fn check_head(headers: &HeaderMap, limit: usize) -> Result<(), Refusal> {
    let encoded = headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded {
        return Err(Refusal::Encoded);
    }
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// Marks requests that this process makes itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct OfOurOwn;

/// Whether someone else's clock told the time that was signed: not ours, as in events of our own, in forwards that came
/// back, and in what commands on this machine send.
fn has_another_clock(head: &Parts, client: ClientAddr) -> bool {
    head.extensions.get::<OfOurOwn>().is_none()
        && !head.headers.contains_key("x-hookpost-via")
        && !client.0.is_loopback()
}

/// Verifies the bytes as they came and gathers what is stored.
fn check(
    ingest: &Ingest,
    endpoint: &LiveEndpoint,
    arrival: Arrival,
    head: &Parts,
    body: Bytes,
) -> NewDelivery {
    let rules = verify::Rules::from(&endpoint.endpoint);
    let headers = header_list(&head.headers);
    let url = url(ingest, head);
    let signed = Signed { headers: &headers, body: &body, url: Some(&url) };
    let clock = AgeCheck {
        now: arrival.received_at.div_euclid(1_000),
        tolerance: Some(i64::from(ingest.settings.timestamp_tolerance)),
    };
    let usable = || endpoint.usable_secrets(arrival.received_at);
    let verdict = verify::verify(rules, usable().map(|secret| &secret.named), &signed, &clock);
    let agrees = verdict.reason().is_none() && verdict.skew.is_some();
    if agrees && ingest.clock.is_doubted() && has_another_clock(head, arrival.client) {
        ingest.clock.confirm();
    }
    let matched = verdict.matched_secret().and_then(|id| usable().find(|secret| secret.named.id == id));
    let facts = Facts::of(rules.scheme, &headers, &body);
    // A rejected delivery goes nowhere.
    let forward_to = match verdict.reason() {
        None => ingest.destinations.of_event(endpoint.endpoint.id, facts.event_type.as_deref()),
        Some(_) => Vec::new(),
    };
    // While no secret can be read, what is genuine cannot be told: all of it stays, to be verified later.
    let is_unreadable = endpoint.secrets.is_empty() && !endpoint.broken.is_empty();
    let kept = if is_unreadable { Arc::default() } else { ingest.kept.clone() };
    NewDelivery {
        forward_to,
        endpoint: endpoint.shown.clone(),
        received_at: arrival.received_at,
        started: arrival.started,
        reason: verdict.reason().map(|reason| reason.as_str()),
        secret_id: matched.map(|secret| secret.id),
        old_secret: matched.is_some_and(|secret| secret.expires_at.is_some()),
        only_time: verdict.off_by(),
        event_key: verify::claimed_event_key(rules, &headers, &body),
        event_type: facts.event_type,
        event_id: facts.event_id,
        resource: facts.resource,
        created_at: facts.created_at,
        client: arrival.client.0.to_string(),
        verdict: verdict.to_json(),
        headers,
        sealed_headers: None,
        // Here, where many threads are, and not in the one that writes.
        body_sha256: (kept.of(body.len()) < body.len()).then(|| sha256(&body)),
        kept,
        body,
    }
}

/// Some schemes (Twilio's) sign the URL to which the sender posted.
fn url(ingest: &Ingest, head: &Parts) -> String {
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    format!("{}{path}", ingest.base_url)
}

/// hyper keeps the order of names; a repeated one stands where it first came.
fn header_list(headers: &HeaderMap) -> HeaderList {
    let bytes = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let mut list = HeaderList::with_capacity(bytes);
    for (name, value) in headers {
        list.push(name.as_str(), value.as_bytes());
    }
    list
}

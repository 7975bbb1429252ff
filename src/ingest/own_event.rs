//! Events of the team's own workers: the bridge in the other direction. They are signed with a secret of an endpoint and
//! take the way of every webhook, so that they are stored, told apart from repetitions and forwarded like any other.

use crate::{
    crypto::token,
    db::deliveries,
    endpoints::{self, NewEndpoint, registry::LiveEndpoint, secrets::SecretText},
    ingest::Ingest,
    ingest::{
        answer::Refusal,
        receive::take_own,
        test_event::{request, signed},
    },
    model::{
        audit::Actor,
        delivery::Outcome,
        error::{AppError, invalid},
        ids::DeliveryId,
        scheme::{Scheme, SecretFormat},
        time,
    },
    net::client_addr::ClientAddr,
    verify::{self, made_event::Fault},
};
use serde_json::{Value, json};
use std::sync::Arc;

/// The endpoint that such events belong to when none is named. Made when the first one comes; nobody else knows its secret.
pub const OWN_ENDPOINT: &str = "api";
/// Bytes of a type or an idempotency key.
const LONGEST: usize = 128;

/// An event that a worker hands in.
#[derive(Debug)]
pub struct OwnEvent {
    pub event_type: String,
    /// What it is about.
    pub data: Value,
    /// The same key makes the same event, however often it comes; none: each is new.
    pub idempotency_key: Option<String>,
    /// Name of the endpoint it belongs to; none: `api`.
    pub endpoint: Option<String>,
}

/// What became of it.
#[derive(Debug)]
pub struct Taken {
    /// The delivery that made the event: an earlier one, when this repeats it.
    pub delivery: DeliveryId,
    /// Its `webhook-id`.
    pub webhook_id: String,
    /// Whether this made the event.
    pub is_new: bool,
}

/// Stores an event and queues it for the destinations that take it.
///
/// # Errors
/// A field has a value that cannot be taken, or it could not be stored.
pub async fn accept(
    ingest: &Ingest,
    by: &Actor,
    client: ClientAddr,
    event: OwnEvent,
) -> Result<Taken, AppError> {
    check_text("type", &event.event_type)?;
    if let Some(key) = &event.idempotency_key {
        check_text("idempotency_key", key)?;
    }
    let live = endpoint(ingest, by, event.endpoint.as_deref()).await?;
    let webhook_id = match event.idempotency_key {
        Some(key) => key,
        None => format!("wh_{}", token::<16>()?),
    };
    // The envelope that the Standard Webhooks specification recommends.
    let now = time::rfc3339(ingest.clock.now_ms());
    let body = json!({ "type": event.event_type, "timestamp": now, "data": event.data }).to_string();
    let built = signed(ingest, &live, &event.event_type, &body, Fault::None, || webhook_id.clone())?;
    let [built] = <[_; 1]>::try_from(built).map_err(|_| AppError::Internal)?;
    let mut request = request(&live, built, concat!("Hookpost/", env!("CARGO_PKG_VERSION"), " (API)"))?;
    request.extensions_mut().insert(client);
    let stored = match take_own(ingest, &live.endpoint.key, request).await {
        Ok(stored) => stored,
        // So many repetitions that they are not stored any more.
        Err(Refusal::Repeated) => return first_of(ingest, &live, None, webhook_id).await,
        Err(refusal) => return Err(refused(refusal)),
    };
    match stored.summary.outcome {
        Outcome::Accepted => Ok(Taken { delivery: stored.summary.id, webhook_id, is_new: true }),
        Outcome::Duplicate => first_of(ingest, &live, Some(stored.summary.id), webhook_id).await,
        Outcome::Rejected => {
            tracing::error!(delivery = %stored.summary.id, "an event of our own was rejected");
            Err(AppError::Internal)
        }
    }
}

fn check_text(field: &str, text: &str) -> Result<(), AppError> {
    if !text.is_empty() && text.len() <= LONGEST && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(invalid(
            field,
            format!("{field}: must be 1 to {LONGEST} printable ASCII characters without spaces"),
        ))
    }
}

async fn endpoint(ingest: &Ingest, by: &Actor, name: Option<&str>) -> Result<Arc<LiveEndpoint>, AppError> {
    let wanted = name.unwrap_or(OWN_ENDPOINT);
    let live = match ingest.registry.by_name(wanted) {
        Some(live) => live,
        None if name.is_none() => make(ingest, by).await?,
        None => return Err(invalid("endpoint", format!("endpoint: unknown endpoint {wanted}"))),
    };
    if !live.endpoint.enabled {
        return Err(invalid("endpoint", format!("endpoint: {wanted} is disabled; enable it first")));
    }
    // Their events bear an id of ours, by which repetitions are known.
    if live.endpoint.scheme.standard.is_none() {
        let fit: Vec<_> =
            Scheme::all().filter(|scheme| scheme.standard.is_some()).map(Scheme::as_str).collect();
        let message = format!("endpoint: {wanted} must have one of the schemes {}", fit.join(", "));
        return Err(invalid("endpoint", message));
    }
    Ok(live)
}

async fn make(ingest: &Ingest, by: &Actor) -> Result<Arc<LiveEndpoint>, AppError> {
    let new = NewEndpoint {
        name: OWN_ENDPOINT.to_owned(),
        scheme: Scheme::STANDARD_WEBHOOKS,
        hmac: None,
        secret_headers: String::new(),
        secret: Some(SecretText::Text {
            text: verify::generate_secret()?.into(),
            format: SecretFormat::Prefixed,
        }),
    };
    match endpoints::create(&ingest.db, by, new).await {
        // Of two first events at once one makes it.
        Ok(_) | Err(AppError::Conflict { .. }) => {}
        Err(error) => return Err(error),
    }
    ingest.registry.reload(&ingest.db).await?;
    ingest.registry.by_name(OWN_ENDPOINT).ok_or(AppError::Internal)
}

async fn first_of(
    ingest: &Ingest,
    live: &LiveEndpoint,
    repetition: Option<DeliveryId>,
    webhook_id: String,
) -> Result<Taken, AppError> {
    let mut connection = ingest.db.read().await?;
    let same = deliveries::with_key(&mut connection, live.endpoint.id, &webhook_id, 1).await?;
    let first = same.iter().find(|delivery| delivery.summary.outcome == Outcome::Accepted);
    // It may have been deleted at its age; the repetition is still known.
    let delivery = first.map(|first| first.summary.id).or(repetition).ok_or(AppError::Busy)?;
    Ok(Taken { delivery, webhook_id, is_new: false })
}

fn refused(refusal: Refusal) -> AppError {
    match refusal {
        Refusal::Rate(wait) => AppError::TooManyRequests { retry_after_s: wait.as_secs().max(1) },
        Refusal::TooLarge => invalid("data", "data: the event is larger than the endpoint's body limit"),
        Refusal::Disk => AppError::DiskFull,
        Refusal::Unavailable | Refusal::Memory => AppError::Busy,
        // Removed or disabled in between.
        Refusal::UnknownKey => invalid("endpoint", "endpoint: removed or disabled a moment ago"),
        Refusal::Method | Refusal::Encoded | Refusal::Slow | Refusal::Broken | Refusal::Repeated => {
            AppError::Internal
        }
    }
}

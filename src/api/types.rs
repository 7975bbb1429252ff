//! What the API says, apart from how the program keeps it: these names are a promise.

use crate::{
    db::deliveries::Payload,
    model::{
        delivery::{Delivery, DeliverySummary},
        destination::{Attempt, Forward},
        headers::is_hidden,
        time,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A stored webhook request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(super) struct ApiDelivery {
    /// Its id, also the cursor of pages and streams.
    id: i64,
    /// Name of the endpoint it reached.
    endpoint: String,
    /// When it arrived, RFC 3339.
    received_at: String,
    /// `accepted`, `duplicate` or `rejected`.
    outcome: &'static str,
    /// Code of why it was rejected.
    reason: Option<String>,
    /// The event's type.
    #[serde(rename = "type")]
    event_type: Option<String>,
    /// `webhook-id`, or the scheme's own; only claimed, when rejected. Absent in the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_id: Option<String>,
    /// The resource the event speaks of (`data.id`).
    resource: Option<String>,
    /// The n-th delivery with its id.
    try_number: i64,
    /// Bytes of the body.
    size: i64,
    /// How its forwards stand: `delivered`, `queued` or `failing`; absent: it was sent nowhere.
    forward: Option<&'static str>,
}

impl ApiDelivery {
    pub(super) fn new(summary: &DeliverySummary, webhook_id: Option<&str>) -> Self {
        Self {
            id: summary.id.0,
            endpoint: summary.endpoint.name.clone(),
            received_at: time::rfc3339(summary.received_at),
            outcome: summary.outcome.as_str(),
            reason: summary.reason.clone(),
            event_type: summary.event_type.clone(),
            webhook_id: webhook_id.map(str::to_owned),
            resource: summary.resource.clone(),
            try_number: summary.try_number,
            size: summary.body_size,
            forward: summary.forward.map(|mark| mark.as_str()),
        }
    }
}

impl From<&Delivery> for ApiDelivery {
    fn from(delivery: &Delivery) -> Self {
        Self::new(&delivery.summary, delivery.event_key.as_deref())
    }
}

/// A page of deliveries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page {
    /// Newest first; oldest first when asked for what is `newer_than` one.
    pub(super) deliveries: Vec<ApiDelivery>,
    /// There are more in this direction: ask again from the last id.
    pub(super) has_more: bool,
}

/// A header as it came.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Header {
    name: String,
    /// None: it is a secret, and hidden.
    value: Option<String>,
}

/// A stored webhook request with its bytes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeliveryDetail {
    #[serde(flatten)]
    delivery: ApiDelivery,
    /// The sender's address.
    client: String,
    /// In the order in which they came.
    headers: Vec<Header>,
    /// The body's bytes, base64.
    body_base64: String,
    /// Only the beginning of the body was kept: it is a large one of a rejected or duplicate delivery. Absent: it is whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    body_cut: Option<ApiCutBody>,
    /// The facts of the verification.
    #[schema(value_type = Object)]
    verdict: Value,
    /// What was sent to destinations.
    forwards: Vec<ApiForward>,
}

impl DeliveryDetail {
    pub(super) fn new(
        delivery: &Delivery,
        payload: &Payload,
        forwards: &[Forward],
        attempts: &[Attempt],
    ) -> Self {
        let header = |(name, value): (&str, &[u8])| Header {
            name: name.to_owned(),
            value: (!is_hidden(&name.to_ascii_lowercase(), value))
                .then(|| String::from_utf8_lossy(value).into_owned()),
        };
        Self {
            delivery: delivery.into(),
            client: delivery.client.clone(),
            headers: payload.headers.iter().map(header).collect(),
            body_base64: STANDARD.encode(&payload.body),
            body_cut: payload.cut.map(|cut| ApiCutBody { kept: cut.kept, sha256: cut.hash() }),
            verdict: serde_json::from_str(&payload.verdict).unwrap_or_default(),
            forwards: forwards.iter().map(|forward| ApiForward::new(forward, attempts)).collect(),
        }
    }
}

/// What is known of a body of which only the beginning was kept; `size` is what was received.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CutBody)]
pub(super) struct ApiCutBody {
    /// Bytes that were kept.
    kept: i64,
    /// SHA-256 of all of it, in hexadecimal.
    sha256: String,
}

/// A delivery on its way to a destination.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Forward)]
pub(super) struct ApiForward {
    id: i64,
    /// Name of the destination.
    destination: String,
    /// `forward`, or `replay` when someone asked for it.
    kind: &'static str,
    /// `fresh`, `verbatim` or `edited`.
    mode: &'static str,
    /// `queued`, `delivered`, `dead` or `skipped`.
    state: &'static str,
    /// Requests made.
    attempts: Vec<ApiAttempt>,
}

impl ApiForward {
    fn new(forward: &Forward, attempts: &[Attempt]) -> Self {
        Self {
            id: forward.id.0,
            destination: forward.destination.clone(),
            kind: forward.kind.as_str(),
            mode: forward.mode.as_str(),
            state: forward.state.as_str(),
            attempts: attempts
                .iter()
                .filter(|one| one.forward_id == forward.id)
                .map(ApiAttempt::from)
                .collect(),
        }
    }
}

/// One request to a destination.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(super) struct ApiAttempt {
    /// RFC 3339.
    at: String,
    /// Status of the answer.
    status: Option<u16>,
    /// Code of why there was none: `timeout`, `refused`, `tls`, `dns`, `reset`, `blocked-address`.
    error: Option<String>,
    /// Milliseconds.
    ms: i64,
}

impl From<&Attempt> for ApiAttempt {
    fn from(attempt: &Attempt) -> Self {
        Self {
            at: time::rfc3339(attempt.at),
            status: attempt.status,
            error: attempt.error.clone(),
            ms: attempt.ms,
        }
    }
}

/// What went wrong (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    #[serde(rename = "type")]
    #[schema(example = "about:blank")]
    kind: String,
    title: String,
    status: u16,
    /// A sentence that names the field and what would be right.
    detail: String,
    /// The field it is about.
    field: Option<String>,
}

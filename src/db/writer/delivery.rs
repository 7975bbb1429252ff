//! A delivery on its way into the database: as it is handed in, as the batch places it, and as it is told of.

use super::kept::KeptBodies;
use crate::model::{
    delivery::{DeliverySummary, Outcome},
    endpoint::EndpointRef,
    headers::HeaderList,
    ids::{DeliveryId, DestinationId, SecretId},
};
use bytes::Bytes;
use std::{sync::Arc, time::Instant};

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

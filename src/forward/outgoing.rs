//! The headers that an event goes out with, whoever sends it: the server to a destination, or `hookpost listen` to a handler
//! on a laptop.

use crate::{
    model::headers::is_hidden,
    net::forwardable,
    verify::{self, ParsedSecret},
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

/// A call that rings now is of no use later: its type, and the seconds after which what is sent of it says how late it is.
const RINGING: (&str, i64) = ("realtime.call.incoming", 10);

/// An event on its way out.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Id of the delivery that brought it.
    pub delivery: i64,
    /// Name of the endpoint.
    pub endpoint: &'a str,
    pub event_type: Option<&'a str>,
    /// Unix ms.
    pub received_at: i64,
    /// The n-th request with it to this receiver.
    pub attempt: i64,
    /// A person asked for it.
    pub is_replay: bool,
    /// Now, unix ms.
    pub now_ms: i64,
}

impl Outgoing<'_> {
    /// What it is about, as `x-hookpost-…`.
    pub fn describe(&self, headers: &mut HeaderMap) {
        for (name, value) in [
            ("x-hookpost-delivery", self.delivery.to_string()),
            ("x-hookpost-endpoint", self.endpoint.to_owned()),
            ("x-hookpost-attempt", self.attempt.to_string()),
            ("x-hookpost-received-at", (self.received_at / 1_000).to_string()),
            ("x-hookpost-replay", self.is_replay.to_string()),
        ] {
            set(headers, name, value.as_bytes());
        }
        let late = self.now_ms.saturating_sub(self.received_at) / 1_000;
        if self.event_type == Some(RINGING.0) && late >= RINGING.1 {
            set(headers, "x-hookpost-late", late.to_string().as_bytes());
        }
    }

    /// A Standard Webhooks signature over the time of now, one for each secret. The event's own `webhook-id` stays;
    /// without one it is named after its delivery.
    pub fn sign<'s>(
        &self,
        headers: &mut HeaderMap,
        webhook_id: Option<&str>,
        body: &[u8],
        secrets: impl Iterator<Item = &'s ParsedSecret>,
    ) {
        let own = || format!("delivery_{}", self.delivery);
        let id = webhook_id.map_or_else(own, str::to_owned);
        let now = self.now_ms.div_euclid(1_000);
        set(headers, "webhook-id", id.as_bytes());
        set(headers, "webhook-timestamp", now.to_string().as_bytes());
        set(headers, "user-agent", concat!("Hookpost/", env!("CARGO_PKG_VERSION")).as_bytes());
        // A secret that cannot sign is none of ours: those are symmetric.
        let signatures: Vec<String> =
            secrets.filter_map(|secret| verify::sign_standard(secret, &id, now, body).ok()).collect();
        set(headers, "webhook-signature", signatures.join(" ").as_bytes());
    }
}

/// What the sender sent, but for what is between it and us alone.
pub fn pass_on<'a>(headers: &mut HeaderMap, senders: impl Iterator<Item = (&'a str, &'a [u8])>) {
    for (name, value) in senders {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value))
            && forwardable(&name)
            && !is_hidden(name.as_str(), value.as_bytes())
        {
            headers.append(name, value);
        }
    }
}

/// The content type as it was sent, unless there is one already.
pub fn set_content_type(headers: &mut HeaderMap, sent: Option<&[u8]>) {
    if !headers.contains_key("content-type") {
        set(headers, "content-type", sent.unwrap_or(b"application/octet-stream"));
    }
}

/// What no header may hold is left out: it comes from strangers, and the rest is still of use.
fn set(headers: &mut HeaderMap, name: &'static str, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

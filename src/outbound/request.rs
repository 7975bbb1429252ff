//! The request that is made of a forward: the original body, our signature over it, and the event's own id, so that the
//! receiver recognises it however often it comes.

use super::{LiveDestination, OutboundRequest, headers::forwardable, parse_custom_headers};
use crate::{
    db::deliveries::Payload,
    model::{
        delivery::Delivery,
        destination::{Edit, Forward, ForwardKind, ReplayMode},
        headers::is_secret,
    },
    verify,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::time::Duration;

/// A call that rings now is of no use later: its type, and the seconds after which what is sent of it says how late it is.
const RINGING: (&str, i64) = ("realtime.call.incoming", 10);

/// What a forward is made of.
pub(super) struct Parts<'a> {
    pub(super) live: &'a LiveDestination,
    pub(super) forward: &'a Forward,
    pub(super) delivery: &'a Delivery,
    pub(super) payload: &'a Payload,
    /// Mode `edited`: what is sent instead.
    pub(super) edit: Option<&'a Edit>,
    /// Unix ms.
    pub(super) now_ms: i64,
}

impl Parts<'_> {
    /// The request.
    pub(super) fn request(&self) -> OutboundRequest {
        let live = self.live;
        let mut headers = HeaderMap::new();
        match (self.forward.mode, self.edit) {
            (ReplayMode::Verbatim, _) => self.senders(&mut headers),
            (ReplayMode::Edited, Some(edit)) => {
                // It was read when it was saved.
                headers.extend(parse_custom_headers(&edit.headers).unwrap_or_default());
                self.signed(&mut headers, &edit.body);
                set(&mut headers, "x-hookpost-edited", b"true");
            }
            _ => {
                if live.destination.serving.sender_headers {
                    self.senders(&mut headers);
                }
                self.signed(&mut headers, &self.payload.body);
            }
        }
        headers.extend(live.headers.clone());
        self.ours(&mut headers);
        let serving = &live.destination.serving;
        OutboundRequest {
            method: Method::POST,
            url: live.url.clone(),
            headers,
            body: self.body().to_vec().into(),
            timeout: Duration::from_millis(u64::try_from(serving.timeout_ms).unwrap_or(15_000)),
            capture: usize::try_from(serving.capture).unwrap_or_default(),
        }
    }

    fn body(&self) -> &[u8] {
        self.edit.map_or(&self.payload.body, |edit| &edit.body)
    }

    /// Our signature, one for each secret in use, over the time of now.
    fn signed(&self, headers: &mut HeaderMap, body: &[u8]) {
        let own = self.delivery.event_key.clone();
        let id = self.forward.webhook_id.clone().or(own);
        let id = id.unwrap_or_else(|| format!("delivery_{}", self.delivery.summary.id));
        let now = self.now_ms.div_euclid(1_000);
        if !headers.contains_key("content-type") {
            let sent = self.payload.headers.get("content-type").unwrap_or(b"application/octet-stream");
            set(headers, "content-type", sent);
        }
        set(headers, "webhook-id", id.as_bytes());
        set(headers, "webhook-timestamp", now.to_string().as_bytes());
        set(headers, "user-agent", concat!("Hookpost/", env!("CARGO_PKG_VERSION")).as_bytes());
        // The secrets were made by us: they are symmetric, and sign.
        let signatures: Vec<String> = self
            .live
            .secrets(self.now_ms)
            .filter_map(|secret| verify::sign_standard(secret, &id, now, body).ok())
            .collect();
        set(headers, "webhook-signature", signatures.join(" ").as_bytes());
    }

    /// What the sender sent, but for what is between it and us alone.
    fn senders(&self, headers: &mut HeaderMap) {
        for (name, value) in self.payload.headers.iter() {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value))
                && forwardable(&name)
                && !is_secret(name.as_str())
            {
                headers.append(name, value);
            }
        }
    }

    /// What it is about, whatever else is said.
    fn ours(&self, headers: &mut HeaderMap) {
        let (summary, forward) = (&self.delivery.summary, self.forward);
        let replay = if forward.kind == ForwardKind::Replay { "true" } else { "false" };
        for (name, value) in [
            ("x-hookpost-delivery", summary.id.to_string()),
            ("x-hookpost-endpoint", summary.endpoint.name.clone()),
            ("x-hookpost-attempt", forward.attempts.to_string()),
            ("x-hookpost-received-at", (summary.received_at / 1_000).to_string()),
            ("x-hookpost-replay", replay.to_owned()),
        ] {
            set(headers, name, value.as_bytes());
        }
        let late = self.now_ms.saturating_sub(summary.received_at) / 1_000;
        if summary.event_type.as_deref() == Some(RINGING.0) && late >= RINGING.1 {
            set(headers, "x-hookpost-late", late.to_string().as_bytes());
        }
    }

    /// The headers that were sent, for whoever looks at the attempt. The values of the destination's own are hidden.
    pub(super) fn shown(&self, request: &OutboundRequest) -> String {
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            if self.live.headers.contains_key(name) || is_secret(name.as_str()) {
                format!("{name}: (hidden)")
            } else {
                format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
            }
        };
        request.headers.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

/// What no header may hold is left out: it comes from strangers, and the rest is still of use.
fn set(headers: &mut HeaderMap, name: &'static str, value: &[u8]) {
    if let Ok(value) = HeaderValue::from_bytes(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

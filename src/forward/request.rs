//! The request that is made of a forward: the original body, our signature over it, and the event's own id, so that the
//! receiver recognises it however often it comes.

use crate::{
    db::deliveries::Payload,
    destinations::LiveDestination,
    forward::{
        outgoing::{Outgoing, pass_on, set_content_type},
        via,
    },
    model::{
        delivery::Delivery,
        destination::{Edit, Forward, ForwardKind, ReplayMode},
        headers::is_hidden,
    },
    net::{OutboundRequest, parse_custom_headers},
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::time::Duration;

pub(crate) struct Parts<'a> {
    pub(crate) live: &'a LiveDestination,
    pub(crate) forward: &'a Forward,
    /// It is the n-th request of the forward.
    pub(crate) number: i64,
    pub(crate) delivery: &'a Delivery,
    pub(crate) payload: &'a Payload,
    /// Mode `edited`: what is sent instead.
    pub(crate) edit: Option<&'a Edit>,
    /// The Hookposts that it went through, ourselves too.
    pub(crate) via: &'a str,
    /// Unix ms.
    pub(crate) now_ms: i64,
}

impl Parts<'_> {
    pub(crate) fn request(&self) -> OutboundRequest {
        let live = self.live;
        let mut headers = HeaderMap::new();
        match (self.forward.mode, self.edit) {
            (ReplayMode::Verbatim, _) => pass_on(&mut headers, self.payload.headers.iter()),
            (ReplayMode::Edited, Some(edit)) => {
                // It was read when it was saved.
                headers.extend(parse_custom_headers(&edit.headers).unwrap_or_default());
                self.signed(&mut headers, &edit.body);
                headers.insert("x-hookpost-edited", HeaderValue::from_static("true"));
            }
            _ => {
                if live.destination.policy.sender_headers {
                    pass_on(&mut headers, self.payload.headers.iter());
                }
                self.signed(&mut headers, &self.payload.body);
            }
        }
        headers.extend(live.headers.clone());
        self.outgoing().describe(&mut headers);
        // It is made of digits, commas and spaces.
        headers.extend(HeaderValue::from_str(self.via).map(|via| (HeaderName::from_static(via::NAME), via)));
        let policy = &live.destination.policy;
        OutboundRequest {
            method: Method::POST,
            url: live.url.clone(),
            headers,
            body: self.body().to_vec().into(),
            timeout: Duration::from_millis(u64::try_from(policy.timeout_ms).unwrap_or(15_000)),
            capture: usize::try_from(policy.capture).unwrap_or_default(),
        }
    }

    fn body(&self) -> &[u8] {
        self.edit.map_or(&self.payload.body, |edit| &edit.body)
    }

    fn outgoing(&self) -> Outgoing<'_> {
        let (summary, forward) = (&self.delivery.summary, self.forward);
        Outgoing {
            delivery: summary.id.0,
            endpoint: &summary.endpoint.name,
            event_type: summary.event_type.as_deref(),
            received_at: summary.received_at,
            attempt: self.number,
            is_replay: forward.kind == ForwardKind::Replay,
            now_ms: self.now_ms,
        }
    }

    /// Our signature, one for each secret in use, over the time of now.
    fn signed(&self, headers: &mut HeaderMap, body: &[u8]) {
        set_content_type(headers, self.payload.headers.get("content-type"));
        let id = self.forward.webhook_id.as_ref().or(self.delivery.event_key.as_ref());
        self.outgoing().sign(headers, id.map(String::as_str), body, self.live.secrets(self.now_ms));
    }

    /// The headers that were sent, for whoever looks at the attempt. The values of the destination's own are hidden.
    pub(crate) fn shown(&self, request: &OutboundRequest) -> String {
        let line = |(name, value): (&HeaderName, &HeaderValue)| {
            if self.live.headers.contains_key(name) || is_hidden(name.as_str(), value.as_bytes()) {
                format!("{name}: (hidden)")
            } else {
                format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))
            }
        };
        request.headers.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

//! The request to the local handler: as a destination would get it, or as the sender sent it.

use super::{news::LocalResult, server::Detail};
use crate::{
    cli::listen::local_client::LocalClient,
    forward::outgoing::{Outgoing, pass_on, set_content_type},
    model::time,
    net::OutboundRequest,
    runtime::clock::Clock,
    verify::ParsedSecret,
};
use axum::http::{HeaderMap, Method};
use std::time::{Duration, Instant};
use url::Url;

/// Bytes of an answer that are read.
const CAPTURE: usize = 64 * 1024;

/// The handler.
pub(super) struct Local {
    /// Where it is.
    pub(super) url: Url,
    /// What to sign with; none: the sender's headers are passed on.
    pub(super) secret: Option<ParsedSecret>,
    /// How long it may take.
    pub(super) timeout: Duration,
    pub(super) client: LocalClient,
    pub(super) clock: Clock,
}

impl Local {
    /// Hands a delivery over, for the n-th time.
    pub(super) async fn send(&self, detail: &Detail, attempt: i64, is_replay: bool) -> LocalResult {
        if let Some(text) = detail.missing() {
            return LocalResult::Failed { code: "body-cut", text, ms: 0 };
        }
        let started = Instant::now();
        let answer = self.client.send(self.request(detail, attempt, is_replay)).await;
        let ms = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
        match answer {
            Ok(answer) => LocalResult::Answered { status: answer.status, ms },
            Err(error) => LocalResult::Failed { code: error.code(), text: error.to_string(), ms },
        }
    }

    fn request(&self, detail: &Detail, attempt: i64, is_replay: bool) -> OutboundRequest {
        let now_ms = self.clock.now_ms();
        let outgoing = Outgoing {
            delivery: detail.row.id,
            endpoint: &detail.row.endpoint,
            event_type: detail.row.event_type.as_deref(),
            received_at: time::parse_rfc3339(&detail.row.received_at).unwrap_or(now_ms),
            attempt,
            is_replay,
            now_ms,
        };
        let body = detail.body();
        let mut headers = HeaderMap::new();
        match &self.secret {
            None => pass_on(&mut headers, detail.headers()),
            Some(secret) => {
                let sent = detail.headers().find(|(name, _)| *name == "content-type");
                set_content_type(&mut headers, sent.map(|(_, value)| value));
                outgoing.sign(&mut headers, detail.webhook_id.as_deref(), &body, std::iter::once(secret));
            }
        }
        outgoing.describe(&mut headers);
        OutboundRequest {
            method: Method::POST,
            url: self.url.clone(),
            headers,
            body: body.into(),
            timeout: self.timeout,
            capture: CAPTURE,
        }
    }
}

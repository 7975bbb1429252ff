//! A built event to a destination, to see what its handler makes of it. It is stored nowhere and not tried again.

use crate::{
    crypto::token,
    forward::Forwarding,
    model::{
        error::{AppError, invalid, not_found},
        ids::DestinationId,
        scheme::Scheme,
    },
    net::{OutboundRequest, SendError},
    verify::{
        made_event as event,
        made_event::{Draft, Fault},
    },
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use std::{cell::Cell, time::Duration};

/// Bytes of an answer that are read; it is not kept.
const CAPTURE: usize = 64 * 1024;

/// Sends an event, signed with the destination's own secret, perhaps with a fault. Says the status of each answer, or why
/// there was none.
///
/// # Errors
/// There is no such destination, or its signature cannot have this fault.
pub async fn try_out(
    forwarding: &Forwarding,
    id: DestinationId,
    event_type: &str,
    body: &str,
    fault: Fault,
) -> Result<Vec<Result<u16, SendError>>, AppError> {
    let live = forwarding.destinations.by_id(id).ok_or_else(|| not_found("destination"))?;
    let key = token::<16>()?;
    let built = {
        let count = Cell::new(0);
        let draft = Draft {
            rules: Scheme::STANDARD_WEBHOOKS.into(),
            secret: Some(&live.secret),
            event_type,
            body,
            url: live.url.as_str(),
            now: forwarding.clock.now_ms() / 1_000,
            fault,
        };
        let next = || {
            count.set(count.get() + 1);
            format!("wh_{key}{}", count.get())
        };
        event::build(&draft, next).map_err(|(field, sentence)| invalid(field, sentence))?
    };
    let mut answers = Vec::new();
    for request in built {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("application/json"));
        headers.insert("x-hookpost-test", HeaderValue::from_static("true"));
        for (name, value) in &request.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
                headers.insert(name, value);
            }
        }
        headers.extend(live.headers.clone());
        let request = OutboundRequest {
            method: Method::POST,
            url: live.url.clone(),
            headers,
            body: request.body.into(),
            timeout: Duration::from_millis(
                u64::try_from(live.destination.policy.timeout_ms).unwrap_or(15_000),
            ),
            capture: CAPTURE,
        };
        answers.push(forwarding.guarded.send(request).await.map(|answer| answer.status));
    }
    Ok(answers)
}

//! Messages by HTTP: one POST of JSON, and what its answer means.

use super::{Refusal, message::cut};
use crate::{
    forward::schedule::retry_after,
    model::visible::visible_bytes,
    net::{GuardedClient, OutboundRequest, OutboundResponse},
};
use axum::http::{HeaderMap, HeaderValue, Method};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, and characters of it that an error repeats.
const CAPTURE: usize = 1_024;
const QUOTED: usize = 200;

/// Posts JSON. Any 2xx means that it was taken.
pub(super) async fn post(
    client: &GuardedClient,
    url: &str,
    mut headers: HeaderMap,
    body: Vec<u8>,
    now: i64,
) -> Result<(), Refusal> {
    // It was read when it was saved.
    let url = url.parse().map_err(|_| Refusal::lasting("url: is no longer valid; enter it again"))?;
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let request = OutboundRequest {
        method: Method::POST,
        url,
        headers,
        body: body.into(),
        timeout: TIMEOUT,
        capture: CAPTURE,
    };
    let answer = client.send(request).await.map_err(|error| Refusal::passing(error.to_string()))?;
    outcome(&answer, now)
}

/// A request that is wrong stays wrong; 408, 425 and 429 say themselves that another time may do.
fn outcome(answer: &OutboundResponse, now: i64) -> Result<(), Refusal> {
    let why = || {
        let said = cut(&visible_bytes(answer.body.trim_ascii()), QUOTED);
        if said.is_empty() {
            format!("it answered {}", answer.status)
        } else {
            format!("it answered {}: {said}", answer.status)
        }
    };
    match answer.status {
        200..=299 => Ok(()),
        408 | 425 | 429 | 500.. => {
            Err(Refusal { wait_ms: retry_after(&answer.headers, now), ..Refusal::passing(why()) })
        }
        300..=399 => Err(Refusal::lasting(format!("{}; redirects are not followed", why()))),
        _ => Err(Refusal::lasting(why())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome_of(status: u16, body: &'static str) -> Result<(), Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", HeaderValue::from_static("30"));
        let answer = OutboundResponse {
            status,
            headers,
            body: body.as_bytes().into(),
            truncated: false,
            duration: Duration::ZERO,
            remote: None,
        };
        outcome(&answer, 0)
    }

    #[test]
    fn what_is_wrong_with_the_request_lasts_and_the_rest_passes() {
        assert!(outcome_of(202, "").is_ok() && outcome_of(204, "").is_ok());
        for status in [408, 425, 429, 500, 503] {
            let refusal = outcome_of(status, "").unwrap_err();
            assert_eq!((refusal.lasting, refusal.wait_ms), (false, Some(30_000)), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 410, 422] {
            assert!(outcome_of(status, "").unwrap_err().lasting, "{status}");
        }
    }

    #[test]
    fn the_answer_is_quoted_safely_and_not_for_ever() {
        assert_eq!(outcome_of(404, "no_service\n").unwrap_err().why, "it answered 404: no_service");
        let long = outcome_of(
            400,
            "\u{202e}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        );
        let why = long.unwrap_err().why;
        assert!(why.starts_with("it answered 400: ⟨U+202E⟩a") && why.chars().count() < 225, "{why}");
    }
}

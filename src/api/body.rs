//! Reading JSON bodies within bounds of size and time.

use crate::{
    ingest::bodies::Failed,
    model::error::{AppError, invalid},
    net::client_addr::ClientAddr,
    state::AppState,
};
use axum::body::Body;
use serde::de::DeserializeOwned;

/// Beyond the largest payload: names, quotes and escapes around it.
const AROUND: u64 = 64 * 1024;

/// The body as JSON. Its error names the line and column.
///
/// # Errors
/// It is too large, too slow, or not what is expected.
pub(super) async fn json<T: DeserializeOwned>(
    state: &AppState,
    client: ClientAddr,
    body: Body,
) -> Result<T, AppError> {
    let limit = usize::try_from(state.settings.body_limit.saturating_add(AROUND)).unwrap_or(usize::MAX);
    let read = state.ingest.bodies.read(body, limit, client.0).await.map_err(|failed| match failed {
        Failed::TooLarge => invalid("body", format!("body: larger than {limit} bytes")),
        Failed::Broken => invalid("body", "body: the connection was interrupted"),
        Failed::Slow => invalid("body", "body: took too long to arrive"),
        Failed::NoRoom => AppError::Busy,
        Failed::TooMany => AppError::TooManyRequests { retry_after_s: 1 },
    })?;
    serde_json::from_slice(&read.bytes).map_err(|error| invalid("body", format!("body: {error}")))
}

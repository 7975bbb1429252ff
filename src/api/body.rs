//! Reading JSON bodies within bounds of size and time.

use crate::{
    error::{AppError, invalid},
    state::AppState,
};
use axum::body::{Body, to_bytes};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

/// Beyond the largest payload: names, quotes and escapes around it.
const AROUND: u64 = 64 * 1024;

/// The body as JSON. Its error names the line and column.
///
/// # Errors
/// It is too large, too slow, or not what is expected.
pub(super) async fn json<T: DeserializeOwned>(state: &AppState, body: Body) -> Result<T, AppError> {
    let limit = usize::try_from(state.settings.body_limit.saturating_add(AROUND)).unwrap_or(usize::MAX);
    let bytes = match timeout(state.settings.request_timeout(), to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => {
            return Err(invalid("body", format!("body: it broke off, or is larger than {limit} bytes")));
        }
        Err(_) => return Err(invalid("body", "body: it did not come in time")),
    };
    serde_json::from_slice(&bytes).map_err(|error| invalid("body", format!("body: {error}")))
}

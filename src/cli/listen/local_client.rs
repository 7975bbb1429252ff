//! The HTTP client for a handler on the same laptop, or wherever else the person at the command line says.

use crate::net::{CONNECT_TIMEOUT, OutboundRequest, OutboundResponse, SendError, builder, exchange};
use reqwest::Client;

/// The client. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LocalClient(Client);

impl LocalClient {
    /// One that connects directly: a proxy of the company knows nothing of this machine's ports.
    pub fn new() -> reqwest::Result<Self> {
        builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .no_proxy()
            .referer(false)
            .retry(reqwest::retry::never())
            .build()
            .map(Self)
    }

    /// Makes one request, once.
    ///
    /// # Errors
    /// When there is no complete response in time.
    pub async fn send(&self, request: OutboundRequest) -> Result<OutboundResponse, SendError> {
        exchange(&self.0, request).await
    }
}

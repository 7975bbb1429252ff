//! Sends traces to an OpenTelemetry collector, by OTLP over HTTP, through a client of our own.

use crate::{
    net::operator_client,
    telemetry::log_once::{LogOnce, Turn},
};
use async_trait::async_trait;
use bytes::Bytes;
use opentelemetry::KeyValue;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use std::sync::Arc;
use tokio::runtime::Handle;
use url::Url;

/// What sends spans to `endpoint` in batches, from a thread of its own. Spans that find no place in the queue are dropped: a
/// slow collector slows nothing here.
///
/// # Errors
/// When TLS cannot be set up, or the endpoint is none.
pub(super) fn provider(endpoint: &Url) -> Result<SdkTracerProvider, Box<dyn std::error::Error>> {
    let client = Client {
        http: operator_client()?,
        runtime: Handle::try_current()?,
        log_once: Arc::new(LogOnce::default()),
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_endpoint(endpoint.as_str())
        .build()?;
    let resource = Resource::builder()
        .with_service_name("hookpost")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

#[derive(Debug)]
struct Client {
    http: reqwest::Client,
    /// The exporter's thread has none.
    runtime: Handle,
    log_once: Arc<LogOnce>,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let (http, log_once) = (self.http.clone(), self.log_once.clone());
        // The exporter gives up after its own time; what it asked for is told of all the same.
        let sent = self.runtime.spawn(async move {
            let answer = exchange(&http, request).await;
            let failure = match &answer {
                Ok(answer) if answer.status().is_success() => None,
                Ok(answer) => Some(format!("the collector answered {}", answer.status().as_u16())),
                Err(error) => Some(crate::telemetry::chain(&**error)),
            };
            tell(log_once.note(failure.is_none()), failure);
            answer
        });
        sent.await?
    }
}

fn tell(turn: Option<Turn>, failure: Option<String>) {
    match (turn, failure) {
        (Some(Turn::Broke), Some(why)) => tracing::warn!(why, "traces can't be exported: {why}"),
        (Some(Turn::Recovered(failures)), _) => {
            tracing::info!(failures, "traces are exported again after {failures} failures");
        }
        _ => {}
    }
}

async fn exchange(
    client: &reqwest::Client,
    request: http::Request<Bytes>,
) -> Result<http::Response<Bytes>, HttpError> {
    // The URL of an error is left out: it may hold a key.
    let mut answer = client.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let mut response = http::Response::new(Bytes::new());
    (*response.status_mut(), *response.headers_mut()) =
        (answer.status(), std::mem::take(answer.headers_mut()));
    // What it says is of no use, and might be long.
    let body = answer.chunk().await.map_err(reqwest::Error::without_url)?.unwrap_or_default();
    *response.body_mut() = body;
    Ok(response)
}

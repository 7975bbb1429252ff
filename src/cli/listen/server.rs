//! The server's API, as far as listening needs it.

use crate::{cli::CliError, model::time, net::following_client, telemetry::chain};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::time::Duration;
use url::Url;

/// A stream sends something every 15 s. After this silence, it is dead, for example after sleep.
const SILENCE: Duration = Duration::from_secs(40);
/// Rows of one page.
const PAGE: usize = 200;

/// Why the server did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// It may well do it later.
    #[error("{0}")]
    Passing(String),
    /// It never will.
    #[error("{0}")]
    Lasting(String),
    /// A value cannot be taken; the sentence begins with its field.
    #[error("{0}")]
    Refused(String),
    /// There is no such thing.
    #[error("no Hookpost API at this address")]
    Missing,
    /// The token's role does not suffice.
    #[error("the token's role or scope is insufficient")]
    Forbidden,
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        match failure {
            // The API calls it otherwise.
            Failure::Refused(text) => Self::usage(format!(
                "--{}",
                text.strip_prefix("after").map_or(text.clone(), |rest| format!("since{rest}"))
            )),
            failure => Self::failed(format!("--server: {failure}")),
        }
    }
}

/// A delivery in a list.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Row {
    /// Its id, also its place.
    pub(super) id: i64,
    /// Name of the endpoint.
    pub(super) endpoint: String,
    /// RFC 3339.
    pub(super) received_at: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub(super) event_type: Option<String>,
}

/// A page of deliveries.
#[derive(Debug, Deserialize)]
pub(super) struct Page {
    /// Newest first; oldest first with `newer_than`.
    pub(super) deliveries: Vec<Row>,
    /// There are more.
    pub(super) has_more: bool,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    value: Option<String>,
}

/// A delivery with its bytes.
#[derive(Debug, Deserialize)]
pub(super) struct Detail {
    #[serde(flatten)]
    pub(super) row: Row,
    pub(super) webhook_id: Option<String>,
    headers: Vec<Header>,
    body_base64: String,
    /// Only a part of the body was kept.
    body_cut: Option<CutBody>,
}

#[derive(Debug, Deserialize)]
struct CutBody {
    kept: i64,
}

impl Detail {
    /// Why it cannot be handed over: not all of its body is there.
    pub(super) fn missing(&self) -> Option<String> {
        let cut = self.body_cut.as_ref()?;
        Some(format!("the server stored only the first {} of its body", time::size(cut.kept)))
    }

    /// The body's bytes.
    pub(super) fn body(&self) -> Vec<u8> {
        STANDARD.decode(&self.body_base64).unwrap_or_default()
    }

    /// The sender's headers, without those that the server keeps to itself.
    pub(super) fn headers(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.headers.iter().filter_map(|h| Some((h.name.as_str(), h.value.as_ref()?.as_bytes())))
    }
}

/// What a person listens to; empty: everything.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// Names of endpoints.
    pub(super) endpoints: Vec<String>,
    /// Types or prefixes (`batch.*`).
    pub(super) types: Vec<String>,
}

impl Wanted {
    /// Whether a row is of it. The server narrows by one endpoint and one type; where several are given it is done here.
    pub(super) fn takes(&self, row: &Row) -> bool {
        let have = row.event_type.as_deref().unwrap_or_default();
        let of_type = |want: &String| match want.strip_suffix('*') {
            Some(prefix) => have.starts_with(prefix),
            None => have == want,
        };
        (self.endpoints.is_empty() || self.endpoints.contains(&row.endpoint))
            && (self.types.is_empty() || self.types.iter().any(of_type))
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("verdict", "accepted".to_owned())];
        if let [endpoint] = self.endpoints.as_slice() {
            all.push(("endpoint", endpoint.clone()));
        }
        if let [event_type] = self.types.as_slice() {
            all.push(("type", event_type.clone()));
        }
        all
    }
}

/// The server, as one token sees it.
pub(super) struct RemoteServer {
    base: Url,
    token: SecretString,
    client: reqwest::Client,
    /// What is listened to.
    pub(super) wanted: Wanted,
}

impl RemoteServer {
    pub(super) fn new(base: Url, token: SecretString, wanted: Wanted) -> Result<Self, CliError> {
        let client = following_client(SILENCE).map_err(|error| CliError::failed(error.to_string()))?;
        Ok(Self { base, token, client, wanted })
    }

    /// Id of the newest delivery of all, 0 when there is none: everything after it is new. Also tells whether the
    /// endpoints that are asked for exist.
    pub(super) async fn newest(&self) -> Result<i64, Failure> {
        for endpoint in &self.wanted.endpoints {
            let asked = [("limit", "1".to_owned()), ("endpoint", endpoint.clone())];
            self.get::<Page>("/api/v1/deliveries", &asked).await?;
        }
        let page: Page = self.get("/api/v1/deliveries", &[("limit", "1".to_owned())]).await?;
        Ok(page.deliveries.first().map_or(0, |row| row.id))
    }

    /// The next deliveries after this one, perhaps only those received since a time.
    pub(super) async fn page(&self, newer_than: i64, after: Option<&str>) -> Result<Page, Failure> {
        let mut asked = self.wanted.parameters();
        asked.push(("newer_than", newer_than.to_string()));
        asked.push(("limit", PAGE.to_string()));
        asked.extend(after.map(|after| ("after", after.to_owned())));
        self.get("/api/v1/deliveries", &asked).await
    }

    /// The stream of what comes after this one.
    pub(super) async fn stream(&self, since: i64) -> Result<Response, Failure> {
        let mut asked = self.wanted.parameters();
        asked.push(("since", since.to_string()));
        self.open(self.client.get(self.url("/api/v1/stream", &asked))).await
    }

    /// One delivery.
    pub(super) async fn detail(&self, id: i64) -> Result<Detail, Failure> {
        self.get(&format!("/api/v1/deliveries/{id}"), &[]).await
    }

    /// Tells what became of a delivery here.
    pub(super) async fn report(&self, id: i64, result: &Value) -> Result<(), Failure> {
        let url = self.url(&format!("/api/v1/deliveries/{id}/local-results"), &[]);
        let request =
            self.client.post(url).header("content-type", "application/json").body(result.to_string());
        self.open(request).await.map(drop)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, asked: &[(&str, String)]) -> Result<T, Failure> {
        let response = self.open(self.client.get(self.url(path, asked))).await?;
        let bytes = response.bytes().await.map_err(|error| Failure::Passing(chain(&error.without_url())))?;
        // A hotel's login page answers for everybody.
        serde_json::from_slice(&bytes)
            .map_err(|_| Failure::Passing("this is not a Hookpost server".to_owned()))
    }

    fn url(&self, path: &str, asked: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url.set_query(None);
        if !asked.is_empty() {
            url.query_pairs_mut().extend_pairs(asked);
        }
        url
    }

    async fn open(&self, request: reqwest::RequestBuilder) -> Result<Response, Failure> {
        let request = request.bearer_auth(self.token.expose_secret());
        let response = request.send().await.map_err(|error| Failure::Passing(chain(&error.without_url())))?;
        let status = response.status();
        match status {
            status if status.is_success() => Ok(response),
            StatusCode::UNAUTHORIZED => Err(Failure::Lasting(
                "the server does not accept the token: it is wrong, expired or revoked".to_owned(),
            )),
            StatusCode::FORBIDDEN => Err(Failure::Forbidden),
            StatusCode::NOT_FOUND => Err(Failure::Missing),
            status if status.is_redirection() => {
                let to = response.headers().get("location").and_then(|to| to.to_str().ok());
                let to = to.unwrap_or("elsewhere");
                Err(Failure::Passing(format!("it redirects to {to}; use that address")))
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(passing(status)),
            status if status.is_server_error() => Err(passing(status)),
            StatusCode::UNPROCESSABLE_ENTITY => {
                Err(Failure::Refused(detail(response).await.unwrap_or_else(|| status.to_string())))
            }
            status => Err(Failure::Lasting(detail(response).await.unwrap_or_else(|| status.to_string()))),
        }
    }
}

fn passing(status: StatusCode) -> Failure {
    Failure::Passing(format!("it answers {status}"))
}

/// The sentence of a problem (RFC 9457).
async fn detail(response: Response) -> Option<String> {
    let problem: Value = serde_json::from_slice(&response.bytes().await.ok()?).ok()?;
    Some(problem.get("detail")?.as_str()?.to_owned())
}

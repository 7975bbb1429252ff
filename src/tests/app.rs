//! A server inside the test, over real HTTP, with a clock that the test sets.

use crate::browser::Browser;
use clap::Parser;
use hookpost::{
    auth::accounts,
    cli::Cli,
    db::{self, deliveries::Cursor},
    endpoints::{self, NewEndpoint, secrets::SecretText},
    model::{
        audit::Actor,
        delivery::Delivery,
        endpoint::Endpoint,
        filter::DeliveryFilter,
        scheme::{Scheme, SecretFormat},
        user::Role,
    },
    net::operator_client,
    runtime::{clock::Clock, config::Settings},
    server::Server,
    state::AppState,
    verify,
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

/// 2026-11-23T12:00:00Z, where the test's clock stands at first.
pub const NOW_MS: i64 = 1_795_435_200_000;
/// A secret of 24 bytes from the public test vectors.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What every user of a test logs in with.
pub const PASSWORD: &str = "the usual test password";

/// A running server.
pub struct TestApp {
    pub base_url: String,
    /// Where it listens, whatever its public URL says.
    pub address: SocketAddr,
    pub http: reqwest::Client,
    pub state: AppState,
    clock: Arc<AtomicI64>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    _dir: TempDir,
}

impl TestApp {
    /// A server with the default settings on a fresh database.
    pub async fn spawn() -> Self {
        Self::spawn_with(&[]).await
    }

    /// The same with further arguments of the command line.
    pub async fn spawn_with(args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let settings = settings(&dir, args);
        let (clock, handle) = Clock::manual(NOW_MS);
        let server = Server::start(settings, clock).await.unwrap();
        let (state, address) = (server.state().clone(), server.address());
        let base_url = state.base_url.to_string();
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.run(async {
            let _dropped = stopped.await;
        }));
        let http = operator_client().unwrap();
        Self { base_url, address, http, state, clock: handle, stop: Some(stop), serving, _dir: dir }
    }

    /// The server's time, unix ms.
    pub fn now_ms(&self) -> i64 {
        self.clock.load(Ordering::Relaxed)
    }

    /// Sets the server's clock.
    pub fn set_clock(&self, ms: i64) {
        self.clock.store(ms, Ordering::Relaxed);
    }

    /// Who makes what tests need.
    pub fn actor(&self) -> Actor {
        Actor { user: None, name: "the test".into(), client: None, at: self.now_ms() }
    }

    /// Makes a user with [`PASSWORD`].
    pub async fn user(&self, email: &str, role: Role) {
        let (db, hasher) = (&self.state.db, &self.state.auth.hasher);
        accounts::add(db, hasher, &self.actor(), email, role, PASSWORD.to_owned().into()).await.unwrap();
    }

    /// A browser in which the user `{role}@example.com` is logged in; the user is made if need be.
    pub async fn browser(&self, role: Role) -> Browser {
        let email = format!("{role}@example.com");
        let known = db::users::with_hash(&mut self.state.db.read().await.unwrap(), &email).await.unwrap();
        if known.is_none() {
            self.user(&email, role).await;
        }
        let browser = Browser::new(self);
        let answer = browser.post("/do/login", &[("email", email.as_str()), ("password", PASSWORD)]).await;
        assert_eq!(answer.location, "/", "{}", answer.text);
        browser
    }

    /// Makes an endpoint; no secret text means none.
    pub async fn endpoint(
        &self,
        name: &str,
        scheme: Scheme,
        format: SecretFormat,
        secret: Option<&str>,
    ) -> Endpoint {
        let secret = secret.map(|text| SecretText::Text { text: text.to_owned().into(), format });
        let new =
            NewEndpoint { name: name.into(), scheme, hmac: None, secret_headers: String::new(), secret };
        let (endpoint, _) = endpoints::create(&self.state.db, &self.actor(), new).await.unwrap();
        self.state.ingest.registry.reload(&self.state.db).await.unwrap();
        endpoint
    }

    /// An endpoint of the preset `openai` with [`SECRET`].
    pub async fn openai(&self) -> Endpoint {
        self.endpoint("prod-openai", Scheme::OPENAI, SecretFormat::Prefixed, Some(SECRET)).await
    }

    /// Where senders post to.
    pub fn ingest_url(&self, endpoint: &Endpoint) -> String {
        format!("{}{}", self.base_url, endpoint.ingest_path())
    }

    /// A webhook to this endpoint, signed with [`SECRET`] at the server's time.
    pub fn webhook(&self, endpoint: &Endpoint, id: &str, body: &str) -> reqwest::RequestBuilder {
        self.webhook_at(endpoint, id, self.now_ms() / 1_000, body)
    }

    /// The same with a timestamp.
    pub fn webhook_at(
        &self,
        endpoint: &Endpoint,
        id: &str,
        timestamp: i64,
        body: &str,
    ) -> reqwest::RequestBuilder {
        self.http
            .post(self.ingest_url(endpoint))
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", sign(SECRET, id, timestamp, body))
            .body(body.to_owned())
    }

    /// Every delivery, oldest first.
    pub async fn deliveries(&self) -> Vec<Delivery> {
        let mut connection = self.state.db.read().await.unwrap();
        let filter = DeliveryFilter::default();
        let mut all = db::deliveries::page(&mut connection, &filter, (None, None), Cursor::Newest, 100_000)
            .await
            .unwrap();
        all.reverse();
        all
    }

    /// The delivery that was stored last.
    pub async fn last_delivery(&self) -> Delivery {
        self.deliveries().await.pop().expect("a delivery")
    }

    /// Stops the server as a signal would, and waits for it.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        (&mut self.serving).await.unwrap();
    }
}

/// Settings as the command line would give them.
fn settings(dir: &TempDir, args: &[&str]) -> Settings {
    let database = dir.path().join("hookpost.db");
    let fixed = ["hookpost", "--listen", "127.0.0.1:0", "--database", database.to_str().unwrap()];
    Cli::try_parse_from(fixed.iter().chain(args)).unwrap().settings
}

/// A `webhook-signature` value.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> String {
    let (secret, _) =
        verify::parse_secret(Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, secret).unwrap();
    verify::sign_standard(&secret, id, timestamp, body.as_bytes()).unwrap()
}

/// Status and body of an answer, for snapshots.
pub async fn shown(answer: Result<reqwest::Response, reqwest::Error>) -> String {
    let answer = answer.unwrap();
    format!("{} {}", answer.status().as_u16(), answer.text().await.unwrap())
}

/// A thin event as OpenAI sends it.
pub fn event(event_type: &str, resource: &str) -> String {
    format!(
        r#"{{"id": "evt_1", "object": "event", "type": "{event_type}", "created_at": 1795435199, "data": {{"id": "{resource}"}}}}"#
    )
}

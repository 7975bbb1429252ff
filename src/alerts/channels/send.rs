//! Sends a message over a channel, once.

use super::{Message, Secrets, post, spec};
use crate::{
    model::channel::Channel,
    net::GuardedClient,
    runtime::{clock::Clock, config::Settings},
};
use axum::http::HeaderMap;
use futures::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;

/// What sends messages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender {
    guarded: GuardedClient,
    base_url: Arc<str>,
    clock: Clock,
}

/// Why a channel did not take a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A sentence.
    pub why: String,
    /// The message or the settings are wrong, so that another try hardly helps.
    pub lasting: bool,
    /// How long the channel asks us to wait, ms.
    pub wait_ms: Option<i64>,
}

/// What came of it: taken, with what is to be known all the same, such as a recipient who was refused.
pub(in crate::alerts) type Outcome = Result<Option<String>, Refusal>;
/// The same, still to come.
pub(super) type Sent<'a> = BoxFuture<'a, Outcome>;

/// A message on its way.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    pub(super) guarded: &'a GuardedClient,
    /// Where Hookpost is reached.
    pub(super) base_url: &'a str,
    /// Unix ms.
    pub(super) now: i64,
    pub(super) channel: &'a Channel,
    pub(super) secrets: &'a Secrets,
    pub(super) message: &'a Message<'a>,
}

impl Refusal {
    /// Another try may do.
    pub(super) fn passing(why: impl Into<String>) -> Self {
        Self { why: why.into(), lasting: false, wait_ms: None }
    }

    /// Another try hardly helps.
    pub(super) fn lasting(why: impl Into<String>) -> Self {
        Self { lasting: true, ..Self::passing(why) }
    }
}

impl Sender {
    /// The one of a server.
    pub fn of(guarded: GuardedClient, base_url: Arc<str>, clock: Clock) -> Self {
        Self { guarded, base_url, clock }
    }

    /// One for a command.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(settings: &Settings, clock: &Clock) -> reqwest::Result<Self> {
        let guarded = GuardedClient::new(settings.allow_outbound.clone().into())?;
        Ok(Self::of(guarded, settings.base_url(settings.listen).into(), clock.clone()))
    }

    /// Where Hookpost is reached.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Sends a message over a channel, once. Returns what is to be known although it was taken, such as a recipient who
    /// was refused.
    ///
    /// # Errors
    /// The channel did not take it.
    pub async fn send(&self, channel: &Channel, secrets: &Secrets, message: &Message<'_>) -> Outcome {
        let Some(spec) = spec::known(channel) else {
            return Err(Refusal::passing(format!("this version has no channel kind {}", channel.kind)));
        };
        let (guarded, base_url, now) = (&self.guarded, &*self.base_url, self.clock.now_ms());
        (spec.send)(Outgoing { guarded, base_url, now, channel, secrets, message }).await
    }
}

impl Outgoing<'_> {
    /// Posts JSON to the secret URL.
    pub(super) async fn to_url(self, body: Value) -> Outcome {
        self.post(self.secrets.get("url"), HeaderMap::new(), body.to_string().into_bytes()).await?;
        Ok(None)
    }

    /// Posts JSON.
    pub(super) async fn post(&self, url: &str, headers: HeaderMap, body: Vec<u8>) -> Result<(), Refusal> {
        post::post(self.guarded, url, headers, body, self.now).await
    }
}

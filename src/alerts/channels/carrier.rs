//! Carries a message over a channel, once.

use super::{Message, Secrets, discord, email, pagerduty, post::post, slack, smtp, teams, webhook};
use crate::{
    model::channel::{Channel, ChannelKind, ChannelSettings},
    net::GuardedClient,
    runtime::{clock::Clock, config::Settings},
    state::AppState,
};
use axum::http::HeaderMap;
use serde_json::Value;
use std::sync::Arc;

/// What carries messages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Carrier {
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

impl Carrier {
    /// The one of a server.
    pub fn of(state: &AppState) -> Self {
        Self { guarded: state.guarded.clone(), base_url: state.base_url.clone(), clock: state.clock.clone() }
    }

    /// One for a command.
    pub fn new(settings: &Settings, clock: &Clock) -> reqwest::Result<Self> {
        Ok(Self {
            guarded: GuardedClient::new(settings.allow_outbound.clone().into())?,
            base_url: settings.base_url(settings.listen).into(),
            clock: clock.clone(),
        })
    }

    /// Where Hookpost is reached.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Carries a message over a channel, once. Returns what is to be known although it was taken, such as a recipient who
    /// was refused.
    ///
    /// # Errors
    /// The channel did not take it.
    pub async fn carry(
        &self,
        channel: &Channel,
        secrets: &Secrets,
        message: &Message<'_>,
    ) -> Result<Option<String>, Refusal> {
        let to_url = async |body: Value| self.post(&secrets.url, HeaderMap::new(), &body).await;
        match (&channel.settings, channel.kind) {
            (ChannelSettings::Email(mail), _) => {
                let letter = email::letter(mail, channel.id, message, self.clock.now_ms())?;
                smtp::send(&self.guarded, &self.base_url, mail, &secrets.password, &letter).await
            }
            (ChannelSettings::Url { .. }, ChannelKind::Discord) => to_url(discord::body(message)).await,
            (ChannelSettings::Url { .. }, ChannelKind::Teams) => to_url(teams::body(message)).await,
            (ChannelSettings::Url { .. }, _) => to_url(slack::body(message)).await,
            (ChannelSettings::Signed { old_until, .. }, _) => {
                for notice in message.notices {
                    let now = self.clock.now_ms();
                    let body = webhook::body(notice).to_string().into_bytes();
                    let headers = webhook::headers(notice.id, secrets, *old_until, now, &body)?;
                    post(&self.guarded, &secrets.url, headers, body, now).await?;
                }
                Ok(None)
            }
            (ChannelSettings::PagerDuty { url }, _) => {
                for notice in message.notices {
                    for body in pagerduty::bodies(notice, &secrets.routing_key, &self.base_url) {
                        self.post(url, HeaderMap::new(), &body).await?;
                    }
                }
                Ok(None)
            }
        }
    }

    async fn post(&self, url: &str, headers: HeaderMap, body: &Value) -> Result<Option<String>, Refusal> {
        let body = body.to_string().into_bytes();
        post(&self.guarded, url, headers, body, self.clock.now_ms()).await.map(|()| None)
    }
}

//! What is secret about a channel. It is sealed in the database and never shown.

use crate::{
    crypto::MasterKey,
    db::{self, Db, DbError},
    model::ids::ChannelId,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::fmt;
use zeroize::Zeroize;

/// What is secret about a channel; each kind has its own, the others are empty.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// Where Slack, Discord, Teams or a program take messages: whoever knows it can post.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Password at the mail server.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub password: String,
    /// Signs what goes to a program.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signing: String,
    /// Signed it before, and still does for a while.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub old_signing: String,
    /// Integration key of PagerDuty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub routing_key: String,
}

impl Drop for Secrets {
    fn drop(&mut self) {
        for secret in [
            &mut self.url,
            &mut self.password,
            &mut self.signing,
            &mut self.old_signing,
            &mut self.routing_key,
        ] {
            secret.zeroize();
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

impl Secrets {
    /// Whether there is any.
    pub(super) fn any(&self) -> bool {
        *self != Self::default()
    }

    /// As they are sealed.
    pub(super) fn to_json(&self) -> SecretString {
        // Plain text: it always can be written.
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// The secrets of a channel. None: there is no such channel.
    pub async fn of(db: &Db, id: ChannelId) -> Result<Option<Self>, DbError> {
        match Self::with(db, &db.key(), id).await {
            // The master key may have been changed by another process since.
            Err(DbError::Sealed(_)) => {
                db.find_key_again().await?;
                Self::with(db, &db.key(), id).await
            }
            outcome => outcome,
        }
    }

    async fn with(db: &Db, key: &MasterKey, id: ChannelId) -> Result<Option<Self>, DbError> {
        let Some(json) = db::channels::open(&mut *db.read().await?, key, id).await? else { return Ok(None) };
        // The parser's own words would repeat what it read.
        serde_json::from_str(json.expose_secret()).map(Some).map_err(|error| DbError::Corrupt {
            column: "channels.sealed",
            detail: format!("{:?}", error.classify()),
        })
    }
}

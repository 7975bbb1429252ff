//! What is secret about a channel. It is sealed in the database and never shown.

use crate::{
    crypto::MasterKey,
    db::{self, Db, DbError},
    model::ids::ChannelId,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt};
use zeroize::Zeroize;

/// Texts by the name of their field, secrets among them: wiped when they are dropped, and never printed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secrets(BTreeMap<String, String>);

impl Drop for Secrets {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets([redacted])")
    }
}

impl Secrets {
    /// The text of a field.
    pub fn find(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The same; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.find(name).unwrap_or_default()
    }

    /// Sets a field; empty: there is none.
    pub fn set(&mut self, name: &str, text: &str) {
        let before =
            if text.is_empty() { self.0.remove(name) } else { self.0.insert(name.into(), text.into()) };
        before.unwrap_or_default().zeroize();
    }

    /// As they are sealed.
    pub(super) fn to_json(&self) -> SecretString {
        // Plain text: it always can be written.
        serde_json::to_string(self).unwrap_or_default().into()
    }

    /// The secrets of a channel. None: there is no such channel.
    ///
    /// # Errors
    /// When the database fails or the seal does not open.
    pub async fn of(db: &Db, id: ChannelId) -> Result<Option<Self>, DbError> {
        db.opened(async |key| Self::with(db, &key, id).await).await
    }

    async fn with(db: &Db, key: &MasterKey, id: ChannelId) -> Result<Option<Self>, DbError> {
        let Some(json) = db::channels::open(&mut db.read().await?, key, id).await? else { return Ok(None) };
        // The parser's own words would repeat what it read.
        serde_json::from_str(json.expose_secret()).map(Some).map_err(|error| DbError::Corrupt {
            column: "channels.sealed".into(),
            detail: format!("{:?}", error.classify()),
        })
    }
}

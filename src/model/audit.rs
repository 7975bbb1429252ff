//! The audit log: who changed what, from where and when.

use super::words::words;
use super::{ids::UserId, time::parse_point, user::User};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who makes a change, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user; none: the command line.
    pub user: Option<UserId>,
    /// E-mail, or `command line` with the name of the system's user.
    pub name: String,
    /// The address they came from.
    pub client: Option<String>,
    /// Unix ms.
    pub at: i64,
}

impl Actor {
    /// A logged-in user.
    pub fn user(user: &User, client: impl fmt::Display, at: i64) -> Self {
        Self { user: Some(user.id), name: user.email.clone(), client: Some(client.to_string()), at }
    }

    /// Someone who is not known: whoever fails to log in.
    pub fn stranger(client: impl fmt::Display, at: i64) -> Self {
        Self { user: None, name: "nobody known".to_owned(), client: Some(client.to_string()), at }
    }

    /// Whoever may run commands on this machine.
    pub fn command_line(at: i64) -> Self {
        let name = std::env::var("USER")
            .map_or_else(|_| "command line".to_owned(), |u| format!("command line ({u})"));
        Self { user: None, name, client: None, at }
    }

    /// What they did, for the log. `detail` never holds a secret.
    pub fn entry(
        &self,
        action: Action,
        object_id: impl fmt::Display,
        object: &str,
        detail: impl Into<String>,
    ) -> NewEntry {
        let (by, object_id) = (self.clone(), object_id.to_string());
        NewEntry { by, action, object_id, object: object.to_owned(), detail: detail.into() }
    }
}

words! {
    /// What was done.
    pub enum Action("action") {
        /// An endpoint was made.
        EndpointAdded = "endpoint.added", "added the endpoint";
        /// Its name, limits or state were changed.
        EndpointChanged = "endpoint.changed", "changed the endpoint";
        /// It has a new URL.
        EndpointUrlChanged = "endpoint.url-changed", "changed the URL of the endpoint";
        /// It was removed with its deliveries.
        EndpointRemoved = "endpoint.removed", "removed the endpoint";
        /// A secret was added.
        SecretAdded = "secret.added", "added a secret to";
        /// A secret took the place of others, which expire.
        SecretRotated = "secret.rotated", "rotated the secret of";
        /// A secret's end was moved.
        SecretExtended = "secret.extended", "changed the expiry of a secret of";
        /// A secret was revoked.
        SecretRevoked = "secret.revoked", "revoked a secret of";
        /// Someone says that the server's clock is right.
        ClockConfirmed = "clock.confirmed", "confirmed the server's clock";
        /// The master key was changed.
        KeyRotated = "key.rotated", "rotated the master key";
        /// A user was made.
        UserAdded = "user.added", "added the user";
        /// A user has another role.
        UserRoleChanged = "user.role-changed", "changed the role of";
        /// Failed logins until now do not count any more.
        UserUnlocked = "user.unlocked", "unlocked the user";
        /// Someone logged in.
        LoggedIn = "login.succeeded", "logged in as";
        /// Someone gave a wrong password.
        LoginFailed = "login.failed", "failed to log in as";
        /// Someone logged out.
        LoggedOut = "session.logged-out", "logged out as";
        /// A session was ended from elsewhere.
        SessionEnded = "session.ended", "ended a session of";
        /// The role or the token did not suffice.
        AccessRefused = "access.refused", "was refused";
        /// A user cannot log in any more.
        UserDisabled = "user.disabled", "disabled the user";
        /// A user can log in again.
        UserEnabled = "user.enabled", "enabled the user";
        /// A password was set.
        UserPasswordChanged = "user.password-changed", "changed the password of";
        /// Someone was invited.
        InviteAdded = "invite.added", "invited";
        /// An invite was withdrawn.
        InviteRevoked = "invite.revoked", "withdrew the invite of";
        /// A destination was added.
        DestinationAdded = "destination.added", "added the destination";
        /// What it gets or how it is served was changed.
        DestinationChanged = "destination.changed", "changed the destination";
        /// It has a new signing secret.
        DestinationRotated = "destination.rotated", "rotated the secret of the destination";
        /// It gets nothing for now.
        DestinationPaused = "destination.paused", "paused the destination";
        /// It gets events again.
        DestinationResumed = "destination.resumed", "resumed the destination";
        /// It was removed with its queue.
        DestinationRemoved = "destination.removed", "removed the destination";
        /// A channel was added.
        ChannelAdded = "channel.added", "added the channel";
        /// A channel was changed, paused or resumed.
        ChannelChanged = "channel.changed", "changed the channel";
        /// A channel was removed.
        ChannelRemoved = "channel.removed", "removed the channel";
        /// An alert rule was added.
        RuleAdded = "rule.added", "added the alert rule";
        /// An alert rule was changed, switched on or off.
        RuleChanged = "rule.changed", "changed the alert rule";
        /// An alert rule was removed.
        RuleRemoved = "rule.removed", "removed the alert rule";
        /// An API token was made.
        TokenAdded = "token.added", "added the API token";
        /// An API token was revoked.
        TokenRevoked = "token.revoked", "revoked the API token";
        /// An API token changed something that has no entry of its own.
        TokenUsed = "token.used", "used the API to";
        /// A delivery was sent again.
        DeliveryReplayed = "delivery.replayed", "replayed";
        /// Deliveries were verified again.
        DeliveryReverified = "delivery.reverified", "re-verified";
        /// The bytes of a body were handed out.
        BodyDownloaded = "delivery.downloaded", "downloaded the body of";
        /// A secret that is not saved was tried.
        SecretTried = "secret.tried", "tried a secret on";
        /// An event of our own was sent.
        TestEventSent = "event.tested", "sent a test event to";
        /// A forward was tried ahead of its time.
        ForwardRetried = "forward.retried", "retried";
        /// A job waits.
        JobPaused = "job.paused", "paused the job";
        /// A job goes on.
        JobResumed = "job.resumed", "resumed the job";
        /// A job was stopped.
        JobCancelled = "job.cancelled", "stopped the job";
        /// The plan of copies was changed.
        BackupsChanged = "backups.changed", "changed the backup schedule";
        /// A copy was asked for.
        BackupAsked = "backups.asked", "requested a backup";
        /// The audit log was handed out.
        AuditExported = "audit.exported", "exported the audit log";
    }
}

/// A change to be recorded.
#[derive(Clone, Debug)]
pub struct NewEntry {
    /// Who made it.
    pub by: Actor,
    /// What was done.
    pub action: Action,
    /// Id of what was changed.
    pub object_id: String,
    /// Its name.
    pub object: String,
    /// What about it; never a secret.
    pub detail: String,
}

/// A change that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Entry {
    /// Grows with each entry.
    pub id: i64,
    /// Unix ms.
    pub at: i64,
    /// The user; none: the command line, an API token, or someone unknown.
    #[cfg_attr(feature = "ssr", sqlx(rename = "user_id"))]
    pub user: Option<UserId>,
    /// Who made it.
    pub actor: String,
    /// From where.
    pub client: Option<String>,
    /// Code of what was done; of a later version, perhaps.
    pub action: String,
    /// Id of what was changed.
    pub object_id: String,
    /// Its name at the time.
    pub object: String,
    /// Details, such as values before and after; never a secret.
    pub detail: String,
}

impl Entry {
    /// What was done, for people.
    pub fn label(&self) -> &str {
        Action::ALL.iter().find(|action| action.as_str() == self.action).map_or(&self.action, |a| a.label())
    }
}

/// What the audit log is narrowed to. Each part that is set narrows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// A part of the actor's name, in any case.
    pub who: Option<String>,
    /// Code of the action.
    pub action: Option<String>,
    /// At or after, unix ms.
    pub since: Option<i64>,
    /// Before, unix ms.
    pub until: Option<i64>,
}

impl AuditFilter {
    /// Reads it from the pairs of a query string; empty values and names of other parts are passed over. `now` in unix ms:
    /// times may be given as an age (`24h`).
    ///
    /// # Errors
    /// The name of the part that cannot be read, and a sentence.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
        now: i64,
    ) -> Result<Self, (&'static str, String)> {
        let point = |name: &'static str, text: &str| {
            parse_point(text, now).map(Some).map_err(|sentence| (name, format!("{name}: {sentence}")))
        };
        let mut filter = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            match name {
                _ if value.is_empty() => {}
                "who" => filter.who = Some(value.to_owned()),
                "action" if Action::ALL.iter().any(|action| action.as_str() == value) => {
                    filter.action = Some(value.to_owned());
                }
                "action" => return Err(("action", format!("action: unknown action `{value}`"))),
                "since" => filter.since = point("since", value)?,
                "until" => filter.until = point("until", value)?,
                _ => {}
            }
        }
        Ok(filter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_read_from_its_url_and_names_what_is_wrong() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            AuditFilter::from_pairs(pairs.iter().copied(), 3_600_000)
        };
        let filter =
            read(&[("who", " ada "), ("action", "login.failed"), ("since", "1h"), ("until", ""), ("x", "y")]);
        let expected = AuditFilter {
            who: Some("ada".into()),
            action: Some("login.failed".into()),
            since: Some(0),
            until: None,
        };
        assert_eq!(filter, Ok(expected));
        assert!(read(&[("action", "nothing")]).is_err_and(|(name, _)| name == "action"));
        assert!(read(&[("until", "soon")]).is_err_and(|(_, sentence)| sentence.starts_with("until: `soon`")));
    }

    #[test]
    fn no_two_actions_share_a_code() {
        let codes: std::collections::BTreeSet<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
        assert_eq!(codes.len(), Action::ALL.len());
    }
}

//! The audit log: who changed what, from where and when.

use super::{ids::UserId, user::User};
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

macro_rules! actions {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $label:literal;)*) => {
        /// What was done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[doc = $doc])* $name,)*
        }

        impl Action {
            /// Every one.
            pub const ALL: [Self; [$($code),*].len()] = [$(Self::$name),*];

            /// Its code, in the database.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What people read.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

actions! {
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
    SecretExtended = "secret.extended", "moved the end of a secret of";
    /// A secret was revoked.
    SecretRevoked = "secret.revoked", "revoked a secret of";
    /// The master key was changed.
    KeyRotated = "key.rotated", "rotated the master key";
    /// A user was made.
    UserAdded = "user.added", "added the user";
    /// A user has another role.
    UserRoleChanged = "user.role-changed", "changed the role of";
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
    /// A delivery was sent again.
    DeliveryReplayed = "delivery.replayed", "replayed";
    /// Deliveries were verified again.
    DeliveryReverified = "delivery.reverified", "re-verified";
}

/// A change to be written down.
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

/// A change that was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Grows with each entry.
    pub id: i64,
    /// Unix ms.
    pub at: i64,
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
    /// What about it.
    pub detail: String,
}

impl Entry {
    /// What was done, for people.
    pub fn label(&self) -> &str {
        Action::ALL.iter().find(|action| action.as_str() == self.action).map_or(&self.action, |a| a.label())
    }
}

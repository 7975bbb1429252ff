//! Channels: ways by which news of incidents reaches people and machines.

use super::{ids::ChannelId, severity::Severity};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What a channel talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "lowercase"))]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// A mail server.
    Email,
    /// An incoming webhook of Slack, or of what takes the same, such as Mattermost.
    Slack,
    /// A webhook of a channel of Discord.
    Discord,
    /// A workflow of Microsoft Teams that takes webhooks.
    Teams,
    /// Any program: signed JSON, as Standard Webhooks.
    Webhook,
    /// Events v2 of PagerDuty.
    PagerDuty,
}

impl ChannelKind {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 6] =
        [Self::Email, Self::Slack, Self::Discord, Self::Teams, Self::PagerDuty, Self::Webhook];

    /// The word used in forms and by the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Teams => "teams",
            Self::Webhook => "webhook",
            Self::PagerDuty => "pagerduty",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Email => "E-mail",
            Self::Slack => "Slack",
            Self::Discord => "Discord",
            Self::Teams => "Microsoft Teams",
            Self::Webhook => "Webhook",
            Self::PagerDuty => "PagerDuty",
        }
    }

    /// Whether people read what comes: many messages at once become one for them. Machines get each.
    pub fn is_for_people(self) -> bool {
        matches!(self, Self::Email | Self::Slack | Self::Discord | Self::Teams)
    }
}

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ChannelKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            format!("kind: `{text}` is none of email, slack, discord, teams, pagerduty, webhook")
        })
    }
}

/// How the way to a mail server is kept private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// TLS after a first exchange, and nothing without it (usually port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (usually port 465).
    Tls,
    /// Not at all: only where the operator allows it.
    None,
}

impl SmtpTls {
    /// Every one, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];

    /// The word used in forms and by the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StartTls => "starttls",
            Self::Tls => "tls",
            Self::None => "none",
        }
    }

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::StartTls => "STARTTLS, required (port 587)",
            Self::Tls => "TLS (port 465)",
            Self::None => "None: only where HOOKPOST_ALLOW_OUTBOUND names the server",
        }
    }
}

impl FromStr for SmtpTls {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|tls| tls.as_str() == text)
            .ok_or_else(|| format!("tls: `{text}` is none of starttls, tls, none"))
    }
}

/// How mail is sent, without the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailSettings {
    /// Name or address of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is kept private.
    pub tls: SmtpTls,
    /// Whom we log in as; empty: nobody.
    pub username: String,
    /// The sender, as `Hookpost <hookpost@example.com>`.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
}

/// What may be seen of a channel's settings. What is secret is sealed and never leaves the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "lowercase")]
pub enum ChannelSettings {
    /// By mail.
    Email(EmailSettings),
    /// By a URL that is secret: whoever has it can post (Slack, Discord, Teams).
    Url {
        /// Scheme, host and port of the URL.
        origin: String,
    },
    /// By a URL that is secret, with a signature.
    Signed {
        /// Scheme, host and port of the URL.
        origin: String,
        /// Unix ms until when the signing secret before signs too.
        old_until: Option<i64>,
    },
    /// By the Events API of PagerDuty.
    PagerDuty {
        /// Where events are posted to.
        url: String,
    },
}

/// A way by which news of incidents goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Its name, unique.
    pub name: String,
    /// What it talks to.
    pub kind: ChannelKind,
    /// What may be seen of its settings.
    pub settings: ChannelSettings,
    /// What is milder is not sent.
    pub min_severity: Severity,
    /// Unix ms; set while it is paused.
    pub paused_at: Option<i64>,
    /// Tries in a row that it did not take.
    pub failures: i64,
    /// Why the last of them failed.
    pub error: Option<String>,
    /// Unix ms.
    pub created_at: i64,
    /// Who made it.
    pub created_by: String,
    /// Grows with each change of what a person sets, so that no change overwrites another.
    pub version: i64,
}

impl Channel {
    /// Where it leads, in a line, with nothing secret.
    pub fn place(&self) -> String {
        match &self.settings {
            ChannelSettings::Email(mail) => match mail.to.as_slice() {
                [one] => one.clone(),
                [first, rest @ ..] => format!("{first} and {} more", rest.len()),
                [] => mail.host.clone(),
            },
            ChannelSettings::Url { origin } | ChannelSettings::Signed { origin, .. } => origin.clone(),
            ChannelSettings::PagerDuty { url } => url.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_read_back() {
        for kind in ChannelKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for tls in SmtpTls::ALL {
            assert_eq!(tls.as_str().parse(), Ok(tls));
        }
        assert!("pager".parse::<ChannelKind>().unwrap_err().starts_with("kind: `pager`"));
    }
}

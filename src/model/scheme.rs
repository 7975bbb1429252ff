//! Schemes: how senders sign. And the forms in which secrets are given.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How signatures of an endpoint's senders are made. Chosen by a person, never guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum Scheme {
    /// Standard Webhooks as OpenAI uses it: the preset with help and a catalogue.
    OpenAi,
    /// <https://www.standardwebhooks.com>
    StandardWebhooks,
    /// Svix' own header names, otherwise the same.
    Svix,
    /// `X-Hub-Signature-256`
    Github,
    /// `X-Gitlab-Token`, or the signed form of newer versions.
    Gitlab,
    /// `Stripe-Signature`
    Stripe,
    /// `X-Slack-Signature`
    Slack,
    /// `X-Shopify-Hmac-Sha256`
    Shopify,
    /// `X-Twilio-Signature`
    Twilio,
    /// An HMAC in a header of one's own, as the endpoint's options describe it.
    Hmac,
    /// Nothing is checked: every delivery is accepted, and marked as unverified everywhere.
    None,
}

impl Scheme {
    /// Every scheme, in the order in which people choose.
    pub const ALL: [Self; 11] = [
        Self::OpenAi,
        Self::StandardWebhooks,
        Self::Svix,
        Self::Github,
        Self::Gitlab,
        Self::Stripe,
        Self::Slack,
        Self::Shopify,
        Self::Twilio,
        Self::Hmac,
        Self::None,
    ];

    /// The word used in the database, in forms and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::StandardWebhooks => "standard-webhooks",
            Self::Svix => "svix",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Stripe => "stripe",
            Self::Slack => "slack",
            Self::Shopify => "shopify",
            Self::Twilio => "twilio",
            Self::Hmac => "hmac",
            Self::None => "none",
        }
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::OpenAi => "OpenAI",
            Self::StandardWebhooks => "Standard Webhooks",
            Self::Svix => "Svix",
            Self::Github => "GitHub",
            Self::Gitlab => "GitLab",
            Self::Stripe => "Stripe",
            Self::Slack => "Slack",
            Self::Shopify => "Shopify",
            Self::Twilio => "Twilio",
            Self::Hmac => "HMAC (own header)",
            Self::None => "None (unverified)",
        }
    }

    /// Whether deliveries are checked at all.
    pub fn needs_secret(self) -> bool {
        self != Self::None
    }

    /// The header in which its senders name the type of an event, where the body does not.
    pub fn type_header(self) -> Option<&'static str> {
        match self {
            Self::Github => Some("x-github-event"),
            Self::Gitlab => Some("x-gitlab-event"),
            Self::Shopify => Some("x-shopify-topic"),
            _ => None,
        }
    }

    /// The form in which its senders show secrets. Stripe's `whsec_…` is literal text.
    pub fn default_secret_format(self) -> SecretFormat {
        match self {
            Self::OpenAi | Self::StandardWebhooks | Self::Svix => SecretFormat::Prefixed,
            _ => SecretFormat::Text,
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scheme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|scheme| scheme.as_str()).collect();
            format!("scheme: `{text}` is none; choose one of {}", known.join(", "))
        })
    }
}

impl From<Scheme> for &'static str {
    fn from(scheme: Scheme) -> Self {
        scheme.as_str()
    }
}

impl TryFrom<String> for Scheme {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

/// How the text of a secret is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretFormat {
    /// `whsec_` and base64; `whpk_` or `whsk_` for ed25519.
    Prefixed,
    /// Base64 without a prefix.
    Base64,
    /// The text's own bytes.
    Text,
}

impl SecretFormat {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Prefixed, Self::Base64, Self::Text];

    /// The word used in the database, in forms and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prefixed => "prefixed",
            Self::Base64 => "base64",
            Self::Text => "text",
        }
    }

    /// What people choose by.
    pub fn label(self) -> &'static str {
        match self {
            Self::Prefixed => "with prefix (whsec_…)",
            Self::Base64 => "base64 without prefix",
            Self::Text => "plain text",
        }
    }
}

impl fmt::Display for SecretFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SecretFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == text)
            .ok_or_else(|| format!("secret format: `{text}` is none; choose prefixed, base64 or text"))
    }
}

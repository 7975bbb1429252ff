//! Signing as a sender does, for test events and for holding receivers against what they claim to verify.

use super::{
    Rules, github, gitlab, hmac,
    secret::{ParsedSecret, SecretError},
    shopify, slack, standard, stripe, twilio,
};
use crate::model::scheme::Scheme;

/// Names and values of headers.
pub type Headers = Vec<(String, String)>;

/// An event that is to be signed.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned<'a> {
    /// The key of the event. Stripe and Slack name the event in the body instead.
    pub id: &'a str,
    /// Unix seconds.
    pub timestamp: i64,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// The URL it is sent to, for schemes that sign it (Twilio).
    pub url: Option<&'a str>,
}

/// The headers that the scheme's senders put on such a request. None for the scheme that signs nothing.
///
/// # Errors
/// The secret verifies and does not sign, or the scheme signs the URL and none is given.
pub fn sign<'r>(
    rules: impl Into<Rules<'r>>,
    secret: &ParsedSecret,
    event: &Unsigned<'_>,
) -> Result<Headers, SecretError> {
    let rules = rules.into();
    match rules.scheme {
        Scheme::OpenAi | Scheme::StandardWebhooks => standard::sign_with(&standard::WEBHOOK, secret, event),
        Scheme::Svix => standard::sign_with(&standard::SVIX, secret, event),
        Scheme::Github => github::sign(secret, event),
        Scheme::Gitlab => gitlab::sign(secret, event),
        Scheme::Stripe => stripe::sign(secret, event),
        Scheme::Slack => slack::sign(secret, event),
        Scheme::Shopify => shopify::sign(secret, event),
        Scheme::Twilio => twilio::sign(secret, event),
        Scheme::Hmac => hmac::sign(rules.hmac_options(), secret, event),
        Scheme::None => Some(Headers::new()),
    }
    .ok_or(SecretError::CannotSign)
}

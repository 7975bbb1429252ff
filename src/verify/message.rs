//! What is verified and what is signed.

use crate::model::headers::HeaderList;

/// A request as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// As they came, in order.
    pub headers: &'a HeaderList,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// The URL it was sent to, for schemes that sign it (Twilio).
    pub url: Option<&'a str>,
}

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

/// Names and values of headers.
pub type Headers = Vec<(String, String)>;

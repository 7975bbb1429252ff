//! Which headers sign a request, or hold the ingest URL that a proxy wrote there: who may not send one again is not shown
//! their values.

use super::{endpoint::Endpoint, headers::HeaderList};

/// Whether a header (lower case) signs requests, by its name: `webhook-signature`, `x-hub-signature-256`,
/// `x-shopify-hmac-sha256`, `paypal-transmission-sig`, `x-signature-ed25519`.
fn is_signature(name: &str) -> bool {
    name.contains("signature") || name.contains("hmac") || name.ends_with("-sig") || name.contains("digest")
}

/// The headers with the values hidden that sign the request or hold the key of its URL, as [`super::headers::is_hidden`]
/// tells.
pub fn without_signatures(endpoint: &Endpoint, headers: HeaderList) -> HeaderList {
    let own = endpoint.hmac.as_ref().map(|hmac| hmac.header.to_ascii_lowercase());
    let key = endpoint.key.as_bytes();
    let holds_key = |value: &[u8]| value.windows(key.len().max(1)).any(|part| part == key);
    let with_key: Vec<String> =
        headers.iter().filter(|(_, value)| holds_key(value)).map(|(name, _)| name.to_owned()).collect();
    let signs = |name: &str| {
        is_signature(name) || own.as_deref() == Some(name) || with_key.iter().any(|with| with == name)
    };
    headers.conceal(signs).map_or(headers, |concealed| concealed.shown)
}

#[cfg(test)]
mod tests {
    use super::is_signature;

    #[test]
    fn signatures_are_known_by_their_names() {
        for name in [
            "webhook-signature",
            "svix-signature",
            "x-hub-signature",
            "x-hub-signature-256",
            "stripe-signature",
            "x-slack-signature",
            "x-shopify-hmac-sha256",
            "x-twilio-signature",
            "paypal-transmission-sig",
        ] {
            assert!(is_signature(name), "{name}");
        }
        for name in ["webhook-id", "webhook-timestamp", "content-type", "x-github-delivery", "user-agent"] {
            assert!(!is_signature(name), "{name}");
        }
    }
}

//! Signed events for tests, with deliberate faults: to see what a handler, or Hookpost itself, makes of them.

use crate::{
    model::{json, scheme::Scheme, words::words},
    verify::{self, Headers, ParsedSecret, Rules, SecretError, Unsigned},
};
use serde_json::Value;

words! {
    /// What is wrong with an event.
    pub enum Fault("fault") {
        None = "none", "none: a genuine event";
        /// Its timestamp is ten minutes old.
        Stale = "stale", "stale: signed ten minutes ago";
        /// Its timestamp is ten minutes ahead.
        Future = "future", "future: signed ten minutes from now";
        /// It is signed with a random secret.
        WrongSecret = "wrong-secret", "wrong secret: signed with another secret";
        /// The signature's header is left out.
        MissingHeader = "missing-header", "missing header: without its signature";
        /// A signature of an unknown version stands before the good one. Standard Webhooks alone can say so.
        UnknownVersion = "unknown-version", "two signatures, the first with an unknown version";
        /// It is sent twice.
        DuplicateId = "duplicate-id", "duplicate: the same event twice";
        /// An older event comes after a newer one.
        OutOfOrder = "out-of-order", "out of order: a newer event, then an older one";
        /// Its type is in nobody's catalogue.
        UnknownType = "unknown-type", "unknown type: not in the catalogue";
    }
}

/// What is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// How it is signed.
    pub rules: Rules<'a>,
    /// With what; none for the scheme that signs nothing.
    pub secret: Option<&'a ParsedSecret>,
    /// The event's type, for schemes that name it in a header.
    pub event_type: &'a str,
    pub body: &'a str,
    /// The URL it goes to.
    pub url: &'a str,
    /// Unix seconds.
    pub now: i64,
    /// What is wrong with it.
    pub fault: Fault,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Names and values.
    pub headers: Headers,
    pub body: String,
}

const TEN_MINUTES: i64 = 600;
const STANDARD_ID: &str = "webhook-id";

/// A field that is wrong, and the sentence that names it.
pub type Wrong = (&'static str, String);

/// The requests in the order in which they are sent. `id` makes a new event key.
///
/// # Errors
/// There is no secret, it cannot sign, or the scheme cannot have this fault: which field that is, and a sentence.
pub fn build(draft: &Draft<'_>, id: impl Fn() -> String) -> Result<Vec<Built>, Wrong> {
    let one = |draft: &Draft<'_>, id: &str, body: &str| request(draft, id, body);
    let body = draft.body.to_owned();
    match draft.fault {
        Fault::DuplicateId => {
            let key = id();
            Ok(vec![one(draft, &key, &body)?, one(draft, &key, &body)?])
        }
        Fault::OutOfOrder => {
            let older = edited(&body, |event| {
                event.insert("id".into(), Value::from(format!("evt_{}", id())));
                event.insert("created_at".into(), Value::from(draft.now.saturating_sub(TEN_MINUTES)));
            });
            Ok(vec![one(draft, &id(), &body)?, one(draft, &id(), &older)?])
        }
        Fault::UnknownType => {
            let unknown = edited(&body, |event| {
                event.insert("type".into(), Value::from("hookpost.test.unknown"));
            });
            let draft = Draft { event_type: "hookpost.test.unknown", ..*draft };
            Ok(vec![one(&draft, &id(), &unknown)?])
        }
        _ => Ok(vec![one(draft, &id(), &body)?]),
    }
}

/// The body with its top level changed; as it was when it is no JSON object.
fn edited(body: &str, change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(Value::Object(mut event)) => {
            change(&mut event);
            json::write(&Value::Object(event), json::Spacing::Python, false, false)
        }
        _ => body.to_owned(),
    }
}

fn request(draft: &Draft<'_>, id: &str, body: &str) -> Result<Built, Wrong> {
    let scheme = draft.rules.scheme;
    let timestamp = match draft.fault {
        Fault::Stale => draft.now.saturating_sub(TEN_MINUTES),
        Fault::Future => draft.now.saturating_add(TEN_MINUTES),
        _ => draft.now,
    };
    let event = Unsigned { id, timestamp, body: body.as_bytes(), url: Some(draft.url) };
    let other = if draft.fault == Fault::WrongSecret {
        Some(another_secret(scheme).map_err(|e| ("secret", e))?)
    } else {
        None
    };
    let mut headers = match other.as_ref().or(draft.secret) {
        // What senders of Standard Webhooks put there without a secret: only the id is of use.
        _ if !scheme.verifies => vec![(STANDARD_ID.into(), id.to_owned())],
        _ if !scheme.can_sign() => {
            return Err((
                "endpoint",
                format!("endpoint: Hookpost can verify signatures of {} but can't create them", scheme.label),
            ));
        }
        Some(secret) => {
            verify::sign(draft.rules, secret, &event).map_err(|e| ("secret", format!("secret: {e}")))?
        }
        None => {
            return Err(("secret", "secret: the endpoint has none yet; add the signing secret first".into()));
        }
    };
    match (draft.fault, scheme.standard) {
        (Fault::MissingHeader, _) => headers.retain(|(name, _)| name != proof(draft)),
        (Fault::UnknownVersion, Some(names)) => {
            for (_, value) in headers.iter_mut().filter(|(name, _)| name == names.signature) {
                *value = format!("v9,{} {value}", "A".repeat(43));
            }
        }
        (Fault::UnknownVersion, None) => {
            return Err((
                "fault",
                format!("fault: {} has one signature without a version; choose another", scheme.label),
            ));
        }
        _ => {}
    }
    if let Some(name) = scheme.type_header {
        headers.push((name.into(), draft.event_type.to_owned()));
    }
    Ok(Built { headers, body: body.to_owned() })
}

/// The header that proves who sent it.
fn proof<'a>(draft: &Draft<'a>) -> &'a str {
    match draft.rules.hmac_options() {
        options if draft.rules.scheme == Scheme::HMAC => &options.header,
        _ => draft.rules.scheme.headers.last().copied().unwrap_or_default(),
    }
}

fn another_secret(scheme: Scheme) -> Result<ParsedSecret, String> {
    let text = verify::generate_secret().map_err(|error| error.to_string())?;
    verify::parse_secret(scheme, scheme.secret_format, &text)
        .map(|(secret, _warnings)| secret)
        .map_err(|error: SecretError| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            headers::HeaderList,
            verdict::{Reason, Verdict},
        },
        verify::{AgeCheck, NamedSecret, Signed, parse_secret},
    };

    const NOW: i64 = 1_700_000_000;
    const BODY: &str = r#"{"id": "evt_1", "created_at": 1, "type": "a.b", "data": {}}"#;

    fn verdicts(scheme: Scheme, fault: Fault) -> Result<Vec<Verdict>, Wrong> {
        let text = "whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";
        let secret = parse_secret(scheme, scheme.secret_format, text).unwrap().0;
        let draft = Draft {
            rules: scheme.into(),
            secret: Some(&secret),
            event_type: "a.b",
            body: BODY,
            url: "https://h/in/k",
            now: NOW,
            fault,
        };
        let counter = std::cell::Cell::new(0);
        let built = build(&draft, || {
            counter.set(counter.get() + 1);
            format!("wh_{}", counter.get())
        })?;
        let named = NamedSecret { id: "a".into(), secret };
        let clock = AgeCheck { now: NOW, tolerance: Some(300) };
        Ok(built
            .iter()
            .map(|request| {
                let mut headers = HeaderList::default();
                request.headers.iter().for_each(|(n, v)| headers.push(n, v.as_bytes()));
                let signed =
                    Signed { headers: &headers, body: request.body.as_bytes(), url: Some("https://h/in/k") };
                verify::verify(scheme, [&named].into_iter(), &signed, &clock)
            })
            .collect())
    }

    #[test]
    fn each_scheme_sends_what_it_verifies_itself() {
        for scheme in Scheme::all() {
            if scheme.verifies && scheme.can_sign() {
                assert!(verdicts(scheme, Fault::None).unwrap()[0].is_accepted(), "{scheme}");
                assert!(!verdicts(scheme, Fault::WrongSecret).unwrap()[0].is_accepted(), "{scheme}");
                assert!(!verdicts(scheme, Fault::MissingHeader).unwrap()[0].is_accepted(), "{scheme}");
            }
        }
    }

    #[test]
    fn each_fault_is_rejected_for_its_reason_or_accepted_as_it_should_be() {
        let reason = |fault| verdicts(Scheme::OPENAI, fault).unwrap()[0].reason();
        assert_eq!(reason(Fault::Stale), Some(Reason::TimestampTooOld));
        assert_eq!(reason(Fault::Future), Some(Reason::TimestampTooNew));
        assert_eq!(reason(Fault::WrongSecret), Some(Reason::SignatureMismatch));
        assert_eq!(reason(Fault::MissingHeader), Some(Reason::MissingHeader));
        assert_eq!(reason(Fault::UnknownVersion), None);
        assert_eq!(reason(Fault::UnknownType), None);
        for fault in [Fault::DuplicateId, Fault::OutOfOrder] {
            let both = verdicts(Scheme::OPENAI, fault).unwrap();
            assert_eq!(both.iter().filter(|verdict| verdict.is_accepted()).count(), 2);
        }
        assert!(
            verdicts("github".parse().unwrap(), Fault::UnknownVersion)
                .is_err_and(|(field, said)| field == "fault" && said.starts_with("fault: GitHub"))
        );
    }
}

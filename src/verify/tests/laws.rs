//! Laws that hold for any input.

use super::*;
use crate::model::hmac::{Algorithm, Encoding};
use proptest::{collection::vec, prelude::*};
use std::sync::LazyLock;

/// Headers that some scheme reads.
static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let own = Scheme::all().flat_map(|scheme| scheme.headers.iter().copied());
    own.chain(["idempotency-key", "x-signature"]).collect()
});

fn secret_of(bytes: &[u8]) -> NamedSecret {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    named("a", Scheme::STANDARD_WEBHOOKS, SecretFormat::Base64, &text)
}

fn accepts(secret: &NamedSecret, id: &str, timestamp: &str, signature: &str, body: &[u8]) -> bool {
    let headers = standard_headers(id, timestamp, signature);
    let request = Signed { headers: &headers, body, url: None };
    let clock = AgeCheck { now: NOW, tolerance: None };
    verify(Scheme::STANDARD_WEBHOOKS, [secret].into_iter(), &request, &clock).is_accepted()
}

/// The bytes with one bit changed; which one follows from `at`.
fn changed(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let bit = at % (bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// None where the change makes it another thing than a header's text.
fn changed_text(text: &str, at: usize) -> Option<String> {
    String::from_utf8(changed(text.as_bytes(), at)).ok()
}

fn header_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..60),
        "(v1|v1a|v2|v0|t|sha256)[,= ]{1,2}[A-Za-z0-9+/=]{0,90}( v1,[A-Za-z0-9+/=]{0,44}){0,40}"
            .prop_map(String::into_bytes),
        "[0-9+.-]{0,20}".prop_map(String::into_bytes),
    ]
}

/// Options of the scheme `hmac` under which everything is signed.
fn hmac_options() -> impl Strategy<Value = HmacOptions> {
    let algorithm = prop::sample::select(Algorithm::ALL.to_vec());
    let encoding = prop::sample::select(Encoding::ALL.to_vec());
    (algorithm, encoding, "[a-z0-9]{0,6}=?").prop_map(|(algorithm, encoding, prefix)| HmacOptions {
        algorithm,
        encoding,
        prefix,
        signed: "{id}.{timestamp}:{body}".into(),
        timestamp_header: Some("x-time".into()),
        id_header: Some("x-id".into()),
        ..HmacOptions::default()
    })
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_any_changed_bit_does_not(
        key in vec(any::<u8>(), 1..=75),
        id in "[!-~]{1,40}",
        timestamp in 0..1_000_000_000_000_000_000_i64,
        body in vec(any::<u8>(), 1..200),
        at in any::<usize>(),
    ) {
        let secret = secret_of(&key);
        let time = timestamp.to_string();
        let signature = sign_standard(&secret.secret, &id, timestamp, &body).unwrap();
        prop_assert!(accepts(&secret, &id, &time, &signature, &body));
        prop_assert!(!accepts(&secret, &id, &time, &signature, &changed(&body, at)));
        if let Some(id) = changed_text(&id, at) {
            prop_assert!(!accepts(&secret, &id, &time, &signature, &body));
        }
        if let Some(time) = changed_text(&time, at) {
            prop_assert!(!accepts(&secret, &id, &time, &signature, &body));
        }
        if let Some(signature) = changed_text(&signature, at) {
            prop_assert!(!accepts(&secret, &id, &time, &signature, &body));
        }
        prop_assert!(!accepts(&secret_of(&changed(&key, at)), &id, &time, &signature, &body));
    }

    #[test]
    fn what_any_scheme_signs_it_verifies_and_a_changed_bit_it_does_not(
        key in "[!-~]{24,60}",
        id in "[A-Za-z0-9_]{1,40}",
        body in vec(any::<u8>(), 1..200),
        options in hmac_options(),
        at in any::<usize>(),
    ) {
        for scheme in Scheme::all().filter(|scheme| scheme.verifies && scheme.can_sign()) {
            let rules = Rules { scheme, hmac: Some(&options) };
            let secret = named("a", scheme, SecretFormat::Text, &key);
            let url = Some("https://example.com/in/x");
            let event = Unsigned { id: &id, timestamp: NOW, body: &body, url };
            let signed = sign(rules, &secret.secret, &event).unwrap();
            let accepts = |signed: &Headers, body: &[u8]| {
                let mut headers = HeaderList::default();
                signed.iter().for_each(|(name, value)| headers.push(name, value.as_bytes()));
                let request = Signed { headers: &headers, body, url };
                verify(rules, [&secret].into_iter(), &request, &AgeCheck { now: NOW, tolerance: None }).is_accepted()
            };
            prop_assert!(accepts(&signed, &body), "{}", scheme);
            // A token proves nothing of the body, and Twilio signs what a form means, not its bytes.
            if !scheme.sends_secret && !scheme.signs_url {
                prop_assert!(!accepts(&signed, &changed(&body, at)), "{}", scheme);
            }
            // Some ids are not signed; the header that proves is.
            let proof = if scheme == Scheme::HMAC { "x-signature" } else { scheme.headers.last().unwrap() };
            let index = signed.iter().position(|(name, _)| name == proof).unwrap();
            let mut other = signed.clone();
            if let Some(value) = changed_text(&other[index].1, at) {
                other[index].1 = value;
                prop_assert!(!accepts(&other, &body), "{} {:?}", scheme, other);
            }
        }
    }

    #[test]
    fn nothing_received_makes_any_scheme_panic_or_verify_by_chance(
        given in vec((0..NAMES.len(), header_value()), 0..8),
        body in vec(any::<u8>(), 0..200),
        url in proptest::option::of("(https?://)?[ -~]{0,40}"),
        now in any::<i64>(),
        tolerance in proptest::option::of(0..=i64::from(u32::MAX)),
    ) {
        let mut headers = HeaderList::default();
        given.iter().for_each(|(name, value)| headers.push(NAMES[*name], value));
        let request = Signed { headers: &headers, body: &body, url: url.as_deref() };
        let clock = AgeCheck { now, tolerance };
        let secrets = [standard("a", SECRET), standard("b", PUBLIC_KEY)];
        for scheme in Scheme::all() {
            let verdict = verify(scheme, secrets.iter(), &request, &clock);
            prop_assert_eq!(verdict.is_accepted(), !scheme.verifies);
            prop_assert_eq!(&Verdict::from_json(&verdict.to_json()).unwrap(), &verdict);
            prop_assert!(!verdict.steps(str::to_owned).is_empty());
            if let Some(key) = claimed_event_key(scheme, &headers, &body) {
                prop_assert!(is_key(&key));
            }
        }
    }

    #[test]
    fn no_text_makes_the_reading_of_secrets_panic(
        text in prop_oneof![".{0,120}", "(v1,)?(whsec_|whpk_|whsk_)[A-Za-z0-9+/]{0,100}={0,3}"],
    ) {
        for scheme in Scheme::all() {
            for format in SecretFormat::ALL {
                if let Ok((secret, _warnings)) = parse_secret(scheme, format, &text) {
                    prop_assert!(!text.trim_ascii().is_empty());
                    let shown = format!("{secret:?}");
                    prop_assert!(text.len() < 4 || !shown.contains(&text));
                }
            }
        }
    }
}

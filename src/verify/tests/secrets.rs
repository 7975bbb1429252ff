//! Secrets: what is read, what is refused, and that none is ever shown.

use super::*;

fn parsed(format: SecretFormat, text: &str) -> Result<Vec<SecretWarning>, SecretError> {
    parse_secret(Scheme::STANDARD_WEBHOOKS, format, text).map(|(_secret, warnings)| warnings)
}

#[test]
fn what_surrounds_a_pasted_secret_is_taken_off() {
    let genuine = signed_by(&standard("a", SECRET));
    let unpadded = SECRET.trim_end_matches('=');
    for text in [format!(" {SECRET}\r\n"), format!("v1,{SECRET}"), unpadded.to_owned()] {
        assert!(check(Scheme::OPENAI, &[standard("b", &text)], &genuine).is_accepted(), "{text:?}");
    }
    let bare = named("c", Scheme::OPENAI, SecretFormat::Base64, SECRET.trim_start_matches("whsec_"));
    assert!(check(Scheme::OPENAI, &[bare], &genuine).is_accepted());
}

#[test]
fn an_empty_secret_is_refused_in_every_form_and_scheme() {
    for scheme in Scheme::all() {
        for format in SecretFormat::ALL {
            for text in ["", " ", "\n", "\t\r\n"] {
                assert_eq!(parse_secret(scheme, format, text).err(), Some(SecretError::Empty), "{scheme}");
            }
        }
        for text in ["whsec_", "v1,", "v1,whsec_", " whsec_ "] {
            let error = parse_secret(scheme, SecretFormat::Prefixed, text).err();
            assert_eq!(error, Some(SecretError::Empty), "{scheme} {text:?}");
        }
    }
}

#[test]
fn what_cannot_be_read_strictly_is_refused_with_its_reason() {
    let prefixed = |text: &str| parsed(SecretFormat::Prefixed, text).err().map(SecretError::code);
    assert_eq!(prefixed("RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjY"), Some("secret-no-prefix"));
    assert_eq!(prefixed("whsec_%%%"), Some("secret-not-base64"));
    assert_eq!(prefixed("whsec_eA="), Some("secret-not-base64"));
    assert_eq!(prefixed("whsec_wronglength"), Some("secret-not-base64"));
    assert_eq!(prefixed(&format!("whsec_{}", "AAAA".repeat(26))), Some("secret-too-long"));
    assert_eq!(prefixed("whpk_AAAA"), Some("secret-not-ed25519"));
    assert_eq!(prefixed(&format!("whpk_{}=", "A".repeat(43))), Some("secret-not-ed25519"), "small order");
    let github = parse_secret(scheme("github"), SecretFormat::Prefixed, PUBLIC_KEY).err();
    assert_eq!(github, Some(SecretError::NotSymmetric));
}

#[test]
fn an_odd_length_and_space_around_a_text_are_warned_of() {
    assert_eq!(parsed(SecretFormat::Prefixed, SECRET), Ok(vec![]));
    assert_eq!(parsed(SecretFormat::Prefixed, "whsec_eA=="), Ok(vec![SecretWarning::Length { bytes: 1 }]));
    let github = |text| parse_secret(scheme("github"), SecretFormat::Text, text).unwrap().1;
    assert_eq!(github("It's a Secret to Everybody"), vec![]);
    assert_eq!(github("secret\n"), [SecretWarning::Space]);
}

#[test]
fn every_byte_of_a_text_counts() {
    let body_signature = |text| {
        let secret = named("a", Scheme::STANDARD_WEBHOOKS, SecretFormat::Text, text);
        sign_standard(&secret.secret, "wh_1", NOW, BODY).unwrap()
    };
    assert_ne!(body_signature("secret"), body_signature("secret\n"));
    // Stripe's `whsec_…` is literal text.
    assert_ne!(
        body_signature(SECRET),
        sign_standard(&standard("a", SECRET).secret, "wh_1", NOW, BODY).unwrap()
    );
}

#[test]
fn an_ed25519_key_verifies_and_does_not_sign() {
    let key = standard("a", KEY_PAIR);
    assert!(!key.secret.is_public_key());
    assert_eq!(sign_standard(&key.secret, "wh_1", NOW, BODY), Err(SecretError::CannotSign));
}

#[test]
fn a_new_secret_is_one_of_32_bytes_and_never_the_same() {
    let (first, second) = (generate_secret().unwrap(), generate_secret().unwrap());
    assert_ne!(first, second);
    assert_eq!(first.len(), "whsec_".len() + 44);
    assert_eq!(parsed(SecretFormat::Prefixed, &first), Ok(vec![]));
}

#[test]
fn neither_debug_output_nor_an_error_shows_a_secret() {
    let shown = format!("{:?}", named("a", scheme("github"), SecretFormat::Text, "hunter2"));
    assert!(!shown.contains("hunter2") && !shown.contains("104"), "{shown}");
    let error = parsed(SecretFormat::Prefixed, "whsec_hunter2!").unwrap_err();
    assert!(!format!("{error:?} {error}").contains("hunter2"));
}

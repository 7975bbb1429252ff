//! Each way to be rejected, and what the verdict says of it.

use super::*;

fn reason(headers: &HeaderList) -> Option<Reason> {
    check(Scheme::OPENAI, &[standard("a", SECRET)], headers).reason()
}

#[test]
fn a_genuine_request_is_accepted_and_names_its_secret() {
    let secrets = [standard("old", OTHER_SECRET), standard("new", SECRET)];
    let verdict = check(Scheme::OPENAI, &secrets, &signed_by(&secrets[1]));
    assert!(verdict.is_accepted());
    assert_eq!(verdict.matched_secret(), Some("new"));
    assert_eq!(verdict.tried, ["old"]);
}

#[test]
fn an_accepted_verdict_is_short_and_comes_back_from_its_json() {
    let secret = standard("", SECRET);
    let verdict = check(Scheme::OPENAI, std::slice::from_ref(&secret), &signed_by(&secret));
    let json = verdict.to_json();
    assert!(json.len() < 120, "{json}");
    assert_eq!(Verdict::from_json(&json).unwrap(), verdict);
}

#[test]
fn a_header_that_is_missing_or_empty_is_named() {
    let verdict = check(
        Scheme::OPENAI,
        &[standard("a", SECRET)],
        &headers(&[("webhook-id", "wh_1"), ("webhook-signature", "v1,")]),
    );
    assert_eq!(verdict.reason(), Some(Reason::MissingHeader));
    assert_eq!(verdict.header.as_deref(), Some("webhook-timestamp"));
    assert_eq!(reason(&standard_headers("", "1", "v1,")), Some(Reason::MissingHeader));
}

#[test]
fn a_header_that_comes_twice_is_refused_even_with_the_same_value() {
    let secret = standard("a", SECRET);
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let mut twice = signed_by(&secret);
        let value = twice.get(name).unwrap().to_vec();
        twice.push(name, &value);
        let verdict = check(Scheme::OPENAI, std::slice::from_ref(&secret), &twice);
        assert_eq!((verdict.reason(), verdict.header.as_deref()), (Some(Reason::RepeatedHeader), Some(name)));
    }
}

#[test]
fn a_header_outside_visible_ascii_is_refused() {
    for id in ["wh 1", " ", "wh\t1", "wh_ü", "wh\u{7f}"] {
        assert_eq!(reason(&standard_headers(id, "1", "v1,")), Some(Reason::MalformedHeader), "{id:?}");
    }
    assert_eq!(reason(&standard_headers("wh_1", "1", "v1,a\tv1,b")), Some(Reason::MalformedHeader));
    let none = headers(&[("stripe-signature", "v1=ab")]);
    let secret = named("a", scheme("stripe"), SecretFormat::Text, "s");
    assert_eq!(check(scheme("stripe"), &[secret], &none).reason(), Some(Reason::MalformedHeader));
}

#[test]
fn a_timestamp_is_plain_decimal_seconds() {
    for text in ["01", "+1", "-1", "1.5", "0x10", "1e3", "1_000", "१", "1000000000000000000"] {
        let got = reason(&standard_headers("wh_1", text, "v1,"));
        let expected = if text.is_ascii() { Reason::InvalidTimestamp } else { Reason::MalformedHeader };
        assert_eq!(got, Some(expected), "{text:?}");
    }
    assert_eq!(reason(&standard_headers("wh_1", "0", "v1,")), Some(Reason::TimestampTooOld));
    assert_eq!(reason(&standard_headers("wh_1", &"9".repeat(18), "v1,")), Some(Reason::TimestampTooNew));
}

#[test]
fn the_tolerance_is_inclusive_on_both_sides() {
    let secrets = [standard("a", SECRET)];
    let genuine = signed_by(&secrets[0]);
    let at = |now| check_at(now, Some(300), Scheme::OPENAI, &secrets, &genuine).reason();
    assert_eq!(at(NOW + 300), None);
    assert_eq!(at(NOW + 301), Some(Reason::TimestampTooOld));
    assert_eq!(at(NOW - 300), None);
    assert_eq!(at(NOW - 301), Some(Reason::TimestampTooNew));
    assert_eq!(at(i64::MIN), Some(Reason::TimestampTooNew));
    assert_eq!(at(i64::MAX), Some(Reason::TimestampTooOld));
}

#[test]
fn without_a_tolerance_age_is_not_checked_but_the_signature_is() {
    let secrets = [standard("a", SECRET)];
    let genuine = signed_by(&secrets[0]);
    assert!(check_at(i64::MAX, None, Scheme::OPENAI, &secrets, &genuine).is_accepted());
    let forged = standard_headers("wh_2", &NOW.to_string(), "v1,AAAA");
    assert_eq!(
        check_at(i64::MAX, None, Scheme::OPENAI, &secrets, &forged).reason(),
        Some(Reason::SignatureMismatch)
    );
}

#[test]
fn signatures_of_unknown_versions_are_skipped_and_alone_do_not_suffice() {
    let now = NOW.to_string();
    let verdict =
        check(Scheme::OPENAI, &[standard("a", SECRET)], &standard_headers("wh_1", &now, "v2,AA= v3,BB="));
    assert_eq!((verdict.reason(), verdict.unknown_versions), (Some(Reason::NoSignature), 2));
}

#[test]
fn a_signature_of_the_other_kind_of_key_is_no_mismatch() {
    let hmac = standard("hmac", SECRET);
    let public = standard("public", PUBLIC_KEY);
    assert_eq!(check(Scheme::OPENAI, &[public], &signed_by(&hmac)).reason(), Some(Reason::NoSignature));
}

#[test]
fn a_public_key_never_serves_as_an_hmac_key() {
    let bytes = PUBLIC_KEY.replace("whpk_", "whsec_");
    let forged = signed_by(&standard("forger", &bytes));
    for key in [PUBLIC_KEY, KEY_PAIR] {
        assert!(!check(Scheme::OPENAI, &[standard("public", key)], &forged).is_accepted());
    }
}

#[test]
fn more_signatures_than_anyone_sends_are_refused_unread() {
    let secret = standard("a", SECRET);
    let good = sign_standard(&secret.secret, "wh_1", NOW, BODY).unwrap();
    let list = |bad: usize| format!("{}{good}", "v1,AA= ".repeat(bad));
    let at = |bad| {
        let headers = standard_headers("wh_1", &NOW.to_string(), &list(bad));
        check(Scheme::OPENAI, std::slice::from_ref(&secret), &headers).reason()
    };
    assert_eq!(at(31), None);
    assert_eq!(at(32), Some(Reason::TooManySignatures));
    let ed25519 = format!("v1a,{}==", "A".repeat(86));
    let headers = standard_headers("wh_1", &NOW.to_string(), &vec![ed25519; 9].join(" "));
    assert_eq!(reason(&headers), Some(Reason::TooManySignatures));
}

#[test]
fn an_endpoint_without_a_secret_accepts_nothing() {
    let genuine = signed_by(&standard("a", SECRET));
    assert_eq!(check(Scheme::OPENAI, &[], &genuine).reason(), Some(Reason::NoSecret));
}

#[test]
fn a_signature_by_another_secret_is_a_mismatch() {
    let genuine = signed_by(&standard("a", SECRET));
    let verdict = check(Scheme::OPENAI, &[standard("b", OTHER_SECRET)], &genuine);
    assert_eq!(verdict.reason(), Some(Reason::SignatureMismatch));
    assert_eq!(verdict.tried, ["b"]);
}

#[test]
fn twilio_cannot_be_verified_without_the_url() {
    let secret = named("a", scheme("twilio"), SecretFormat::Text, "12345");
    let headers = headers(&[("x-twilio-signature", "AAAA")]);
    assert_eq!(check(scheme("twilio"), &[secret], &headers).reason(), Some(Reason::UnknownUrl));
}

#[test]
fn the_scheme_none_accepts_everything_and_says_that_nothing_was_verified() {
    let verdict = check(Scheme::NONE, &[], &HeaderList::default());
    assert!(verdict.is_accepted() && verdict.unverified);
    assert_eq!(verdict.matched_secret(), None);
}

#[test]
fn gitlabs_token_is_compared_whole_and_a_signature_beside_it_wins() {
    let secret = named("a", scheme("gitlab"), SecretFormat::Text, "open sesame");
    let at = |pairs: &[(&str, &str)]| {
        check(scheme("gitlab"), std::slice::from_ref(&secret), &headers(pairs)).reason()
    };
    assert_eq!(at(&[("x-gitlab-token", "open sesame")]), None);
    assert_eq!(at(&[("x-gitlab-token", "open sesam")]), Some(Reason::SignatureMismatch));
    let both = [("x-gitlab-token", "open sesame"), ("webhook-signature", "v1,AAAA")];
    assert_eq!(at(&both), Some(Reason::MissingHeader));
}

#[test]
fn every_reason_has_a_stable_code_and_its_own_words() {
    for reason in Reason::ALL {
        assert_eq!(reason.as_str().parse(), Ok(reason));
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        assert!(reason.as_str().bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{reason}");
        assert!(reason.sentence().ends_with('.') && reason.label().len() <= 20, "{reason}");
    }
}

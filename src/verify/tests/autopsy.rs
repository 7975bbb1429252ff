//! Each probable cause, shown by a request that has it; and that nothing is claimed of what has none.

use super::*;
use crate::{
    model::verdict::{BodyChange, Cause, Mangling, Owner, Reading},
    verify::autopsy::{Suspect, autopsy},
};

/// A request signed with `key` (read as the sender reads it) over `signed_body`, received with `body`.
struct Case {
    scheme: Scheme,
    headers: HeaderList,
    body: Vec<u8>,
}

fn sent(scheme: Scheme, format: SecretFormat, key: &str, signed_body: &[u8]) -> Case {
    sent_at(NOW, scheme, format, key, signed_body)
}

fn sent_at(timestamp: i64, scheme: Scheme, format: SecretFormat, key: &str, signed_body: &[u8]) -> Case {
    let (secret, _) = parse_secret(scheme, format, key).unwrap();
    let event = Unsigned { id: "wh_1", timestamp, body: signed_body, url: None };
    let signed = sign(scheme, &secret, &event).unwrap();
    let pairs: Vec<(&str, &str)> = signed.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    Case { scheme, headers: headers(&pairs), body: signed_body.to_vec() }
}

impl Case {
    fn received_by(&self, scheme: Scheme, suspects: &[Suspect<'_>]) -> Option<Cause> {
        let request = Signed { headers: &self.headers, body: &self.body, url: None };
        let current: Vec<_> = suspects
            .iter()
            .filter(|s| *s.owner == Owner::Current)
            .filter_map(|s| parse_secret(scheme, s.format, s.text).ok())
            .map(|(secret, _)| NamedSecret { id: "a".into(), secret })
            .collect();
        let verdict = verify(scheme, current.iter(), &request, &AgeCheck { now: NOW, tolerance: Some(300) });
        assert!(!verdict.is_accepted(), "there is nothing to explain");
        autopsy(scheme.into(), &request, &verdict, suspects)
    }

    fn cause(&self, text: &str, format: SecretFormat) -> Option<Cause> {
        self.received_by(self.scheme, &[suspect(text, format, &Owner::Current)])
    }
}

fn suspect<'a>(text: &'a str, format: SecretFormat, owner: &'a Owner) -> Suspect<'a> {
    Suspect { name: "first", text, format, owner }
}

fn reading(reading: Reading) -> Option<Cause> {
    Some(Cause::SecretReading { secret: "first".into(), reading })
}

const TAIL: &str = "RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=";

#[test]
fn a_secret_that_the_sender_reads_otherwise_is_named_with_the_right_reading() {
    use SecretFormat::{Base64, Prefixed, Text};
    let standard = |format, key| sent(Scheme::STANDARD_WEBHOOKS, format, key, BODY);
    assert_eq!(standard(Text, SECRET).cause(SECRET, Prefixed), reading(Reading::AsText));
    assert_eq!(standard(Text, TAIL).cause(SECRET, Prefixed), reading(Reading::TextAfterPrefix));
    assert_eq!(standard(Base64, TAIL).cause(TAIL, Text), reading(Reading::AsBase64));
    assert_eq!(standard(Text, TAIL).cause(TAIL, Base64), reading(Reading::AsText));
    let github = |format, key| sent(scheme("github"), format, key, BODY);
    assert_eq!(github(Text, "sesame").cause("v1,sesame", Text), reading(Reading::WithoutVersion));
    assert_eq!(github(Text, "sesame").cause("sesame\n", Text), reading(Reading::Trimmed));
    assert_eq!(github(Text, "sesame\n").cause("sesame", Text), reading(Reading::WithLineEnd));
    assert_eq!(github(Text, "sesame").cause("\"sesame\"", Text), reading(Reading::Unquoted));
    assert_eq!(github(Base64, "3q2+7w==").cause("deadbeef", Text), reading(Reading::AsHex));
    assert_eq!(
        standard(Prefixed, SECRET).cause(&SECRET.replace('+', "-"), Text),
        reading(Reading::AsUrlSafeBase64)
    );
}

#[test]
fn stripes_secret_is_its_whole_text_and_a_decoded_or_cut_one_is_explained() {
    use SecretFormat::{Base64, Text};
    let stripe = |format, key| sent(scheme("stripe"), format, key, BODY);
    assert_eq!(stripe(Base64, TAIL).cause(SECRET, Text), reading(Reading::DecodedAfterPrefix));
    assert_eq!(stripe(Text, SECRET).cause(TAIL, Text), reading(Reading::PrefixAdded));
}

#[test]
fn a_body_that_was_written_again_is_recognised() {
    let arrived = "{\"b\": [1, 2], \"a\": \"ü\"}\n";
    let over = |signed: &str| {
        let mut case = sent(Scheme::OPENAI, SecretFormat::Prefixed, SECRET, signed.as_bytes());
        case.body = arrived.as_bytes().to_vec();
        case.cause(SECRET, SecretFormat::Prefixed)
    };
    let changed = |change| Some(Cause::BodyChanged { change });
    assert_eq!(over("{\"b\":[1,2],\"a\":\"ü\"}"), changed(BodyChange::CompactJson));
    assert_eq!(over("{\"b\": [1, 2], \"a\": \"ü\"}"), changed(BodyChange::PythonJson));
    assert_eq!(over("{\"b\": [1, 2], \"a\": \"\\u00fc\"}"), changed(BodyChange::PythonAsciiJson));
    assert_eq!(over("{\"a\":\"ü\",\"b\":[1,2]}"), changed(BodyChange::SortedJson));
    assert_eq!(over("{\"a\": \"ü\", \"b\": [1, 2]}"), changed(BodyChange::SortedPythonJson));
    assert_eq!(
        over("{\n  \"b\": [\n    1,\n    2\n  ],\n  \"a\": \"ü\"\n}"),
        changed(BodyChange::IndentedJson)
    );
    assert_eq!(over(&arrived.replace('\n', "\r\n")), changed(BodyChange::CrLf));
    assert_eq!(over(&format!("\u{feff}{arrived}")), changed(BodyChange::WithBom));
    assert_eq!(over(""), changed(BodyChange::Empty));
}

#[test]
fn line_ends_and_marks_that_came_along_are_recognised() {
    let over = |signed: &str, arrived: &str| {
        let mut case = sent(scheme("github"), SecretFormat::Text, "sesame", signed.as_bytes());
        case.body = arrived.as_bytes().to_vec();
        case.cause("sesame", SecretFormat::Text)
    };
    let changed = |change| Some(Cause::BodyChanged { change });
    assert_eq!(over("a\nb", "a\r\nb"), changed(BodyChange::Lf));
    assert_eq!(over("a", "a\n"), changed(BodyChange::WithoutLastLineEnd));
    assert_eq!(over("a\n", "a"), changed(BodyChange::WithLastLineEnd));
    assert_eq!(over("a", "\u{feff}a"), changed(BodyChange::WithoutBom));
}

#[test]
fn another_secret_is_named_with_where_it_belongs() {
    let case = sent(Scheme::OPENAI, SecretFormat::Prefixed, SECRET, BODY);
    let with = |owner: &Owner| {
        let current = suspect(OTHER_SECRET, SecretFormat::Prefixed, &Owner::Current);
        let suspects = [current, Suspect { name: "other", ..suspect(SECRET, SecretFormat::Prefixed, owner) }];
        case.received_by(Scheme::OPENAI, &suspects)
    };
    for owner in [Owner::Revoked, Owner::Expired, Owner::Elsewhere("staging".into())] {
        let expected = Some(Cause::OtherSecret { secret: "other".into(), owner: owner.clone() });
        assert_eq!(with(&owner), expected);
    }
}

#[test]
fn a_secret_that_was_added_after_the_delivery_is_offered_for_re_verification() {
    let case = sent(Scheme::OPENAI, SecretFormat::Prefixed, SECRET, BODY);
    let request = Signed { headers: &case.headers, body: &case.body, url: None };
    let then = verify(Scheme::OPENAI, [].into_iter(), &request, &AgeCheck { now: NOW, tolerance: Some(300) });
    let now = [suspect(SECRET, SecretFormat::Prefixed, &Owner::Current)];
    let cause = autopsy(Scheme::OPENAI.into(), &request, &then, &now);
    assert_eq!(cause, Some(Cause::AddedSince { secret: "first".into() }));
}

#[test]
fn a_time_that_is_off_is_told_from_one_in_milliseconds() {
    let at = |timestamp| {
        sent_at(timestamp, Scheme::OPENAI, SecretFormat::Prefixed, SECRET, BODY)
            .cause(SECRET, SecretFormat::Prefixed)
    };
    assert_eq!(at(NOW - 4_000), Some(Cause::ClockOff { skew: 4_000 }));
    assert_eq!(at(NOW + 301), Some(Cause::ClockOff { skew: -301 }));
    assert_eq!(at(NOW * 1_000 + 7), Some(Cause::Milliseconds));
}

#[test]
fn a_time_that_is_off_explains_nothing_when_the_signature_fails_too() {
    let case = sent_at(NOW - 4_000, Scheme::OPENAI, SecretFormat::Prefixed, SECRET, BODY);
    assert_eq!(case.cause(OTHER_SECRET, SecretFormat::Prefixed), None);
}

#[test]
fn the_scheme_that_would_verify_is_named() {
    use SecretFormat::{Prefixed, Text};
    let stripe = sent(scheme("stripe"), Text, SECRET, BODY);
    let wrong = [suspect(SECRET, Prefixed, &Owner::Current)];
    assert_eq!(
        stripe.received_by(Scheme::OPENAI, &wrong),
        Some(Cause::OtherScheme { scheme: scheme("stripe") })
    );
    let openai = sent(Scheme::OPENAI, Prefixed, SECRET, BODY);
    let wrong = [suspect(SECRET, Text, &Owner::Current)];
    assert_eq!(
        openai.received_by(scheme("github"), &wrong),
        Some(Cause::OtherScheme { scheme: Scheme::STANDARD_WEBHOOKS })
    );
    let svix = sent(scheme("svix"), Prefixed, SECRET, BODY);
    let wrong = [suspect(SECRET, Prefixed, &Owner::Current)];
    assert_eq!(svix.received_by(Scheme::OPENAI, &wrong), Some(Cause::OtherScheme { scheme: scheme("svix") }));
}

#[test]
fn a_signature_that_a_proxy_cut_or_re_cased_is_recognised() {
    let mangled = |change: fn(&str) -> String| {
        let mut case = sent(Scheme::OPENAI, SecretFormat::Prefixed, SECRET, BODY);
        let value = String::from_utf8(case.headers.get("webhook-signature").unwrap().to_vec()).unwrap();
        let changed = format!("v1,{}", change(&value["v1,".len()..]));
        case.headers = standard_headers("wh_1", &NOW.to_string(), &changed);
        case.cause(SECRET, SecretFormat::Prefixed)
    };
    let cause = |mangling| Some(Cause::SignatureMangled { mangling });
    assert_eq!(mangled(|s| s[..30].to_owned()), cause(Mangling::Cut));
    assert_eq!(mangled(str::to_ascii_lowercase), cause(Mangling::Recased));
    assert_eq!(mangled(|s| s.trim_end_matches('=').to_owned()), cause(Mangling::Reencoded));
    assert_eq!(mangled(|s| s[..10].to_owned()), None, "ten characters prove nothing");
}

#[test]
fn nothing_is_claimed_of_a_forgery() {
    let forged = sent(Scheme::OPENAI, SecretFormat::Prefixed, OTHER_SECRET, BODY);
    assert_eq!(forged.cause(SECRET, SecretFormat::Prefixed), None);
}

#[test]
fn every_cause_says_what_it_is_and_what_to_do_and_never_a_secret() {
    let case = sent(Scheme::OPENAI, SecretFormat::Text, SECRET, BODY);
    let cause = case.cause(SECRET, SecretFormat::Prefixed).unwrap();
    insta::assert_snapshot!(cause.sentence(), @"Signed with the secret first, but the sender uses it as plain text, but it is decoded from base64 here.");
    insta::assert_snapshot!(cause.remedy(), @"Add the secret again with the format plain text.");
    let json = serde_json::to_string(&cause).unwrap();
    insta::assert_snapshot!(json, @r#"{"code":"secret-reading","secret":"first","reading":"as-text"}"#);
}

//! What people read of a verdict.

use super::*;
use insta::assert_snapshot;

fn told(verdict: &Verdict) -> String {
    let steps = verdict.steps(|id| format!("“{id}”"));
    let lines = steps
        .iter()
        .map(|s| format!("{:?} {} | {} | {}", s.result, s.check, s.title, s.detail).trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn an_accepted_request_passes_every_step() {
    let secrets = [standard("old", OTHER_SECRET), standard("new", SECRET)];
    assert_snapshot!(told(&check_at(NOW + 2, Some(300), Scheme::OPENAI, &secrets, &signed_by(&secrets[1]))), @r#"
    Ok headers | Headers present exactly once |
    Ok timestamp | Timestamp readable | 1700000000
    Ok clock | Timestamp within tolerance | 2.0 s before receipt; allowed ± 300 s
    Ok signatures | Signatures to check | 1 to check
    Ok secret | Signature matches | signed with “new”
    "#);
}

#[test]
fn a_wrong_secret_fails_at_the_last_step() {
    let genuine = signed_by(&standard("a", SECRET));
    assert_snapshot!(told(&check(Scheme::OPENAI, &[standard("b", OTHER_SECRET)], &genuine)), @r#"
    Ok headers | Headers present exactly once |
    Ok timestamp | Timestamp readable | 1700000000
    Ok clock | Timestamp within tolerance | at receipt; allowed ± 300 s
    Ok signatures | Signatures to check | 1 to check
    Failed secret | The signature doesn't match any of the endpoint's secrets. The body may have been changed on the way | tried “b”
    "#);
}

#[test]
fn an_old_timestamp_does_not_hide_that_the_signature_is_genuine() {
    let secrets = [standard("a", SECRET)];
    let genuine = signed_by(&secrets[0]);
    assert_snapshot!(told(&check_at(NOW + 301, Some(300), Scheme::OPENAI, &secrets, &genuine)), @r#"
    Ok headers | Headers present exactly once |
    Ok timestamp | Timestamp readable | 1700000000
    Failed clock | The timestamp is older than the tolerance allows | 5 min 1 s before receipt; allowed ± 300 s
    Ok signatures | Signatures to check | 1 to check
    Ok secret | Signature matches | signed with “a”
    "#);
}

#[test]
fn a_missing_header_is_named_at_the_first_step() {
    assert_snapshot!(told(&check(Scheme::OPENAI, &[standard("a", SECRET)], &HeaderList::default())), @r#"
    Failed headers | A header required by the scheme is missing or empty | webhook-id
    Skipped timestamp | Timestamp readable | not reached
    Skipped clock | Timestamp within tolerance | not reached
    Skipped signatures | Signatures to check | not reached
    Skipped secret | Signature matches | not reached
    "#);
}

#[test]
fn verified_again_says_that_the_age_was_not_checked() {
    let secrets = [standard("a", SECRET)];
    let genuine = signed_by(&secrets[0]);
    assert_snapshot!(told(&check_at(NOW + 86_400, None, Scheme::OPENAI, &secrets, &genuine)), @r#"
    Ok headers | Headers present exactly once |
    Ok timestamp | Timestamp readable | 1700000000
    Skipped clock | Age not checked | 1 d before receipt
    Ok signatures | Signatures to check | 1 to check
    Ok secret | Signature matches | signed with “a”
    "#);
}

#[test]
fn a_scheme_without_a_clock_has_no_steps_for_it() {
    let secret = named("a", scheme("github"), SecretFormat::Text, "s");
    let headers = headers(&[("x-hub-signature-256", "sha1=00")]);
    assert_snapshot!(told(&check(scheme("github"), &[secret], &headers)), @r#"
    Ok headers | Headers present exactly once |
    Failed signatures | No signature has a version that the endpoint's secrets can check | none to check; 1 skipped (other version or unreadable)
    Skipped secret | Signature matches | not reached
    "#);
}

#[test]
fn a_key_of_the_wrong_kind_is_told_from_a_wrong_one() {
    let genuine = signed_by(&standard("a", SECRET));
    assert_snapshot!(told(&check(Scheme::OPENAI, &[standard("b", PUBLIC_KEY)], &genuine)), @r#"
    Ok headers | Headers present exactly once |
    Ok timestamp | Timestamp readable | 1700000000
    Ok clock | Timestamp within tolerance | at receipt; allowed ± 300 s
    Failed signatures | No signature has a version that the endpoint's secrets can check | 1 found, but for another kind of key than the endpoint's secrets
    Skipped secret | Signature matches | not reached
    "#);
}

#[test]
fn nothing_checked_is_said_plainly() {
    assert_snapshot!(told(&check(Scheme::NONE, &[], &HeaderList::default())), @r#"
    Skipped scheme | Nothing was checked | the endpoint's scheme is `none`: anyone who knows the URL can send
    "#);
}

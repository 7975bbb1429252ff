//! What holds for every scheme of the list.

use super::*;
use crate::verify::schemes::{ALL, Example};

fn verdict(scheme: Scheme, example: &Example, body: &str) -> Verdict {
    let secret = named("a", scheme, scheme.secret_format, example.secret);
    let headers = headers(example.headers);
    let request = Signed { headers: &headers, body: body.as_bytes(), url: example.url };
    verify(scheme, [&secret].into_iter(), &request, &AgeCheck { now: example.now, tolerance: Some(300) })
}

#[test]
fn each_is_known_by_its_word_alone_and_tells_people_what_it_is() {
    for (at, scheme) in Scheme::all().enumerate() {
        assert_eq!(scheme.as_str().parse(), Ok(scheme));
        assert_eq!(serde_json::to_value(scheme).unwrap(), scheme.word);
        assert_eq!(Scheme::all().position(|other| other == scheme), Some(at), "{scheme} is there twice");
        assert!(scheme.word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{scheme}");
        assert!(!scheme.label.is_empty() && scheme.about.len() > 20, "{scheme}");
        assert!(scheme.headers.iter().all(|name| *name == name.to_ascii_lowercase()), "{scheme}");
        assert!(scheme.preset_of.is_none_or(|word| word.parse::<Scheme>().is_ok()), "{scheme}");
    }
    let error = "rot13".parse::<Scheme>().unwrap_err();
    assert!(Scheme::all().all(|scheme| error.contains(scheme.word)), "{error}");
}

#[test]
fn only_none_verifies_nothing() {
    for spec in ALL {
        let checks = spec.info.word != "none";
        assert_eq!(spec.info.verifies, checks, "{}", spec.info.word);
        assert_eq!((spec.read.is_some(), spec.example.is_some()), (checks, checks), "{}", spec.info.word);
    }
}

#[test]
fn the_example_of_each_is_genuine_and_names_the_headers_that_are_read() {
    for spec in ALL {
        let (scheme, Some(example)) = (Scheme::of(&spec.info), &spec.example) else { continue };
        assert!(verdict(scheme, example, example.body).is_accepted(), "{scheme}");
        let changed = format!("{} ", example.body);
        assert_eq!(verdict(scheme, example, &changed).is_accepted(), scheme.sends_secret, "{scheme}");
        let proof = if scheme == Scheme::HMAC { "x-signature" } else { scheme.headers.last().unwrap() };
        assert!(example.headers.iter().any(|(name, _)| *name == proof), "{scheme}");
    }
}

#[test]
fn a_header_that_is_left_out_is_named() {
    for scheme in Scheme::all().filter(|scheme| scheme.verifies && scheme.standard.is_none()) {
        let request = Signed { headers: &HeaderList::default(), body: b"", url: Some("https://example.com") };
        let verdict = verify(scheme, [].into_iter(), &request, &AgeCheck { now: 0, tolerance: None });
        assert_eq!(verdict.reason(), Some(Reason::MissingHeader), "{scheme}");
        let named = verdict.header.unwrap();
        assert!(scheme == Scheme::HMAC || scheme.headers.contains(&named.as_str()), "{scheme} {named}");
    }
}

#[test]
fn the_documentation_has_each_with_its_headers_and_its_event_key() {
    let table = include_str!("../../../docs/verification.md");
    let readme = include_str!("../../../README.md");
    for scheme in Scheme::all() {
        let word = format!("`{scheme}`");
        assert!(readme.contains(&word), "README.md lacks {word}");
        let row = table.lines().find(|line| line.starts_with("| `") && line.contains(&word));
        let row = row.unwrap_or_else(|| panic!("the table of schemes in docs/verification.md lacks {word}"));
        let keys = match scheme.event_key {
            EventKey::Header(names) => names,
            EventKey::Body(_) | EventKey::Options | EventKey::Nowhere => &[],
        };
        // GitLab's signed form is said to be that of Standard Webhooks.
        let own =
            if scheme.sends_secret { &scheme.headers[scheme.headers.len() - 1..] } else { scheme.headers };
        for name in own.iter().chain(keys) {
            assert!(row.contains(&format!("`{name}")), "docs/verification.md, {word}: lacks {name}");
        }
    }
}

//! Headers, secrets and bodies of any kind, through every scheme: nothing panics, and nothing verifies that was not
//! signed with the secret.
#![no_main]

use arbitrary::Arbitrary;
use hookpost::{
    model::{
        headers::HeaderList,
        hmac::HmacOptions,
        scheme::{Scheme, SecretFormat},
        verdict::{Owner, Verdict},
    },
    verify::{
        AgeCheck, NamedSecret, Rules, Signed, Unsigned,
        autopsy::{Suspect, autopsy},
        claimed_event_key, parse_secret, sign, verify,
    },
};
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    headers: Vec<(u8, &'a [u8])>,
    body: &'a [u8],
    secret: &'a str,
    url: Option<&'a str>,
    signed: &'a str,
    prefix: &'a str,
    now: i64,
    tolerance: Option<u32>,
}

/// Headers of the options below, and one that only names an event; the others are the schemes' own.
const NAMES: [&str; 3] = ["x-signature", "x-time", "idempotency-key"];

fuzz_target!(|input: Input<'_>| {
    let names: Vec<_> =
        Scheme::all().flat_map(|scheme| scheme.headers.iter().copied()).chain(NAMES).collect();
    let mut headers = HeaderList::default();
    for (name, value) in input.headers.iter().take(24) {
        headers.push(names[usize::from(*name) % names.len()], value);
    }
    let options = HmacOptions {
        signed: input.signed.to_owned(),
        prefix: input.prefix.to_owned(),
        timestamp_header: Some("x-time".into()),
        ..HmacOptions::default()
    };
    let _either_way = options.check();
    let request = Signed { headers: &headers, body: input.body, url: input.url };
    let clock = AgeCheck { now: input.now, tolerance: input.tolerance.map(Into::into) };
    for scheme in Scheme::all() {
        let rules = Rules { scheme, hmac: Some(&options) };
        let _key = claimed_event_key(rules, &headers, input.body);
        for format in SecretFormat::ALL {
            let Ok((secret, _warnings)) = parse_secret(scheme, format, input.secret) else { continue };
            assert!(!input.secret.trim_ascii().is_empty(), "an empty secret was taken");
            let signed = sign(
                rules,
                &secret,
                &Unsigned { id: "wh_1", timestamp: 7, body: input.body, url: input.url },
            );
            let named = NamedSecret { id: "a".into(), secret };
            let verdict = verify(rules, [&named].into_iter(), &request, &clock);
            assert_eq!(Verdict::from_json(&verdict.to_json()).unwrap(), verdict);
            let _steps = verdict.steps(str::to_owned);
            let suspect = Suspect { name: "a", text: input.secret, format, owner: &Owner::Current };
            let _cause = autopsy(rules, &request, &verdict, &[suspect]);
            let Ok(signed) = signed else { continue };
            // Options that cannot be saved, and URLs that announce the hash of another body.
            let announces = input.url.is_some_and(|url| url.contains("bodySHA256"));
            if (scheme == Scheme::HMAC && options.check().is_err()) || (scheme.signs_url && announces) {
                continue;
            }
            let mut genuine = HeaderList::default();
            signed.iter().for_each(|(name, value)| genuine.push(name, value.as_bytes()));
            let request = Signed { headers: &genuine, ..request };
            let ageless = AgeCheck { now: 7, tolerance: None };
            assert!(verify(rules, [&named].into_iter(), &request, &ageless).is_accepted(), "{scheme}");
        }
    }
});

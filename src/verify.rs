//! Signature verification: pure functions, no I/O and no clock of their own.
//!
//! A scheme ([`schemes`]) reads a request into a [`claim::Claim`] (timestamp, signatures, signed bytes); what follows is
//! the same for all of them and stands here. The rules are those of `docs/verification.md`.

pub mod autopsy;
mod claim;
mod header;
pub(crate) mod made_event;
mod message;
pub mod pasted;
pub mod schemes;
mod secret;

pub use message::{Headers, Signed, Unsigned};
pub use schemes::sign_standard;
pub use secret::{ParsedSecret, SecretError, SecretWarning, generate_secret, parse_secret};

use crate::model::{
    endpoint::Endpoint,
    headers::HeaderList,
    hmac::HmacOptions,
    json,
    scheme::{EventKey, Scheme},
    verdict::{Reason, Verdict},
};
use claim::{Candidate, Claim, Fault};
use std::sync::LazyLock;

/// More signatures than these are not looked at: nobody sends them, and each costs a comparison.
const MOST_CANDIDATES: usize = 32;
/// Each ed25519 signature costs a pass over the body, unlike HMACs, which are computed once for all. Senders that
/// change keys send two.
const MOST_ED25519: usize = 8;
/// A longer event key is not one.
const LONGEST_KEY: usize = 256;

/// A secret under the name that the verdict gives it.
#[derive(Debug)]
pub struct NamedSecret {
    /// The name: an id.
    pub id: String,
    /// The secret.
    pub secret: ParsedSecret,
}

/// How an endpoint's senders sign: the scheme, and its options where it has some.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The scheme.
    pub scheme: Scheme,
    /// Of the scheme `hmac`; none: its defaults.
    pub hmac: Option<&'a HmacOptions>,
}

impl From<Scheme> for Rules<'_> {
    fn from(scheme: Scheme) -> Self {
        Self { scheme, hmac: None }
    }
}

impl<'a> From<&'a Endpoint> for Rules<'a> {
    fn from(endpoint: &'a Endpoint) -> Self {
        Self { scheme: endpoint.scheme, hmac: endpoint.hmac.as_ref() }
    }
}

impl<'a> Rules<'a> {
    fn hmac_options(&self) -> &'a HmacOptions {
        static DEFAULT: LazyLock<HmacOptions> = LazyLock::new(HmacOptions::default);
        self.hmac.unwrap_or(&DEFAULT)
    }
}

/// The time to compare a timestamp with.
#[derive(Clone, Copy, Debug)]
pub struct AgeCheck {
    /// Unix seconds.
    pub now: i64,
    /// Seconds by which a timestamp may differ, inclusive; none: the age is not checked, as for stored deliveries.
    pub tolerance: Option<i64>,
}

/// Verifies a request against every secret given (leave out those that are revoked or expired).
///
/// A request whose timestamp is out of bounds is rejected for that, and its signature is looked at all the same: whether
/// the time alone stands in the way is what a person wants to know.
pub fn verify<'s, 'r>(
    rules: impl Into<Rules<'r>>,
    secrets: impl Iterator<Item = &'s NamedSecret>,
    request: &Signed<'_>,
    clock: &AgeCheck,
) -> Verdict {
    let mut verdict = Verdict::default();
    let claim = match read(rules.into(), request) {
        Ok(Some(claim)) => claim,
        Ok(None) => return Verdict { unverified: true, ..verdict },
        Err(Fault { reason, header }) => {
            return Verdict { reason: Some(reason), header: Some(header), ..verdict };
        }
    };
    let clock = check_clock(&claim, clock, &mut verdict);
    let signature =
        check_candidates(&claim, &mut verdict).and_then(|()| check_secrets(&claim, secrets, &mut verdict));
    verdict.reason = clock.and(signature).err();
    verdict
}

/// `None` for the scheme that checks nothing. One without rules would refuse everything.
fn read<'a>(rules: Rules<'_>, request: &Signed<'a>) -> Result<Option<Claim<'a>>, Fault> {
    if !rules.scheme.verifies {
        return Ok(None);
    }
    let read = rules.scheme.spec().and_then(|spec| spec.read);
    let read = read.ok_or_else(|| Fault::new(Reason::NoSignature, ""))?;
    read(request, rules.hmac_options()).map(Some)
}

/// The headers that the scheme's senders put on such a request. None for the scheme that signs nothing.
///
/// # Errors
/// The secret verifies and does not sign, or the scheme signs the URL and none is given.
pub fn sign<'r>(
    rules: impl Into<Rules<'r>>,
    secret: &ParsedSecret,
    event: &Unsigned<'_>,
) -> Result<Headers, SecretError> {
    let rules = rules.into();
    if !rules.scheme.verifies {
        return Ok(Headers::new());
    }
    let sign = rules.scheme.spec().and_then(|spec| spec.sign);
    sign.and_then(|sign| sign(secret, event, rules.hmac_options())).ok_or(SecretError::CannotSign)
}

fn check_clock(claim: &Claim<'_>, clock: &AgeCheck, verdict: &mut Verdict) -> Result<(), Reason> {
    let Some(timestamp) = claim.timestamp else { return Ok(()) };
    let skew = clock.now.saturating_sub(timestamp);
    verdict.timestamp = Some(timestamp);
    verdict.skew = Some(skew);
    verdict.tolerance = clock.tolerance;
    match clock.tolerance {
        Some(tolerance) if skew > tolerance => Err(Reason::TimestampTooOld),
        Some(tolerance) if !claim.only_past && skew.saturating_neg() > tolerance => {
            Err(Reason::TimestampTooNew)
        }
        _ => Ok(()),
    }
}

fn check_candidates(claim: &Claim<'_>, verdict: &mut Verdict) -> Result<(), Reason> {
    verdict.candidates = u32::try_from(claim.candidates.len()).unwrap_or(u32::MAX);
    verdict.unknown_versions = claim.unknown_versions;
    let ed25519 = claim.candidates.iter().filter(|c| matches!(c, Candidate::Ed25519(_))).count();
    match claim.candidates.len() {
        0 => Err(Reason::NoSignature),
        1..=MOST_CANDIDATES if ed25519 <= MOST_ED25519 => Ok(()),
        _ => Err(Reason::TooManySignatures),
    }
}

fn check_secrets<'s>(
    claim: &Claim<'_>,
    secrets: impl Iterator<Item = &'s NamedSecret>,
    verdict: &mut Verdict,
) -> Result<(), Reason> {
    let mut any_suits = false;
    for named in secrets {
        any_suits |= claim.suits(&named.secret);
        if claim.is_signed_with(&named.secret) {
            verdict.matched = Some(named.id.clone());
            return Ok(());
        }
        verdict.tried.push(named.id.clone());
    }
    Err(match (verdict.tried.is_empty(), any_suits) {
        (true, _) => Reason::NoSecret,
        (false, false) => Reason::NoSignature,
        (false, true) => Reason::SignatureMismatch,
    })
}

/// The key under which a request claims to be an event: exactly one header (for Stripe and Slack a field of the body),
/// visible ASCII, at most 256 bytes. A claim only; it counts once the request was accepted.
pub fn claimed_event_key<'r>(
    rules: impl Into<Rules<'r>>,
    headers: &HeaderList,
    body: &[u8],
) -> Option<String> {
    let rules = rules.into();
    let header = |name: &str| header::one(headers, name).ok().map(str::to_owned);
    let key = match rules.scheme.event_key {
        EventKey::Nowhere => None,
        EventKey::Header(names) => {
            names.iter().find(|name| headers.get(name).is_some()).and_then(|n| header(n))
        }
        EventKey::Body(field) => body_field(body, field),
        EventKey::Options => rules.hmac_options().id_header.as_deref().and_then(header),
    };
    key.filter(|key| is_key(key))
}

fn body_field(body: &[u8], name: &str) -> Option<String> {
    let body = String::from_utf8_lossy(body);
    let [value] = json::members(&body, [name])?;
    serde_json::from_str(value?.get()).ok()
}

fn is_key(text: &str) -> bool {
    (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests;

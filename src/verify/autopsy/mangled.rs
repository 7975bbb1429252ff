//! Signatures that were spoilt on their way.

use super::{Rules, Suspect};
use crate::{
    model::{
        hmac::Encoding,
        verdict::{Cause, Mangling},
    },
    verify::claim::{Candidate, Claim},
};

/// Fewer characters in common prove nothing, and must not help anyone to find a signature bit by bit.
const LEAST: usize = 20;

/// Whether a secret of the endpoint made a signature that is cut, re-cased or written otherwise.
pub(super) fn find(rules: Rules<'_>, claim: &Claim<'_>, suspects: &[Suspect<'_>]) -> Option<Cause> {
    let current = suspects.iter().filter(|suspect| suspect.is_current());
    current
        .filter_map(|suspect| suspect.parsed(rules.scheme))
        .find_map(|secret| {
            claim.messages.iter().find_map(|message| {
                claim.candidates.iter().find_map(|candidate| {
                    let Candidate::Mac { algorithm, encoding, text } = candidate else { return None };
                    let written = |encoding| secret.mac(*algorithm, encoding, message);
                    compare(&written(*encoding)?, text, &written(other(*encoding))?)
                })
            })
        })
        .map(|mangling| Cause::SignatureMangled { mangling })
}

fn other(encoding: Encoding) -> Encoding {
    match encoding {
        Encoding::Base64 => Encoding::Hex,
        Encoding::Hex => Encoding::Base64,
    }
}

fn compare(right: &str, came: &str, otherwise: &str) -> Option<Mangling> {
    let standard = came.replace('-', "+").replace('_', "/");
    let unpadded = |text: &str| text.trim_end_matches('=').to_owned();
    if came == right {
        return None;
    }
    if unpadded(&standard) == unpadded(right)
        || came.eq_ignore_ascii_case(otherwise)
        || unpadded(&standard) == unpadded(otherwise)
    {
        return Some(Mangling::Reencoded);
    }
    if came.eq_ignore_ascii_case(right) {
        return Some(Mangling::Recased);
    }
    (came.len() >= LEAST && right.starts_with(came)).then_some(Mangling::Cut)
}

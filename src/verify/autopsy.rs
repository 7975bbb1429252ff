//! Why a signature failed. Nothing is guessed: a cause is named only when, with that one thing otherwise, the signature
//! matches.
//!
//! Costs up to a few dozen HMACs over the body, so it is done when a person looks, not when a delivery comes in. What it
//! finds never holds a secret or an expected signature.

mod body;
mod mangled;
mod reading;

use super::{
    Rules,
    claim::Claim,
    read,
    secret::{ParsedSecret, parse_secret},
    {AgeCheck, Signed},
};
use crate::model::{
    scheme::{Scheme, SecretFormat},
    verdict::{Cause, Owner, Reason, Verdict},
};

/// A secret that may have made the signature.
#[derive(Clone, Copy, Debug)]
pub struct Suspect<'a> {
    /// What people call it.
    pub name: &'a str,
    /// Its text as it was saved.
    pub text: &'a str,
    /// How its text is read.
    pub format: SecretFormat,
    /// Where it belongs.
    pub owner: &'a Owner,
}

impl Suspect<'_> {
    fn parsed(&self, scheme: Scheme) -> Option<ParsedSecret> {
        parse_secret(scheme, self.format, self.text).ok().map(|(secret, _warnings)| secret)
    }

    fn is_current(&self) -> bool {
        *self.owner == Owner::Current
    }
}

/// The cause of a rejection, if one can be shown. `verdict` is the one to be explained.
pub fn autopsy(
    rules: Rules<'_>,
    request: &Signed<'_>,
    verdict: &Verdict,
    suspects: &[Suspect<'_>],
) -> Option<Cause> {
    if verdict.is_accepted() || verdict.unverified {
        return None;
    }
    let on_time = || time_alone(verdict);
    on_time()
        .or_else(|| {
            read(rules, request).ok().flatten().and_then(|claim| {
                retired_or_elsewhere(rules, &claim, verdict, suspects)
                    .or_else(|| reading::find(rules, &claim, suspects))
                    .or_else(|| mangled::find(rules, &claim, suspects))
                    .or_else(|| body::find(rules, request, suspects))
            })
        })
        .or_else(|| other_scheme(rules, request, suspects))
}

/// Genuine but for the time. A time in milliseconds is one of the far future.
fn time_alone(verdict: &Verdict) -> Option<Cause> {
    if !verdict.fails_only_on_time() {
        return None;
    }
    let (timestamp, skew) = (verdict.timestamp?, verdict.skew?);
    let now = timestamp.saturating_add(skew);
    let in_seconds = timestamp / 1_000;
    // Within a day: a clock in milliseconds may be off as well.
    let milliseconds = verdict.reason == Some(Reason::TimestampTooNew) && now.abs_diff(in_seconds) <= 86_400;
    Some(if milliseconds { Cause::Milliseconds } else { Cause::ClockOff { skew } })
}

/// Another secret made it: one that was retired, one of another endpoint, or one that was added since.
fn retired_or_elsewhere(
    rules: Rules<'_>,
    claim: &Claim<'_>,
    verdict: &Verdict,
    suspects: &[Suspect<'_>],
) -> Option<Cause> {
    let made_it = |suspect: &&Suspect<'_>| {
        suspect.parsed(rules.scheme).is_some_and(|secret| claim.is_signed_with(&secret))
    };
    let suspect = suspects.iter().find(made_it)?;
    let secret = suspect.name.to_owned();
    // A mismatch with all that were in use then, and yet it is in use now.
    let since = suspect.is_current()
        && matches!(verdict.reason, Some(Reason::SignatureMismatch | Reason::NoSecret | Reason::NoSignature));
    Some(if since {
        Cause::AddedSince { secret }
    } else {
        Cause::OtherSecret { secret, owner: suspect.owner.clone() }
    })
}

/// Whether the endpoint has the wrong scheme.
fn other_scheme(rules: Rules<'_>, request: &Signed<'_>, suspects: &[Suspect<'_>]) -> Option<Cause> {
    let ageless = AgeCheck { now: 0, tolerance: None };
    Scheme::all()
        // A preset verifies as the one does that it is of.
        .filter(|scheme| scheme.verifies && scheme.preset_of.is_none() && *scheme != rules.scheme)
        .filter(|scheme| rules.scheme.preset_of != Some(scheme.word))
        .find(|scheme| {
            suspects.iter().filter(|suspect| suspect.is_current()).any(|suspect| {
                reading::all(suspect.text).chain([(suspect.format, suspect.text.to_owned())]).any(
                    |(format, text)| {
                        parse_secret(*scheme, format, &text).is_ok_and(|(secret, _warnings)| {
                            let named = super::NamedSecret { id: String::new(), secret };
                            super::verify(*scheme, [&named].into_iter(), request, &ageless).is_accepted()
                        })
                    },
                )
            })
        })
        .map(|scheme| Cause::OtherScheme { scheme })
}

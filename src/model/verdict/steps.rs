//! The verdict told in order, for people.

use super::{Reason, Verdict};
use crate::model::time;
use serde::Serialize;

/// How one step came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum StepResult {
    /// It holds.
    Ok,
    /// It does not: the verdict.
    Failed,
    /// Not looked at, because a step before it failed or the scheme has none.
    Skipped,
}

/// One step of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// Its name for programs: `headers`, `timestamp`, `clock`, `signatures`, `secret`.
    pub check: &'static str,
    /// How it came out.
    pub result: StepResult,
    /// What was looked at, or found.
    pub title: String,
    /// The facts.
    pub detail: String,
}

/// The checks in order, each with the reasons that end it and its title when it holds.
const CHECKS: [(&str, &[Reason], &str); 5] = [
    (
        "headers",
        &[Reason::MissingHeader, Reason::RepeatedHeader, Reason::MalformedHeader],
        "Headers present exactly once",
    ),
    ("timestamp", &[Reason::InvalidTimestamp], "Timestamp readable"),
    ("clock", &[Reason::TimestampTooOld, Reason::TimestampTooNew], "Timestamp within tolerance"),
    (
        "signatures",
        &[Reason::UnknownUrl, Reason::NoSignature, Reason::TooManySignatures, Reason::NoSecret],
        "Signatures to check",
    ),
    ("secret", &[Reason::SignatureMismatch], "Signature matches"),
];

impl Verdict {
    /// The steps that led to it. `name_secret` says what people call the secret with an id; it is asked for ids only.
    pub fn steps(&self, name_secret: impl Fn(&str) -> String) -> Vec<StepView> {
        if self.unverified {
            return vec![StepView {
                check: "scheme",
                result: StepResult::Skipped,
                title: "Nothing was checked".into(),
                detail: "the endpoint's scheme is `none`: anyone who knows the URL can send".into(),
            }];
        }
        let failed =
            self.reason.and_then(|reason| CHECKS.iter().position(|(_, ends, _)| ends.contains(&reason)));
        CHECKS
            .iter()
            .enumerate()
            .filter(|(_, (check, ..))| self.has(check))
            .map(|(index, (check, _, title))| {
                let result = match failed {
                    Some(at) if index == at => StepResult::Failed,
                    // The signature is looked at even when the time stands in the way.
                    Some(at) if index > at && self.matched.is_none() => StepResult::Skipped,
                    _ if self.is_ageless(check) => StepResult::Skipped,
                    _ => StepResult::Ok,
                };
                let title = match (result, self.reason) {
                    (StepResult::Failed, Some(reason)) => reason.sentence().trim_end_matches('.').to_owned(),
                    (StepResult::Skipped, _) if self.is_ageless(check) => "Age not checked".to_owned(),
                    _ => (*title).to_owned(),
                };
                StepView { check, result, title, detail: self.detail(check, result, &name_secret) }
            })
            .collect()
    }

    /// Whether the check is that of the clock, and the age was to be left unchecked, as for stored deliveries.
    fn is_ageless(&self, check: &str) -> bool {
        check == "clock" && self.skew.is_some() && self.tolerance.is_none()
    }

    /// Schemes without a timestamp have no steps for it.
    fn has(&self, check: &str) -> bool {
        let before_clock = matches!(
            self.reason,
            Some(
                Reason::MissingHeader
                    | Reason::RepeatedHeader
                    | Reason::MalformedHeader
                    | Reason::InvalidTimestamp
            )
        );
        !matches!(check, "timestamp" | "clock") || before_clock || self.timestamp.is_some()
    }

    fn detail(&self, check: &str, result: StepResult, name_secret: impl Fn(&str) -> String) -> String {
        if result == StepResult::Skipped && !self.is_ageless(check) {
            let late = matches!(self.reason, Some(Reason::TimestampTooOld | Reason::TimestampTooNew));
            let looked_at = late && check == "secret" && !self.tried.is_empty();
            return if looked_at { "no secret matched either" } else { "not reached" }.into();
        }
        match check {
            "headers" | "timestamp" if result == StepResult::Failed => {
                self.header.clone().unwrap_or_default()
            }
            "timestamp" => self.timestamp.map(|s| s.to_string()).unwrap_or_default(),
            "clock" => self.clock(),
            "signatures" => self.signatures(),
            "secret" => self.secrets(name_secret),
            _ => String::new(),
        }
    }

    fn clock(&self) -> String {
        let Some(skew) = self.skew else { return String::new() };
        let off = time::duration(skew.unsigned_abs().min(i64::MAX as u64 / 1_000) as i64 * 1_000);
        let side = if skew < 0 { "after" } else { "before" };
        let distance = if skew == 0 { "at receipt".to_owned() } else { format!("{off} {side} receipt") };
        match self.tolerance {
            // Stripe's libraries take timestamps however far ahead, and so do we.
            Some(tolerance)
                if skew.saturating_neg() > tolerance && self.reason != Some(Reason::TimestampTooNew) =>
            {
                format!("{distance}; this scheme only rejects timestamps older than {tolerance} s")
            }
            Some(tolerance) => format!("{distance}; allowed ± {tolerance} s"),
            None => distance,
        }
    }

    fn signatures(&self) -> String {
        let skipped = match self.unknown_versions {
            0 => String::new(),
            n => format!("; {n} skipped (other version or unreadable)"),
        };
        match (self.reason, self.candidates) {
            (Some(Reason::NoSecret), _) => "add the signing secret to the endpoint".into(),
            (Some(Reason::UnknownUrl), _) => "set the URL as the sender knows it".into(),
            (Some(Reason::NoSignature), 1..) => {
                format!(
                    "{} found, but for another kind of key than the endpoint's secrets{skipped}",
                    self.candidates
                )
            }
            (_, 0) => format!("none to check{skipped}"),
            (_, n) => format!("{n} to check{skipped}"),
        }
    }

    fn secrets(&self, name_secret: impl Fn(&str) -> String) -> String {
        match &self.matched {
            Some(id) => format!("signed with {}", name_secret(id)),
            None => {
                let tried: Vec<String> = self.tried.iter().map(|id| name_secret(id)).collect();
                format!("tried {}", tried.join(", "))
            }
        }
    }
}

//! What was found.

use serde::Serialize;
use std::fmt;

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    /// Something does not work, or is lost when nobody acts.
    Error,
    /// Something will not work one day, or is not as safe as it should be.
    Warning,
    /// Something to know.
    Info,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        })
    }
}

/// One thing that was found.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Finding {
    /// The check, in a word: programs go by it.
    pub check: &'static str,
    pub severity: Severity,
    /// What is the matter; never a secret.
    pub message: String,
    pub what_to_do: String,
}

/// All that was found, in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Whether there is no error among them.
    pub fn is_ok(&self) -> bool {
        self.0.iter().all(|finding| finding.severity != Severity::Error)
    }

    pub fn all(&self) -> &[Finding] {
        &self.0
    }

    pub fn error(&mut self, check: &'static str, message: impl Into<String>, what_to_do: impl Into<String>) {
        self.add(Severity::Error, check, message.into(), what_to_do.into());
    }

    pub fn warning(
        &mut self,
        check: &'static str,
        message: impl Into<String>,
        what_to_do: impl Into<String>,
    ) {
        self.add(Severity::Warning, check, message.into(), what_to_do.into());
    }

    pub fn info(&mut self, check: &'static str, message: impl Into<String>, what_to_do: impl Into<String>) {
        self.add(Severity::Info, check, message.into(), what_to_do.into());
    }

    fn add(&mut self, severity: Severity, check: &'static str, message: String, what_to_do: String) {
        self.0.push(Finding { check, severity, message, what_to_do });
    }
}

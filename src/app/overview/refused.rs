//! The line on requests that were answered without being stored.

use crate::app::kit::prelude::*;

/// Says how many requests were refused in the time shown, and why. Nothing when there were none.
#[component]
pub fn Refused(
    /// Causes with their counts, most first.
    causes: Vec<(String, i64)>,
) -> impl IntoView {
    let line = sentence(&causes)?;
    Some(view! { <p class="refused">{line}</p> })
}

fn sentence(causes: &[(String, i64)]) -> Option<String> {
    let total: i64 = causes.iter().map(|(_, count)| count).sum();
    let parts: Vec<_> = causes.iter().map(|(cause, count)| format!("{count} {}", words(cause))).collect();
    (total > 0).then(|| format!("Refused before storage in this period: {}.", parts.join(", ")))
}

/// What a cause ([`crate::ingest::answer::Refusal::cause`]) means.
fn words(cause: &str) -> &str {
    match cause {
        "method" => "not sent with POST",
        "unknown-key" => "to an unknown or disabled URL",
        "encoded" => "with an encoded body",
        "too-large" => "too large",
        "slow" => "too slow",
        "memory" => "over the memory limit for bodies",
        "repeated" => "duplicates over the storage quota",
        "broken" => "interrupted",
        "rate" => "over the rate limit",
        "unavailable" => "while the database was unavailable",
        "disk" => "because the disk was full",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::answer::Refusal;

    #[test]
    fn every_cause_has_words() {
        for cause in Refusal::CAUSES {
            assert_ne!(words(cause), cause);
        }
    }

    #[test]
    fn nothing_is_said_when_nothing_was_refused() {
        assert_eq!(sentence(&[]), None);
        let line = sentence(&[("too-large".into(), 3), ("rate".into(), 1)]);
        assert_eq!(
            line.as_deref(),
            Some("Refused before storage in this period: 3 too large, 1 over the rate limit.")
        );
    }
}

//! The delivery policy of a destination: time limits, retries, what is stored of answers.

use crate::model::time::MINUTE_MS;
use serde::{Deserialize, Serialize};

/// When and how fast events are sent to a destination, and what is stored of answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryPolicy {
    /// Milliseconds that a request may take.
    pub timeout_ms: i64,
    /// Requests at once.
    pub in_flight: i64,
    /// Requests that are begun in a second at most.
    pub rate: Option<i64>,
    /// Seconds to wait after the first attempt, the second, …; after the last one a forward is dead.
    pub waits: Vec<i64>,
    /// Statuses that end a forward at once: `404`, or `4xx` for a class.
    pub final_statuses: Vec<String>,
    /// Bytes of an answer's body that are kept.
    pub capture: i64,
    /// Events of one resource go one after the other.
    pub ordered: bool,
    /// Whether the sender's own headers go with it, under our signature.
    pub sender_headers: bool,
}

impl DeliveryPolicy {
    /// Three days, as senders of webhooks do.
    pub const WAITS: [i64; 10] = [5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200, 86_400, 86_400];
    /// Bytes of an answer that are kept, when they are.
    pub const CAPTURE: i64 = 64 * 1024;

    /// Whether this answer ends a forward at once.
    pub fn is_final(&self, status: u16) -> bool {
        let class = format!("{}xx", status / 100);
        self.final_statuses.iter().any(|entry| *entry == class || *entry == status.to_string())
    }
}

impl Default for DeliveryPolicy {
    fn default() -> Self {
        Self {
            timeout_ms: 15_000,
            in_flight: 8,
            rate: None,
            waits: Self::WAITS.to_vec(),
            final_statuses: Vec::new(),
            capture: Self::CAPTURE,
            ordered: false,
            sender_headers: false,
        }
    }
}

/// One of these after a number of waits.
const UNITS: [(char, i64); 4] = [('s', 1), ('m', 60), ('h', 3_600), ('d', 86_400)];
const DAY: i64 = 86_400;

impl DeliveryPolicy {
    /// Reads a schedule such as `5s 30s 2m 10m 1h`.
    ///
    /// # Errors
    /// A sentence that names the field and what would be right.
    pub fn parse_waits(text: &str) -> Result<Vec<i64>, String> {
        let waits = text.split([' ', ',']).filter(|part| !part.is_empty()).map(|part| {
            let (unit, seconds) =
                part.chars().last().and_then(|last| UNITS.into_iter().find(|(u, _)| *u == last))?;
            let count: i64 = part.strip_suffix(unit)?.parse().ok()?;
            count.checked_mul(seconds).filter(|wait| (1..=7 * DAY).contains(wait))
        });
        let waits: Option<Vec<i64>> = waits.collect();
        waits.filter(|waits| waits.len() <= 20 && waits.iter().sum::<i64>() <= 14 * DAY).ok_or_else(|| {
            "waits: must be at most 20 waits of one second to seven days, 14 days in total, such as 5s 30s 2m 10m 1h"
                .to_owned()
        })
    }

    /// The schedule as it is typed.
    pub fn waits_text(&self) -> String {
        let text = |seconds: &i64| {
            let (unit, size) =
                UNITS.into_iter().rev().find(|(_, size)| seconds % size == 0).unwrap_or(('s', 1));
            format!("{}{unit}", seconds / size)
        };
        self.waits.iter().map(text).collect::<Vec<_>>().join(" ")
    }

    /// Reads statuses such as `404 422` or `4xx`.
    ///
    /// # Errors
    /// A sentence that names the field and what would be right.
    pub fn parse_statuses(text: &str) -> Result<Vec<String>, String> {
        let all: Vec<String> =
            text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::to_ascii_lowercase).collect();
        let fits = |part: &String| {
            ["3xx", "4xx", "5xx"].contains(&part.as_str())
                || (part.len() == 3 && part.parse().is_ok_and(|status: u16| (300..600).contains(&status)))
        };
        if all.len() <= 50 && all.iter().all(fits) {
            Ok(all)
        } else {
            Err("final_statuses: must be statuses from 300 on, such as 404 422, or classes such as 4xx"
                .to_owned())
        }
    }

    /// Whether every value is within its bounds.
    ///
    /// # Errors
    /// The field, and a sentence that names it and what would be right.
    pub fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if !(1_000..=MINUTE_MS).contains(&self.timeout_ms) {
            return Err(("timeout", "timeout: must be 1 to 60 seconds"));
        }
        if !(1..=64).contains(&self.in_flight) {
            return Err(("in_flight", "in_flight: must be 1 to 64 concurrent requests"));
        }
        if self.rate.is_some_and(|rate| !(1..=1_000).contains(&rate)) {
            return Err(("rate", "rate: must be 1 to 1000 requests per second, or empty for no limit"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_are_read_and_written_the_same() {
        let policy = DeliveryPolicy {
            waits: DeliveryPolicy::parse_waits("5s, 90s 2m 36h 1d").unwrap(),
            ..DeliveryPolicy::default()
        };
        assert_eq!(policy.waits, [5, 90, 120, 129_600, 86_400]);
        assert_eq!(policy.waits_text(), "5s 90s 2m 36h 1d");
        assert_eq!(DeliveryPolicy::parse_waits(" "), Ok(Vec::new()), "never again");
        for wrong in ["5", "s", "0s", "-1s", "8d", "7d 7d 1s", "99999999999999999999d", "5ä"] {
            assert!(DeliveryPolicy::parse_waits(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn statuses_are_final_one_by_one_or_by_class() {
        let policy = DeliveryPolicy {
            final_statuses: DeliveryPolicy::parse_statuses("404, 5XX").unwrap(),
            ..DeliveryPolicy::default()
        };
        assert_eq!([404, 400, 503].map(|status| policy.is_final(status)), [true, false, true]);
        for wrong in ["200", "2xx", "xxx", "4444", "soon"] {
            assert!(DeliveryPolicy::parse_statuses(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_an_older_version_wrote_has_the_usual_values_for_the_rest() {
        let read: DeliveryPolicy = serde_json::from_str(r#"{"timeout_ms": 5000, "in_flight": 2}"#).unwrap();
        assert_eq!((read.timeout_ms, read.in_flight, read.waits.len()), (5_000, 2, 10));
    }
}

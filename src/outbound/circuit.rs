//! A circuit breaker for each destination: one that does not answer is left alone for a while, then asked with a single
//! request. What waits keeps its tries.

use super::SendError;

/// Failures in a row that open the circuit.
const OPENS_AT: i64 = 10;
/// How long it stays open at first, ms; each failed probe doubles it.
const FIRST_MS: i64 = 30_000;
/// It never stays open longer.
const LONGEST_MS: i64 = 600_000;

/// What an answer, or its lack, says of the destination's health: none when it says nothing.
pub(super) fn is_healthy(answer: Result<u16, &SendError>) -> Option<bool> {
    match answer {
        Ok(status) if status >= 500 => Some(false),
        // It answers; that it does not want this event is another matter.
        Ok(_) => Some(true),
        Err(SendError::Blocked(_)) => None,
        Err(_) => Some(false),
    }
}

/// Failures in a row and until when nothing is sent, after one more answer at `now`.
pub(super) fn after(failures: i64, healthy: Option<bool>, now: i64) -> (i64, Option<i64>) {
    match healthy {
        Some(true) => (0, None),
        None => (failures, None),
        Some(false) => {
            let failures = failures.saturating_add(1);
            let doubled = u32::try_from(failures - OPENS_AT).ok();
            let pause = doubled.map(|times| FIRST_MS.saturating_mul(1 << times.min(10)).min(LONGEST_MS));
            (failures, pause.map(|pause| now.saturating_add(pause)))
        }
    }
}

/// How many requests may be under way at once: a single probe once the circuit had opened.
pub(super) fn at_once(failures: i64, in_flight: i64) -> i64 {
    if failures >= OPENS_AT { 1 } else { in_flight }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_ten_failures_in_a_row_for_longer_each_time_and_closes_with_a_success() {
        let mut failures = 0;
        let mut fail = |now| {
            let (count, open_until) = after(failures, Some(false), now);
            failures = count;
            (open_until, at_once(count, 8))
        };
        for _ in 0..9 {
            assert_eq!(fail(0), (None, 8));
        }
        for pause in [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000] {
            assert_eq!(fail(1_000), (Some(1_000 + pause), 1));
        }
        assert_eq!(after(failures, Some(true), 0), (0, None));
    }

    #[test]
    fn only_silence_and_server_errors_speak_against_a_destination() {
        assert_eq!([200, 302, 404, 429].map(|status| is_healthy(Ok(status))), [Some(true); 4]);
        assert_eq!([500, 503].map(|status| is_healthy(Ok(status))), [Some(false); 2]);
        assert_eq!(is_healthy(Err(&SendError::Refused)), Some(false));
    }
}

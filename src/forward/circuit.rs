//! A circuit breaker for each destination: one that does not answer is left alone for a while, then asked with a single
//! request. What waits keeps its tries.

use crate::{db::forwards::LONGEST_OPEN_MS, net::SendError};

/// Failures in a row that open the circuit.
const OPENS_AT: i64 = 10;
/// How long it stays open at first, ms; each failed probe doubles it.
const FIRST_MS: i64 = 30_000;

/// What an answer, or its lack, says of the destination's health: none when it says nothing.
pub(crate) fn is_healthy(answer: Result<u16, &SendError>) -> Option<bool> {
    match answer {
        Ok(status) if status >= 500 => Some(false),
        // It answers; that it does not want this event is another matter.
        Ok(_) => Some(true),
        Err(SendError::Blocked(_)) => None,
        Err(_) => Some(false),
    }
}

/// Failures in a row and until when nothing is sent, after one more answer at `now`; none: they stay as they are.
/// `failures` is the count now, `begun_at` the one when the request was begun. Once the circuit is open only a failed
/// probe counts: what was under way when it opened says nothing that was not known.
pub(crate) fn after(
    failures: i64,
    begun_at: i64,
    healthy: Option<bool>,
    now: i64,
) -> Option<(i64, Option<i64>)> {
    if healthy? {
        return Some((0, None));
    }
    if is_open(failures) && begun_at != failures {
        return None;
    }
    let failures = failures.saturating_add(1);
    let doubled = u32::try_from(failures - OPENS_AT).ok();
    let pause = doubled.map(|times| FIRST_MS.saturating_mul(1 << times.min(10)).min(LONGEST_OPEN_MS));
    Some((failures, pause.map(|pause| now.saturating_add(pause))))
}

/// Whether this number of failures in a row only allows a single test request.
pub(crate) fn is_open(failures: i64) -> bool {
    failures >= OPENS_AT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_ten_failures_in_a_row_for_longer_with_each_failed_probe_and_closes_with_a_success() {
        let mut failures = 0;
        let mut fail = |now| {
            let (count, open_until) = after(failures, failures, Some(false), now).unwrap();
            failures = count;
            (open_until, is_open(count))
        };
        for _ in 0..9 {
            assert_eq!(fail(0), (None, false));
        }
        for pause in [30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000] {
            assert_eq!(fail(1_000), (Some(1_000 + pause), true));
        }
        assert_eq!(after(failures, failures, Some(true), 0), Some((0, None)));
    }

    #[test]
    fn what_was_begun_before_it_opened_neither_lengthens_nor_doubles_it_but_a_success_closes_it() {
        assert_eq!(after(10, 3, Some(false), 1_000), None);
        assert_eq!(after(11, 10, Some(false), 1_000), None, "of two probes at once one counts");
        assert_eq!(after(9, 3, Some(false), 1_000), Some((10, Some(31_000))));
        assert_eq!(after(10, 3, Some(true), 1_000), Some((0, None)));
        assert_eq!(after(12, 12, None, 1_000), None, "a blocked address says nothing of its health");
    }

    #[test]
    fn only_silence_and_server_errors_speak_against_a_destination() {
        assert_eq!([200, 302, 404, 429].map(|status| is_healthy(Ok(status))), [Some(true); 4]);
        assert_eq!([500, 503].map(|status| is_healthy(Ok(status))), [Some(false); 2]);
        assert_eq!(is_healthy(Err(&SendError::Refused)), Some(false));
    }
}

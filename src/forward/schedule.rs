//! When what failed is tried again.

use axum::http::HeaderMap;
use std::time::UNIX_EPOCH;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// Nobody who asks for more meant it.
const LONGEST_WAIT: i64 = 24 * HOUR;

/// How long to wait after this many attempts, ms; none: there is no further try. `waits` is the destination's schedule in
/// seconds; `asked` is what it asked for; `dice` (0..=99) spreads those that failed together over a tenth of the wait.
pub(crate) fn wait(waits: &[i64], attempts: i64, asked: Option<i64>, dice: u8) -> Option<i64> {
    let seconds = usize::try_from(attempts - 1).ok().and_then(|index| waits.get(index))?;
    let planned = seconds.saturating_mul(SECOND);
    let spread = planned / 10 * i64::from(dice) / 100;
    Some((planned + spread).max(asked.unwrap_or(0)))
}

/// `Retry-After` (RFC 9110, section 10.2.3), in whole seconds or as a date, as ms from now.
pub fn retry_after(headers: &HeaderMap, now_ms: i64) -> Option<i64> {
    let text = headers.get("retry-after")?.to_str().ok()?.trim();
    let ms = match text.parse::<i64>() {
        Ok(seconds) => seconds.saturating_mul(SECOND),
        Err(_) => {
            let at = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
            i64::try_from(at.as_millis()).ok()?.saturating_sub(now_ms)
        }
    };
    (ms >= 0).then(|| ms.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::destination::DeliveryPolicy;

    #[test]
    fn the_waits_grow_over_three_days_and_then_end() {
        let waits: Vec<_> =
            (1..=11).map(|attempts| wait(&DeliveryPolicy::WAITS, attempts, None, 0)).collect();
        assert_eq!((waits[0], waits[1], waits[10]), (Some(5_000), Some(30_000), None));
        assert!(waits.iter().flatten().sum::<i64>() > 70 * HOUR);
        assert_eq!(wait(&DeliveryPolicy::WAITS, 1, None, 99), Some(5_495), "spread over a tenth");
    }

    #[test]
    fn what_the_destination_asks_for_is_honoured_within_a_day() {
        let asked = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", value.parse().unwrap());
            // 1994-11-06T08:49:37Z.
            retry_after(&headers, 784_111_777_000)
        };
        assert_eq!(wait(&DeliveryPolicy::WAITS, 1, asked("60"), 0), Some(60_000));
        assert_eq!(asked("99999999999"), Some(24 * HOUR));
        assert_eq!(asked("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30_000));
        assert_eq!([asked("-1"), asked("soon"), asked("Sun, 06 Nov 1994 08:49:36 GMT")], [None; 3]);
    }
}

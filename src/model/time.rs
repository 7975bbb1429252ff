//! Times, sizes and counts as people read them. All times are unix milliseconds, shown in UTC.

use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

const CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]:[second]");
const DAY_CLOCK: &[BorrowedFormatItem<'_>] = format_description!("[month]-[day] [hour]:[minute]:[second]");
const HOUR_MINUTE: &[BorrowedFormatItem<'_>] = format_description!("[hour]:[minute]");
const DAY_HOUR_MINUTE: &[BorrowedFormatItem<'_>] = format_description!("[month]-[day] [hour]:[minute]");
const FULL: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3] UTC");
const RFC3339: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

fn at(ms: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn render(ms: i64, format: &[BorrowedFormatItem<'_>]) -> String {
    // Formatting fails only for components that a format lacks, and these formats are fixed.
    at(ms).format(format).unwrap_or_else(|_| ms.to_string())
}

/// `12:04:31`, with the day before it when that is not today's (`11-22 12:04:31`).
pub fn clock(ms: i64, now: i64) -> String {
    render(ms, if at(ms).date() == at(now).date() { CLOCK } else { DAY_CLOCK })
}

/// `12:00`, with the day before it when that is not today's (`11-22 12:00`).
pub fn hour_minute(ms: i64, now: i64) -> String {
    render(ms, if at(ms).date() == at(now).date() { HOUR_MINUTE } else { DAY_HOUR_MINUTE })
}

/// `2026-11-23 12:04:31.004 UTC`.
pub fn full(ms: i64) -> String {
    render(ms, FULL)
}

/// `2026-11-23T12:04:31.004Z`, for `<time datetime>` and APIs.
pub fn rfc3339(ms: i64) -> String {
    render(ms, RFC3339)
}

/// Unix ms of an RFC 3339 time.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

/// A length of time in its two largest units at most: `84 ms`, `1.2 s`, `31 s`, `6 min 2 s`, `3 h 5 min`, `2 d 4 h`.
pub fn duration(ms: i64) -> String {
    let sign = if ms < 0 { "−" } else { "" };
    let ms = ms.unsigned_abs();
    let (s, min, h, d) = (ms / 1_000, ms / 60_000, ms / 3_600_000, ms / 86_400_000);
    let two = |big: u64, big_unit: &str, small: u64, small_unit: &str| {
        if small == 0 {
            format!("{big} {big_unit}")
        } else {
            format!("{big} {big_unit} {small} {small_unit}")
        }
    };
    let text = match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 => format!("{}.{} s", s, ms % 1_000 / 100),
        10_000..60_000 => format!("{s} s"),
        60_000..3_600_000 => two(min, "min", s % 60, "s"),
        3_600_000..86_400_000 => two(h, "h", min % 60, "min"),
        _ => two(d, "d", h % 24, "h"),
    };
    format!("{sign}{text}")
}

/// How long ago, in one unit: `now`, `4 s`, `3 min`, `2 h`, `5 d`.
pub fn ago(ms: i64, now: i64) -> String {
    let s = now.saturating_sub(ms).max(0) / 1_000;
    match s {
        0 => "now".into(),
        1..60 => format!("{s} s"),
        60..3_600 => format!("{} min", s / 60),
        3_600..86_400 => format!("{} h", s / 3_600),
        _ => format!("{} d", s / 86_400),
    }
}

/// Bytes in decimal units, as disks and networks count: `182 B`, `14.2 kB`, `1.0 MB`, `63.8 GB`.
pub fn size(bytes: i64) -> String {
    let tenths = |unit: i64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// A number with its thousands apart: `1,204`.
pub fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "−" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Unix ms of a point given relative to now (`90s`, `15m`, `24h`, `7d`) or as RFC 3339.
///
/// # Errors
/// A sentence that says which forms there are.
pub fn parse_point(text: &str, now: i64) -> Result<i64, String> {
    let text = text.trim();
    let unit = text.chars().last().and_then(|c| match c {
        's' => Some(1_000),
        'm' => Some(MINUTE_MS),
        'h' => Some(HOUR_MS),
        'd' => Some(DAY_MS),
        _ => None,
    });
    let relative = unit.and_then(|unit| {
        let count: i64 = text[..text.len() - 1].parse().ok().filter(|n| *n >= 0)?;
        count.checked_mul(unit).and_then(|ms| now.checked_sub(ms))
    });
    relative.or_else(|| parse_rfc3339(text)).ok_or_else(|| {
        format!("`{text}` is not a time; use a format such as 15m, 24h, 7d or 2026-11-23T12:00:00Z")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_two_units_at_most() {
        let shown: Vec<_> =
            [0, 84, 1_250, 31_000, 362_000, 3_600_000, 11_100_000, 187_200_000, -2_000].map(duration).into();
        let expected =
            ["0 ms", "84 ms", "1.2 s", "31 s", "6 min 2 s", "1 h", "3 h 5 min", "2 d 4 h", "−2.0 s"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!([0, 999, 1_204, 1_000_000].map(count), ["0", "999", "1,204", "1,000,000"]);
    }

    #[test]
    fn points_are_relative_or_absolute_and_nothing_else() {
        let now = 1_800_000_000_000;
        assert_eq!(parse_point("24h", now), Ok(now - 86_400_000));
        assert_eq!(parse_point("2027-01-15T08:00:00Z", now), Ok(now));
        for bad in ["", "h", "-1h", "yesterday", "99999999999999999d", "é", "1é"] {
            assert!(parse_point(bad, now).is_err(), "{bad}");
        }
    }

    #[test]
    fn absurd_times_do_not_panic() {
        for ms in [i64::MIN, -1, 0, i64::MAX] {
            full(ms);
            clock(ms, 0);
            duration(ms);
            ago(ms, 0);
            count(ms);
            hour_minute(ms, 0);
        }
    }
}

//! The zone of the one who looks. The browser tells it in the cookie `tz`; without a script times are in UTC.

use axum::http::{HeaderMap, header, request::Parts};
use jiff::{Timestamp, ToSpan, Unit, Zoned, civil::DateTime, tz::TimeZone};
use leptos::prelude::use_context;

/// A time zone with its name (IANA).
#[derive(Clone, Debug)]
pub struct Zone {
    zone: TimeZone,
    name: String,
}

impl Zone {
    pub fn utc() -> Self {
        Self { zone: TimeZone::UTC, name: "UTC".to_owned() }
    }

    /// The one with this name; UTC for what is not a name of a zone.
    pub fn named(name: &str) -> Self {
        match TimeZone::get(name) {
            Ok(zone) => Self { zone, name: name.to_owned() },
            Err(_) => Self::utc(),
        }
    }

    /// That of the request which is being answered.
    pub fn of_request() -> Self {
        let parts = use_context::<Parts>();
        let name = parts.and_then(|parts| cookie(&parts.headers, "tz"));
        name.map_or_else(Self::utc, |name| Self::named(&name))
    }

    /// Its name, such as `Europe/Berlin`.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn at(&self, ms: i64) -> Zoned {
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }

    /// `14:30`, with the day before it when that is not the one of `now` (`11-22 14:30`).
    pub fn hour_minute(&self, ms: i64, now: i64) -> String {
        let (at, today) = (self.at(ms), self.at(now).date());
        let format = if at.date() == today { "%H:%M" } else { "%m-%d %H:%M" };
        at.strftime(format).to_string()
    }

    /// `Sun 11-22`.
    pub fn day(&self, ms: i64) -> String {
        self.at(ms).strftime("%a %m-%d").to_string()
    }

    /// `2026-10-25 02:30 CET`: with the zone's abbreviation, since an hour comes twice when clocks are put back.
    pub fn full(&self, ms: i64) -> String {
        self.at(ms).strftime("%Y-%m-%d %H:%M %Z").to_string()
    }

    /// `2026-11-22T14:30`, as a field of a form has it.
    pub fn field(&self, ms: i64) -> String {
        self.at(ms).strftime("%Y-%m-%dT%H:%M").to_string()
    }

    /// Unix ms of what a field of a form says. A time that does not exist, since clocks were put forward, is taken by the
    /// offset before; of one that exists twice the first is taken (as RFC 5545 has it).
    pub fn read_field(&self, text: &str) -> Option<i64> {
        let civil: DateTime = text.trim().parse().ok()?;
        civil.to_zoned(self.zone.clone()).ok().map(|at| at.timestamp().as_millisecond())
    }

    /// When the day begins in which `ms` lies.
    pub fn start_of_day(&self, ms: i64) -> i64 {
        self.at(ms).start_of_day().map_or(ms, |at| at.timestamp().as_millisecond())
    }

    /// When the day begins that is `days` after the one in which `ms` lies.
    pub fn start_of_day_after(&self, ms: i64, days: i64) -> i64 {
        let day = self.at(ms).checked_add(days.days()).and_then(|at| at.start_of_day());
        day.map_or(ms, |at| at.timestamp().as_millisecond())
    }

    /// Whether clocks are put forward or back between two points.
    pub fn changes_within(&self, from: i64, to: i64) -> bool {
        let first = Timestamp::from_millisecond(from).ok();
        let next = first.and_then(|from| self.zone.following(from).next());
        next.is_some_and(|transition| {
            let at = transition.timestamp();
            at.round(Unit::Millisecond).is_ok_and(|at| at.as_millisecond() < to)
        })
    }
}

/// A cookie's value, with `%2F` and the like decoded.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let found = pairs
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)?;
    let query = format!("v={found}");
    url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::parse_rfc3339;

    fn ms(text: &str) -> i64 {
        parse_rfc3339(text).unwrap()
    }

    #[test]
    fn an_unknown_zone_is_utc() {
        assert_eq!(
            ["Mars/Olympus", "", "../etc/passwd"].map(|name| Zone::named(name).name),
            ["UTC", "UTC", "UTC"]
        );
    }

    #[test]
    fn the_hour_that_comes_twice_is_told_apart() {
        let berlin = Zone::named("Europe/Berlin");
        assert_eq!(berlin.full(ms("2026-10-25T00:30:00Z")), "2026-10-25 02:30 CEST");
        assert_eq!(berlin.full(ms("2026-10-25T01:30:00Z")), "2026-10-25 02:30 CET");
        assert_eq!(berlin.read_field("2026-10-25T02:30"), Some(ms("2026-10-25T00:30:00Z")));
        assert_eq!(berlin.read_field("2026-03-29T02:30"), Some(ms("2026-03-29T01:30:00Z")), "does not exist");
        assert_eq!(berlin.read_field("yesterday"), None);
    }

    #[test]
    fn days_begin_at_local_midnight_and_may_have_25_hours() {
        let berlin = Zone::named("Europe/Berlin");
        let noon = ms("2026-10-25T12:00:00Z");
        let start = berlin.start_of_day(noon);
        assert_eq!(start, ms("2026-10-24T22:00:00Z"));
        assert_eq!(berlin.start_of_day_after(noon, 1) - start, 25 * 3_600_000);
        assert!(berlin.changes_within(start, noon) && !berlin.changes_within(noon, noon + 86_400_000));
        assert!(!Zone::utc().changes_within(start, noon));
    }

    #[test]
    fn absurd_times_do_not_panic() {
        let berlin = Zone::named("Europe/Berlin");
        for ms in [i64::MIN, -1, i64::MAX] {
            berlin.full(ms);
            berlin.start_of_day_after(ms, 1);
            berlin.changes_within(ms, 0);
        }
    }

    #[test]
    fn the_cookie_is_decoded() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=b; tz=America%2FNew_York".parse().unwrap());
        assert_eq!(cookie(&headers, "tz").as_deref(), Some("America/New_York"));
        assert_eq!(cookie(&headers, "t"), None);
    }
}

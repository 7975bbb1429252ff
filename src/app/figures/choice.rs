//! What a page with figures is asked for in its URL: the stretch of time, the endpoint, whether to compare.

use super::zone::Zone;
use crate::model::{
    error::{AppError, invalid},
    filter::percent_encode,
    time::{DAY_MS, parse_point},
    words::words,
};

/// The hours are kept for two years.
const LONGEST_MS: i64 = 731 * DAY_MS;

words! {
    /// The lengths that can be picked with one click.
    pub enum Preset("range") {
        /// The last hour, by minute.
        Hour = "1h", "1 hour";
        /// The last 24 hours, by half hour.
        Day = "24h", "24 hours";
        /// Seven days up to today, by two hours.
        Week = "7d", "7 days";
        /// Thirty days up to today.
        Month = "30d", "30 days";
    }
}

/// The period of the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// One that ends now.
    Preset(Preset),
    /// From one point up to before another, unix ms.
    Custom(i64, i64),
}

/// What the URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The period.
    pub span: Span,
    /// Name of the only endpoint; none: all.
    pub endpoint: Option<String>,
    /// Whether the period before is drawn too.
    pub compare: bool,
    /// What was typed for a time of one's own.
    pub typed: (String, String),
}

impl Choice {
    /// Reads the pairs of a query string. With an error comes what is shown instead: the last 24 hours.
    pub fn read(pairs: &[(String, String)], zone: &Zone, now: i64) -> (Self, Option<AppError>) {
        let value = |name: &str| {
            let found = pairs.iter().find(|(known, _)| known == name);
            found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
        };
        let typed = (value("from").unwrap_or_default(), value("to").unwrap_or_default());
        let (span, error) = match span(value("range"), typed, zone, now) {
            Ok(span) => (span, None),
            Err(error) => (Span::Preset(Preset::Day), Some(error)),
        };
        let choice = Self {
            span,
            endpoint: value("endpoint").map(str::to_owned),
            compare: value("compare").is_some(),
            typed: (typed.0.to_owned(), typed.1.to_owned()),
        };
        (choice, error)
    }

    /// The query string of the same page for another span.
    pub fn with_preset(&self, preset: Preset) -> String {
        let mut query = format!("range={}", preset.as_str());
        query.push_str(&self.rest());
        query
    }

    pub fn to_query(&self) -> String {
        let mut query = match self.span {
            Span::Preset(preset) => format!("range={}", preset.as_str()),
            Span::Custom(..) => {
                format!("from={}&to={}", percent_encode(&self.typed.0), percent_encode(&self.typed.1))
            }
        };
        query.push_str(&self.rest());
        query
    }

    fn rest(&self) -> String {
        let endpoint = self.endpoint.as_deref().map(|name| format!("&endpoint={}", percent_encode(name)));
        format!("{}{}", endpoint.unwrap_or_default(), if self.compare { "&compare=1" } else { "" })
    }
}

fn span(preset: Option<&str>, typed: (&str, &str), zone: &Zone, now: i64) -> Result<Span, AppError> {
    let point = |field: &str, text: &str| {
        let read = zone.read_field(text).map_or_else(|| parse_point(text, now), Ok);
        read.map_err(|error| invalid(field, format!("{field}: {error}")))
    };
    match typed {
        ("", "") => {}
        (from, to) => {
            let to = if to.is_empty() { now } else { point("to", to)?.min(now) };
            let from = if from.is_empty() { to - DAY_MS } else { point("from", from)? };
            if from < 0 || from >= to {
                return Err(invalid("from", "from: must be before the end and in the past"));
            }
            if to - from > LONGEST_MS {
                return Err(invalid(
                    "from",
                    "from: the range can't exceed two years, the retention of counts",
                ));
            }
            return Ok(Span::Custom(from, to));
        }
    }
    let Some(word) = preset else { return Ok(Span::Preset(Preset::Day)) };
    let known = Preset::ALL.into_iter().find(|preset| preset.as_str() == word);
    known
        .map(Span::Preset)
        .ok_or_else(|| invalid("range", "range: must be 1h, 24h, 7d or 30d, or use from and to"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::parse_rfc3339;

    fn read(query: &str) -> (Choice, Option<String>) {
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let now = parse_rfc3339("2026-11-23T12:00:00Z").unwrap();
        let (choice, error) = Choice::read(&pairs, &Zone::named("Europe/Berlin"), now);
        (choice, error.map(|error| error.to_string()))
    }

    #[test]
    fn a_choice_is_in_the_url_and_comes_back_from_it() {
        for query in [
            "range=24h",
            "range=7d&endpoint=a%26b&compare=1",
            "from=2026-11-01T00%3A00&to=2026-11-02T00%3A00",
        ] {
            let (choice, error) = read(query);
            assert_eq!((choice.to_query().as_str(), error), (query, None));
        }
        assert_eq!(read("").0.span, Span::Preset(Preset::Day));
    }

    #[test]
    fn times_of_one_s_own_are_read_in_the_viewer_s_zone() {
        let at = |text| parse_rfc3339(text).unwrap();
        let (choice, _) = read("from=2026-11-01T00:00&to=2026-11-02T00:00");
        assert_eq!(choice.span, Span::Custom(at("2026-10-31T23:00:00Z"), at("2026-11-01T23:00:00Z")));
        assert_eq!(
            read("from=6h").0.span,
            Span::Custom(at("2026-11-23T06:00:00Z"), at("2026-11-23T12:00:00Z"))
        );
    }

    #[test]
    fn what_makes_no_sense_is_said_and_the_last_day_shown() {
        for (query, field) in [
            ("range=9y", "range"),
            ("from=tomorrow", "from"),
            ("to=%00", "to"),
            ("from=2026-11-02T00:00&to=2026-11-01T00:00", "from"),
            ("from=1980-11-02T00:00", "from"),
            ("from=2030-01-01T00:00", "from"),
        ] {
            let (choice, error) = read(query);
            assert_eq!(choice.span, Span::Preset(Preset::Day), "{query}");
            assert!(error.unwrap().starts_with(&format!("{field}: ")), "{query}");
        }
    }
}

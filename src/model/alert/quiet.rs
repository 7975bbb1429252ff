//! Hours in which nobody expects events.

use serde::{Deserialize, Serialize};

/// Days that are quiet as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuietDays {
    /// None.
    #[default]
    None,
    /// Saturdays and Sundays.
    Weekend,
}

const DAY_MINUTES: i16 = 24 * 60;

/// Hours in which nobody expects events: their minutes do not count as silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Where they begin, in minutes after midnight.
    pub from: i16,
    /// Where they end, likewise; before `from`: on the next day; the same: no hours, only days.
    pub to: i16,
    /// Whole days.
    #[serde(default)]
    pub days: QuietDays,
    /// Name of the time zone (IANA), such as `Europe/Berlin`.
    pub zone: String,
}

impl Quiet {
    /// Reads `22:00-06:00`; empty text with quiet days means those alone.
    ///
    /// # Errors
    /// A sentence that names the field and what would be right.
    pub fn parse(hours: &str, days: QuietDays, zone: &str) -> Result<Option<Self>, String> {
        let hours = hours.trim();
        let (from, to) = match hours {
            "" if days == QuietDays::None => return Ok(None),
            "" => (0, 0),
            _ => hours
                .split_once(['-', '–'])
                .and_then(|(from, to)| Some((clock(from)?, clock(to)?)))
                .filter(|(from, to)| from != to)
                .ok_or("quiet: must be two different times, such as 22:00-06:00, or empty")?,
        };
        Ok(Some(Self { from, to, days, zone: zone.to_owned() }))
    }

    /// Whether both times are on a clock: what is stored may be anything.
    pub fn is_within_a_day(&self) -> bool {
        [self.from, self.to].iter().all(|minutes| (0..DAY_MINUTES).contains(minutes))
    }

    /// The hours as they are typed; empty: none, or none that could be.
    pub fn hours_text(&self) -> String {
        if !self.is_within_a_day() {
            return String::new();
        }
        let text = |minutes: i16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        if self.from == self.to { String::new() } else { format!("{}-{}", text(self.from), text(self.to)) }
    }
}

/// Minutes after midnight of `22:00` or `6:30`.
fn clock(text: &str) -> Option<i16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then(|| i16::from(hour) * 60 + i16::from(minute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quiet_hours_are_read_and_written_the_same() {
        let read = |text: &str, days| Quiet::parse(text, days, "UTC");
        let quiet = read(" 22:00 - 6:30 ", QuietDays::None).unwrap().unwrap();
        assert_eq!((quiet.from, quiet.to, quiet.hours_text().as_str()), (1_320, 390, "22:00-06:30"));
        assert_eq!(read("", QuietDays::None), Ok(None));
        assert_eq!(read("", QuietDays::Weekend).unwrap().unwrap().hours_text(), "");
        for wrong in ["22:00", "24:00-06:00", "22-06", "06:00-06:00", "a:b-c:d", "-"] {
            assert!(read(wrong, QuietDays::None).is_err(), "{wrong}");
        }
    }
}

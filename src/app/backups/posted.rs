//! The plan as its form gives it.

use crate::{
    app::kit::{description::form, number::number},
    db::backups::Passphrase,
    model::{
        backup::{BackupPlan, Keep, Rhythm},
        error::{AppError, invalid},
    },
};

form! {
    /// Each field as typed; boxes are `true` when ticked.
    pub struct BackupForm {
        enabled,
        /// `daily` or `hours`.
        rhythm,
        /// Hours between two copies.
        hours,
        /// Time of the day, UTC.
        time,
        /// Below the folder that the operator allows.
        folder,
        /// Newest copies that stay.
        keep_last,
        /// Number of days of which one backup is kept.
        keep_days,
        /// Number of weeks of which one backup is kept.
        keep_weeks,
        /// A new passphrase; empty: it stays.
        passphrase: secret,
        /// Whether copies are not encrypted any more.
        forget,
    }
}

impl BackupForm {
    /// The plan, and what is to become of the passphrase.
    pub(crate) fn read(&self) -> Result<(BackupPlan, Passphrase), AppError> {
        let number = |field, text: &str| number(field, field, text);
        let rhythm = match self.rhythm.as_str() {
            "hours" => Rhythm::Hours(number("hours", &self.hours)?),
            _ => Rhythm::Daily(minute_of_day(&self.time)?),
        };
        let passphrase = match (self.passphrase.is_empty(), self.forget.is_empty()) {
            (true, true) => Passphrase::Keep,
            (true, false) => Passphrase::Forget,
            (false, true) => Passphrase::Set(self.passphrase.clone().into()),
            (false, false) => {
                return Err(invalid("passphrase", "passphrase: enter a new one or tick the box, not both"));
            }
        };
        let plan = BackupPlan {
            enabled: !self.enabled.is_empty(),
            rhythm,
            folder: self.folder.trim().to_owned(),
            keep: Keep {
                last: number("keep_last", &self.keep_last)?,
                days: number("keep_days", &self.keep_days)?,
                weeks: number("keep_weeks", &self.keep_weeks)?,
            },
            ..BackupPlan::default()
        };
        Ok((plan, passphrase))
    }
}

fn minute_of_day(text: &str) -> Result<i64, AppError> {
    let wrong = || invalid("time", "time: must be a time of day in UTC, such as 03:00");
    let (hour, minute) = text.trim().split_once(':').ok_or_else(wrong)?;
    let read = |text: &str| text.parse::<u8>().map(i64::from).map_err(|_| wrong());
    match (read(hour)?, read(minute)?) {
        (hour @ 0..24, minute @ 0..60) => Ok(hour * 60 + minute),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_day_is_read_and_nonsense_is_named() {
        assert_eq!((minute_of_day("03:05"), minute_of_day(" 23:59 ")), (Ok(185), Ok(1_439)));
        for text in ["", "3", "24:00", "03:60", "-1:00", "a:b", "03:00:00"] {
            assert!(minute_of_day(text).is_err_and(|error| error.field() == Some("time")), "{text}");
        }
    }
}

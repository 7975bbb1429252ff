//! What admins do about regular copies of the database.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    app::{kit::form, login::functions::acting},
    jobs::backup::plan,
    model::{error::AppError, user::Role},
};

/// The plan as its form gives it: each field as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BackupForm {
    /// Not empty: switched on.
    pub enabled: String,
    /// `daily` or `hours`.
    pub rhythm: String,
    /// Hours between two copies.
    pub hours: String,
    /// Time of the day, UTC.
    pub time: String,
    /// Below the folder that the operator allows.
    pub folder: String,
    /// Newest copies that stay.
    pub keep_last: String,
    /// One of each of so many days stays.
    pub keep_days: String,
    /// One of each of so many weeks stays.
    pub keep_weeks: String,
    /// A new passphrase; empty: it stays.
    pub passphrase: String,
    /// Not empty: copies are not encrypted any more.
    pub forget: String,
}

mod server {
    use crate::app::backups::functions::BackupForm;
    use crate::{
        db::backups::Passphrase,
        model::{
            backup::{BackupPlan, Keep, Rhythm},
            error::{AppError, invalid},
        },
    };

    impl BackupForm {
        /// The plan, and what is to become of the passphrase.
        pub(crate) fn read(&self) -> Result<(BackupPlan, Passphrase), AppError> {
            let number = |field: &str, text: &str| {
                text.trim().parse().map_err(|_| invalid(field, format!("{field}: give a whole number")))
            };
            let rhythm = match self.rhythm.as_str() {
                "hours" => Rhythm::Hours(number("hours", &self.hours)?),
                _ => Rhythm::Daily(minute_of_day(&self.time)?),
            };
            let passphrase = match (self.passphrase.is_empty(), self.forget.is_empty()) {
                (true, true) => Passphrase::Keep,
                (true, false) => Passphrase::Forget,
                (false, true) => Passphrase::Set(self.passphrase.clone().into()),
                (false, false) => {
                    return Err(invalid(
                        "passphrase",
                        "passphrase: give a new one, or tick the box, not both",
                    ));
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

        /// What was typed, but for the passphrase.
        pub(crate) fn typed(&self) -> [(&'static str, &str); 8] {
            [
                ("enabled", &self.enabled),
                ("rhythm", &self.rhythm),
                ("hours", &self.hours),
                ("time", &self.time),
                ("folder", &self.folder),
                ("keep_last", &self.keep_last),
                ("keep_days", &self.keep_days),
                ("keep_weeks", &self.keep_weeks),
            ]
        }
    }

    fn minute_of_day(text: &str) -> Result<i64, AppError> {
        let wrong = || invalid("time", "time: give a time of the day in UTC, such as 03:00");
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
}

/// Changes when copies are made and how many stay.
#[server(prefix = "/do", endpoint = "change_backups")]
pub async fn change_backups(#[server(flatten)] form: BackupForm) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let (plan, passphrase) = form.read()?;
        plan::change(&state, &by, plan, passphrase).await?;
        Ok(("/settings/backups".to_owned(), "Saved.".to_owned()))
    };
    form::finish_keeping(work.await, "/settings/backups", &form.typed()).await
}

/// Has a copy made now.
#[server(prefix = "/do", endpoint = "back_up_now")]
pub async fn back_up_now() -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        plan::ask(&state, &by).await?;
        Ok(("/settings/backups".to_owned(), "A backup is being made.".to_owned()))
    };
    form::finish(work.await, "/settings/backups").await
}

//! Changing when copies are made, and asking for one now.

use crate::{
    alerts::rules::watch_backups,
    db::{
        audit,
        backups::{self, Passphrase},
    },
    jobs::backup::check_passphrase,
    model::{
        audit::{Action, Actor},
        backup::{BackupPlan, Rhythm},
        error::{AppError, conflict, invalid},
    },
    state::AppState,
};
use std::path::{Component, Path};

/// Copies are made at most this seldom, hours: 30 days.
const LONGEST_HOURS: i64 = 720;
/// Limit of each of the three numbers of backups to keep.
const MOST_KEPT: i64 = 1_000;

/// Whether every value is within its bounds.
pub fn check(plan: &BackupPlan) -> Result<(), AppError> {
    if let Rhythm::Hours(hours) = plan.rhythm
        && !(1..=LONGEST_HOURS).contains(&hours)
    {
        return Err(invalid("hours", format!("hours: must be 1 to {LONGEST_HOURS}")));
    }
    if let Rhythm::Daily(minute) = plan.rhythm
        && !(0..24 * 60).contains(&minute)
    {
        return Err(invalid("time", "time: must be a time of day in UTC, such as 03:00"));
    }
    if !(1..=MOST_KEPT).contains(&plan.keep.last) {
        return Err(invalid(
            "keep_last",
            format!("keep_last: must be 1 to {MOST_KEPT}; the newest backup is always kept"),
        ));
    }
    for (field, count) in [("keep_days", plan.keep.days), ("keep_weeks", plan.keep.weeks)] {
        if !(0..=MOST_KEPT).contains(&count) {
            return Err(invalid(field, format!("{field}: must be 0 to {MOST_KEPT}")));
        }
    }
    if !is_folder_below(&plan.folder) {
        return Err(invalid(
            "folder",
            "folder: must be a path inside the backup folder, with letters, digits, - and _ only",
        ));
    }
    Ok(())
}

/// Whether a path stays below the one that it is added to; empty is that one itself.
fn is_folder_below(folder: &str) -> bool {
    let is_word = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    folder.is_empty()
        || (folder.len() <= 200
            && folder.split('/').all(is_word)
            && Path::new(folder).components().all(|part| matches!(part, Component::Normal(_))))
}

/// Changes the plan. Whoever switches it on gets the alert rule that tells of copies that fail, once.
///
/// # Errors
/// A value cannot be taken, or the operator allows no folder.
pub async fn change(
    state: &AppState,
    by: &Actor,
    mut plan: BackupPlan,
    passphrase: Passphrase,
) -> Result<(), AppError> {
    check(&plan)?;
    if let Passphrase::Set(text) = &passphrase {
        check_passphrase(text).map_err(|error| invalid("passphrase", format!("passphrase: {error}")))?;
    }
    if plan.enabled {
        allowed(state, "enabled")?;
    }
    let before = backups::plan(&mut state.db.read().await?).await?;
    plan.enabled_at = match (plan.enabled, before.enabled) {
        (true, false) => Some(by.at),
        _ => before.enabled_at,
    };
    let detail = said(&before, &plan, &passphrase);
    let entry = by.entry(Action::BackupsChanged, "", "", detail);
    let mut tx = state.db.begin().await?;
    backups::save(&mut tx, &state.db.key(), &plan, &passphrase).await?;
    if plan.enabled && before.enabled_at.is_none() {
        watch_backups(&mut tx, by.at).await?;
    }
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    state.wake.backups.notify_one();
    Ok(())
}

/// What is to be read in the audit log of a change: from what to what.
fn said(before: &BackupPlan, after: &BackupPlan, passphrase: &Passphrase) -> String {
    let words = |plan: &BackupPlan| {
        let rhythm = match plan.rhythm {
            Rhythm::Hours(hours) => format!("every {hours} h"),
            Rhythm::Daily(minute) => format!("daily at {:02}:{:02} UTC", minute / 60, minute % 60),
        };
        format!(
            "{}, {rhythm}, folder {:?}, keeps {} and {} by day and {} by week",
            if plan.enabled { "on" } else { "off" },
            plan.folder,
            plan.keep.last,
            plan.keep.days,
            plan.keep.weeks,
        )
    };
    let passphrase = match passphrase {
        Passphrase::Keep => "",
        Passphrase::Forget => "; passphrase removed",
        Passphrase::Set(_) => "; new passphrase",
    };
    format!("from: {}; to: {}{passphrase}", words(before), words(after))
}

/// Asks for a copy now; it is made in the background.
///
/// # Errors
/// The operator allows no folder.
pub async fn ask(state: &AppState, by: &Actor) -> Result<(), AppError> {
    allowed(state, "now")?;
    let entry = by.entry(Action::BackupAsked, "", "", "");
    let mut tx = state.db.begin().await?;
    backups::ask(&mut tx, &by.name, by.at).await?;
    audit::insert(&mut tx, &entry).await?;
    tx.commit().await?;
    state.wake.backups.notify_one();
    Ok(())
}

fn allowed(state: &AppState, field: &str) -> Result<(), AppError> {
    if state.settings.backup_dir.is_none() {
        return Err(conflict(
            field,
            "The operator has not set a backup folder. Start the server with --backup-dir or HOOKPOST_BACKUP_DIR.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_never_leads_out_of_the_one_that_is_allowed() {
        for folder in ["", "daily", "a/b-c_1"] {
            assert!(is_folder_below(folder), "{folder}");
        }
        for folder in
            ["/", "/etc", "..", "a/../..", "a//b", "a/", ".", "./a", "a\\b", "~", "a b", ".ssh", "ä"]
        {
            assert!(!is_folder_below(folder), "{folder}");
        }
    }

    #[test]
    fn values_out_of_bounds_are_refused_by_field() {
        let refused = |change: fn(&mut BackupPlan)| {
            let mut plan = BackupPlan::default();
            change(&mut plan);
            check(&plan).err().and_then(|error| error.field().map(str::to_owned))
        };
        assert_eq!(refused(|_| {}), None);
        assert_eq!(refused(|plan| plan.rhythm = Rhythm::Hours(0)).as_deref(), Some("hours"));
        assert_eq!(refused(|plan| plan.rhythm = Rhythm::Daily(1_440)).as_deref(), Some("time"));
        assert_eq!(refused(|plan| plan.keep.last = 0).as_deref(), Some("keep_last"));
        assert_eq!(refused(|plan| plan.keep.weeks = -1).as_deref(), Some("keep_weeks"));
        assert_eq!(refused(|plan| plan.folder = "../x".into()).as_deref(), Some("folder"));
    }
}

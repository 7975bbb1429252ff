//! What does not do its work: endpoints, destinations, references, backups.

use super::{Case, database::unanswered, finding::Findings};
use crate::{
    db::{Connection, backups, check},
    endpoints::reference::Reference,
    model::{
        backup::BackupState,
        time::{self, DAY_MS},
        visible::visible,
    },
};

pub(super) async fn check(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    endpoints(case, connection, found).await;
    destinations(case, connection, found).await;
    backup_plan(case, connection, found).await;
    match check::has_admin(connection).await {
        Ok(true) => {}
        Ok(false) => found.info(
            "users",
            "no admin can log in",
            "Open the set-up link from the server's log, or run: hookpost user add --role admin --email … --password-stdin",
        ),
        Err(error) => unanswered("users", &error, found),
    }
}

async fn endpoints(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    match check::without_secret(connection, case.now).await {
        Ok(names) => {
            for name in names {
                found.warning(
                    "endpoint-secret",
                    format!("the endpoint {:?} has no valid secret and rejects everything", visible(&name)),
                    "Add a secret, or disable the endpoint (Settings → Endpoints)",
                );
            }
        }
        Err(error) => unanswered("endpoint-secret", &error, found),
    }
    match check::references(connection, case.now).await {
        Ok(references) => {
            let allowed = case.settings.allowed_references();
            for (name, text) in references {
                let read = text.parse::<Reference>().and_then(|reference| {
                    reference.resolve(&allowed).map(|_secret| ()).map_err(|error| error.to_string())
                });
                if let Err(why) = read {
                    found.error(
                        "reference",
                        format!("a secret of {:?} is stored in {}, which this command cannot read: {why}", visible(&name), visible(&text)),
                        "Run this command as the server's user and with its variables. If it still fails, fix the file or variable",
                    );
                }
            }
        }
        Err(error) => unanswered("reference", &error, found),
    }
    let memory = i64::try_from(case.settings.body_memory).unwrap_or(i64::MAX);
    match check::body_limits_above(connection, memory).await {
        Ok(limits) => {
            for (name, limit) in limits {
                found.warning(
                    "body-limit",
                    format!(
                        "the endpoint {:?} accepts bodies up to {}, more than --body-memory",
                        visible(&name),
                        time::size(limit)
                    ),
                    "Raise --body-memory, or lower the endpoint's body limit",
                );
            }
        }
        Err(error) => unanswered("body-limit", &error, found),
    }
}

async fn destinations(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    match check::dead_forwards(connection).await {
        Ok(dead) => {
            for (name, count) in dead {
                found.warning(
                    "dead-forwards",
                    format!("{} forwards to {:?} ran out of attempts", time::count(count), visible(&name)),
                    "Fix the destination, then replay the failed events",
                );
            }
        }
        Err(error) => unanswered("dead-forwards", &error, found),
    }
    match check::idle_destinations(connection, case.now).await {
        Ok(idle) => {
            for (name, why) in idle {
                found.warning(
                    "destination",
                    format!("the destination {:?} gets no events: {why}", visible(&name)),
                    "Resume it, choose endpoints or remove it on its page",
                );
            }
        }
        Err(error) => unanswered("destination", &error, found),
    }
}

async fn backup_plan(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    let asked = async {
        let plan = backups::plan(connection).await?;
        let last = backups::list(connection, 1).await?.pop();
        let good = backups::last_good(connection).await?.map(|(started_at, _)| started_at);
        let newest = backups::in_state(connection, BackupState::Good).await?.into_iter().next();
        Ok((plan, last, good, newest))
    };
    let (plan, last, good, newest) = match asked.await {
        Ok(answers) => answers,
        Err(error) => return unanswered("backups", &error, found),
    };
    if !plan.enabled {
        found.info(
            "backups",
            "regular backups are off",
            "Turn them on (Settings → Backups), or schedule `hookpost backup`",
        );
        return;
    }
    if let Some(last) = last.filter(|last| last.state == BackupState::Failed) {
        found.error(
            "backups",
            format!(
                "the last backup failed: {}",
                visible(last.problem.as_deref().unwrap_or("see the log for details"))
            ),
            "Fix the cause, then back up now (Settings → Backups)",
        );
    }
    if plan.overdue_at(good).is_some_and(|at| at < case.now) {
        let age = good.map(|at| time::duration((case.now - at) / DAY_MS * DAY_MS));
        found.error(
            "backups",
            age.map_or_else(
                || "no regular backup has been made, although one is due".to_owned(),
                |age| format!("the last good backup is more than {age} old, and another is due"),
            ),
            "Check that the server is running, and see its log for backup errors",
        );
    }
    let Some(folder) = &case.settings.backup_dir else {
        found.warning(
            "backup-dir",
            "regular backups are on, but --backup-dir is not set, so none are made",
            "Start the server and this command with HOOKPOST_BACKUP_DIR",
        );
        return;
    };
    if let Some(newest) = newest {
        let path = folder.join(&newest.file);
        let size = crate::db::disk::file_size(&path).and_then(|size| i64::try_from(size).ok());
        if size != newest.bytes {
            found.error(
                "backups",
                format!("the newest backup {} is missing or its size has changed", path.display()),
                "Back up now (Settings → Backups), and find out who removed or changed it",
            );
        }
    }
}

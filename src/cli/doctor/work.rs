//! What does not do its work: endpoints, destinations, references, backups.

use super::{Case, database::unanswered, finding::Findings};
use crate::{
    db::{backups, check},
    endpoints::reference::Reference,
    model::{backup::BackupState, time, visible::visible},
};
use sqlx::SqliteConnection;

const DAY_MS: i64 = 86_400_000;

pub(super) async fn check(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    endpoints(case, connection, found).await;
    destinations(case, connection, found).await;
    backup_plan(case, connection, found).await;
    match check::has_admin(connection).await {
        Ok(true) => {}
        Ok(false) => found.info(
            "users",
            "no admin can log in",
            "Open the set-up link of the server's log, or: hookpost user add --role admin --email … --password-stdin",
        ),
        Err(error) => unanswered("users", &error, found),
    }
}

async fn endpoints(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    match check::without_secret(connection, case.now).await {
        Ok(names) => {
            for name in names {
                found.warning(
                    "endpoint-secret",
                    format!(
                        "the endpoint {:?} has no secret in force: it rejects everything",
                        visible(&name)
                    ),
                    "Add its secret, or disable the endpoint (Settings, Endpoints)",
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
                        format!("a secret of {:?} is kept in {}, which cannot be read from here: {why}", visible(&name), visible(&text)),
                        "Give this command the variables and the user of the server; if it still cannot be read, mend the file or variable",
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
                        "the endpoint {:?} takes bodies up to {}, more than --body-memory",
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

async fn destinations(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    match check::dead_forwards(connection).await {
        Ok(dead) => {
            for (name, count) in dead {
                found.warning(
                    "dead-forwards",
                    format!("{} forwards to {:?} ran out of tries", time::count(count), visible(&name)),
                    "Mend the destination, then replay what failed from its page",
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
                    format!("the destination {:?} gets nothing: {why}", visible(&name)),
                    "See its page: resume it, name endpoints, or remove it",
                );
            }
        }
        Err(error) => unanswered("destination", &error, found),
    }
}

async fn backup_plan(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
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
            "no regular backups are made by the server",
            "Switch them on (Settings, Backups), or see to it that `hookpost backup` runs regularly",
        );
        return;
    }
    if let Some(last) = last.filter(|last| last.state == BackupState::Failed) {
        found.error(
            "backups",
            format!(
                "the last backup failed: {}",
                visible(last.problem.as_deref().unwrap_or("the log says why"))
            ),
            "Mend the cause, then back up now (Settings, Backups)",
        );
    }
    if plan.overdue_at(good).is_some_and(|at| at < case.now) {
        let age = good.map(|at| time::duration((case.now - at) / DAY_MS * DAY_MS));
        found.error(
            "backups",
            age.map_or_else(
                || "no regular backup was ever made, though one is due".to_owned(),
                |age| format!("the last good backup is more than {age} old, and another one is due"),
            ),
            "See that the server runs, and what it logs of backups",
        );
    }
    let Some(folder) = &case.settings.backup_dir else {
        found.warning(
            "backup-dir",
            "regular backups are switched on, and --backup-dir is not set: none is made",
            "Start the server with HOOKPOST_BACKUP_DIR, and give it to this command too",
        );
        return;
    };
    if let Some(newest) = newest {
        let path = folder.join(&newest.file);
        let size = crate::db::disk::file_size(&path).and_then(|size| i64::try_from(size).ok());
        if size != newest.bytes {
            found.error(
                "backups",
                format!(
                    "the newest backup {} is missing, or has another size than it was made with",
                    path.display()
                ),
                "Back up now (Settings, Backups), and see who removed or changed it",
            );
        }
    }
}

//! Whether the database is whole, ours, of this version, and opened by the key; and what it says of the clock.

use super::{Case, finding::Findings};
use crate::{
    db::{DbError, backup, check, measures::check as counts, open},
    model::time,
};
use sqlx::SqliteConnection;
use std::path::Path;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// Counts of so many days are held against the rows, unless all are.
const COUNTED_DAYS: usize = 2;

/// Puts down that a question could not be answered: on a file of another version or a damaged one that is no wonder.
pub(super) fn unanswered(name: &'static str, error: &DbError, found: &mut Findings) {
    found.warning(
        name,
        format!("this could not be looked at: {}", crate::db::error::chain(error)),
        "Mend what else was found, then ask again",
    );
}

pub(super) async fn check(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    integrity(case, connection, found).await;
    versions(connection, found).await;
    key(case, connection, found).await;
    rollups(case, connection, found).await;
    clock(case, connection, found).await;
}

async fn integrity(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    match backup::damage(connection, case.full).await {
        Ok(damage) => {
            for place in damage {
                found.error(
                    "integrity",
                    format!("the database is damaged: {place}"),
                    "Stop the server, keep the file, and put the last backup in its place: hookpost restore BACKUP --database NEW. \
                     `sqlite3 FILE .recover` may save what came after it",
                );
            }
        }
        Err(error) => unanswered("integrity", &error, found),
    }
    match check::broken_references(connection).await {
        Ok(broken) => {
            for (pair, count) in broken {
                found.error(
                    "references",
                    format!("{count} rows name one that is not there: {pair}"),
                    "Another program changed the file. Put the last backup in its place, or report it with the version in use",
                );
            }
        }
        Err(error) => unanswered("references", &error, found),
    }
}

async fn versions(connection: &mut SqliteConnection, found: &mut Findings) {
    let known = open::newest_migration();
    match check::migrations(connection).await {
        Ok(versions) => match versions.last().copied() {
            Some(version) if version > known => found.error(
                "migrations",
                format!("the file was written by a newer version of Hookpost (migration {version}, this one knows {known})"),
                "Start that version, or restore a backup made before it",
            ),
            Some(version) if version < known => found.info(
                "migrations",
                format!("the file is at migration {version}, this version at {known}"),
                "Make a backup, then start the server: it migrates the file",
            ),
            Some(_) => {}
            None => found.error("migrations", "the file has no migration of ours", "Name the right file with --database"),
        },
        Err(error) => found.error(
            "migrations",
            format!("it is not a database of Hookpost: {}", crate::db::error::chain(&error)),
            "Name the right file with --database",
        ),
    }
}

async fn key(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    match check::holds_a_key(connection).await {
        Ok(true) => found.error(
            "key-in-database",
            "the database holds the master key in clear: it is a backup with the key that was put in its place by hand",
            "Stop the server, then: hookpost restore THIS-FILE --database NEW, which takes it out",
        ),
        Ok(false) => {}
        Err(error) => unanswered("key-in-database", &error, found),
    }
    // That there is none was said already.
    let Some(key) = &case.key else { return };
    match backup::fits(connection, key).await {
        Ok(true) => match check::unopened(connection, key).await {
            Ok(unopened) => {
                for (column, count) in unopened {
                    found.error(
                        "sealed",
                        format!("{count} sealed values in {column} do not open with the master key, which fits otherwise"),
                        "Enter these secrets anew, or restore a backup from before they were damaged",
                    );
                }
            }
            Err(error) => unanswered("sealed", &error, found),
        },
        Ok(false) => found.error(
            "key",
            "the master key does not fit the database: its secrets were sealed with another one",
            "Give the right key with HOOKPOST_ENCRYPTION_KEY or HOOKPOST_ENCRYPTION_KEY_FILE; the one before may lie beside it with .old at its end",
        ),
        Err(error) => unanswered("key", &error, found),
    }
}

async fn rollups(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    let mut differing = Vec::new();
    let counted = async {
        for endpoint in counts::countable(connection).await? {
            let mut different = 0;
            let days = endpoint.days(case.now);
            let wanted = if case.full { days.len() } else { COUNTED_DAYS };
            for day in days.into_iter().rev().take(wanted) {
                different += counts::differences(connection, endpoint.id, day).await?;
            }
            if different > 0 {
                differing.push(endpoint.name);
            }
        }
        Ok::<(), DbError>(())
    };
    if let Err(error) = counted.await {
        unanswered("counts", &error, found);
    }
    for name in differing {
        found.warning(
            "counts",
            format!("the counts of {name:?} behind charts and alerts are not those of its rows"),
            "hookpost rollups rebuild",
        );
    }
}

async fn clock(case: &Case<'_>, connection: &mut SqliteConnection, found: &mut Findings) {
    match check::newest_at(connection).await {
        Ok(Some(newest)) if newest > case.now + 5 * MINUTE_MS => found.error(
            "clock",
            format!(
                "the newest delivery was stored at {}, {} ahead of this machine's clock: the clock is behind, or was ahead then",
                time::full(newest),
                time::duration(newest - case.now)
            ),
            "Set the clock and keep it by NTP: senders' timestamps are held against it",
        ),
        Ok(Some(newest)) if case.now > newest + 30 * DAY_MS => found.info(
            "clock",
            format!(
                "the newest delivery is {} old: nothing came since, or the clock is ahead",
                time::duration(case.now - newest)
            ),
            "Look at the clock (`date -u`): a server whose clock leapt ahead deletes nothing until it is confirmed",
        ),
        Ok(_) => {}
        Err(error) => unanswered("clock", &error, found),
    }
    let timesync = Path::new("/run/systemd/timesync");
    if timesync.is_dir() && !timesync.join("synchronized").exists() {
        found.warning(
            "clock",
            "systemd-timesyncd has not synchronised this machine's clock",
            "See `timedatectl timesync-status`; webhooks are rejected when the clock is off by more than the tolerance",
        );
    }
}

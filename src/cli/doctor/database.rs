//! Whether the database is whole, ours, of this version, and opened by the key; and what it says of the clock.

use super::{Case, finding::Findings};
use crate::{
    db::{Connection, DbError, backup, check, counts::check as counts, open},
    model::time::{self, DAY_MS, MINUTE_MS},
};
use std::path::Path;

/// Days of counts that are compared with the rows, unless all are.
const COUNTED_DAYS: usize = 2;

/// Puts down that a question could not be answered: on a file of another version or a damaged one that is not a wonder.
pub(super) fn unanswered(name: &'static str, error: &DbError, found: &mut Findings) {
    found.warning(
        name,
        format!("this check failed: {}", crate::telemetry::chain(error)),
        "Fix the other findings, then run doctor again",
    );
}

/// Whether the file is from before the first release: nothing else can be asked of it then.
pub(super) async fn is_prerelease(connection: &mut Connection, found: &mut Findings) -> bool {
    let is = open::is_prerelease(connection).await.unwrap_or(false);
    if is {
        found.error(
            "migrations",
            "the file was created by a pre-release version of Hookpost with a different database layout"
                .to_owned(),
            "Set another database with HOOKPOST_DATABASE, or run the version that created this one",
        );
    }
    is
}

pub(super) async fn check(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    integrity(case, connection, found).await;
    versions(connection, found).await;
    key(case, connection, found).await;
    rollups(case, connection, found).await;
    clock(case, connection, found).await;
}

async fn integrity(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    match backup::damage(connection, case.full).await {
        Ok(damage) => {
            for place in damage {
                found.error(
                    "integrity",
                    format!("the database is damaged: {place}"),
                    "Stop the server, keep the file and replace it with the latest backup: hookpost restore \
                     BACKUP --database NEW. `sqlite3 FILE .recover` may recover newer data",
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
                    format!("{count} rows refer to missing rows: {pair}"),
                    "Another program may have changed the file. Restore the latest backup, or report this with the version in use",
                );
            }
        }
        Err(error) => unanswered("references", &error, found),
    }
}

async fn versions(connection: &mut Connection, found: &mut Findings) {
    let known = open::newest_migration();
    match check::migrations(connection).await {
        Ok(versions) => match versions.last().copied() {
            Some(version) if version > known => found.error(
                "migrations",
                format!("the file was written by a newer version of Hookpost (migration {version}, this one knows {known})"),
                "Run that version, or restore a backup made before the upgrade",
            ),
            Some(version) if version < known => found.info(
                "migrations",
                format!("the database is at migration {version}, this version expects {known}"),
                "Make a backup, then start the server to migrate the database",
            ),
            Some(_) => {}
            None => found.error("migrations", "the file is not a Hookpost database", "Set the right file with --database"),
        },
        Err(error) => found.error(
            "migrations",
            format!("not a Hookpost database: {}", crate::telemetry::chain(&error)),
            "Set the right file with --database",
        ),
    }
}

async fn key(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    match check::holds_a_key(connection).await {
        Ok(true) => found.error(
            "key-in-database",
            "the database contains the master key in plain text: it is a backup with the key that was copied into place by hand",
            "Stop the server and run hookpost restore THIS-FILE --database NEW, which removes the key",
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
                        format!("{count} encrypted values in {column} can't be decrypted, although the master key is right"),
                        "Enter these secrets again, or restore an undamaged backup",
                    );
                }
            }
            Err(error) => unanswered("sealed", &error, found),
        },
        Ok(false) => found.error(
            "key",
            "the master key does not match the database: its secrets were encrypted with another key",
            "Set the right key with HOOKPOST_ENCRYPTION_KEY or HOOKPOST_ENCRYPTION_KEY_FILE. The previous key may be in a file ending in .old next to it",
        ),
        Err(error) => unanswered("key", &error, found),
    }
}

async fn rollups(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
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
            format!("the counts of {name:?} for charts and alerts differ from its rows"),
            "hookpost rollups rebuild",
        );
    }
}

async fn clock(case: &Case<'_>, connection: &mut Connection, found: &mut Findings) {
    match check::newest_at(connection).await {
        Ok(Some(newest)) if newest > case.now + 5 * MINUTE_MS => found.error(
            "clock",
            format!(
                "the newest delivery was stored at {}, {} ahead of this machine's clock: the clock is slow, or was fast then",
                time::full(newest),
                time::duration(newest - case.now)
            ),
            "Set the clock and keep it synchronized with NTP. Senders' timestamps are compared with it",
        ),
        Ok(Some(newest)) if case.now > newest + 30 * DAY_MS => found.info(
            "clock",
            format!(
                "the newest delivery is {} old: nothing has arrived since, or the clock is fast",
                time::duration(case.now - newest)
            ),
            "Check the clock (`date -u`). After a jump ahead, the server suspends retention until the time is confirmed",
        ),
        Ok(_) => {}
        Err(error) => unanswered("clock", &error, found),
    }
    let timesync = Path::new("/run/systemd/timesync");
    if timesync.is_dir() && !timesync.join("synchronized").exists() {
        found.warning(
            "clock",
            "systemd-timesyncd has not synchronized this machine's clock",
            "See `timedatectl timesync-status`. Webhooks are rejected if the clock is off by more than the tolerance",
        );
    }
}

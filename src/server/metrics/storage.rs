//! Files, and the room around them.

use crate::{
    db::disk::{Room, file_size, folder_of, space},
    state::AppState,
    telemetry::metrics::Families,
};
use std::path::PathBuf;

pub(super) fn tell(state: &AppState, now: &Families) -> prometheus::Result<()> {
    let database = &state.settings.database;
    let mut wal = database.as_os_str().to_owned();
    wal.push("-wal");
    for (name, help, path) in [
        ("hookpost_database_file_bytes", "Size of the database file.", database.clone()),
        ("hookpost_database_wal_bytes", "Size of its write-ahead log.", PathBuf::from(wal)),
    ] {
        if let Some(size) = file_size(&path) {
            now.gauge(name, help, size as f64)?;
        }
    }
    now.gauge(
        "hookpost_disk_room",
        "Room on the disk for 2: all webhooks; 1: verified ones only (below the floor); 0: none.",
        match state.disk.told() {
            Room::Ample => 2.0,
            Room::Low => 1.0,
            Room::Full | Room::Gone => 0.0,
        },
    )?;
    now.gauge(
        "hookpost_clock_trusted",
        "Whether the clock is trusted; if not, retention is suspended.",
        f64::from(!state.clock.is_doubted()),
    )?;
    match space(folder_of(database)) {
        Ok(space) => {
            now.gauge(
                "hookpost_disk_free_bytes",
                "Free space on the database's file system.",
                space.free as f64,
            )?;
            now.gauge("hookpost_disk_size_bytes", "Size of that file system.", space.total as f64)?;
        }
        Err(error) => tracing::warn!(%error, "metrics: free disk space unknown: {error}"),
    }
    Ok(())
}

//! Files, and the room around them.

use crate::{
    disk::{file_size, folder_of, space},
    metrics::Families,
    state::AppState,
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
    match space(folder_of(database)) {
        Ok(space) => {
            now.gauge(
                "hookpost_disk_free_bytes",
                "Room that is left on the file system of the database.",
                space.free as f64,
            )?;
            now.gauge("hookpost_disk_size_bytes", "Size of that file system.", space.total as f64)?;
        }
        Err(error) => tracing::warn!(%error, "metrics: the disk's room cannot be told: {error}"),
    }
    Ok(())
}

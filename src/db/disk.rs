//! How much room there is where a file lies, how large files are, and the floors of free space below which less is stored.

use crate::runtime::config::Settings;
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Room of a file system, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What this process may still write: without what is kept for the superuser.
    pub free: u64,
    pub total: u64,
}

impl Space {
    /// How much of it is used, percent.
    pub fn used_percent(self) -> f64 {
        match self.total {
            0 => 0.0,
            total => 100.0 - self.free.min(total) as f64 * 100.0 / total as f64,
        }
    }
}

/// The room of the file system that holds `path`, a file or folder that exists.
///
/// # Errors
/// When the system cannot tell, as when there is no such path.
pub fn space(path: &Path) -> io::Result<Space> {
    let stat = rustix::fs::statvfs(path)?;
    // Blocks are counted in fragments, whatever the name of the field says.
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    Ok(Space { free: bytes(stat.f_bavail), total: bytes(stat.f_blocks) })
}

/// The folder that holds a file, to be asked about before the file is there.
pub fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The size of a file in bytes; none when there is no such file.
pub fn file_size(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|metadata| metadata.len())
}

const MIB: u64 = 1024 * 1024;
/// The floor that is not set: this much …
const FLOOR: u64 = 256 * MIB;
/// … or one byte in this number of the file system's bytes, whichever is less.
const FLOOR_SHARE: u64 = 50;
/// The reserve that is not set: this share of the floor.
const RESERVE_SHARE: u64 = 4;
/// With less than this, an error of the file may be for want of room whatever SQLite calls it: its WAL index grows by
/// 32 KiB at a time.
const NOTHING_LEFT: u64 = MIB;
/// After a write found the disk full, so long nothing is tried.
const REST: Duration = Duration::from_secs(1);

/// Bytes that are written to see whether anything can be.
const PROBE: usize = 64 * 1024;

/// Whether so little is left where `path` lies that a write may fail for it. A quota does not show in the room of the file
/// system, so a file is written too.
pub fn is_exhausted(path: &Path) -> bool {
    let folder = folder_of(path);
    space(folder).is_ok_and(|space| space.free < NOTHING_LEFT) || !takes_a_file(folder)
}

/// Whether a small file can be written; an error that is not about room counts as if it could.
fn takes_a_file(folder: &Path) -> bool {
    let probe = folder.join(format!(".hookpost-probe-{}", std::process::id()));
    let written = std::fs::write(&probe, vec![0; PROBE]);
    // It may never have been made.
    let _gone = std::fs::remove_file(&probe);
    let no_room = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
    written.err().is_none_or(|error| !no_room.contains(&error.kind()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// Everything.
    Ample,
    /// Below the floor: verified deliveries only.
    Low,
    /// Below the reserve, or a write found the disk full a moment ago: no deliveries.
    Full,
    /// The database file was removed or replaced: what is written to the open one is lost with this process.
    Gone,
}

impl Room {
    fn of(number: u8) -> Self {
        [Self::Ample, Self::Low, Self::Full].get(usize::from(number)).copied().unwrap_or(Self::Gone)
    }
}

/// A write that found the disk full.
#[derive(Clone, Copy, Debug)]
struct Refused {
    at: Instant,
    /// Bytes that the system said were free.
    free: u64,
}

/// Watches the room on the disk of the database; cheap to clone, and asked for each webhook.
#[derive(Clone, Debug)]
pub struct DiskGuard(Arc<Watched>);

#[derive(Debug)]
struct Watched {
    database: PathBuf,
    /// Device and number of the file that is open; none: the system did not tell.
    opened: Option<(u64, u64)>,
    /// As set, bytes.
    floor: Option<u64>,
    reserve: Option<u64>,
    room: AtomicU8,
    /// Bytes; what was seen last.
    free: AtomicU64,
    /// When a write last found the disk full; none once one was stored since, or there is room again.
    refused: Mutex<Option<Refused>>,
    /// What people are told, and the log was told of last.
    told: AtomicU8,
}

impl DiskGuard {
    /// Watches the disk of the settings' database, by their floors.
    pub fn new(settings: &Settings) -> Self {
        let guard = Self(Arc::new(Watched {
            opened: identity(&settings.database).unwrap_or_default(),
            database: settings.database.clone(),
            floor: settings.disk_floor,
            reserve: settings.disk_reserve,
            room: AtomicU8::new(0),
            free: AtomicU64::new(0),
            refused: Mutex::default(),
            told: AtomicU8::new(0),
        }));
        guard.look();
        guard
    }

    /// What there was room for when it was looked last: what a webhook asks. After a write found the disk full, one is let
    /// through now and then, to see.
    pub fn room(&self) -> Room {
        Room::of(self.0.room.load(Ordering::Relaxed))
    }

    /// What people and monitors are told: full until something was stored, or there is room again.
    pub fn told(&self) -> Room {
        Room::of(self.0.told.load(Ordering::Relaxed))
    }

    /// Bytes that were free when it was looked last.
    pub fn free(&self) -> u64 {
        self.0.free.load(Ordering::Relaxed)
    }

    /// Looks again. Tells of a change in the log.
    pub fn look(&self) {
        // Where the system does not tell, writes will.
        let free = match space(folder_of(&self.0.database)) {
            Ok(space) => {
                self.0.free.store(space.free, Ordering::Relaxed);
                room(space, floors(space.total, self.0.floor, self.0.reserve))
            }
            Err(_) => Room::Ample,
        };
        let (refused, rests) = {
            let mut refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
            let rests = refused.is_some_and(|refused| refused.at.elapsed() < REST);
            // More than there was: a quota does not show, so its end shows by a write alone.
            let more = |was: &Refused| self.free() > was.free.saturating_add(NOTHING_LEFT);
            if !rests && refused.as_ref().is_some_and(more) {
                *refused = None;
            }
            (refused.is_some(), rests)
        };
        let is_gone =
            self.0.opened.is_some() && identity(&self.0.database).is_ok_and(|found| found != self.0.opened);
        let room = if is_gone { Room::Gone } else { free };
        self.0.room.store(if rests { Room::Full.max(room) } else { room } as u8, Ordering::Relaxed);
        self.tell(if refused { Room::Full.max(room) } else { room });
    }

    /// A write found the disk full, whatever the system says of its room: quotas do not show there.
    pub fn note_full(&self) {
        let free = space(folder_of(&self.0.database)).map_or(0, |space| space.free);
        self.0.free.store(free, Ordering::Relaxed);
        *self.0.refused.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Refused { at: Instant::now(), free });
        self.0.room.fetch_max(Room::Full as u8, Ordering::Relaxed);
        self.tell(self.room());
    }

    /// A write went through: what was full is no more.
    pub fn note_stored(&self) {
        if self.told() == Room::Full
            && self.0.refused.lock().unwrap_or_else(PoisonError::into_inner).take().is_some()
        {
            self.look();
        }
    }

    fn tell(&self, room: Room) {
        if self.0.told.swap(room as u8, Ordering::Relaxed) == room as u8 {
            return;
        }
        let free = self.free();
        match room {
            Room::Ample => tracing::info!(free, "the disk has free space again: all webhooks are stored"),
            Room::Low => {
                tracing::warn!(free, "the disk has {free} bytes left: only verified webhooks are stored");
            }
            Room::Gone => tracing::error!(
                "the database file was removed or replaced while it was open: webhooks get a 503. Put it back, or restart this server to use the file that is there now"
            ),
            Room::Full => tracing::error!(
                free,
                "the disk is full ({free} bytes left): webhooks get a 503 until there is room"
            ),
        }
    }
}

/// Device and number of a file, by which it is the same under any name; none: there is no such file. Never opened: closing
/// it again would end SQLite's locks.
fn identity(path: &Path) -> io::Result<Option<(u64, u64)>> {
    use std::os::unix::fs::MetadataExt;
    match std::fs::metadata(path) {
        Ok(found) => Ok(Some((found.dev(), found.ino()))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Floor and reserve in bytes.
pub fn floors(total: u64, floor: Option<u64>, reserve: Option<u64>) -> (u64, u64) {
    let floor = floor.unwrap_or_else(|| FLOOR.min(total / FLOOR_SHARE));
    let reserve = reserve.unwrap_or(floor / RESERVE_SHARE);
    (floor.max(reserve), reserve)
}

fn room(space: Space, (floor, reserve): (u64, u64)) -> Room {
    match space.free {
        free if free < reserve => Room::Full,
        free if free < floor => Room::Low,
        _ => Room::Ample,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_floor_is_256_mib_or_2_percent_and_the_reserve_a_quarter_of_it_unless_they_are_set() {
        assert_eq!(floors(1024 * 1024 * MIB, None, None), (256 * MIB, 64 * MIB));
        assert_eq!(floors(1000 * MIB, None, None), (20 * MIB, 5 * MIB));
        assert_eq!(floors(1000 * MIB, Some(100), None), (100, 25));
        assert_eq!(floors(1000 * MIB, Some(0), Some(0)), (0, 0));
        assert_eq!(floors(1000 * MIB, Some(10), Some(50)), (50, 50), "nothing lies between them");
    }

    #[test]
    fn below_the_floor_there_is_little_room_and_below_the_reserve_none() {
        let room = |free| room(Space { free, total: 100 }, (20, 5));
        assert_eq!([100, 20, 19, 5, 4, 0].map(room), {
            use Room::{Ample, Full, Low};
            [Ample, Ample, Low, Low, Full, Full]
        });
    }

    #[test]
    fn the_room_of_a_file_system_is_told_and_that_of_none_is_not() {
        let space = space(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(0 < space.free && space.free <= space.total, "{space:?}");
        assert!(super::space(Path::new("/no/such/folder")).is_err());
        assert_eq!(Space { free: 25, total: 100 }.used_percent(), 75.0);
        assert_eq!(Space { free: 0, total: 0 }.used_percent(), 0.0);
    }

    #[test]
    fn a_bare_name_lies_in_the_working_folder() {
        assert_eq!(folder_of(Path::new("hookpost.db")), Path::new("."));
        assert_eq!(folder_of(Path::new("/data/hookpost.db")), Path::new("/data"));
    }

    #[test]
    fn a_file_that_is_not_there_has_no_size() {
        assert!(file_size(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))).is_some());
        assert_eq!(file_size(Path::new("/no/such/file")), None);
    }
}

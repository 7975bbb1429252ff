//! How much room there is where a file lies, and how large files are.

use std::{io, path::Path};

/// Room of a file system, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What this process may still write: without what is kept for the superuser.
    pub free: u64,
    /// All of it.
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

#[cfg(test)]
mod tests {
    use super::*;

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

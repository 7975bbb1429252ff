//! A small file system in memory.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

/// A small file system in memory, over a folder. Gone when dropped.
pub struct SmallDisk<'a> {
    folder: &'a Path,
}

impl<'a> SmallDisk<'a> {
    /// Mounts it; only after [`has_own_mounts`].
    pub fn mount(folder: &'a Path, megabytes: u32) -> Self {
        let options = format!("size={megabytes}m");
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(folder).status();
        assert!(status.unwrap().success());
        Self { folder }
    }

    /// Bytes that are free.
    fn free(&self) -> usize {
        let found = rustix::fs::statvfs(self.folder).unwrap();
        usize::try_from(found.f_bavail * found.f_frsize).unwrap()
    }

    /// Fills it up, but for so many bytes.
    pub fn fill(&self, but: usize) -> Filler {
        let path = self.folder.join("filler");
        let mut file = File::create(&path).unwrap();
        // In ever smaller pieces, to the last page; others may be writing meanwhile.
        for piece in [1 << 20, 1 << 16, 1 << 12] {
            while self.free() >= but + piece && file.write_all(&vec![b'x'; piece]).is_ok() {}
        }
        Filler { path }
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let gone = Command::new("umount").arg("-l").arg(self.folder).status();
        assert!(gone.is_ok_and(|status| status.success()) || thread::panicking());
    }
}

/// A file that takes all room. Gone when dropped.
pub struct Filler {
    path: PathBuf,
}

impl Drop for Filler {
    fn drop(&mut self) {
        std::fs::remove_file(&self.path).unwrap();
    }
}

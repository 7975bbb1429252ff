//! Faults of the system that only something between it and the program can make: `shim.c`, loaded by `LD_PRELOAD`. The test
//! builds it with `cc` and steers it while the program runs. What SQLite maps into memory (the `-shm` file) it cannot see.

use crate::process::Workspace;
use std::{fs::File, os::unix::fs::FileExt, path::PathBuf, process::Command, sync::OnceLock};

/// An input/output error; the numbers are Linux's.
pub const EIO: i64 = 5;
/// No room.
pub const ENOSPC: i64 = 28;

/// The owner's quota is used up.
pub const EDQUOT: i64 = 122;

/// What happens to a call.
#[derive(Clone, Copy, Debug)]
pub enum Spoil {
    /// It fails with this error.
    Fail(i64),
    /// It writes half.
    Short,
    /// It is interrupted, every other time.
    Interrupt,
}

/// Calls that can be spoilt.
pub const WRITE: i64 = 1;
/// `fsync` and `fdatasync`.
pub const SYNC: i64 = 2;
/// `ftruncate`.
pub const TRUNCATE: i64 = 4;

/// Files whose calls can be spoilt.
pub const DATABASE: i64 = 1;
/// The write-ahead log.
pub const WAL: i64 = 2;
/// Its index.
pub const SHM: i64 = 4;
/// The master key, the next and the old one.
pub const KEY: i64 = 8;

/// Which calls are spoilt, and how.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// How.
    pub spoil: Spoil,
    /// Sum of calls.
    pub calls: i64,
    /// Sum of files.
    pub files: i64,
    /// Such calls that are let pass first.
    pub skip: i64,
    /// Such calls that are spoilt then.
    pub times: i64,
}

impl Fault {
    /// All of these calls, from now on.
    pub fn every(spoil: Spoil, calls: i64, files: i64) -> Self {
        Self { spoil, calls, files, skip: 0, times: i64::MAX }
    }
}

/// The shim and its control file.
pub struct Shim {
    control: File,
    path: PathBuf,
}

// The fields of `struct control`, in order.
const SHIFT: u64 = 0;
const MODE: u64 = 1;
const CALLS: u64 = 2;
const FILES: u64 = 3;
const ERROR: u64 = 4;
const SKIP: u64 = 5;
const LEFT: u64 = 6;
const MADE: u64 = 7;
const FIELDS: usize = 9;

impl Shim {
    /// One that does nothing yet, with its control file in this folder.
    pub fn new(workspace: &Workspace) -> Self {
        let path = workspace.path("shim.control");
        std::fs::write(&path, [0; FIELDS * 8]).unwrap();
        let control = File::options().read(true).write(true).open(&path).unwrap();
        Self { control, path }
    }

    /// What a program's environment needs to run under it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let set = |name: &str, path: &PathBuf| (name.to_owned(), path.to_str().unwrap().to_owned());
        vec![set("LD_PRELOAD", library()), set("TORTURE_CONTROL", &self.path)]
    }

    fn set(&self, field: u64, value: i64) {
        self.control.write_all_at(&value.to_ne_bytes(), field * 8).unwrap();
    }

    fn get(&self, field: u64) -> i64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, field * 8).unwrap();
        i64::from_ne_bytes(bytes)
    }

    /// Spoils these calls from now on.
    pub fn spoil(&self, fault: Fault) {
        self.heal();
        let (mode, error) = match fault.spoil {
            Spoil::Fail(error) => (1, error),
            Spoil::Short => (2, 0),
            Spoil::Interrupt => (3, 0),
        };
        for (field, value) in [
            (CALLS, fault.calls),
            (FILES, fault.files),
            (ERROR, error),
            (SKIP, fault.skip),
            (LEFT, fault.times),
            (MADE, 0),
            (MODE, mode),
        ] {
            self.set(field, value);
        }
    }

    /// Spoils nothing any more.
    pub fn heal(&self) {
        self.set(MODE, 0);
    }

    /// Calls that were spoilt since [`Self::spoil`].
    pub fn spoilt(&self) -> i64 {
        self.get(MADE)
    }

    /// Puts the clock ahead by so many seconds, or back.
    pub fn shift_clock(&self, seconds: i64) {
        self.set(SHIFT, seconds);
    }
}

/// The library, built once.
fn library() -> &'static PathBuf {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/torture/shim.c");
        // One file per process: two runs of the tests do not overwrite each other's.
        let library =
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("shim-{}.so", std::process::id()));
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .status();
        assert!(built.expect("cc builds the shim").success(), "the shim does not compile");
        library
    })
}

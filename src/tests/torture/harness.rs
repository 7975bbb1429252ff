//! What every scenario uses: how much is to be done, one at a time, and a line of what was seen.

use std::{
    fmt::Display,
    fs::File,
    io::Write,
    process::Command,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Set by `make torture`.
const LONG: &str = "HOOKPOST_TORTURE_LONG";
/// How often the server is killed.
const ROUNDS: &str = "HOOKPOST_TORTURE_ROUNDS";
/// A file to which each scenario adds a line.
const REPORT: &str = "HOOKPOST_TORTURE_REPORT";
/// Set for a test that runs in mounts of its own.
const MOUNTS: &str = "HOOKPOST_TORTURE_MOUNTS";

/// Whether this is the long form.
pub fn is_long() -> bool {
    std::env::var_os(LONG).is_some()
}

/// How often something is done: in the short form, which is part of `make test`, and in the long one.
pub fn rounds(short: usize, long: usize) -> usize {
    if is_long() { long } else { short }
}

/// The same of kills, of which there may be any number: `make torture ROUNDS=1000`.
pub fn kills(short: usize, long: usize) -> usize {
    let asked = std::env::var(ROUNDS).ok().and_then(|n| n.parse().ok());
    asked.unwrap_or_else(|| rounds(short, long))
}

/// One scenario under way. The machine is its own meanwhile: times are measured.
pub struct Scenario {
    name: &'static str,
    begun: Instant,
    _alone: MutexGuard<'static, ()>,
}

impl Scenario {
    /// Begins it, once the one before has ended.
    pub fn begin(name: &'static str) -> Self {
        let alone = alone();
        Self { name, begun: Instant::now(), _alone: alone }
    }

    /// Says what was seen, in figures.
    pub fn saw(&self, figures: impl Display) {
        report(&format!("{}: {figures} ({:.0} s)", self.name, self.begun.elapsed().as_secs_f64()));
    }
}

/// Waits for the scenario before to end. One that failed leaves nothing behind that could harm the next.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn report(line: &str) {
    eprintln!("torture: {line}");
    if let Some(path) = std::env::var_os(REPORT) {
        let mut file = File::options().create(true).append(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}

/// Says aloud that something cannot be tried here.
pub fn skip(name: &str, why: &str) {
    report(&format!("SKIPPED {name}: {why}"));
}

/// Waits for something to become true. Says how long it took.
pub fn until(what: &str, within: Duration, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < within, "not within {within:?}: {what}");
        thread::sleep(Duration::from_millis(20));
    }
    begun.elapsed()
}

/// Numbers without order that are the same in each run (xorshift).
pub struct Dice(u64);

impl Dice {
    /// Begins anew.
    pub fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    /// A number in this range.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        low + self.0 % (high - low + 1)
    }
}

/// Runs the test of this name once more, as a process that may mount file systems which nobody else sees. True in that
/// process; false in the first one, after it ended well, or where no such process can be made.
pub fn has_own_mounts(test: &str) -> bool {
    if std::env::var_os(MOUNTS).is_some() {
        return true;
    }
    let mounts = |flags: &&str| {
        let script = "mount -t tmpfs -o size=1m none /mnt || mount -t tmpfs -o size=1m none /tmp";
        Command::new("unshare").args([flags, "sh", "-c", script]).output().is_ok_and(|o| o.status.success())
    };
    // As root, or as anybody in a user namespace, where the system allows it.
    let Some(flags) = ["-m", "-rm"].iter().find(|flags| mounts(flags)) else {
        skip(test, "mounting a small file system needs root, or user namespaces (`unshare -rm`)");
        return false;
    };
    let _alone = alone();
    let this = std::env::current_exe().unwrap();
    let ended = Command::new("unshare")
        .arg(flags)
        .arg(this)
        .args(["--exact", test, "--nocapture", "--test-threads", "1"])
        .env(MOUNTS, "1")
        .output()
        .unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(ended.status.success() && said.contains("1 passed"), "{said}");
    eprintln!("{said}");
    false
}

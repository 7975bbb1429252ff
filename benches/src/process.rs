//! A target as a process of its own: its log, its processor time, its end.

use anyhow::{Context, Result, bail};
use std::{
    fs,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::Duration,
};

/// Targets start, and end, within this time.
const PATIENCE: Duration = Duration::from_secs(20);
/// Linux counts a process's time in hundredths of a second, on every machine that it runs on.
const TICK: Duration = Duration::from_millis(10);

/// A running target. Killed when dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    lines: Receiver<String>,
    log: Vec<String>,
}

impl Process {
    /// Starts the command; its standard error is its log.
    pub fn start(name: &str, mut command: Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{name} cannot be started ({})", command.get_program().display()))?;
        let log = child.stderr.take().context("the log is not piped")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(log).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { name: name.to_owned(), child, lines, log: Vec::new() })
    }

    /// Reads the log up to the line in which `find` finds something.
    pub fn wait_for<T>(&mut self, what: &str, find: impl Fn(&str) -> Option<T>) -> Result<T> {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                bail!("{} did not say {what}. Its log:\n{}", self.name, self.log.join("\n"));
            };
            let found = find(&line);
            self.log.push(line);
            if let Some(found) = found {
                return Ok(found);
            }
        }
    }

    /// Processor time of it and its children until now; none where there is no `/proc`.
    pub fn cpu(&self) -> Option<Duration> {
        cpu_of_tree(self.child.id())
    }

    /// Asks it to stop; the log can be read to its end with [`Self::wait_for`].
    pub fn ask_to_stop(&self) -> Result<()> {
        let status = Command::new("kill").args(["-s", "TERM", &self.child.id().to_string()]).status()?;
        if status.success() { Ok(()) } else { bail!("{} had ended before", self.name) }
    }

    /// Waits for its end, which must be a good one.
    pub fn wait(mut self) -> Result<()> {
        let status = self.child.wait()?;
        self.log.extend(self.lines.try_iter());
        if status.success() {
            Ok(())
        } else {
            bail!("{} ended with {status}. Its log:\n{}", self.name, self.log.join("\n"))
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Processor time of this very program: the load generator's.
pub fn own_cpu() -> Option<Duration> {
    cpu(std::process::id())
}

fn cpu_of_tree(pid: u32) -> Option<Duration> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|pid| pid.parse().ok());
    Some(cpu(pid)? + children.filter_map(cpu_of_tree).sum::<Duration>())
}

/// Fields 14 and 15 of `/proc/PID/stat`, user and system time; the second one is a name that may hold anything.
fn cpu(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?;
    Some(TICK * ticks)
}

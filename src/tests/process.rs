//! The binary as a process of its own.

use serde_json::Value;
use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    time::Duration,
};
use tempfile::TempDir;

/// A folder with a database, and commands run on it.
pub struct Workspace {
    dir: TempDir,
}

impl Workspace {
    /// An empty folder.
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    /// A file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The binary with these arguments, working in the folder, with no setting of the test's environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hookpost"));
        command.args(args).current_dir(self.dir.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("HOOKPOST_")) {
            command.env_remove(name);
        }
        command
    }

    /// Runs a command to its end with this standard input.
    pub fn run(&self, args: &[&str], stdin: &[u8]) -> Output {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A command that fails early does not read its input.
        let _unread = child.stdin.take().unwrap().write_all(stdin);
        child.wait_with_output().unwrap()
    }

    /// Runs a command that must succeed and prints JSON.
    pub fn json(&self, args: &[&str], stdin: &[u8]) -> Value {
        let output = self.run(args, stdin);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Starts `hookpost serve` on a free port and waits until it listens.
    pub fn serve(&self, args: &[&str]) -> Process {
        self.serve_at("127.0.0.1:0", args)
    }

    /// The same with variables of the environment.
    pub fn serve_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Process {
        self.start("127.0.0.1:0", args, variables)
    }

    /// Starts it at an address.
    pub fn serve_at(&self, address: &str, args: &[&str]) -> Process {
        self.start(address, args, &[])
    }

    fn start(&self, address: &str, args: &[&str], variables: &[(&str, &str)]) -> Process {
        let mut child = self
            .command(&["serve", "--listen", address, "--log-format", "json"])
            .args(args)
            .envs(variables.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = log_lines(&mut child);
        let mut process = Process { child, lines, base_url: String::new(), log: Vec::new() };
        let listening = process.wait_for("listening");
        process.base_url = format!("http://{}", listening["fields"]["address"].as_str().unwrap());
        process
    }
}

fn log_lines(child: &mut Child) -> mpsc::Receiver<String> {
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            // The test may be over.
            let _nobody_reads = sender.send(line);
        }
    });
    receiver
}

/// A running server process. Killed when dropped.
pub struct Process {
    child: Child,
    lines: mpsc::Receiver<String>,
    /// Where it listens.
    pub base_url: String,
    /// What it has logged so far, as far as it was read.
    pub log: Vec<String>,
}

impl Process {
    /// Reads the log up to the line with this message.
    pub fn wait_for(&mut self, message: &str) -> Value {
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| {
                panic!("no log line {message:?} among:\n{}", self.log.join("\n"));
            });
            self.log.push(line.clone());
            let value: Value = serde_json::from_str(&line).unwrap_or_default();
            if value["fields"]["message"] == message {
                return value;
            }
        }
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Stops it as an operator would, and hands back its whole log.
    pub fn stop_and_read(mut self) -> Vec<String> {
        self.signal("TERM");
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(20)) {
            self.log.push(line);
        }
        assert!(self.child.wait().unwrap().success(), "{:#?}", self.log);
        std::mem::take(&mut self.log)
    }

    /// Waits for the end.
    pub fn wait(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Stops it as an operator would; it must end well.
    pub fn stop(self) {
        self.signal("TERM");
        let status = self.wait();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

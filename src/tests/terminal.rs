//! A person at a terminal: a program in a real pseudo-terminal, its screen, and keys.

use crate::interop::python;
use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

/// A running program on a terminal of 24 rows and 100 columns.
pub struct Terminal {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Terminal {
    /// Runs a program.
    pub fn run(program: &Command) -> Self {
        let mut command = python();
        command.arg("-c").arg(include_str!("data/terminal.py"));
        command.arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(folder) = program.get_current_dir() {
            command.current_dir(folder);
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdin, stdout }
    }

    fn ask(&mut self, command: Value) -> Value {
        writeln!(self.stdin, "{command}").unwrap();
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{command}: {line:?}"))
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.ask(json!({ "press": keys }));
    }

    /// Makes the window as wide as this.
    pub fn resize(&mut self, columns: u16) {
        self.ask(json!({ "columns": columns }));
    }

    /// What the person sees.
    pub fn screen(&mut self) -> String {
        let answer = self.ask(json!({ "screen": true }));
        let rows: Vec<_> =
            answer["screen"].as_array().unwrap().iter().map(|row| row.as_str().unwrap()).collect();
        rows.join("\n")
    }

    /// Waits until the screen is as wanted.
    pub fn wait_until(&mut self, wanted: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if wanted(&screen) {
                return screen;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "it shows\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Waits until the program has ended: its status, and whether the terminal is as it was.
    pub fn wait(&mut self) -> Value {
        self.ask(json!({ "wait": true }))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The program gets a hang-up when its terminal goes.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

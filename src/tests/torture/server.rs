//! The binary as a process of its own, to which everything may happen.

use crate::{
    http::{self, Answer},
    process::Workspace,
};
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// The test's own destinations are on this machine.
pub const ALLOW: [&str; 2] = ["--allow-outbound", "127.0.0.1/32"];
/// A debug build on a busy machine starts within this.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a server is to be started.
pub struct Launch<'a> {
    workspace: &'a Workspace,
    address: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    wrapper: Vec<String>,
}

impl<'a> Launch<'a> {
    /// `hookpost serve` in this folder, on a free port.
    pub fn new(workspace: &'a Workspace) -> Self {
        let arguments = ALLOW.map(str::to_owned).to_vec();
        Self { workspace, address: free_address(), arguments, environment: Vec::new(), wrapper: Vec::new() }
    }

    /// At this address.
    pub fn at(mut self, address: &str) -> Self {
        self.address = address.to_owned();
        self
    }

    /// With further arguments.
    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.arguments.extend(arguments.iter().map(|&a| a.to_owned()));
        self
    }

    /// With further variables.
    pub fn env(mut self, variables: Vec<(String, String)>) -> Self {
        self.environment.extend(variables);
        self
    }

    /// Started by another program, which must put itself in its place.
    pub fn by(mut self, wrapper: &[&str]) -> Self {
        self.wrapper = wrapper.iter().map(|&w| w.to_owned()).collect();
        self
    }

    /// Starts it and waits until it listens.
    pub fn start(self) -> Server {
        self.start_or_end()
            .unwrap_or_else(|ended| panic!("it did not start: {}\n{}", ended.status, ended.log))
    }

    /// The same, for one that may well end instead.
    pub fn start_or_end(self) -> Result<Server, Ended> {
        let mut server = self.spawn();
        let begun = Instant::now();
        loop {
            if let Some(line) = server.line("listening") {
                line["fields"]["address"].as_str().unwrap().clone_into(&mut server.address);
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait().unwrap() {
                return Err(server.ended(status));
            }
            assert!(begun.elapsed() < PATIENCE, "neither listens nor ends:\n{}", server.log());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Starts it and does not wait.
    pub fn spawn(self) -> Server {
        let serve = ["serve", "--listen", &self.address, "--log-format", "json"];
        let direct = self.workspace.command(&serve);
        let mut command = match self.wrapper.split_first() {
            None => direct,
            Some((program, rest)) => {
                let mut command = Command::new(program);
                command.args(rest).arg(direct.get_program()).args(direct.get_args());
                command.current_dir(self.workspace.path("."));
                for (name, value) in direct.get_envs().filter(|(_, value)| value.is_none()) {
                    assert!(value.is_none());
                    command.env_remove(name);
                }
                command
            }
        };
        let mut child = command
            .args(&self.arguments)
            .envs(self.environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, stderr) = (Arc::new(Mutex::new(Vec::new())), child.stderr.take().unwrap());
        let log = lines.clone();
        let reader = thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                log.lock().unwrap().push(line);
            }
        });
        Server { child, address: self.address, lines, reader: Some(reader) }
    }
}

/// A port below those that the system gives to clients: so that a server can have it again after it was killed, while its
/// senders go on trying.
fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 5_000).unwrap();
    loop {
        let port = 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return format!("127.0.0.1:{port}");
        }
    }
}

/// A server that ended by itself.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub log: String,
}

/// A running server. Killed when dropped.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    lines: Arc<Mutex<Vec<String>>>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Server {
    /// With nothing but the usual settings.
    pub fn start(workspace: &Workspace) -> Self {
        Launch::new(workspace).start()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Kills it: it gets no chance to tidy up.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        assert_eq!(status.signal(), Some(9), "it ended before it was killed: {status}\n{}", self.log());
        self.log()
    }

    /// Waits for its end.
    pub fn wait(mut self, within: Duration) -> Ended {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return self.ended(status);
            }
            assert!(begun.elapsed() < within, "still there after {within:?}:\n{}", self.log());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops it as an operator would. It must end well.
    pub fn stop(self) -> String {
        self.signal("TERM");
        let ended = self.wait(PATIENCE);
        assert!(ended.status.success(), "{}\n{}", ended.status, ended.log);
        ended.log
    }

    fn ended(&mut self, status: ExitStatus) -> Ended {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        Ended { status, log: self.log() }
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.lines.lock().unwrap().join("\n")
    }

    /// The log line with this message.
    fn line(&self, message: &str) -> Option<Value> {
        let lines = self.lines.lock().unwrap();
        let mut parsed = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        parsed.find(|line| line["fields"]["message"] == message)
    }

    /// Asks for a page.
    pub fn get(&self, path: &str) -> Answer {
        self.try_get(path).unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.log()))
    }

    /// The same; no answer is one, too.
    pub fn try_get(&self, path: &str) -> std::io::Result<Answer> {
        http::once(&self.address, &http::request("GET", path, &[("host", &self.address)], b""))
    }

    /// Status and body of `/readyz`.
    pub fn ready(&self) -> (u16, Value) {
        let answer = self.get("/readyz");
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// The lines of `/metrics` that begin so.
    pub fn metrics(&self, series: &str) -> Vec<String> {
        let text = self.get("/metrics").text();
        text.lines().filter(|line| line.starts_with(series)).map(str::to_owned).collect()
    }

    /// The value of a series, or 0.
    pub fn metric(&self, series: &str) -> f64 {
        let lines = self.metrics(series);
        lines.first().and_then(|line| line.rsplit_once(' ')).map_or(0.0, |(_, value)| value.parse().unwrap())
    }

    /// Logs in with a form, as a person does. Hands back the session's cookie.
    pub fn log_in(&self) -> Result<String, String> {
        let form = format!("email={EMAIL}&password={}", PASSWORD.replace(' ', "+"));
        let origin = format!("http://{}", self.address);
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", origin.as_str()),
            ("host", self.address.as_str()),
            ("accept", "text/html"),
        ];
        let request = http::request("POST", "/do/login", &headers, form.as_bytes());
        let answer = http::once(&self.address, &request).map_err(|error| error.to_string())?;
        let cookies = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
        let session: Vec<&str> = cookies.filter_map(|(_, value)| value.split(';').next()).collect();
        if answer.status == 302 && answer.header("location") == "/" {
            Ok(session.join("; "))
        } else {
            Err(format!("{} to {:?}: {}", answer.status, answer.header("location"), answer.text()))
        }
    }

    /// A page as somebody who is logged in sees it.
    pub fn page(&self, cookie: &str, path: &str) -> String {
        let request = http::request("GET", path, &[("cookie", cookie), ("accept", "text/html")], b"");
        http::once(&self.address, &request).unwrap().text()
    }

    /// Whether this cookie is that of somebody who is logged in.
    pub fn knows(&self, cookie: &str) -> bool {
        let request = http::request("GET", "/events", &[("cookie", cookie), ("accept", "text/html")], b"");
        http::once(&self.address, &request).is_ok_and(|answer| answer.status == 200)
    }
}

/// Who logs in.
pub const EMAIL: &str = "admin@example.com";
const PASSWORD: &str = "correct horse battery staple";

/// Makes the user that logs in.
pub fn add_admin(workspace: &Workspace) {
    let add = ["user", "add", "--email", EMAIL, "--role", "admin", "--password-stdin", "--json"];
    workspace.json(&add, PASSWORD.as_bytes());
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

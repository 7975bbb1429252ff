//! `hookpost listen`, as a real process beside a real server.

use crate::{
    app::{SECRET, event, sign},
    browser::Browser,
    flask::Flask,
    process::{Process, Workspace},
    receiver::{Answer, Receiver},
    terminal::Terminal,
};
use hookpost::net::operator_client;
use insta::assert_snapshot;
use serde_json::Value;
use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Lines},
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A server with an endpoint, and a token for a laptop.
struct Team {
    workspace: Workspace,
    server: Process,
    /// Part of the ingest URL behind the server's address.
    path: String,
    token: String,
}

impl Team {
    fn new() -> Self {
        let workspace = Workspace::new();
        let path = endpoint(&workspace, "prod");
        let token = token(&workspace, "member");
        let server = workspace.serve(&[]);
        Self { workspace, server, path, token }
    }

    /// Sends an event, which must be taken.
    fn send(&self, path: &str, event_type: &str) {
        let url = format!("{}{path}", self.server.base_url);
        let args = ["send", &url, "--secret-stdin", "--type", event_type];
        let sent = self.workspace.run(&args, SECRET.as_bytes());
        assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    }

    fn command(&self, forward: &str, more: &[&str]) -> Command {
        let mut command = self.workspace.command(&["listen", "--server", &self.server.base_url]);
        command.args(["--forward", forward]).args(more).env("HOOKPOST_TOKEN", &self.token);
        command
    }

    /// Runs `hookpost listen --json` and waits until it is connected.
    fn listen(&self, forward: &str, more: &[&str]) -> Listener {
        let mut child = self
            .command(forward, more)
            .arg("--json")
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut listener = Listener { child, lines, begin: Value::Null };
        listener.begin = listener.next();
        loop {
            if listener.next()["connected"] == true {
                return listener;
            }
        }
    }
}

fn endpoint(workspace: &Workspace, name: &str) -> String {
    let made = workspace.json(&["endpoint", "add", name, "--secret-stdin", "--json"], SECRET.as_bytes());
    let url = made["ingest_url"].as_str().unwrap();
    url[url.find("/in/").unwrap()..].to_owned()
}

fn token(workspace: &Workspace, role: &str) -> String {
    let made = workspace.json(&["token", "add", "laptop", "--role", role, "--json"], b"");
    made["token"].as_str().unwrap().to_owned()
}

/// A listener that prints JSON. Killed when dropped.
struct Listener {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it printed first.
    begin: Value,
}

impl Listener {
    fn next(&mut self) -> Value {
        serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flask_on_a_laptop_unwraps_what_comes_and_the_team_sees_what_became_of_it() {
    let team = Team::new();
    let mut flask = Flask::start();
    let mut listener = team.listen(&flask.url, &[]);
    flask.verify_with(listener.begin["secret"].as_str().unwrap());
    team.send(&team.path, "batch.completed");
    assert_eq!(flask.unwrapped(), "BatchCompletedWebhookEvent batch_abc123");
    let sent = listener.next();
    assert_eq!(
        (&sent["status"], &sent["type"], &sent["attempt"]),
        (&200.into(), &"batch.completed".into(), &1.into())
    );
    let admin = Browser::of_process(&team.workspace, &team.server.base_url).await;
    let page = format!("/events/{}?tab=forwards", sent["delivery"]);
    let begun = Instant::now();
    while !admin.get(&page).await.text.contains("laptop") {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The same token, the same secret: the handler's setting stays right.
    let again = team.listen(&flask.url, &[]);
    assert_eq!(again.begin["secret"], listener.begin["secret"]);
    listener.signal("TERM");
    assert!(listener.child.wait().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_asked_for_comes_from_the_time_that_is_asked_for() {
    let team = Team::new();
    let other = endpoint(&team.workspace, "other");
    // A running server takes the endpoint in within a second.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    for (path, event_type) in
        [(&team.path, "batch.completed"), (&other, "batch.failed"), (&team.path, "response.failed")]
    {
        team.send(path, event_type);
    }
    let (early, late, chosen, none) =
        (Receiver::start().await, Receiver::start().await, Receiver::start().await, Receiver::start().await);
    let types = |receiver: &Receiver| -> Vec<String> {
        let of =
            |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap()["type"].as_str().unwrap().to_owned();
        receiver.received().iter().map(|got| of(&got.body)).collect()
    };
    let since = ["--since", "1h"];
    let _early = team.listen(&early.url(), &since);
    let _late = team.listen(&late.url(), &[]);
    let _chosen = team.listen(
        &chosen.url(),
        &[&since[..], &["--endpoint", "prod", "--type", "batch.*", "--type", "response.completed"]].concat(),
    );
    let _none = team.listen(&none.url(), &["--since", "2126-01-01T00:00:00Z", "--endpoint", "other"]);
    team.send(&team.path, "response.completed");
    early.wait_for(4).await;
    late.wait_for(1).await;
    chosen.wait_for(2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(types(&early), ["batch.completed", "batch.failed", "response.failed", "response.completed"]);
    assert_eq!(types(&late), ["response.completed"]);
    assert_eq!(types(&chosen), ["batch.completed", "response.completed"]);
    assert_eq!(types(&none), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_missed_or_doubled_while_the_server_dies_and_the_laptop_sleeps() {
    let mut team = Team::new();
    let receiver = Receiver::start().await;
    let mut listener = team.listen(&receiver.url(), &[]);
    std::thread::spawn({
        let lines = std::mem::replace(&mut listener.lines, BufReader::new(closed()).lines());
        move || lines.for_each(drop)
    });
    let address = team.server.base_url.trim_start_matches("http://").to_owned();
    let url = format!("{}{}", team.server.base_url, team.path);
    let mut sent = 0;
    for round in 0..3 {
        sent = send_all(&url, sent, 20).await;
        if round == 1 {
            // The lid is closed: more arrives than a stream carries, and its connection dies.
            listener.signal("STOP");
            sent = send_all(&url, sent, 450).await;
        }
        team.server.signal("KILL");
        tokio::time::sleep(Duration::from_millis(200)).await;
        team.server = team.workspace.serve_at(&address, &[]);
        sent = send_all(&url, sent, 20).await;
        listener.signal("CONT");
    }
    let got = receiver.wait_for(sent).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(receiver.received().len(), sent, "none twice");
    let ids: Vec<_> = got.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!(ids, (0..sent).map(|n| format!("wh_{n}")).collect::<Vec<_>>(), "all, in order");
}

/// A pipe that has ended.
fn closed() -> ChildStdout {
    let mut child = Command::new("true").stdout(Stdio::piped()).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    child.wait().unwrap();
    stdout
}

/// Sends so many more, each until it is acknowledged; says how many there are then.
async fn send_all(url: &str, first: usize, count: usize) -> usize {
    let http = operator_client().unwrap();
    for n in first..first + count {
        let (id, body) = (format!("wh_{n}"), event("batch.completed", "batch_1"));
        loop {
            let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
            let request = http
                .post(url)
                .header("webhook-id", &id)
                .header("webhook-timestamp", now)
                .header("webhook-signature", sign(SECRET, &id, now, &body))
                .body(body.clone());
            if request.send().await.is_ok_and(|answer| answer.status() == 200) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    first + count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verbatim_passes_on_the_sender_s_own_signature_without_credentials() {
    let team = Team::new();
    let receiver = Receiver::start().await;
    let listener = team.listen(&receiver.url(), &["--verbatim"]);
    assert_eq!(listener.begin["secret"], Value::Null);
    let (id, body) = ("wh_1", event("batch.completed", "batch_1"));
    let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    let signature = sign(SECRET, id, now, &body);
    let request = operator_client().unwrap().post(format!("{}{}", team.server.base_url, team.path));
    let request = request
        .header("webhook-id", id)
        .header("webhook-timestamp", now)
        .header("webhook-signature", &signature)
        .header("authorization", "Bearer theirs")
        .header("cookie", "a=b")
        .header("x-own", "kept");
    assert_eq!(request.body(body.clone()).send().await.unwrap().status(), 200);
    let got = receiver.wait_for(1).await.remove(0);
    assert_eq!((got.header("webhook-signature"), got.header("x-own")), (signature, "kept".into()));
    assert_eq!((got.header("authorization"), got.header("cookie")), (String::new(), String::new()));
    assert_eq!((got.header("x-hookpost-endpoint"), got.body), ("prod".into(), body.into_bytes().into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_said_at_once() {
    let team = Team::new();
    let stranger = Receiver::start().await;
    let said = |server: &str, token: &str, more: &[&str]| {
        let mut command = team.workspace.command(&["listen", "--server", server, "--token", token]);
        let output = command.args(["--forward", "localhost:9"]).args(more).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        let line = text.lines().find(|line| line.starts_with("error")).unwrap_or_default().to_owned();
        format!("{} {line}", output.status.code().unwrap())
    };
    let (server, good) = (team.server.base_url.as_str(), team.token.as_str());
    assert_snapshot!(said(server, "hkp_wrong", &[]), @r#"1 error: --server: the server does not accept the token: it is wrong, expired or revoked"#);
    assert_snapshot!(said(server, good, &["--endpoint", "nope"]), @r#"2 error: --endpoint: unknown endpoint `nope`"#);
    assert_snapshot!(said(server, good, &["--since", "yesterday"]), @r#"2 error: --since: `yesterday` is not a time; use a format such as 15m, 24h, 7d or 2026-11-23T12:00:00Z"#);
    assert_snapshot!(said(server, good, &["--secret", "whsec_"]), @r#"2 error: --secret: it is empty; paste the signing secret as the sender shows it"#);
    assert_snapshot!(said(&format!("http://127.0.0.1:{}", stranger.port), good, &[]), @r#"1 error: --server: this is not a Hookpost server"#);
    assert!(said("http://127.0.0.1:1", good, &[]).contains("Connection refused"));
    assert_snapshot!(said("ftp://x", good, &[]), @r#"2 error: invalid value 'ftp://x' for '--server <URL>': must be a URL such as https://hooks.example.com"#);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_s_token_listens_and_is_told_once_that_the_team_sees_no_results() {
    let mut team = Team::new();
    team.token = {
        let made = team.workspace.json(&["token", "add", "eyes", "--role", "viewer", "--json"], b"");
        made["token"].as_str().unwrap().to_owned()
    };
    // Nobody listens there.
    let mut listener = team.listen("127.0.0.1:1/hook", &[]);
    team.send(&team.path, "batch.completed");
    team.send(&team.path, "batch.completed");
    let mut kinds = HashMap::new();
    for _ in 0..3 {
        let line = listener.next();
        let kind = line["error"].as_str().or(line["note"].as_str()).unwrap().to_owned();
        *kinds.entry(kind).or_insert(0) += 1;
    }
    let note = "the token lacks the scope replay, so local results are not reported to the team";
    assert_eq!(kinds, HashMap::from([("refused".to_owned(), 2), (note.to_owned(), 1)]));
    team.workspace.json(&["token", "revoke", "eyes", "--json"], b"");
    assert_eq!(listener.child.wait().unwrap().code(), Some(1), "a revoked token ends it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_a_terminal_a_person_watches_replays_pauses_opens_and_gets_the_terminal_back() {
    let team = Team::new();
    let receiver = Receiver::start().await;
    receiver.answer(&[Answer::Status(500)]);
    let opened = team.workspace.path("opened");
    let browser = team.workspace.path("browser");
    std::fs::write(&browser, format!("#!/bin/sh\necho \"$1\" > {}\n", opened.display())).unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&browser).status().unwrap().success());
    let mut command = team.command(&receiver.url(), &[]);
    let mut terminal = Terminal::run(command.env("BROWSER", &browser).env("TZ", "Asia/Tokyo"));
    terminal.wait_until(|screen| screen.contains("live") && screen.contains("0 sent"));
    team.send(&team.path, "batch.failed");
    let screen = terminal.wait_until(|screen| screen.contains("1 sent, 0 succeeded, 1 failed"));
    let row = screen.lines().find(|line| line.contains("batch.failed")).unwrap();
    assert!(row.contains("prod") && row.contains("500"), "{row}");

    terminal.press("r");
    let screen = terminal.wait_until(|screen| screen.contains("2 sent, 1 succeeded"));
    assert!(screen.lines().any(|line| line.contains("200") && line.contains("×2")), "{screen}");
    let got = receiver.received();
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert_eq!(got[1].header("x-hookpost-replay"), "true");

    terminal.press("p");
    terminal.wait_until(|screen| screen.contains("paused"));
    // Whoever sends it may write what he likes into the type.
    team.send(&team.path, "\u{1b}[2Jhostile\u{202e}");
    let screen = terminal.wait_until(|screen| screen.contains("1 waiting"));
    assert!(screen.contains("⟨U+001B⟩[2Jhostile"), "{screen}");
    assert_eq!(receiver.received().len(), 2, "paused");
    terminal.press("p");
    terminal.wait_until(|screen| screen.contains("3 sent, 2 succeeded"));

    // Down to the older one.
    terminal.press("j");
    terminal.press("o");
    terminal.wait_until(|screen| screen.contains("opened http"));
    let begun = Instant::now();
    while !opened.exists() {
        assert!(begun.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(!terminal.screen().contains("whsec_"));
    terminal.press("s");
    terminal.wait_until(|screen| screen.contains("signed with whsec_"));
    terminal.resize(40);
    terminal.wait_until(|screen| screen.contains("batch"));

    terminal.press("q");
    let end = terminal.wait();
    assert_eq!((&end["status"], &end["restored"]), (&0.into(), &true.into()), "{end}");
    assert_eq!((&end["left_alternate"], &end["shows_cursor"]), (&true.into(), &true.into()), "{end}");
    assert!(end["rest"].as_str().unwrap().contains("3 sent, 2 succeeded, 1 failed"), "{end}");
    let id = String::from_utf8(std::fs::read(&opened).unwrap()).unwrap();
    assert!(id.starts_with(&format!("{}/events/", team.server.base_url)), "{id}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_terminal_is_given_back_when_it_ends_for_another_reason() {
    let team = Team::new();
    let mut terminal = Terminal::run(&team.command("127.0.0.1:1", &[]));
    terminal.wait_until(|screen| screen.contains("live"));
    team.workspace.json(&["token", "revoke", "laptop", "--json"], b"");
    let end = terminal.wait();
    assert_eq!((&end["status"], &end["restored"]), (&1.into(), &true.into()), "{end}");
    assert!(end["rest"].as_str().unwrap().contains("the token was revoked or has expired"), "{end}");
}

//! A command that sends a secret of ours sends it over https, or to this machine alone.

use crate::process::Workspace;
use std::{
    io::Read,
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const TOKEN: &str = "hkp_0123456789abcdef0123456789abcdef";

/// Something that listens on this machine and remembers what it was told.
struct Ear(TcpListener);

impl Ear {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    /// An address of this machine that does not say so: it stands for any other.
    fn elsewhere(&self) -> String {
        format!("0.0.0.0:{}", self.0.local_addr().unwrap().port())
    }

    /// What comes within some time; none: nobody called.
    fn hears(&self) -> Option<Vec<u8>> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(4) {
            if let Ok((stream, _)) = self.0.accept() {
                return Some(first_bytes(stream));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

fn first_bytes(mut stream: TcpStream) -> Vec<u8> {
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(4))).unwrap();
    let mut bytes = vec![0; 16_384];
    let count = stream.read(&mut bytes).unwrap_or_default();
    bytes.truncate(count);
    bytes
}

fn listen(workspace: &Workspace, server: &str, more: &[&str]) -> Command {
    let mut command =
        workspace.command(&["listen", "--server", server, "--forward", "localhost:9", "--json"]);
    command
        .args(more)
        .env("HOOKPOST_TOKEN", TOKEN)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

#[test]
fn listen_refuses_plain_http_to_another_machine_before_it_sends_the_token() {
    let (workspace, ear) = (Workspace::new(), Ear::new());
    let refused = listen(&workspace, &format!("http://{}", ear.elsewhere()), &[]).output().unwrap();
    let said =
        String::from_utf8_lossy(&refused.stderr).into_owned() + &String::from_utf8_lossy(&refused.stdout);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("--insecure-http") && said.contains("could read the API token"), "{said}");
    assert!(ear.0.accept().is_err(), "nobody was called");
}

#[test]
fn listen_speaks_https_to_another_machine_when_no_scheme_is_given() {
    let (workspace, ear) = (Workspace::new(), Ear::new());
    let mut child = listen(&workspace, &ear.elsewhere(), &[]).spawn().unwrap();
    let heard = ear.hears().expect("a connection");
    // A TLS handshake begins with this byte.
    assert_eq!(heard.first(), Some(&0x16), "{}", String::from_utf8_lossy(&heard));
    assert!(!heard.windows(8).any(|window| window == &TOKEN.as_bytes()[..8]));
    let _ended_already = child.kill();
    child.wait().unwrap();
}

#[test]
fn listen_sends_the_token_over_plain_http_when_it_is_told_that_it_may_and_to_this_machine() {
    let workspace = Workspace::new();
    for (here, more) in [(false, &["--insecure-http"][..]), (true, &[])] {
        let ear = Ear::new();
        let server = if here {
            ear.elsewhere().replace("0.0.0.0", "127.0.0.1")
        } else {
            format!("http://{}", ear.elsewhere())
        };
        let mut child = listen(&workspace, &server, more).spawn().unwrap();
        let heard = String::from_utf8_lossy(&ear.hears().expect("a connection")).into_owned();
        assert!(heard.starts_with("GET /api/v1/") && heard.contains(TOKEN), "{heard}");
        let _ended_already = child.kill();
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(said.contains("anyone on the way can read it"), !here, "{said}");
    }
}

#[test]
fn send_does_not_tell_gitlab_s_secret_to_everyone_on_the_way() {
    let (workspace, ear) = (Workspace::new(), Ear::new());
    let url = format!("http://{}/in/x", ear.elsewhere());
    let refused =
        workspace.run(&["send", &url, "--secret-stdin", "--scheme", "gitlab"], b"s3cret-token-of-gitlab");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(said.contains("could read the secret") && ear.0.accept().is_err(), "{said}");
}

//! Held against the senders' and receivers' own libraries for Python. `make test` installs them and names the
//! interpreter in `HOOKPOST_TEST_PYTHON`.

use crate::app::{SECRET, TestApp};
use hookpost::model::scheme::SecretFormat;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

pub fn python() -> Command {
    let interpreter = std::env::var("HOOKPOST_TEST_PYTHON").expect(
        "HOOKPOST_TEST_PYTHON names a Python with the packages of end2end/requirements.txt; run `make test`",
    );
    Command::new(interpreter)
}

/// Signs with the library and prints id, timestamp and signature.
async fn signed_by(script: &str, app: &TestApp, body: &str) -> Vec<String> {
    let now = (app.now_ms() / 1_000).to_string();
    let output = python().args(["-c", script, SECRET, &now, body]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn what_the_python_package_standardwebhooks_signs_is_accepted() {
    let app = TestApp::spawn().await;
    let endpoint = app.openai().await;
    let script = "
import sys, datetime
from standardwebhooks import Webhook
secret, now, body = sys.argv[1:]
print(Webhook(secret).sign('msg_1', datetime.datetime.fromtimestamp(int(now), datetime.timezone.utc), body))";
    let body = "{\"täst\": 1}";
    let signature = signed_by(script, &app, body).await.remove(0);
    let answer = app
        .http
        .post(app.ingest_url(&endpoint))
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", app.now_ms() / 1_000)
        .header("webhook-signature", signature)
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn what_the_python_package_svix_signs_is_accepted() {
    let app = TestApp::spawn().await;
    let endpoint = app.endpoint("svix", "svix".parse().unwrap(), SecretFormat::Prefixed, Some(SECRET)).await;
    let script = "
import sys, datetime
from svix.webhooks import Webhook
secret, now, body = sys.argv[1:]
print(Webhook(secret).sign('msg_1', datetime.datetime.fromtimestamp(int(now), datetime.timezone.utc), body))";
    let signature = signed_by(script, &app, "{}").await.remove(0);
    let answer = app
        .http
        .post(app.ingest_url(&endpoint))
        .header("svix-id", "msg_1")
        .header("svix-timestamp", app.now_ms() / 1_000)
        .header("svix-signature", signature)
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
}

#[test]
fn what_hookpost_send_signs_the_official_openai_sdk_unwraps() {
    let script = "
import sys, http.server
from openai import OpenAI
client = OpenAI(api_key='unused', webhook_secret=sys.argv[1])
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        event = client.webhooks.unwrap(body, dict(self.headers))
        assert self.headers['user-agent'].startswith('OpenAI/'), self.headers['user-agent']
        print(type(event).__name__, event.data.id, flush=True)
        self.send_response(200); self.end_headers()
    def log_message(self, *args): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Receiver)
print(server.server_port, flush=True)
for _ in range(2): server.handle_request()";
    let mut receiver = python().args(["-c", script, SECRET]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = format!("http://127.0.0.1:{}/hook", lines.next().unwrap());
    let workspace = crate::process::Workspace::new();
    for event_type in ["batch.completed", "response.failed"] {
        let sent = workspace.run(&["send", &url, "--secret-stdin", "--type", event_type], SECRET.as_bytes());
        assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    }
    let unwrapped: Vec<String> = lines.collect();
    assert_eq!(
        unwrapped,
        ["BatchCompletedWebhookEvent batch_abc123", "ResponseFailedWebhookEvent resp_abc123"]
    );
    receiver.wait().unwrap();
}

/// Starts a receiver that verifies with the library, sends events of the scheme to it, and returns what it printed.
fn received(script: &str, args: &[&str], count: usize) -> Vec<String> {
    let script = format!(
        "
import sys, http.server
secret, count = sys.argv[1], int(sys.argv[2])
{script}
class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        try: said = verify(body, dict(self.headers))
        except Exception as error: said = 'refused: ' + type(error).__name__
        print(said, flush=True)
        self.send_response(200); self.end_headers()
    def log_message(self, *args): pass
server = http.server.HTTPServer(('127.0.0.1', 0), Receiver)
print(server.server_port, flush=True)
for _ in range(count): server.handle_request()"
    );
    let mut receiver =
        python().args(["-c", &script, SECRET, &count.to_string()]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(receiver.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = format!("http://127.0.0.1:{}/hook", lines.next().unwrap());
    let workspace = crate::process::Workspace::new();
    let mut all = vec!["send", &url, "--secret-stdin"];
    all.extend(args);
    let sent = workspace.run(&all, SECRET.as_bytes());
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    let said = lines.collect();
    receiver.wait().unwrap();
    said
}

#[test]
fn what_hookpost_send_signs_the_python_packages_of_the_senders_verify() {
    let standard = "
from standardwebhooks import Webhook
def verify(body, headers): return Webhook(secret).verify(body, {k.lower(): v for k, v in headers.items()})['type']";
    let svix = "
import json
from svix.webhooks import Webhook
def verify(body, headers):
    Webhook(secret).verify(body, {k.lower(): v for k, v in headers.items()})
    return json.loads(body)['type']";
    let stripe = "
import stripe
def verify(body, headers): return stripe.Webhook.construct_event(body, {k.lower(): v for k, v in headers.items()}['stripe-signature'], secret)['type']";
    for (scheme, script) in [("standard-webhooks", standard), ("svix", svix), ("stripe", stripe)] {
        assert_eq!(received(script, &["--scheme", scheme], 1), ["batch.completed"], "{scheme}");
        let stale = received(script, &["--scheme", scheme, "--fault", "stale"], 1);
        assert!(stale[0].starts_with("refused: "), "{scheme}: {stale:?}");
        let wrong = received(script, &["--scheme", scheme, "--fault", "wrong-secret"], 1);
        assert!(wrong[0].starts_with("refused: "), "{scheme}: {wrong:?}");
    }
    let two = received(standard, &["--scheme", "standard-webhooks", "--fault", "unknown-version"], 1);
    assert_eq!(two, ["batch.completed"]);
}

#[tokio::test]
async fn what_the_python_package_stripe_signs_is_accepted() {
    let app = TestApp::spawn().await;
    let endpoint = app.endpoint("stripe", "stripe".parse().unwrap(), SecretFormat::Text, Some(SECRET)).await;
    let script = "
import sys, stripe
secret, now, body = sys.argv[1:]
print(f't={now},v1=' + stripe.WebhookSignature._compute_signature(f'{now}.{body}', secret))";
    let body = r#"{"id": "evt_1", "object": "event", "type": "charge.failed"}"#;
    let signature = signed_by(script, &app, body).await.remove(0);
    let request = app.http.post(app.ingest_url(&endpoint)).header("stripe-signature", signature).body(body);
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(app.last_delivery().await.event_key.as_deref(), Some("evt_1"));
}

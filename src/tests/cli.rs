//! The contract of the command line.

use crate::{
    app::{SECRET, sign},
    process::Workspace,
};
use insta::assert_snapshot;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_running_server_takes_a_new_endpoint_within_a_second() {
    let workspace = Workspace::new();
    let server = workspace.serve(&[]);
    let args = ["endpoint", "add", "prod", "--scheme", "openai", "--secret-stdin", "--json"];
    let made = workspace.json(&args, format!("{SECRET}\n").as_bytes());
    assert_eq!((made["name"].as_str(), made["scheme"].as_str()), (Some("prod"), Some("openai")));
    let path = made["ingest_url"].as_str().unwrap().rsplit_once("/in/").unwrap().1.to_owned();
    let url = format!("{}/in/{path}", server.base_url);
    let http = hookpost::net::operator_client().unwrap();
    let begun = Instant::now();
    while http.post(&url).send().await.unwrap().status() == 404 {
        assert!(begun.elapsed() < Duration::from_secs(1), "not there after a second");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let sent = tokio::task::spawn_blocking(move || {
        let output =
            workspace.run(&["send", &url, "--secret-stdin", "--count", "3", "--json"], SECRET.as_bytes());
        (String::from_utf8(output.stdout).unwrap(), output.status, workspace)
    });
    let (lines, status, _workspace) = sent.await.unwrap();
    assert!(status.success(), "{lines}");
    assert_eq!(lines.lines().filter(|line| line.contains(r#""status":200"#)).count(), 3, "{lines}");
    server.stop();
}

#[test]
fn endpoints_are_added_listed_shown_and_removed() {
    let workspace = Workspace::new();
    let secret = SECRET.as_bytes();
    workspace.json(&["endpoint", "add", "one", "--secret-stdin", "--json"], secret);
    let again = workspace.run(&["endpoint", "add", "one", "--scheme", "none"], b"");
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("an endpoint with this name already exists"));
    let shown = workspace.json(&["endpoint", "show", "one", "--json"], b"");
    assert_eq!(shown["secrets"][0]["hint"], "LaSw");
    assert!(!shown.to_string().contains(&SECRET[10..20]), "no value of a secret is ever shown");
    assert_eq!(workspace.json(&["endpoint", "list", "--json"], b"").as_array().unwrap().len(), 1);
    workspace.json(&["endpoint", "remove", "one", "--json"], b"");
    assert_eq!(workspace.json(&["endpoint", "list", "--json"], b"").as_array().unwrap().len(), 0);
    assert_eq!(workspace.run(&["endpoint", "show", "one"], b"").status.code(), Some(1));
}

#[test]
fn a_secret_that_is_none_is_refused_with_what_would_be_right() {
    let workspace = Workspace::new();
    for secret in ["whsec_", "nothing", "whsec_%%%"] {
        let output = workspace.run(&["endpoint", "add", "a", "--secret-stdin"], secret.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{secret}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("secret: "), "{said}");
        assert!(!said.contains("nothing"), "the text of a secret is never repeated: {said}");
    }
}

#[test]
fn verify_explains_step_by_step_and_exits_as_documented() {
    let workspace = Workspace::new();
    std::fs::write(workspace.path("body"), "{}").unwrap();
    let signature = format!("webhook-signature: {}", sign(SECRET, "wh_1", 1_000, "{}"));
    let verify = |now: &str, secret: &str| {
        let output = workspace.run(
            &[
                "verify",
                "--scheme",
                "openai",
                "--secret-stdin",
                "--body-file",
                "body",
                "--now",
                now,
                "--json",
                "--header",
                "webhook-id: wh_1",
                "--header",
                "webhook-timestamp: 1000",
                "--header",
                &signature,
            ],
            secret.as_bytes(),
        );
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output.status.code(), value["verdict"].clone(), value["reason"].clone())
    };
    assert_eq!(verify("1300", SECRET), (Some(0), "valid".into(), serde_json::Value::Null));
    let (code, verdict, reason) = verify("1301", SECRET);
    assert_eq!((code, verdict), (Some(1), "invalid".into()));
    assert_snapshot!(reason.as_str().unwrap(), @"timestamp-too-old");
    assert_eq!(verify("1300", "whsec_").0, Some(2));
}

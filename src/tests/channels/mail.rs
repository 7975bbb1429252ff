//! News by mail, over a real mail server.

use super::{a_look_later, add, all_sent, content, messages, new_channel, storm, tell, until};
use crate::{app::TestApp, process::Workspace, smtp::MailServer};
use hookpost::{
    alerts::channels::{self, NewChannel},
    model::{ids::IncidentId, notice::NoticeKind, severity::Severity},
};
use std::{path::PathBuf, process::Output};

/// A channel by mail over this port of our own.
fn mail(name: &str, port: u16, password: &str, to: &str) -> NewChannel {
    let port = port.to_string();
    let username = if password.is_empty() { "" } else { "hookpost" };
    new_channel(
        name,
        &[
            ("host", "127.0.0.1"),
            ("port", &port),
            ("tls", "none"),
            ("username", username),
            ("password", password),
            ("from", "Hookpost <hookpost@example.com>"),
            ("to", to),
        ],
    )
}

// The mail server is waited for, so the sender needs a thread of its own.
#[tokio::test(flavor = "multi_thread")]
async fn an_incident_is_one_conversation_and_no_text_makes_a_header() {
    let server = MailServer::plain();
    let app = TestApp::spawn_with(&["--allow-outbound", &format!("127.0.0.1:{}", server.port)]).await;
    let new = mail("mail", server.port, "right", "ops@example.com\nada@example.com");
    let (channel, _) = add(&app, "email", new).await;
    let mut opening =
        content(IncidentId::new(), "No events on prod\r\nBcc: eve@evil.example", Severity::Warning);
    tell(&app, NoticeKind::Opened, &opening).await;
    let first = server.letter();
    assert_eq!(
        first["headers"]["Subject"],
        "[warning] No events on prod⟨U+000D⟩⟨U+000A⟩Bcc: eve@evil.example"
    );
    assert_eq!(first["headers"]["Bcc"], serde_json::Value::Null);
    assert_eq!(first["headers"]["Auto-Submitted"], "auto-generated");
    assert_eq!(first["headers"]["Date"], "Mon, 23 Nov 2026 12:00:00 +0000");
    assert_eq!(first["to"], serde_json::json!(["ops@example.com", "ada@example.com"]));
    assert_eq!((first["user"].as_str(), first["tls"].as_bool()), (Some("hookpost"), Some(false)));
    assert!(first["text"].as_str().unwrap().contains(&format!("/alerts/{}", opening.incident.unwrap())));
    opening.at += 60_000;
    for kind in [NoticeKind::Reminder, NoticeKind::Recovered] {
        tell(&app, kind, &opening).await;
        let next = server.letter();
        assert_eq!(next["headers"]["In-Reply-To"], first["headers"]["Message-ID"], "{kind:?}");
        assert_eq!(next["headers"]["References"], first["headers"]["Message-ID"]);
        assert_ne!(next["headers"]["Message-ID"], first["headers"]["Message-ID"]);
    }
    until(&app, channel.id, all_sent).await;
    opening.title = "x".repeat(10_000);
    opening.text = format!("ü.\n.\r\n{}", "y ".repeat(5_000));
    opening.incident = Some(IncidentId::new());
    tell(&app, NoticeKind::Opened, &opening).await;
    assert!(server.letter()["headers"]["Subject"].as_str().unwrap().len() < 300);
    storm(&app, 12).await;
    let digest = server.letter();
    assert_eq!(digest["headers"]["Subject"], "12 alerts: 12 opened");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_address_keeps_the_news_from_nobody_else_and_is_shown() {
    let server = MailServer::plain();
    let app = TestApp::spawn_with(&["--allow-outbound", &format!("127.0.0.1:{}", server.port)]).await;
    let some = mail("to 2", server.port, "right", "nobody@example.com\nops@example.com");
    let (some, _) = add(&app, "email", some).await;
    let none = mail("to 1", server.port, "right", "nobody@example.com");
    let (none, _) = add(&app, "email", none).await;
    tell(&app, NoticeKind::Opened, &content(IncidentId::new(), "a", Severity::Info)).await;
    assert_eq!(server.letter()["to"], serde_json::json!(["ops@example.com"]));
    let sent = until(&app, some.id, all_sent).await;
    let refused = "nobody@example.com was rejected: 550 5.1.1 no such user";
    assert_eq!(sent[0].error.as_deref(), Some(refused));
    let failed = until(&app, none.id, |all| all[0].attempts == 1).await;
    assert_eq!(failed[0].error.as_deref(), Some(refused));
}

#[tokio::test]
async fn a_wrong_password_and_a_server_that_is_not_allowed_are_said_so() {
    let server = MailServer::plain();
    let app = TestApp::spawn_with(&["--allow-outbound", &format!("127.0.0.1:{}", server.port)]).await;
    let new = mail("mail", server.port, "wrong", "ops@example.com");
    let (channel, _) = add(&app, "email", new).await;
    tell(&app, NoticeKind::Opened, &content(IncidentId::new(), "a", Severity::Info)).await;
    let all = until(&app, channel.id, |all| all[0].attempts == 1).await;
    let error = all[0].error.clone().unwrap();
    assert!(error.starts_with("the mail server rejected the login: 535 5.7.8"), "{error}");

    let elsewhere = TestApp::spawn().await;
    let allowed = vec!["127.0.0.1/32".parse().unwrap()].into();
    let new = mail("mail", server.port, "", "ops@example.com");
    let db = &elsewhere.state.db;
    let (channel, _) =
        channels::add(db, &allowed, &elsewhere.actor(), channels::kind("email").unwrap(), new).await.unwrap();
    tell(&elsewhere, NoticeKind::Opened, &content(IncidentId::new(), "a", Severity::Info)).await;
    let all = until(&elsewhere, channel.id, |all| all[0].attempts == 1).await;
    let error = all[0].error.clone().unwrap();
    assert!(error.starts_with("host: 127.0.0.1 is a loopback address"), "{error}");
    a_look_later().await;
    assert_eq!(messages(&elsewhere, channel.id).await[0].attempts, 1);
}

/// A certificate for `localhost`, and its key, as files.
fn certificate(workspace: &Workspace) -> (PathBuf, PathBuf) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (certificate, key) = (workspace.path("certificate.pem"), workspace.path("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    (certificate, key)
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused_until_the_operator_trusts_it() {
    for mode in ["starttls", "tls"] {
        let workspace = Workspace::new();
        let (certificate, key) = certificate(&workspace);
        let server = MailServer::start(mode, &certificate, &key);
        let (port, allow) = (server.port.to_string(), ["--allow-outbound", "localhost"]);
        let mut add =
            vec!["channel", "add", "mail", "--kind", "email", "--host", "localhost", "--port", &port];
        add.extend([
            "--tls",
            mode,
            "--username",
            "hookpost",
            "--secret-stdin",
            "--from",
            "hookpost@example.com",
        ]);
        add.extend(["--to", "ops@example.com", "--json"]);
        workspace.json(&[&add[..], &allow].concat(), b"right\n");
        let test = |trusted: bool| -> Output {
            let mut command = workspace.command(&[&["channel", "test", "mail"][..], &allow].concat());
            if trusted {
                command.env("SSL_CERT_FILE", &certificate);
            } else {
                command.env_remove("SSL_CERT_FILE");
            }
            command.output().unwrap()
        };
        let refused = test(false);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{mode}: {said}");
        assert!(said.contains("certificate") && said.contains("SSL_CERT_FILE"), "{mode}: {said}");
        let taken = test(true);
        assert!(taken.status.success(), "{mode}: {}", String::from_utf8_lossy(&taken.stderr));
        let letter = server.letter();
        assert_eq!(letter["tls"], true, "{mode}");
        assert_eq!(letter["user"], "hookpost");
        assert_eq!(letter["headers"]["Subject"], "[test] Test of the channel mail");
    }
}

#[test]
fn a_server_without_starttls_gets_neither_password_nor_letter() {
    let server = MailServer::plain();
    let workspace = Workspace::new();
    let port = server.port.to_string();
    let mut add = vec!["channel", "add", "mail", "--kind", "email", "--host", "127.0.0.1", "--port", &port];
    add.extend(["--username", "hookpost", "--secret-stdin", "--from", "hookpost@example.com"]);
    add.extend(["--to", "ops@example.com", "--allow-outbound", "127.0.0.1/32", "--json"]);
    workspace.json(&add, b"right\n");
    let tried = workspace.run(&["channel", "test", "mail", "--allow-outbound", "127.0.0.1/32"], b"");
    let said = String::from_utf8_lossy(&tried.stderr).into_owned();
    assert!(said.contains("doesn't offer STARTTLS"), "{said}");
}

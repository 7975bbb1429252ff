//! Mail through a server of the team's own: one letter a message, one conversation an incident.

mod header;
mod letter;
mod smtp;

use super::{
    Field, FieldKind, Spec,
    check::Draft,
    send::{Outcome, Outgoing},
};
use crate::{
    model::{
        channel::Values,
        error::{AppError, invalid},
    },
    net::check_mail_server,
};

/// Addresses that one channel writes to.
const MOST_RECIPIENTS: usize = 20;
/// TLS after a first exchange, and nothing without it …
const STARTTLS: &str = "starttls";
/// … from the first byte …
const TLS: &str = "tls";
const PLAIN: &str = "none";

pub(super) static SPEC: Spec = Spec {
    word: "email",
    label: "E-mail",
    about: "Through your own mail server, to up to 20 addresses. One thread per incident.",
    steps: "Any mail submission server. Use the same host, port and login as in a mail client.",
    for_people: true,
    fields: &[
        Field {
            name: "host",
            label: "Mail server",
            hint: "For example, smtp.example.com.",
            required: true,
            ..Field::TEXT
        },
        Field {
            name: "port",
            label: "Port",
            kind: FieldKind::Port,
            usual: "587",
            required: true,
            beside: true,
            ..Field::TEXT
        },
        Field {
            name: "tls",
            label: "TLS",
            kind: FieldKind::Choice(&[
                (STARTTLS, "STARTTLS, required (port 587)"),
                (TLS, "TLS (port 465)"),
                (PLAIN, "None: only if HOOKPOST_ALLOW_OUTBOUND lists the server"),
            ]),
            usual: STARTTLS,
            required: true,
            beside: true,
            ..Field::TEXT
        },
        Field { name: "username", label: "User name", ..Field::TEXT },
        Field {
            name: "password",
            label: "Password",
            kind: FieldKind::Password,
            secret: true,
            beside: true,
            goes_to: &["host", "port", "tls"],
            ..Field::TEXT
        },
        Field {
            name: "from",
            label: "From",
            hint: "For example, Hookpost <hookpost@example.com>.",
            required: true,
            ..Field::TEXT
        },
        Field {
            name: "to",
            label: "To",
            hint: "One address per line, at most 20.",
            kind: FieldKind::Lines,
            required: true,
            ..Field::TEXT
        },
    ],
    place: "to",
    check,
    send: |out| Box::pin(send(out)),
};

/// The settings, read.
#[derive(Debug, Default)]
struct Account<'a> {
    host: &'a str,
    port: u16,
    tls: &'a str,
    /// Whom we log in as; empty: nobody.
    username: &'a str,
    from: &'a str,
    to: Vec<&'a str>,
}

impl<'a> Account<'a> {
    fn of(settings: &'a Values) -> Self {
        let text = |name: &str| settings.get(name).map_or("", String::as_str);
        Self {
            host: text("host"),
            port: text("port").parse().unwrap_or_default(),
            tls: text("tls"),
            username: text("username"),
            from: text("from"),
            to: text("to").lines().collect(),
        }
    }
}

fn check(draft: &mut Draft<'_>) -> Result<(), AppError> {
    let mail = Account::of(&draft.settings);
    let host = check_mail_server(mail.host, mail.port, mail.tls == PLAIN, draft.allowed)
        .map_err(|(field, sentence)| invalid(field, sentence))?;
    if mail.to.is_empty() || mail.to.len() > MOST_RECIPIENTS {
        return Err(invalid("to", format!("to: must be 1 to {MOST_RECIPIENTS} addresses, one per line")));
    }
    if let Some(wrong) = mail.to.iter().find(|one| header::address(one).is_none()) {
        return Err(invalid("to", format!("to: `{wrong}` is not an address such as ops@example.com")));
    }
    if header::mailbox(mail.from).is_none() {
        let sentence =
            "from: must be an address such as hookpost@example.com or Hookpost <hookpost@example.com>";
        return Err(invalid("from", sentence));
    }
    match (mail.username.is_empty(), draft.typed.get("password").is_empty()) {
        (true, false) => {
            let sentence = "username: required with a password";
            return Err(invalid("username", sentence));
        }
        (true, true) => draft.secrets.set("password", ""),
        (false, _) if draft.secrets.get("password").is_empty() => {
            let sentence = "password: required with a username";
            return Err(invalid("password", sentence));
        }
        _ => {}
    }
    draft.settings.insert("host".to_owned(), host);
    Ok(())
}

async fn send(out: Outgoing<'_>) -> Outcome {
    let mail = Account::of(&out.channel.settings);
    let letter = letter::letter(&mail, out.channel.id, out.message, out.now)?;
    smtp::send(out.guarded, out.base_url, &mail, out.secrets.get("password"), &letter).await
}

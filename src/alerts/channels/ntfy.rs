//! ntfy's notifications on phones and desktops, at ntfy.sh or a server of one's own, as JSON
//! (<https://docs.ntfy.sh/publish/#publish-as-json>).

use super::{
    Field, FieldKind, Message, Spec,
    check::Draft,
    message::{Text, Tone, cut},
    send::{Outcome, Outgoing},
};
use crate::model::error::{AppError, invalid};
use axum::http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};

/// ntfy turns a longer message than 4,096 bytes into an attachment; a character has four bytes at most.
const MESSAGE: usize = 1_000;

/// Entered instead of a token: the server asks for none any more.
const NO_TOKEN: &str = "none";

pub(super) static SPEC: Spec = Spec {
    word: "ntfy",
    label: "ntfy",
    about: "Push notifications through ntfy.sh or your own ntfy server.",
    steps: "Subscribe to a topic in the ntfy app and enter it here. Anyone who knows a topic's name can read it, so use a name that can't be guessed, or a server with access tokens.",
    for_people: true,
    fields: &[
        Field {
            name: "ntfy_url",
            label: "Server",
            hint: "Default: https://ntfy.sh.",
            kind: FieldKind::Url,
            usual: "https://ntfy.sh",
            ..Field::TEXT
        },
        Field {
            name: "topic",
            label: "Topic",
            secret: true,
            required: true,
            goes_to: &["ntfy_url"],
            ..Field::TEXT
        },
        Field {
            name: "access_token",
            label: "Access token",
            hint: "Only if the server asks for one: tk_…. To remove it, enter none.",
            secret: true,
            goes_to: &["ntfy_url"],
            ..Field::TEXT
        },
    ],
    place: "ntfy_url",
    check,
    send: |out| Box::pin(send(out)),
};

fn check(draft: &mut Draft<'_>) -> Result<(), AppError> {
    // The server's own rule for topics.
    let topic = draft.secrets.get("topic");
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if !(1..=64).contains(&topic.len()) || !topic.bytes().all(is_letter) {
        return Err(invalid("topic", "topic: must be 1 to 64 letters, digits, - or _"));
    }
    if draft.secrets.get("access_token") == NO_TOKEN {
        draft.secrets.set("access_token", "");
    }
    if bearer(draft.secrets.get("access_token")).is_none() {
        return Err(invalid(
            "access_token",
            "access_token: must be visible ASCII without spaces, such as tk_…",
        ));
    }
    Ok(())
}

/// The header for a token; none: it cannot stand in one.
fn bearer(token: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    if !token.is_empty() {
        if !token.bytes().all(|b| b.is_ascii_graphic()) {
            return None;
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
        value.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, value);
    }
    Some(headers)
}

async fn send(out: Outgoing<'_>) -> Outcome {
    let url = out.channel.settings.get("ntfy_url").map_or("", String::as_str);
    let headers = bearer(out.secrets.get("access_token")).unwrap_or_default();
    let body = body(out.secrets.get("topic"), out.message).to_string();
    out.post(url, headers, body.into_bytes()).await?;
    Ok(None)
}

/// ntfy shows title and message as they are: nothing in a name is markup.
fn body(topic: &str, message: &Message<'_>) -> Value {
    let Text { head, body, times, url, tone } = message.text();
    // 3 is ntfy's default, 5 the loudest; tags are shown as emoji.
    let (priority, tag) = match tone {
        Tone::Info => (3, "information_source"),
        Tone::Warning => (4, "warning"),
        Tone::Critical => (5, "rotating_light"),
        Tone::Good => (3, "white_check_mark"),
    };
    json!({
        "topic": topic,
        "title": head,
        "message": format!("{}\n\n{times}", cut(&body, MESSAGE - 100)),
        "priority": priority,
        "tags": [tag],
        "click": url,
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::message::samples::{hostile, message, notice},
        *,
    };
    use crate::model::notice::NoticeKind;

    #[test]
    fn an_opened_incident_is_loud_and_leads_to_its_page() {
        insta::assert_json_snapshot!(body("ops-7f3a", &message(&[notice(1, NoticeKind::Opened)])), @r#"
        {
          "topic": "ops-7f3a",
          "title": "[warning] No events on prod-openai",
          "message": "No events for 31 min; the threshold is 30 min.\n\nOpened 2026-11-23 12:00:00.000 UTC",
          "priority": 4,
          "tags": [
            "warning"
          ],
          "click": "https://hooks.example.com/alerts/1?a=1&b=2"
        }
        "#);
    }

    #[test]
    fn the_longest_digest_stays_a_message_and_becomes_no_attachment() {
        let mut bad = hostile();
        bad.content.title = "😀".repeat(10_000);
        let value = body("ops", &message(&vec![bad; 40]));
        assert!(value["message"].as_str().unwrap().len() <= 4_096);
    }

    #[test]
    fn a_token_that_would_break_the_header_is_refused() {
        assert!(bearer("tk_1\r\nx: y").is_none() && bearer("tk 1").is_none());
        let headers = bearer("tk_1").unwrap();
        assert_eq!(headers[header::AUTHORIZATION], "Bearer tk_1");
        assert!(headers[header::AUTHORIZATION].is_sensitive() && bearer("").unwrap().is_empty());
    }
}

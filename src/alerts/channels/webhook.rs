//! Messages to any program: JSON, signed as Standard Webhooks.

use super::{
    Field, FieldKind, Refusal, Secrets, Spec,
    check::OLD_UNTIL,
    send::{Outcome, Outgoing},
    spec::unchecked,
};
use crate::{
    model::{
        notice::Notice,
        scheme::{Scheme, SecretFormat},
        time,
    },
    verify::{self, ParsedSecret},
};
use axum::http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

/// Signs what goes to a program; the one before it signs too for a while.
const SIGNING: &str = "signing";
pub(super) const OLD_SIGNING: &str = "old_signing";

pub(super) static SPEC: Spec = Spec {
    word: "webhook",
    label: "Webhook",
    about: "Signed JSON to any service, as Standard Webhooks.",
    steps: "Hookpost creates the signing secret and shows it once, on the next page. Receivers verify messages as Standard Webhooks.",
    for_people: false,
    fields: &[
        Field::SECRET_URL,
        Field { name: SIGNING, label: "Signed", kind: FieldKind::Made, secret: true, ..Field::TEXT },
    ],
    place: "url",
    check: unchecked,
    send: |out| Box::pin(send(out)),
};

async fn send(out: Outgoing<'_>) -> Outcome {
    let old_until = out.channel.settings.get(OLD_UNTIL).and_then(|until| until.parse().ok());
    for notice in out.message.notices {
        let body = body(notice).to_string().into_bytes();
        let headers = headers(notice.id, out.secrets, old_until, out.now, &body)?;
        out.post(out.secrets.get("url"), headers, body).await?;
    }
    Ok(None)
}

/// What a program gets. The texts are as they are: it decides how to show them.
fn body(notice: &Notice) -> Value {
    let content = &notice.content;
    json!({
        "type": format!("alert.{}", notice.kind.as_str()),
        "timestamp": time::rfc3339(content.at),
        "data": {
            "incident": content.incident,
            "severity": content.severity,
            "title": content.title,
            "text": content.text,
            "rule": content.rule,
            "object": content.object,
            "url": content.url,
            "opened_at": time::rfc3339(content.opened_at),
            "at": time::rfc3339(content.at),
        },
    })
}

/// The three headers of Standard Webhooks. The id is the same for each try, so that a receiver knows a message that comes
/// twice. Until `old_until` (unix ms) the secret before signs too.
fn headers(
    id: i64,
    secrets: &Secrets,
    old_until: Option<i64>,
    now_ms: i64,
    body: &[u8],
) -> Result<HeaderMap, Refusal> {
    let (id, now) = (format!("notice_{id}"), now_ms.div_euclid(1_000));
    let old = old_until.is_some_and(|until| now_ms < until).then_some(secrets.get(OLD_SIGNING));
    let mut signatures = Vec::new();
    for secret in std::iter::once(secrets.get(SIGNING)).chain(old) {
        let signature = parsed(secret).and_then(|secret| verify::sign_standard(&secret, &id, now, body).ok());
        signatures.extend(signature);
    }
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("webhook-id", id),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ] {
        let value = HeaderValue::from_str(&value);
        headers.insert(name, value.map_err(|_| Refusal::lasting("secret: it can't sign; create a new one"))?);
    }
    if signatures.is_empty() {
        return Err(Refusal::lasting("secret: it can't sign; create a new one"));
    }
    Ok(headers)
}

fn parsed(secret: &str) -> Option<ParsedSecret> {
    verify::parse_secret(Scheme::STANDARD_WEBHOOKS, SecretFormat::Prefixed, secret)
        .ok()
        .map(|(secret, _warnings)| secret)
}

#[cfg(test)]
mod tests {
    use super::{
        super::message::samples::{hostile, notice},
        *,
    };
    use crate::model::notice::NoticeKind;

    #[test]
    fn a_program_gets_everything_as_fields() {
        insta::assert_json_snapshot!(body(&notice(1, NoticeKind::Opened)), @r#"
        {
          "type": "alert.opened",
          "timestamp": "2026-11-23T12:00:00.000Z",
          "data": {
            "incident": "00000000-0000-0000-0000-000000000001",
            "severity": "warning",
            "title": "No events on prod-openai",
            "text": "No events for 31 min; the threshold is 30 min.",
            "rule": "silence",
            "object": "prod-openai",
            "url": "https://hooks.example.com/alerts/1?a=1&b=2",
            "opened_at": "2026-11-23T12:00:00.000Z",
            "at": "2026-11-23T12:00:00.000Z"
          }
        }
        "#);
        let text = body(&hostile()).to_string();
        let again: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(again["data"]["title"], hostile().content.title);
    }

    #[test]
    fn while_a_secret_is_changed_both_sign_and_then_only_the_new_one() {
        let mut secrets = Secrets::default();
        secrets.set(SIGNING, &verify::generate_secret().unwrap());
        secrets.set(OLD_SIGNING, &verify::generate_secret().unwrap());
        let signed = |now| headers(3, &secrets, Some(10_000), now, b"{}").unwrap();
        let count = |headers: &HeaderMap| headers["webhook-signature"].to_str().unwrap().split(' ').count();
        assert_eq!((count(&signed(9_999)), count(&signed(10_000))), (2, 1));
        assert_eq!(signed(9_999)["webhook-id"], "notice_3");
        assert!(headers(3, &Secrets::default(), None, 0, b"{}").unwrap_err().lasting);
    }
}

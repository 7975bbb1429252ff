//! How the delivery was verified, step by step.

use crate::{
    app::components::{escaped::Escaped, visible::visible},
    db::deliveries::Payload,
    model::{
        delivery::Delivery,
        endpoint::{Endpoint, SecretInfo},
        headers::HeaderList,
        scheme::Scheme,
        time,
        verdict::{Reason, StepResult, Verdict},
    },
};
use leptos::prelude::*;

/// More bytes of the signed content are not shown; the body's own part has them.
const SHOWN: usize = 16 * 1024;

/// The steps, the secret that matched, and what was signed.
#[component]
pub(super) fn Signature(
    delivery: Delivery,
    payload: Payload,
    endpoint: Endpoint,
    /// The endpoint's secrets, those no longer in use too.
    secrets: Vec<SecretInfo>,
) -> impl IntoView {
    let unsigned = endpoint.scheme == Scheme::None;
    let reason = delivery.summary.reason.as_deref().map(|code| cause(code).into_any());
    let secret = delivery.secret_id.and_then(|id| secrets.iter().find(|secret| secret.id == id).cloned());
    let content = signed_content(endpoint.scheme, &payload.headers, &payload.body);
    view! {
        {unsigned.then(unverified)}
        {reason}
        {secret.map(|secret| matched(secret, delivery.summary.old_secret))}
        <Steps verdict=payload.verdict secrets/>
        {content.map(|content| view! { <Content content/> })}
    }
}

/// Anyone who knows the URL can post to an endpoint without a scheme.
fn unverified() -> impl IntoView {
    view! {
        <div class="banner warn">
            <p>
                <b>"UNVERIFIED"</b>
            </p>
            <p>"The endpoint's scheme is none: nothing was checked, and anyone who knows its URL can send this."</p>
        </div>
    }
}

fn cause(code: &str) -> impl IntoView + use<> {
    let (label, sentence) = match code.parse::<Reason>() {
        Ok(reason) => (reason.label().to_owned(), reason.sentence().to_owned()),
        Err(_) => (visible(code), "This version does not know the reason.".to_owned()),
    };
    view! {
        <div class="cause">
            <p>
                <b>{label}</b>
            </p>
            <p>{sentence}</p>
        </div>
    }
}

fn matched(secret: SecretInfo, was_expiring: bool) -> impl IntoView {
    let until = was_expiring.then(|| match secret.expires_at {
        Some(at) => format!(
            "It is an old secret, in use until {}: the sender has not changed over yet.",
            time::full(at)
        ),
        None => "It was an old secret at the time: the sender had not changed over yet.".to_owned(),
    });
    view! {
        <div class={if was_expiring { "banner warn" } else { "banner ok" }}>
            <p>"Signed with the secret " <b class="name">{name(std::slice::from_ref(&secret), &secret.id.to_string())}</b> "."</p>
            {until.map(|until| view! { <p>{until}</p> })}
        </div>
    }
}

#[component]
fn Steps(
    /// As stored.
    verdict: String,
    secrets: Vec<SecretInfo>,
) -> impl IntoView {
    let steps = Verdict::from_json(&verdict)
        .map(|verdict| verdict.steps(|id| name(&secrets, id)))
        .unwrap_or_default();
    view! {
        <section class="card">
            <h2>"Verification, step by step"</h2>
            <ol class="in steps">
                {steps
                    .into_iter()
                    .map(|step| {
                        let (class, sign, word) = mark(step.result);
                        view! {
                            <li>
                                <span class=format!("mark {class}")>
                                    <span aria-hidden="true">{sign}</span>
                                    <span class="hush">{word}</span>
                                </span>
                                <span>{step.title} <small>{visible(&step.detail)}</small></span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
}

/// What people call the secret with this id.
fn name(secrets: &[SecretInfo], id: &str) -> String {
    match secrets.iter().find(|secret| secret.id.to_string() == id) {
        Some(secret) if secret.hint.is_empty() => format!("“{}”", secret.label),
        Some(secret) => format!("“{}” (ends …{})", secret.label, secret.hint),
        None => "a secret that is gone".to_owned(),
    }
}

/// Class, sign, and the word for those who do not see it.
fn mark(result: StepResult) -> (&'static str, &'static str, &'static str) {
    match result {
        StepResult::Ok => ("ok", "✓", "passed: "),
        StepResult::Failed => ("bad", "✗", "failed: "),
        StepResult::Skipped => ("skip", "·", "not checked: "),
    }
}

/// `id.timestamp.body`, as Standard Webhooks signs it. None when a header is missing or the scheme signs otherwise.
fn signed_content(scheme: Scheme, headers: &HeaderList, body: &[u8]) -> Option<Vec<u8>> {
    let (id, timestamp) = match scheme {
        Scheme::OpenAi | Scheme::StandardWebhooks => ("webhook-id", "webhook-timestamp"),
        Scheme::Svix => ("svix-id", "svix-timestamp"),
        _ => return None,
    };
    Some([headers.get(id)?, headers.get(timestamp)?, body].join(&b'.'))
}

#[component]
fn Content(content: Vec<u8>) -> impl IntoView {
    let shown = content.get(..SHOWN).unwrap_or(&content);
    let cut = (content.len() > SHOWN).then(|| {
        let size = |bytes: usize| time::size(i64::try_from(bytes).unwrap_or(i64::MAX));
        view! { <p class="in dim">{format!("The first {} of {}.", size(SHOWN), size(content.len()))}</p> }
    });
    view! {
        <section class="card">
            <h2>"Signed content"</h2>
            <pre class="in raw"><Escaped text=String::from_utf8_lossy(shown).into_owned()/></pre>
            {cut}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_content_is_id_timestamp_and_body_as_received() {
        let mut headers = HeaderList::default();
        headers.push("webhook-id", b"wh_1");
        assert_eq!(signed_content(Scheme::OpenAi, &headers, b"{}"), None);
        headers.push("webhook-timestamp", b"17");
        assert_eq!(signed_content(Scheme::OpenAi, &headers, b"{\xff}"), Some(b"wh_1.17.{\xff}".to_vec()));
        assert_eq!(signed_content(Scheme::None, &headers, b"{}"), None);
    }
}

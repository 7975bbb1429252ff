//! How the delivery was verified, step by step.

mod again;
mod history;

use crate::{
    app::{
        delivery::verdict::{ReasonCard, Steps},
        kit::escaped::Escaped,
    },
    db::{deliveries::Payload, reverifications::Reverification},
    model::{
        delivery::{Delivery, Outcome},
        endpoint::{Endpoint, SecretInfo},
        headers::HeaderList,
        scheme::Scheme,
        time,
        user::Role,
        verdict::{Cause, Verdict},
        visible::visible,
    },
};
use again::Again;
use history::History;
use leptos::prelude::*;

/// More bytes of the signed content are not shown; the body's own part has them.
const SHOWN: usize = 16 * 1024;

/// The steps, the secret that matched, what can be done about a rejection, and what was signed.
#[component]
pub(crate) fn Signature(
    delivery: Delivery,
    payload: Payload,
    endpoint: Endpoint,
    /// The endpoint's secrets, those no longer in use too.
    secrets: Vec<SecretInfo>,
    /// Why it was rejected, where that was shown.
    cause: Option<Cause>,
    /// The later verdicts, oldest first.
    later: Vec<Reverification>,
    role: Role,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let unsigned = endpoint.scheme == Scheme::None;
    let rejected = delivery.summary.outcome == Outcome::Rejected;
    let reason = delivery.summary.reason.clone().map(|code| view! { <ReasonCard code cause/> });
    let secret = delivery.secret_id.and_then(|id| secrets.iter().find(|secret| secret.id == id).cloned());
    let cut = payload.cut;
    let content = match cut {
        None => signed_content(endpoint.scheme, &payload.headers, &payload.body),
        Some(_) => None,
    };
    let verdict = Verdict::from_json(&payload.verdict).unwrap_or_default();
    let name = {
        let secrets = secrets.clone();
        move |id: &str| name(&secrets, id)
    };
    let again = (rejected && !unsigned && role >= Role::Member && cut.is_none())
        .then(|| view! { <Again id=delivery.summary.id/> });
    view! {
        {unsigned.then(unverified)}
        {reason}
        {delivery.reverified_at.map(reverified)}
        {secret.map(|secret| matched(secret, delivery.summary.old_secret))}
        {cut.filter(|_| !unsigned).map(|cut| view! {
            <div class="banner warn">
                <p>{cut.sentence()}</p>
                <p>"A signature is over all of the body, so it cannot be checked again: the verdict on arrival stands."</p>
            </div>
        })}
        {again}
        <Steps verdict name/>
        {(!later.is_empty()).then(|| view! { <History later secrets now/> })}
        {content.map(|content| view! { <Content content/> })}
    }
}

fn reverified(at: i64) -> impl IntoView {
    view! {
        <div class="banner ok">
            <p>
                <b>"Re-verified"</b>
            </p>
            <p>
                {format!("It was rejected on arrival and accepted on {}; its age was not checked then. The steps below are those of its arrival.", time::full(at))}
            </p>
        </div>
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
            <p>"Signed with the secret " <b class="name">{visible(&secret.shown_name())}</b> "."</p>
            {until.map(|until| view! { <p>{until}</p> })}
        </div>
    }
}

/// What people call the secret with this id.
fn name(secrets: &[SecretInfo], id: &str) -> String {
    match secrets.iter().find(|secret| secret.id.to_string() == id) {
        Some(secret) => secret.shown_name(),
        None => "a secret that is gone".to_owned(),
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

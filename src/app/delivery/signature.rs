//! How the delivery was verified, step by step.

mod again;
mod history;

use crate::{
    app::{
        delivery::verdict::{ReasonCard, Steps},
        kit::{escaped::Escaped, prelude::*},
    },
    db::{deliveries::Payload, reverifications::Reverification},
    model::{
        delivery::{Delivery, Outcome},
        endpoint::{Endpoint, SecretInfo},
        headers::HeaderList,
        scheme::Scheme,
        verdict::{Cause, Verdict},
    },
};
use again::Again;

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
    let unsigned = !endpoint.scheme.verifies;
    let rejected = delivery.summary.outcome == Outcome::Rejected;
    let reason = delivery.summary.reason.clone().map(|code| view! { <ReasonCard code cause/> });
    let secret = delivery.secret_id.and_then(|id| secrets.iter().find(|secret| secret.id == id).cloned());
    let cut = payload.cut;
    let content = match cut {
        None => signed_content(endpoint.scheme, &payload.headers, &payload.body),
        Some(_) => None,
    };
    let history = (!later.is_empty()).then(|| history::card(&later, &secrets, now));
    let verdict = Verdict::from_json(&payload.verdict).unwrap_or_default();
    let name = move |id: &str| name(&secrets, id);
    let again = (rejected && !unsigned && role >= Role::Member && cut.is_none())
        .then(|| view! { <Again id=delivery.summary.id/> });
    view! {
        {unsigned.then(unverified)}
        {reason}
        {delivery.reverified_at.map(reverified)}
        {secret.map(|secret| matched(secret, delivery.summary.old_secret))}
        {cut.filter(|_| !unsigned).map(|cut| view! {
            <Banner kind="warn">
                <p>{cut.sentence()}</p>
                <p>"A signature covers the whole body, so this one can't be checked again. The verdict on arrival stands."</p>
            </Banner>
        })}
        {again}
        <Steps verdict name/>
        {history}
        {content.map(|content| view! { <Content content/> })}
    }
}

fn reverified(at: i64) -> impl IntoView {
    view! {
        <Banner kind="ok" title="Re-verified">
            <p>
                {format!("Rejected on arrival, accepted on {} (age not checked). The steps below are from its arrival.", time::full(at))}
            </p>
        </Banner>
    }
}

/// Anyone who knows the URL can post to an endpoint without a scheme.
fn unverified() -> impl IntoView {
    view! {
        <Banner kind="warn" title="UNVERIFIED">
            <p>"The endpoint's scheme is none, so nothing was checked. Anyone who knows the URL can send this."</p>
        </Banner>
    }
}

fn matched(secret: SecretInfo, was_expiring: bool) -> impl IntoView {
    let until = was_expiring.then(|| match secret.expires_at {
        Some(at) => format!(
            "This is an old secret that expires at {}. The sender hasn't switched to the new one yet.",
            time::full(at)
        ),
        None => "This was an old secret at the time. The sender hadn't switched yet.".to_owned(),
    });
    view! {
        <Banner kind={if was_expiring { "warn" } else { "ok" }}>
            <p>"Signed with the secret " <b class="name">{visible(&secret.shown_name())}</b> "."</p>
            {until.map(|until| view! { <p>{until}</p> })}
        </Banner>
    }
}

/// What people call the secret with this id.
fn name(secrets: &[SecretInfo], id: &str) -> String {
    match secrets.iter().find(|secret| secret.id.to_string() == id) {
        Some(secret) => secret.shown_name(),
        None => "a deleted secret".to_owned(),
    }
}

/// `id.timestamp.body`, as Standard Webhooks signs it. None when a header is missing or the scheme signs otherwise.
fn signed_content(scheme: Scheme, headers: &HeaderList, body: &[u8]) -> Option<Vec<u8>> {
    let names = scheme.standard?;
    Some([headers.get(names.id)?, headers.get(names.timestamp)?, body].join(&b'.'))
}

#[component]
fn Content(content: Vec<u8>) -> impl IntoView {
    let shown = String::from_utf8_lossy(content.get(..SHOWN).unwrap_or(&content)).into_owned();
    let cut = (content.len() > SHOWN).then(|| {
        let size = |bytes: usize| time::size(i64::try_from(bytes).unwrap_or(i64::MAX));
        view! { <p class="in dim">{format!("The first {} of {}.", size(SHOWN), size(content.len()))}</p> }
    });
    view! {
        <Card title="Signed content">
            <pre class="in raw"><Escaped text=shown/></pre>
            {cut}
        </Card>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_content_is_id_timestamp_and_body_as_received() {
        let mut headers = HeaderList::default();
        headers.push("webhook-id", b"wh_1");
        assert_eq!(signed_content(Scheme::OPENAI, &headers, b"{}"), None);
        headers.push("webhook-timestamp", b"17");
        assert_eq!(signed_content(Scheme::OPENAI, &headers, b"{\xff}"), Some(b"wh_1.17.{\xff}".to_vec()));
        assert_eq!(signed_content(Scheme::NONE, &headers, b"{}"), None);
    }
}

//! Tools → Verify: a pasted request, a scheme and a secret; the same steps as for a delivery. Nothing is stored.

mod check;

use crate::{
    app::{
        delivery::verdict::VerdictCards,
        endpoints::{hmac_fields::HmacFields, secret_fields::secret_formats},
        kit::{posted::Posted, prelude::*},
    },
    model::scheme::Scheme,
};
use check::Checked;

/// The page at `/tools/verify`. Its form posts to itself: what was pasted comes back with the answer, the secret does not.
#[component]
pub fn VerifyPage() -> impl IntoView {
    let posted = use_context::<Posted>();
    page(Role::Viewer, |state, _| async move {
        let checked = match &posted {
            Some(posted) => Some(check::check(posted, state.clock.now_ms()).await),
            None => None,
        };
        let (answer, wrong) = match checked {
            Some(Ok(Checked { verdict, cause, line_ends, warnings })) => {
                let note = line_ends.map(|note| view! { <p class="banner warn">{note}</p> });
                let warnings = warnings
                    .into_iter()
                    .map(|text| view! { <p class="banner warn">{format!("The secret: {text}.")}</p> })
                    .collect_view();
                let answer = view! { <div id="answer">{note}{warnings}<VerdictCards verdict cause/></div> };
                (Some(answer), None)
            }
            Some(Err(wrong)) => (None, Some(wrong)),
            None => (None, None),
        };
        let posted = posted.unwrap_or_default();
        Ok(Page::new(Part::Tools, "Verify a request").heading("Tools").tab(paths::VERIFY).body(view! {
            {answer}
            <Form posted wrong/>
        }))
    })
}

#[component]
fn Form(
    posted: Posted,
    /// Field and sentence.
    wrong: Option<(String, String)>,
) -> impl IntoView {
    let error = |field: &str| wrong.as_ref().filter(|(name, _)| name == field).map(|(_, text)| text.clone());
    let shown = |field: &str| error(field).map(|error| view! { <p class="error" role="alert">{error}</p> });
    let scheme: Scheme = posted.get("scheme").and_then(|text| text.parse().ok()).unwrap_or(Scheme::OPENAI);
    let schemes = Scheme::all().filter(|one| one.verifies).map(|one| (one.as_str(), one.label));
    let schemes = Choices::of(schemes, scheme.as_str());
    let formats = secret_formats(posted.get("secret_format").unwrap_or_default());
    let ages = [("unchecked", "not checked"), ("now", "compared with the current time, ± 300 s")];
    let ages = Choices::of(ages, posted.get("age").unwrap_or_default());
    let request = posted.get("request").unwrap_or_default().to_owned();
    let url = posted.get("url").unwrap_or_default().to_owned();
    let hmac_wrong =
        wrong.as_ref().filter(|(field, _)| field.starts_with("hmac[")).map(|(_, text)| text.clone());
    view! {
        <form class="form" method="post" action=paths::VERIFY>
            <div class="field">
                <label for="request">"Request"</label>
                <TextArea
                    name="request"
                    text=request
                    rows="12"
                    placeholder="Headers, an empty line and the body; a curl command; or a HAR entry"
                    error=error("request")
                />
            </div>
            <div class="fields">
                <Select name="scheme" label="Scheme" choices=schemes/>
                <div class="field">
                    <label for="secret">"Secret"</label>
                    <input id="secret" name="secret" type="password" required autocomplete="off"/>
                    {shown("secret")}
                </div>
                <Select name="secret_format" label="Secret format" choices=formats/>
                <Select name="age" label="Age" choices=ages/>
                <div class="field">
                    <label for="url">"Request URL (Twilio)"</label>
                    <input id="url" name="url" value=url autocomplete="off" spellcheck="false"/>
                </div>
            </div>
            <details class="fold" open=scheme == Scheme::HMAC>
                <summary>"Signature settings for the scheme HMAC…"</summary>
                <HmacFields typed=move |field: &str| posted.get(field).map(str::to_owned) wrong=hmac_wrong/>
            </details>
            <p class="dim">"Nothing is stored, and the secret is not sent back."</p>
            <div class="actions"><button class="btn primary">"Verify"</button></div>
        </form>
    }
}

//! Tools → Verify: a pasted request, a scheme and a secret; the same steps as for a delivery. Nothing is stored.

mod check;

use crate::{
    app::{
        delivery::verdict::VerdictCards,
        endpoints::hmac_fields::HmacFields,
        kit::{posted::Posted, problem::Problem, text_area::TextArea},
        shell::layout::{Layout, Part},
        tools::ToolsNav,
    },
    auth,
    model::{
        scheme::{Scheme, SecretFormat},
        user::{Role, User},
    },
    state::AppState,
};
use check::Checked;
use leptos::{either::Either, prelude::*};

/// The page at `/tools/verify`. Its form posts to itself: what was pasted comes back with the answer, the secret does not.
#[component]
pub fn VerifyPage() -> impl IntoView {
    let posted = use_context::<Posted>();
    Suspend::new(async move {
        match auth::require(Role::Viewer).await {
            Ok(user) => {
                let now = expect_context::<AppState>().clock.now_ms();
                let checked = match &posted {
                    Some(posted) => Some(check::check(posted, now).await),
                    None => None,
                };
                let posted = posted.unwrap_or_default();
                Either::Left(view! { <Verify user posted checked/> })
            }
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

#[component]
fn Verify(user: User, posted: Posted, checked: Option<Result<Checked, (String, String)>>) -> impl IntoView {
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
    view! {
        <Layout title="Verify a request" part=Part::Tools user>
            <div class="top"><h1>"Tools"</h1></div>
            <ToolsNav current="Verify"/>
            {answer}
            <Form posted wrong/>
        </Layout>
    }
}

#[component]
fn Form(
    posted: Posted,
    /// Field and sentence.
    wrong: Option<(String, String)>,
) -> impl IntoView {
    let error = |field: &str| wrong.as_ref().filter(|(name, _)| name == field).map(|(_, text)| text.clone());
    let shown = |field: &str| error(field).map(|error| view! { <p class="error" role="alert">{error}</p> });
    let scheme: Scheme = posted.get("scheme").and_then(|text| text.parse().ok()).unwrap_or(Scheme::OpenAi);
    let schemes = Scheme::ALL
        .into_iter()
        .filter(|one| one.needs_secret())
        .map(|one| view! { <option value=one.as_str() selected=one == scheme>{one.label()}</option> })
        .collect_view();
    let format: Option<SecretFormat> = posted.get("secret_format").and_then(|text| text.parse().ok());
    let formats = SecretFormat::ALL
        .map(|one| view! { <option value=one.as_str() selected=Some(one) == format>{one.label()}</option> })
        .collect_view();
    let ages = [("unchecked", "not checked"), ("now", "against the time of now, ± 300 s")]
        .map(|(word, label)| {
            let selected = posted.get("age") == Some(word);
            view! { <option value=word selected=selected>{label}</option> }
        })
        .collect_view();
    let request = posted.get("request").unwrap_or_default().to_owned();
    let url = posted.get("url").unwrap_or_default().to_owned();
    let hmac_wrong =
        wrong.as_ref().filter(|(field, _)| field.starts_with("hmac[")).map(|(_, text)| text.clone());
    view! {
        <form class="form" method="post" action="/tools/verify">
            <div class="field">
                <label for="request">"Request"</label>
                <TextArea
                    name="request"
                    text=request
                    rows="12"
                    placeholder="Headers, an empty line and the body; or a curl command; or an entry of a HAR file"
                    error=error("request")
                />
            </div>
            <div class="fields">
                <div class="field">
                    <label for="scheme">"Scheme"</label>
                    <select id="scheme" name="scheme">{schemes}</select>
                </div>
                <div class="field">
                    <label for="secret">"Secret"</label>
                    <input id="secret" name="secret" type="password" required autocomplete="off"/>
                    {shown("secret")}
                </div>
                <div class="field">
                    <label for="secret_format">"How it is written"</label>
                    <select id="secret_format" name="secret_format">
                        <option value="">"As this sender shows it"</option>
                        {formats}
                    </select>
                </div>
                <div class="field">
                    <label for="age">"Age"</label>
                    <select id="age" name="age">{ages}</select>
                </div>
                <div class="field">
                    <label for="url">"URL it was sent to (Twilio)"</label>
                    <input id="url" name="url" value=url autocomplete="off" spellcheck="false"/>
                </div>
            </div>
            <details class="fold" open=scheme == Scheme::Hmac>
                <summary>"What is signed, for the scheme HMAC…"</summary>
                <HmacFields typed=move |field: &str| posted.get(field).map(str::to_owned) wrong=hmac_wrong/>
            </details>
            <p class="dim">"Nothing of this is stored, and the secret is not sent back."</p>
            <div class="actions"><button class="btn primary">"Verify"</button></div>
        </form>
    }
}

//! How the URL is registered with the sender.

use crate::{app::kit::prelude::*, model::scheme::Scheme};

/// The way, by scheme, and how a sender reaches a machine that is not on the internet.
#[component]
pub fn HowTo(
    /// The endpoint's scheme.
    scheme: Scheme,
    /// The URL under which the server believes to be reached.
    base_url: String,
) -> impl IntoView {
    let register = if scheme == Scheme::OPENAI {
        view! { <AtOpenAi/> }.into_any()
    } else if !scheme.verifies {
        view! { <p>"Send a POST request to the URL from anywhere. Nothing is checked."</p> }.into_any()
    } else {
        view! { <AtOthers scheme/> }.into_any()
    };
    // Senders post to https URLs on the internet only.
    let tunnel = (!base_url.starts_with("https://")).then(|| view! { <Tunnel base_url/> });
    view! {
        <Card title="Register it with the sender">
            <div class="in howto">{register}</div>
            {tunnel}
        </Card>
    }
}

#[component]
fn AtOpenAi() -> impl IntoView {
    view! {
        <ol>
            <li>"In the OpenAI dashboard, open your project's settings, then Webhooks → Create."</li>
            <li>"Enter a name, paste the ingest URL and choose the event types, such as " <code>"batch.completed"</code> " and " <code>"response.completed"</code> "."</li>
            <li>"OpenAI shows the signing secret (" <code>"whsec_…"</code> ") once. Paste it above under Signing secrets."</li>
            <li>"Send a test event from OpenAI and watch it arrive under Events."</li>
        </ol>
        <p class="dim">"OpenAI retries for up to 72 hours until it gets a 2xx."</p>
    }
}

#[component]
fn AtOthers(scheme: Scheme) -> impl IntoView {
    view! {
        <ol>
            <li>{format!("Add the ingest URL in the sender's webhook settings ({}).", scheme.label)}</li>
            <li>"Copy the signing secret it shows (or choose one there) and add it above under Signing secrets."</li>
            <li>"Send a test event from there and watch it arrive under Events."</li>
        </ol>
    }
}

#[component]
fn Tunnel(base_url: String) -> impl IntoView {
    let port =
        base_url.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok()).unwrap_or("80").to_owned();
    view! {
        <div class="in howto">
            <h3>"Can't senders reach this machine?"</h3>
            <p>
                "This server's public URL is " <code>{base_url}</code>
                ", which senders on the internet can't reach or don't accept. For tests, use a tunnel such as ngrok:"
            </p>
            <pre>{format!("ngrok http {port}\nHOOKPOST_PUBLIC_URL=https://….ngrok.app hookpost serve")}</pre>
            <p>"With this variable, all ingest URLs on these pages show the public address."</p>
        </div>
    }
}

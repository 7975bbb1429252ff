//! How the URL is registered with the sender.

use crate::model::scheme::Scheme;
use leptos::prelude::*;

/// The way, by scheme, and how a sender reaches a machine that is not on the internet.
#[component]
pub fn HowTo(
    /// The endpoint's scheme.
    scheme: Scheme,
    /// The URL under which the server believes to be reached.
    base_url: String,
) -> impl IntoView {
    let register = if scheme == Scheme::OpenAi {
        view! { <AtOpenAi/> }.into_any()
    } else if scheme == Scheme::None {
        view! { <p>"Post to the URL from anywhere; nothing is checked."</p> }.into_any()
    } else {
        view! { <AtOthers scheme/> }.into_any()
    };
    // Senders post to https URLs on the internet only.
    let tunnel = (!base_url.starts_with("https://")).then(|| view! { <Tunnel base_url/> });
    view! {
        <section class="card">
            <h2>"Register it with the sender"</h2>
            <div class="in howto">{register}</div>
            {tunnel}
        </section>
    }
}

#[component]
fn AtOpenAi() -> impl IntoView {
    view! {
        <ol>
            <li>"In the OpenAI dashboard open your project's settings, then Webhooks, then Create."</li>
            <li>"Give it a name, paste the ingest URL, and choose the event types, such as " <code>"batch.completed"</code> " and " <code>"response.completed"</code> "."</li>
            <li>"OpenAI shows the signing secret (" <code>"whsec_…"</code> ") once. Paste it above, under Signing secrets."</li>
            <li>"Let OpenAI trigger a test event, and watch it arrive under Events."</li>
        </ol>
        <p class="dim">"What is not answered with 2xx OpenAI sends again for up to 72 hours."</p>
    }
}

#[component]
fn AtOthers(scheme: Scheme) -> impl IntoView {
    view! {
        <ol>
            <li>{format!("In the sender's settings for webhooks ({}) add the ingest URL.", scheme.label())}</li>
            <li>"Copy the signing secret that it shows, or choose one there, and add it above, under Signing secrets."</li>
            <li>"Let it send a test, and watch it arrive under Events."</li>
        </ol>
    }
}

#[component]
fn Tunnel(base_url: String) -> impl IntoView {
    let port =
        base_url.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok()).unwrap_or("80").to_owned();
    view! {
        <div class="in howto">
            <h3>"Senders cannot reach this machine?"</h3>
            <p>
                "This server believes to be at " <code>{base_url}</code>
                ", which senders on the internet do not reach or do not accept. For tests, a tunnel such as ngrok lends a public URL:"
            </p>
            <pre>{format!("ngrok http {port}\nHOOKPOST_PUBLIC_URL=https://….ngrok.app hookpost serve")}</pre>
            <p>"The variable makes every ingest URL on these pages the public one."</p>
        </div>
    }
}

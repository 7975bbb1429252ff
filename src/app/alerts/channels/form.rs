//! The form of a channel, new or changed.

use crate::{
    alerts::channels::{MOST_RECIPIENTS, PAGERDUTY_URL},
    app::{
        alerts::channels::posted::ChannelForm,
        kit::{
            form::{Field, take_flash},
            text_area::TextArea,
        },
    },
    model::{
        channel::{ChannelKind, SmtpTls},
        severity::Severity,
    },
};
use leptos::prelude::*;

/// What a kind is for, in a line.
pub(crate) fn about(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Email => {
            "Through your own mail server, to up to 20 addresses; one conversation per incident."
        }
        ChannelKind::Slack => "To one channel, by an incoming webhook. Mattermost takes the same.",
        ChannelKind::Discord => "To one channel of a Discord server.",
        ChannelKind::Teams => "To a channel or chat, by a workflow of Microsoft Teams.",
        ChannelKind::PagerDuty => "Opens an incident there, and closes it when it is over here.",
        ChannelKind::Webhook => "Signed JSON to any program, as Standard Webhooks.",
    }
}

/// Where its URL or key is found.
fn steps(kind: ChannelKind) -> &'static str {
    match kind {
        ChannelKind::Email => {
            "Any server that takes mail for submission: its name, port and login are what a mail program is given."
        }
        ChannelKind::Slack => {
            "At api.slack.com/apps make an app, switch Incoming Webhooks on, add one to the channel and copy its URL."
        }
        ChannelKind::Discord => {
            "In Discord: the channel's settings, Integrations, Webhooks, New Webhook, Copy Webhook URL."
        }
        ChannelKind::Teams => {
            "In Teams: the channel's menu, Workflows, “Send webhook alerts to a channel”; copy the URL at its end."
        }
        ChannelKind::PagerDuty => {
            "In PagerDuty: a service's Integrations, add Events API V2, copy its Integration Key."
        }
        ChannelKind::Webhook => {
            "The signing secret is made by Hookpost and shown once, on the next page. A receiver verifies it as any Standard Webhook."
        }
    }
}

/// The fields, up to the buttons. What was typed before wins over `values`.
#[component]
pub(crate) fn Fields(
    kind: ChannelKind,
    values: ChannelForm,
    /// What the operator allows to be reached besides public addresses.
    allowed: Vec<String>,
    /// A secret must be given; otherwise one that is left empty stays.
    is_new: bool,
) -> impl IntoView {
    let own = match kind {
        ChannelKind::Email => view! { <MailFields values=values.clone() is_new/> }.into_any(),
        ChannelKind::PagerDuty => view! {
            <Secret name="routing_key" label="Integration key" is_new hint=String::new()/>
            <Field name="events_url" label="Events API" kind="url" required=false value=values.events_url.clone()
                hint=format!("Empty: {PAGERDUTY_URL}. Accounts in the EU: https://events.eu.pagerduty.com/v2/enqueue.")/>
        }
        .into_any(),
        _ => view! { <Secret name="url" label="URL" is_new hint=reach(&allowed)/> }.into_any(),
    };
    view! {
        <p>{steps(kind)}</p>
        <Field name="name" label="Name" hint="What the team calls it, such as on-call." value=values.name.clone()/>
        {own}
        <LeastSeverity value=values.min_severity/>
    }
}

#[component]
fn MailFields(values: ChannelForm, is_new: bool) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let tls = flash.kept("tls").unwrap_or_else(|| values.tls.clone());
    let to = flash.kept("to").unwrap_or_else(|| values.to.clone());
    let wrong = flash.error("tls").map(|error| view! { <p class="error" id="tls-error">{error}</p> });
    let described = wrong.is_some().then_some("tls-error");
    let options = SmtpTls::ALL
        .map(|one| {
            view! { <option value=one.as_str() selected=one.as_str() == tls>{one.label()}</option> }
        })
        .collect_view();
    view! {
        <div class="fields">
            <Field name="host" label="Mail server" hint="Such as smtp.example.com." value=values.host/>
            <Field name="port" label="Port" value=values.port/>
            <div class="field">
                <label for="tls">"TLS"</label>
                <select id="tls" name="tls" aria-describedby=described>{options}</select>
                {wrong}
            </div>
        </div>
        <div class="fields">
            <Field name="username" label="User name (optional)" required=false value=values.username/>
            <Secret name="password" label="Password (optional)" is_new=false hint=if is_new { "Stored encrypted and never shown again." } else { "Empty: it stays." }.to_owned()/>
        </div>
        <Field name="from" label="From" hint="Such as Hookpost <hookpost@example.com>." value=values.from/>
        <div class="field">
            <label for="to">"To"</label>
            <TextArea name="to" text=to rows="3" error=flash.error("to") placeholder="ops@example.com"/>
            <p class="hint">{format!("One address a line, at most {MOST_RECIPIENTS}.")}</p>
        </div>
    }
}

/// A secret: what was typed never comes back.
#[component]
fn Secret(name: &'static str, label: &'static str, is_new: bool, hint: String) -> impl IntoView {
    let secret = match (name, is_new) {
        ("password", _) => "",
        (_, true) => "Stored encrypted and never shown again.",
        (_, false) => "Empty: it stays as it is.",
    };
    let hint =
        [secret, hint.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    view! { <Field name=name label=label kind="password" required=is_new hint=hint/> }
}

#[component]
fn LeastSeverity(value: String) -> impl IntoView {
    let chosen = take_flash().unwrap_or_default().kept("min_severity").unwrap_or(value);
    let about = |severity| match severity {
        Severity::Info => "info: everything",
        Severity::Warning => "warning, and critical",
        Severity::Critical => "critical only",
    };
    let options = Severity::ALL
        .map(|one| view! { <option value=one.as_str() selected=one.as_str() == chosen>{about(one)}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for="min_severity">"From which severity on"</label>
            <select id="min_severity" name="min_severity">{options}</select>
        </div>
    }
}

fn reach(allowed: &[String]) -> String {
    if allowed.is_empty() {
        "Only public https addresses can be reached; an operator allows others with HOOKPOST_ALLOW_OUTBOUND."
            .to_owned()
    } else {
        format!(
            "Public https addresses can be reached, and what the operator allows: {}.",
            allowed.join(", ")
        )
    }
}

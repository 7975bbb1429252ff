//! One secret.

use crate::{
    app::{endpoints::one::secrets::change::Change, islands::countdown::Countdown, kit::when::When},
    db::secrets::Usage,
    model::{
        endpoint::{SecretInfo, SecretState},
        ids::EndpointId,
        time,
        user::Role,
        visible::visible,
    },
};
use leptos::prelude::*;

/// Its facts, and for admins what can be changed.
#[component]
pub(crate) fn Row(
    endpoint: EndpointId,
    secret: SecretInfo,
    /// None: never used in the last 90 days.
    usage: Option<Usage>,
    /// Deliveries verified in the last 24 h, with any secret.
    total: i64,
    /// Why it cannot be used.
    broken: Option<String>,
    /// It is the only one in use.
    last: bool,
    role: Role,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let state = secret.state(now);
    let (class, label) = match state {
        _ if broken.is_some() => ("tag bad", "Unreadable"),
        SecretState::Active => ("tag ok", "Active"),
        SecretState::Expiring => ("tag warn", "Expiring"),
        SecretState::Expired => ("tag idle", "Expired"),
        SecretState::Revoked => ("tag bad", "Revoked"),
    };
    let until = secret.expires_at.filter(|_| state == SecretState::Expiring).map(|at| {
        view! { " " <span class="dim" title=time::full(at)>"ends in " <Countdown until=at now/></span> }
    });
    // Of a short secret not even the end is told.
    let hint = match (&secret.reference, secret.hint.as_str()) {
        (Some(reference), _) if role >= Role::Admin => visible(reference),
        (Some(_), _) => "kept elsewhere".to_owned(),
        (None, "") => "–".to_owned(),
        (None, hint) => format!("…{}", visible(hint)),
    };
    let share = match usage.as_ref().map_or(0, |usage| usage.recent) {
        0 => "–".to_owned(),
        recent => format!("{recent} ({} %)", recent * 100 / total.max(1)),
    };
    let used = match usage {
        Some(usage) => view! { "last " <When at={usage.last_minute * 60_000} now/> }.into_any(),
        None => view! { "not used in 90 days" }.into_any(),
    };
    let by = secret.created_by.as_deref().map(|by| format!("by {}", visible(by)));
    let change = (role >= Role::Admin && state != SecretState::Revoked).then(|| {
        let (id, label) = (secret.id, visible(&secret.label));
        view! { <tr class="sub"><td colspan="5"><Change endpoint id label state last/></td></tr> }
    });
    view! {
        <tr>
            <th scope="row" class="wrap name">{visible(&secret.label)}</th>
            <td class="mono wrap" data-label="Ends in">{hint}</td>
            <td data-label="State"><span class=class>{label}</span>{until}{broken.map(|why| view! { <p class="error">{visible(&why)}</p> })}</td>
            <td data-label="Last 24 h">{share} <small class="dim">{used}</small></td>
            <td data-label="Added"><When at=secret.created_at now/> <small class="dim">{by}</small></td>
        </tr>
        {change}
    }
}

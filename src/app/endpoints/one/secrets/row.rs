//! The list of secrets: of each its facts, and for admins what can be changed.

use crate::{
    app::{endpoints::one::secrets::change::Change, islands::countdown::Countdown, kit::prelude::*},
    db::secrets::Usage,
    model::{
        endpoint::{SecretInfo, SecretState},
        ids::EndpointId,
        time::MINUTE_MS,
    },
};

pub(super) struct Row {
    pub(super) secret: SecretInfo,
    /// None: never used in the last 90 days.
    pub(super) usage: Option<Usage>,
    /// Why it cannot be used.
    pub(super) broken: Option<String>,
    /// It is the only one in use.
    pub(super) is_last: bool,
}

/// `total`: deliveries verified in the last 24 h, with any secret.
pub(super) fn table(rows: &[Row], endpoint: EndpointId, total: i64, role: Role, now: i64) -> AnyView {
    Table::of(rows)
        .class("cards secrets")
        .row("Name", "wrap name", |row| visible(&row.secret.label))
        .col("Ends in", "mono wrap", |row| hint(&row.secret, role))
        .col("State", "", |row| state(row, now))
        .col("Last 24 h", "", |row| usage(row, total, now))
        .col("Added", "", |row| {
            let by = row.secret.created_by.as_deref().map(|by| format!("by {}", visible(by)));
            view! { <When at=row.secret.created_at now/> " " <small class="dim">{by}</small> }
        })
        .below(|Row { secret, is_last, .. }| {
            let state = secret.state(now);
            let (id, label, last) = (secret.id, visible(&secret.label), *is_last);
            (role >= Role::Admin && state != SecretState::Revoked)
                .then(|| view! { <Change endpoint id label state last/> })
        })
        .view()
}

/// How it ends, or where it is kept. Of a short secret not even the end is told.
fn hint(secret: &SecretInfo, role: Role) -> String {
    match (&secret.reference, secret.hint.as_str()) {
        (Some(reference), _) if role >= Role::Admin => visible(reference),
        (Some(_), _) => "stored elsewhere".to_owned(),
        (None, "") => "–".to_owned(),
        (None, hint) => format!("…{}", visible(hint)),
    }
}

fn state(Row { secret, broken, .. }: &Row, now: i64) -> impl IntoView + use<> {
    let state = secret.state(now);
    let tag = match state {
        _ if broken.is_some() => tag("bad", "Unreadable"),
        SecretState::Active => tag("ok", "Active"),
        SecretState::Expiring => tag("warn", "Expiring"),
        SecretState::Expired => tag("idle", "Expired"),
        SecretState::Revoked => tag("bad", "Revoked"),
    };
    let until = secret.expires_at.filter(|_| state == SecretState::Expiring).map(|at| {
        view! { " " <span class="dim" title=time::full(at)>"ends in " <Countdown until=at now/></span> }
    });
    let broken = broken.as_deref().map(|why| view! { <p class="error">{visible(why)}</p> });
    view! { {tag}{until}{broken} }
}

fn usage(Row { usage, .. }: &Row, total: i64, now: i64) -> impl IntoView + use<> {
    let share = match usage.as_ref().map_or(0, |usage| usage.recent) {
        0 => "–".to_owned(),
        recent => format!("{recent} ({} %)", recent * 100 / total.max(1)),
    };
    let used = match usage {
        Some(usage) => view! { "last " <When at={usage.last_minute * MINUTE_MS} now/> }.into_any(),
        None => "not used in 90 days".into_any(),
    };
    view! { {share} " " <small class="dim">{used}</small> }
}

//! Why deliveries were rejected.

use crate::{
    app::kit::{chart::Change, prelude::*},
    db::counts::{Measure, Sum},
    model::{
        delivery::Outcome,
        filter::{DeliveryFilter, VerdictFilter},
        verdict::Reason,
    },
};

/// The table of reasons; `filter` is the list of what is counted.
pub(super) fn card(labels: &[Sum], before: &[Sum], filter: &DeliveryFilter) -> impl IntoView + use<> {
    let all: i64 = labels.iter().map(|one| one.count).sum();
    let rows: Vec<&Sum> = labels.iter().filter(|one| one.what == Measure::Rejected).collect();
    let was = |one: &Sum| {
        let was = before.iter().find(|was| was.what == one.what && was.label == one.label);
        was.map_or(0, |was| was.count)
    };
    let content = if rows.is_empty() {
        view! { <p class="in dim">"No deliveries were rejected in this period."</p> }.into_any()
    } else {
        Table::of(&rows)
            .row("Reason", "wrap", |one| reason(&one.label, filter))
            .col("Deliveries", "num bad-text", |one| time::count(one.count))
            .num("Share", |one| format!("{:.1} %", one.count as f64 * 100.0 / all.max(1) as f64))
            .num("Change", |one| view! { <Change now=one.count before=was(one)/> })
            .view()
    };
    view! { <Card title="Rejection reasons" id="reasons">{content}</Card> }
}

/// What a reason means, with the way to its deliveries.
fn reason(code: &str, filter: &DeliveryFilter) -> impl IntoView + use<> {
    let verdict = match code {
        "" => VerdictFilter::Outcome(Outcome::Rejected),
        code => VerdictFilter::Reason(code.to_owned()),
    };
    let label = match code.parse::<Reason>() {
        Ok(reason) => reason.label().to_owned(),
        // Of counts from before reasons were counted.
        Err(_) if code.is_empty() => "no longer known".to_owned(),
        Err(_) => visible(code),
    };
    view! { <a href=paths::events(&DeliveryFilter { verdict: Some(verdict), ..filter.clone() })>{label}</a> }
}

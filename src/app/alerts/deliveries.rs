//! The deliveries behind an incident.

use crate::{
    app::{
        figures::page::href,
        kit::{relative_time::ClockTime, tag::SignatureTag},
    },
    db::{self, deliveries::Cursor},
    model::{
        alert::RuleKind,
        delivery::{Delivery, Outcome},
        destination::ForwardMark,
        error::{AppError, invalid},
        filter::{DeliveryFilter, VerdictFilter},
        incident::Incident,
        time::rfc3339,
        visible::visible,
    },
    state::AppState,
};
use leptos::prelude::*;

/// Deliveries that are listed.
const LISTED: i64 = 10;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// What the incident was about, as a filter of the list; none: it was about no deliveries.
pub(crate) fn filter_of(incident: &Incident) -> Option<DeliveryFilter> {
    let kind = incident.kind?;
    let window = incident.settings.window_ms();
    let (back, rest) = match kind {
        RuleKind::VerificationFailures | RuleKind::ClockSuspect => (
            window,
            DeliveryFilter { verdict: Some(VerdictFilter::Outcome(Outcome::Rejected)), ..Default::default() },
        ),
        RuleKind::WindowClosing => (
            3 * DAY_MS,
            DeliveryFilter { verdict: Some(VerdictFilter::Outcome(Outcome::Rejected)), ..Default::default() },
        ),
        // Silence has none: what came last is what one wants to see.
        RuleKind::Silence => {
            let silent = (incident.worst * MINUTE_MS as f64) as i64;
            (
                silent.saturating_add(DAY_MS),
                DeliveryFilter { event_type: incident.settings.event_type.clone(), ..Default::default() },
            )
        }
        RuleKind::MissingEnd => (
            window + 7 * DAY_MS,
            DeliveryFilter { event_type: incident.settings.event_type.clone(), ..Default::default() },
        ),
        RuleKind::EventFailures => {
            let begins = incident.settings.event_type.as_ref().map(|begins| format!("{begins}*"));
            let verdict = Some(VerdictFilter::Outcome(Outcome::Accepted));
            (window, DeliveryFilter { event_type: begins, verdict, ..Default::default() })
        }
        RuleKind::SenderRetries | RuleKind::AnswerTime => (window, DeliveryFilter::default()),
        RuleKind::DestinationFailing | RuleKind::DeadForwards => {
            (window, DeliveryFilter { forward: Some(ForwardMark::Failing), ..Default::default() })
        }
        RuleKind::QueueAge => {
            (DAY_MS, DeliveryFilter { forward: Some(ForwardMark::Queued), ..Default::default() })
        }
        RuleKind::ForwardTime | RuleKind::SecretExpiring | RuleKind::DiskFull | RuleKind::BackupsFailing => {
            return None;
        }
    };
    Some(DeliveryFilter {
        endpoint: incident.object.clone().filter(|_| incident.endpoint.is_some()),
        after: Some(rfc3339(incident.opened_at.saturating_sub(back).max(0))),
        before: incident.ended_at.map(rfc3339),
        ..rest
    })
}

/// The newest of them.
pub(crate) async fn load(state: &AppState, filter: &DeliveryFilter) -> Result<Vec<Delivery>, AppError> {
    let bounds = filter.time_bounds(state.clock.now_ms()).map_err(|sentence| invalid("after", sentence))?;
    let mut connection = state.db.read().await?;
    Ok(db::deliveries::page(&mut connection, filter, bounds, Cursor::Newest, LISTED).await?)
}

/// A short list, and the way to all.
#[component]
pub(crate) fn Deliveries(
    filter: DeliveryFilter,
    rows: Result<Vec<Delivery>, AppError>,
    now: i64,
) -> impl IntoView {
    let rows = match rows {
        Ok(rows) => rows,
        Err(error) => return cannot(&error, &filter).into_any(),
    };
    let list = if rows.is_empty() {
        view! { <p class="in dim">"None is stored."</p> }.into_any()
    } else {
        let rows = rows
            .into_iter()
            .map(|delivery| {
                let row = delivery.summary;
                let what = row.event_type.as_deref().map_or_else(|| "no type".to_owned(), visible);
                let resource = row.resource.as_deref().map(visible);
                let (id, at) = (row.id, row.received_at);
                view! {
                    <li>
                        <ClockTime at now/>
                        <span><a class="mono" href=format!("/events/{id}")>{what}</a> " " <SignatureTag row/> " " <span class="dim mono">{resource}</span></span>
                    </li>
                }
            })
            .collect_view();
        view! { <ol class="in tl wide-time">{rows}</ol> }.into_any()
    };
    view! {
        <section class="card" id="deliveries">
            <h2>"Deliveries behind it"</h2>
            {list}
            <p class="in"><a href=href(&filter)>"See all in the list"</a></p>
        </section>
    }
    .into_any()
}

/// Why they are not listed; the way to them all the same.
fn cannot(error: &AppError, filter: &DeliveryFilter) -> impl IntoView + use<> {
    view! {
        <section class="card" id="deliveries">
            <h2>"Deliveries behind it"</h2>
            <p class="in dim">{error.to_string()}</p>
            <p class="in"><a href=href(filter)>"See all in the list"</a></p>
        </section>
    }
}

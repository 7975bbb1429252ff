//! The deliveries behind an incident.

use crate::{
    alerts::rules,
    app::kit::{prelude::*, relative_time::ClockTime, tag::SignatureTag},
    db::deliveries::Cursor,
    model::{delivery::Delivery, filter::DeliveryFilter, incident::Incident},
};

const LISTED: i64 = 10;

/// What the incident was about, as a filter of the list; none: it was about no deliveries.
pub(super) fn filter_of(incident: &Incident) -> Option<DeliveryFilter> {
    let (back, rest) = (rules::known(&incident.kind)?.deliveries)(incident)?;
    Some(DeliveryFilter {
        endpoint: incident.object.clone().filter(|_| incident.endpoint.is_some()),
        after: Some(time::rfc3339(incident.opened_at.saturating_sub(back).max(0))),
        before: incident.ended_at.map(time::rfc3339),
        ..rest
    })
}

/// The newest of them.
///
/// # Errors
/// When the database fails.
pub(super) async fn load(state: &AppState, filter: &DeliveryFilter) -> Result<Vec<Delivery>, AppError> {
    let bounds = filter.time_bounds(state.clock.now_ms())?;
    let mut connection = state.db.read().await?;
    Ok(db::deliveries::page(&mut connection, filter, bounds, Cursor::Newest, LISTED).await?)
}

/// A short list, or why there is none; and the way to all.
pub(super) fn behind(filter: &DeliveryFilter, rows: Result<Vec<Delivery>, AppError>, now: i64) -> AnyView {
    let list = match rows {
        Err(error) => view! { <p class="in dim">{error.to_string()}</p> }.into_any(),
        Ok(rows) if rows.is_empty() => view! { <p class="in dim">"No deliveries are stored."</p> }.into_any(),
        Ok(rows) => {
            let rows = rows.into_iter().map(|delivery| row(delivery, now)).collect_view();
            view! { <ol class="in tl wide-time">{rows}</ol> }.into_any()
        }
    };
    let all = paths::events(filter);
    view! {
        <Card title="Related deliveries" id="deliveries">
            {list}
            <p class="in"><a href=all>"Show all in Events"</a></p>
        </Card>
    }
    .into_any()
}

fn row(delivery: Delivery, now: i64) -> impl IntoView {
    let row = delivery.summary;
    let what = row.event_type.as_deref().map_or_else(|| "no type".to_owned(), visible);
    let resource = row.resource.as_deref().map(visible);
    let (id, at) = (row.id, row.received_at);
    view! {
        <li>
            <ClockTime at now/>
            <span><a class="mono" href=paths::delivery(id)>{what}</a> " " <SignatureTag row/> " " <span class="dim mono">{resource}</span></span>
        </li>
    }
}

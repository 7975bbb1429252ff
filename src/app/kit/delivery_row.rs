//! One row of the events table, the same from the server and from the live stream.

use crate::{
    app::kit::{
        relative_time::{Ago, ClockTime},
        tag::SignatureTag,
    },
    model::{delivery::DeliverySummary, destination::ForwardMark, ids::DeliveryId, time, visible::visible},
};
use leptos::prelude::*;

/// One delivery as a row. The link in its first cell opens it.
#[component]
pub fn DeliveryRow(
    row: DeliverySummary,
    /// The present, unix ms.
    now: Signal<i64>,
    /// It came in while the page was open.
    fresh: bool,
    /// Query string of the list, for a viewer who may send deliveries again.
    list: Option<String>,
) -> impl IntoView {
    let href = format!("/events/{}", row.id);
    let lag = row.lag_ms().map_or_else(|| "–".into(), time::duration);
    let kind = row.event_type.as_deref().map(visible);
    let resource = row.resource.as_deref().map(visible);
    let kind_shown = kind.clone().unwrap_or_else(|| "(no type)".into());
    let resource_shown = resource.clone().unwrap_or_else(|| "–".into());
    view! {
        <tr class:fresh=fresh>
            <td class="time">
                <a href=href data-row="">
                    <ClockTime at=row.received_at now=now.get_untracked()/>
                </a>
                " "
                <Ago at=row.received_at now/>
            </td>
            <td class="endpoint">{row.endpoint.name.clone()}</td>
            <td class="type mono" title=kind>{kind_shown}</td>
            <td class="signature">
                <SignatureTag row=row.clone()/>
            </td>
            <td class="try num">{row.try_number}</td>
            <td class="resource mono" title=resource>{resource_shown}</td>
            <td class="lag num">{lag}</td>
            <td class="forward"><ForwardCell id=row.id mark=row.forward list/></td>
            <td class="size num dim">{time::size(row.body_size)}</td>
        </tr>
    }
}

/// How its forwards stand; what failed can be sent again from here.
#[component]
fn ForwardCell(id: DeliveryId, mark: Option<ForwardMark>, list: Option<String>) -> impl IntoView {
    let (class, word) = match mark {
        None => return view! { <span class="dim">"–"</span> }.into_any(),
        Some(ForwardMark::Delivered) => ("tag ok", "Delivered"),
        Some(ForwardMark::Queued) => ("tag idle", "Queued"),
        Some(ForwardMark::Failing) => ("tag bad", "Failing"),
    };
    let replay = list.filter(|_| mark == Some(ForwardMark::Failing)).map(|list| {
        view! {
            <form method="post" action="/do/replay_failed">
                <input type="hidden" name="delivery" value=id.to_string()/>
                <input type="hidden" name="list" value=list/>
                <button class="btn small" data-row-key="r" title="Replay to the failed destinations">"Replay"</button>
            </form>
        }
    });
    view! { <span class=class>{word}</span> {replay} }.into_any()
}

/// A verified delivery, for tests.
#[cfg(test)]
pub(crate) fn sample(id: i64) -> DeliverySummary {
    use crate::model::{delivery::Outcome, endpoint::EndpointRef, ids::EndpointId};
    DeliverySummary {
        id: DeliveryId(id),
        endpoint: EndpointRef { id: EndpointId(uuid::Uuid::nil()), name: "prod".into(), unverified: false },
        received_at: 1_795_000_000_000,
        outcome: Outcome::Accepted,
        reason: None,
        old_secret: false,
        try_number: 1,
        event_type: Some("batch.completed".into()),
        resource: Some("batch_1".into()),
        created_at: None,
        body_size: 182,
        answer_status: 200,
        forward: None,
    }
}

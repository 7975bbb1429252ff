//! Resources of which events said that they failed.

use crate::{
    app::{endpoints::rows::EndpointRow, figures::page::href, kit::when::When},
    db::failing::Failing,
    model::{filter::DeliveryFilter, time, visible::visible},
};
use leptos::prelude::*;

/// The list; nothing when nothing failed.
#[component]
pub(crate) fn FailingResources(
    failing: Vec<Failing>,
    endpoints: Vec<EndpointRow>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    if failing.is_empty() {
        return None;
    }
    let rows = failing
        .into_iter()
        .map(|one| {
            let endpoint = endpoints.iter().find(|row| row.endpoint.id == one.endpoint_id);
            let name = endpoint.map(|row| visible(&row.endpoint.name)).unwrap_or_default();
            let resource = match one.resource {
                Some(id) => {
                    let list = href(&DeliveryFilter { id: Some(id.clone()), ..DeliveryFilter::default() });
                    view! { <a href=list>{visible(&id)}</a> }.into_any()
                }
                None => view! { <span class="dim">"named none"</span> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row" class="wrap mono">{resource}</th>
                    <td class="mono wrap" data-label="Event">{visible(&one.event_type)}</td>
                    <td class="wrap" data-label="Endpoint">{name}</td>
                    <td class="num" data-label="Times">{time::count(one.count)}</td>
                    <td data-label="Last"><a href=format!("/events/{}", one.newest)><When at=one.newest.given_at() now/></a></td>
                </tr>
            }
        })
        .collect_view();
    Some(view! {
        <section class="card" id="failing">
            <h2>"What failed"</h2>
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Resource"</th>
                        <th scope="col">"Event"</th>
                        <th scope="col">"Endpoint"</th>
                        <th scope="col" class="num">"Times"</th>
                        <th scope="col">"Last"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    })
}

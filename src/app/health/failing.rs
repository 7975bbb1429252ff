//! Resources of which events said that they failed.

use crate::{
    app::{figures::page::Asked, kit::prelude::*},
    db::failed_resources::FailedResource,
    model::filter::DeliveryFilter,
};

pub(super) fn card(failing: &[FailedResource], asked: &Asked) -> impl IntoView + use<> {
    let endpoint =
        |one: &FailedResource| asked.endpoints.iter().find(|row| row.endpoint.id == one.endpoint_id);
    let table = Table::of(failing)
        .row("Resource", "wrap mono", |one| match &one.resource {
            Some(id) => {
                let only = DeliveryFilter { id: Some(id.clone()), ..DeliveryFilter::default() };
                view! { <a href=paths::events(&only)>{visible(id)}</a> }.into_any()
            }
            None => view! { <span class="dim">"no resource"</span> }.into_any(),
        })
        .col("Event", "mono wrap", |one| visible(&one.event_type))
        .col("Endpoint", "wrap", |one| endpoint(one).map(|row| visible(&row.endpoint.name)))
        .num("Times", |one| time::count(one.count))
        .col("Last", "", |one| {
            view! { <a href=paths::delivery(one.newest)><When at=one.newest.given_at() now=asked.now/></a> }
        })
        .view();
    view! { <Card title="Failed resources" id="failing">{table}</Card> }
}

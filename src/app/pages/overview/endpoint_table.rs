//! How each endpoint did.

use super::{
    super::endpoint_rows::EndpointRow,
    timeline::{self, Counts},
    totals::list_of,
};
use crate::{
    app::components::{endpoint_state::EndpointStateTag, visible::visible, when::When},
    db::measures::Bucket,
    model::{delivery::Outcome, filter::percent_encode, time},
};
use leptos::{either::Either, prelude::*};

/// One row per endpoint.
#[component]
pub fn EndpointTable(
    /// The endpoints.
    endpoints: Vec<EndpointRow>,
    /// Their counts since then.
    buckets: Vec<Bucket>,
    /// Unix ms.
    since: i64,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let rows = endpoints
        .into_iter()
        .map(|row| {
            let counts = timeline::sum(&buckets, Some(row.endpoint.id));
            view! { <Row row counts since now/> }
        })
        .collect_view();
    view! {
        <table class="cards">
            <thead>
                <tr>
                    <th scope="col">"Endpoint"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Last delivery"</th>
                    <th scope="col" class="num">"Accepted"</th>
                    <th scope="col" class="num">"Rejected"</th>
                    <th scope="col" class="num">"Duplicate"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn Row(row: EndpointRow, counts: Counts, since: i64, now: i64) -> impl IntoView {
    let name = row.endpoint.name;
    let cell = |outcome: Outcome, count: i64, label: &'static str| {
        let href = list_of(outcome, Some(name.clone()), since);
        let alarming = outcome == Outcome::Rejected && count > 0;
        // A zero leads nowhere.
        let shown = if count > 0 {
            Either::Left(view! { <a class:bad-text=alarming href=href>{time::count(count)}</a> })
        } else {
            Either::Right(view! { <span class="dim">"0"</span> })
        };
        view! { <td class="num" data-label=label>{shown}</td> }
    };
    let newest = match row.newest {
        Some(id) => view! { <a href=format!("/events/{id}")><When at=id.given_at() now/></a> }.into_any(),
        None => view! { <span class="dim">"none yet"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="wrap"><a class="name" href=format!("/?endpoint={}", percent_encode(&name))>{visible(&name)}</a></th>
            <td><EndpointStateTag state=row.state/></td>
            <td data-label="Last delivery">{newest}</td>
            {cell(Outcome::Accepted, counts.accepted, "Accepted")}
            {cell(Outcome::Rejected, counts.rejected, "Rejected")}
            {cell(Outcome::Duplicate, counts.duplicate, "Duplicate")}
        </tr>
    }
}

//! Why deliveries were rejected.

use crate::{
    app::{figures::page::href, kit::chart::Change},
    db::measures::{Labelled, Measure},
    model::{
        filter::{DeliveryFilter, VerdictFilter},
        time,
        verdict::Reason,
        visible::visible,
    },
};
use leptos::prelude::*;

/// The table of reasons.
#[component]
pub(crate) fn Reasons(
    labels: Vec<Labelled>,
    /// Those of the period before.
    before: Vec<Labelled>,
    /// The list of what is counted.
    filter: DeliveryFilter,
) -> impl IntoView {
    let all: i64 = labels.iter().map(|one| one.count).sum();
    let rows: Vec<_> = labels
        .into_iter()
        .filter(|one| one.measure == Measure::Rejected)
        .map(|one| {
            let was = before.iter().find(|was| was.measure == one.measure && was.label == one.label);
            let was = was.map_or(0, |was| was.count);
            let verdict = match one.label.as_str() {
                "" => VerdictFilter::Outcome(crate::model::delivery::Outcome::Rejected),
                code => VerdictFilter::Reason(code.to_owned()),
            };
            let href = href(&DeliveryFilter { verdict: Some(verdict), ..filter.clone() });
            let label = match one.label.parse::<Reason>() {
                Ok(reason) => reason.label().to_owned(),
                // Of counts from before reasons were counted.
                Err(_) if one.label.is_empty() => "not known any more".to_owned(),
                Err(_) => visible(&one.label),
            };
            let share = one.count as f64 * 100.0 / all.max(1) as f64;
            view! {
                <tr>
                    <th scope="row" class="wrap"><a href=href>{label}</a></th>
                    <td class="num bad-text" data-label="Deliveries">{time::count(one.count)}</td>
                    <td class="num" data-label="Of all">{format!("{share:.1} %")}</td>
                    <td class="num" data-label="Change"><Change now=one.count before=was/></td>
                </tr>
            }
        })
        .collect();
    let content = if rows.is_empty() {
        view! { <p class="in dim">"No delivery was rejected in this time."</p> }.into_any()
    } else {
        view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Reason"</th>
                        <th scope="col" class="num">"Deliveries"</th>
                        <th scope="col" class="num">"Of all"</th>
                        <th scope="col" class="num">"Change"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="card" id="reasons">
            <h2>"Why deliveries were rejected"</h2>
            {content}
        </section>
    }
}

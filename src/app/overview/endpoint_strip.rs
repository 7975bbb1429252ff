//! How each endpoint stands, in one line.

use crate::{
    app::{
        endpoints::{rows::EndpointRow, state::EndpointStateTag},
        figures::{
            bars::{self, Counts},
            page::{Asked, href},
        },
        kit::{chart::Sparkline, when::When},
    },
    db::measures::Bucket,
    model::{
        delivery::Outcome,
        filter::{DeliveryFilter, VerdictFilter},
        ids::EndpointId,
        rhythm::too_long,
        time,
        visible::visible,
    },
};
use leptos::prelude::*;
use std::collections::HashMap;

/// When an endpoint was last heard of, and how often it usually is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pulse {
    /// Unix minutes of its last event.
    pub(crate) last_minute: i64,
    /// Minutes of silence that it usually does not exceed.
    pub(crate) usual: Option<i64>,
}

impl Pulse {
    /// How long it has been silent, in minutes, when that is much longer than usual.
    fn too_quiet(self, now: i64) -> bool {
        let silent = now / 60_000 - self.last_minute;
        self.usual.is_some_and(|usual| silent > too_long(usual))
    }
}

/// One row per endpoint.
#[component]
pub(crate) fn EndpointStrip(
    asked: Asked,
    /// Their counts.
    buckets: Vec<Bucket>,
    pulses: HashMap<EndpointId, Pulse>,
) -> impl IntoView {
    let rows = asked
        .endpoints
        .iter()
        .filter(|row| asked.only.is_none_or(|only| only == row.endpoint.id))
        .map(|row| {
            let id = row.endpoint.id;
            let bars = bars::bars(&buckets, &asked.range, Some(id));
            line(&asked, row, bars::sum(&buckets, Some(id)), &bars, pulses.get(&id).copied())
        })
        .collect_view();
    view! {
        <table class="cards strips">
            <thead>
                <tr>
                    <th scope="col">"Endpoint"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Last event"</th>
                    <th scope="col" class="num">"Accepted"</th>
                    <th scope="col" class="num">"Success"</th>
                    <th scope="col" class="num">"Rejected"</th>
                    <th scope="col" class="num">"Sender retries"</th>
                    <th scope="col">"Deliveries"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

fn line(
    asked: &Asked,
    row: &EndpointRow,
    sum: Counts,
    bars: &[Counts],
    pulse: Option<Pulse>,
) -> impl IntoView + use<> {
    let name = row.endpoint.name.clone();
    let only = crate::app::figures::choice::Choice { endpoint: Some(name.clone()), ..asked.choice.clone() };
    let filter = DeliveryFilter { endpoint: Some(name.clone()), ..asked.filter_of_all() };
    let listed = |outcome: Outcome, count: i64, class: &'static str| {
        let verdict = Some(VerdictFilter::Outcome(outcome));
        let href = href(&DeliveryFilter { verdict, ..filter.clone() });
        // A zero leads nowhere.
        match count {
            0 => view! { <span class="dim">"0"</span> }.into_any(),
            _ => view! { <a class=class href=href>{time::count(count)}</a> }.into_any(),
        }
    };
    let success = sum.success().map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1} %"));
    let drawn = bars.iter().map(|bar| [bar.accepted + bar.duplicate, bar.rejected]).collect();
    let label = format!("{} taken, {} rejected", sum.accepted + sum.duplicate, sum.rejected);
    view! {
        <tr>
            <th scope="row" class="wrap"><a class="name" href=format!("/?{}", only.to_query())>{visible(&name)}</a></th>
            <td><EndpointStateTag state=row.state/></td>
            <td data-label="Last event">{last_event(pulse, asked.now)}</td>
            <td class="num" data-label="Accepted">{listed(Outcome::Accepted, sum.accepted, "")}</td>
            <td class="num" data-label="Success">{success}</td>
            <td class="num" data-label="Rejected">{listed(Outcome::Rejected, sum.rejected, "bad-text")}</td>
            <td class="num" data-label="Sender retries">{time::count(sum.retries)}</td>
            <td class="spark" data-label="Deliveries"><Sparkline bars=drawn label/></td>
        </tr>
    }
}

fn last_event(pulse: Option<Pulse>, now: i64) -> AnyView {
    let Some(pulse) = pulse else { return view! { <span class="dim">"none yet"</span> }.into_any() };
    let usual = pulse.usual.map(|usual| {
        let text = format!("usually within {}", time::duration(usual * 60_000));
        view! { <small class="dim">{text}</small> }
    });
    let quiet = pulse.too_quiet(now).then(|| view! { <span class="tag warn">"quiet"</span> " " });
    view! { {quiet} <When at=pulse.last_minute * 60_000 now/> " " {usual} }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_quiet_when_it_is_silent_for_much_longer_than_usual() {
        let quiet = |silent: i64, usual| Pulse { last_minute: 0, usual }.too_quiet(silent * 60_000);
        assert!(quiet(31, Some(10)) && !quiet(30, Some(10)));
        assert!(!quiet(15, Some(1)), "a quarter of an hour is nothing");
        assert!(!quiet(9_999, None), "nothing is usual yet");
    }
}

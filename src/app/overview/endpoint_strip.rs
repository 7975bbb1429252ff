//! How each endpoint stands, in one line.

use crate::{
    alerts::usual_interval::too_long,
    app::{
        endpoints::rows::EndpointRow,
        figures::{
            bars::{self, Counts},
            choice::Choice,
            page::Asked,
        },
        kit::{chart::Sparkline, prelude::*},
    },
    db::counts::Sum,
    model::{
        delivery::Outcome,
        filter::{DeliveryFilter, VerdictFilter},
        ids::EndpointId,
        time::MINUTE_MS,
    },
};
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
        let silent = now / MINUTE_MS - self.last_minute;
        self.usual.is_some_and(|usual| silent > too_long(usual))
    }
}

/// One row per endpoint.
pub(super) fn table(asked: &Asked, deliveries: &[Sum], pulses: &HashMap<EndpointId, Pulse>) -> AnyView {
    let shown = asked.endpoints.iter().filter(|row| asked.only.is_none_or(|only| only == row.endpoint.id));
    let rows: Vec<(&EndpointRow, Counts)> =
        shown.map(|row| (row, bars::sum(deliveries, Some(row.endpoint.id)))).collect();
    let list = |row: &EndpointRow, outcome, count, class| {
        let filter = DeliveryFilter {
            endpoint: Some(row.endpoint.name.clone()),
            verdict: Some(VerdictFilter::Outcome(outcome)),
            ..asked.filter_of_all()
        };
        // A zero leads nowhere.
        match count {
            0 => view! { <span class="dim">"0"</span> }.into_any(),
            _ => view! { <a class=class href=paths::events(&filter)>{time::count(count)}</a> }.into_any(),
        }
    };
    Table::of(&rows)
        .class("cards strips")
        .row("Endpoint", "wrap", |(row, _)| {
            let name = &row.endpoint.name;
            let only = Choice { endpoint: Some(name.clone()), ..asked.choice.clone() };
            let href = paths::with_query(paths::OVERVIEW, &only.to_query());
            view! { <a class="name" href=href>{visible(name)}</a> }
        })
        .plain("State", |(row, _)| row.state.tag())
        .col("Last event", "", |(row, _)| last_event(pulses.get(&row.endpoint.id).copied(), asked.now))
        .num("Accepted", |(row, sum)| list(row, Outcome::Accepted, sum.accepted, ""))
        .num("Success rate", |(_, sum)| {
            sum.success().map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1} %"))
        })
        .num("Rejected", |(row, sum)| list(row, Outcome::Rejected, sum.rejected, "bad-text"))
        .num("Sender retries", |(_, sum)| time::count(sum.retries))
        .col("Deliveries", "spark", |(row, sum)| {
            let bars = bars::bars(deliveries, &asked.range, Some(row.endpoint.id));
            let bars = bars.iter().map(|bar| [bar.accepted + bar.duplicate, bar.rejected]).collect();
            let label = format!("{} accepted, {} rejected", sum.accepted + sum.duplicate, sum.rejected);
            view! { <Sparkline bars label/> }
        })
        .view()
}

fn last_event(pulse: Option<Pulse>, now: i64) -> AnyView {
    let Some(pulse) = pulse else { return view! { <span class="dim">"none yet"</span> }.into_any() };
    let usual = pulse.usual.map(|usual| {
        let text = format!("usually within {}", time::duration(usual * MINUTE_MS));
        view! { <small class="dim">{text}</small> }
    });
    let quiet = pulse.too_quiet(now).then(|| view! { {tag("warn", "quiet")} " " });
    view! { {quiet} <When at=pulse.last_minute * MINUTE_MS now/> " " {usual} }.into_any()
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

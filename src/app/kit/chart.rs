//! Charts: SVG from the server with the same figures as a table behind. Every mark leads to the list that it counts.

mod bars;
mod percentiles;
mod spark;
mod values;

pub use bars::{BarChart, Series};
pub use percentiles::{PercentileChart, Percentiles};
pub use spark::{Change, Sparkline};
pub use values::ValueChart;

use crate::{
    app::{
        figures::{range::Range, zone::Zone},
        kit::paths,
    },
    model::{filter::DeliveryFilter, time},
};
use leptos::prelude::*;

// Units of the drawings, which are stretched to the width of the page.
const SLOT: i64 = 20;
const BAR: i64 = 15;
const HEIGHT: i64 = 100;

/// The axis of time: for each slot what it is called and where it leads.
#[derive(Clone, Debug)]
pub struct TimeAxis {
    /// For tooltips and tables.
    labels: Vec<String>,
    /// Below the axis; most are empty.
    ticks: Vec<String>,
    /// The list of its deliveries.
    hrefs: Vec<String>,
    /// What one slot is: `half hour`.
    per: String,
}

impl TimeAxis {
    /// Slots of a range that lead to the deliveries which `filter` lets through.
    pub fn new(range: &Range, zone: &Zone, now: i64, filter: &DeliveryFilter) -> Self {
        let href = |index| {
            let (start, end) = range.slot(index);
            let filter = DeliveryFilter {
                after: Some(time::rfc3339(start)),
                before: Some(time::rfc3339(end)),
                ..filter.clone()
            };
            paths::events(&filter)
        };
        let all = 0..range.len();
        Self {
            labels: all.clone().map(|index| range.label(index, zone, now)).collect(),
            ticks: all.clone().map(|index| range.tick(index, zone, now)).collect(),
            hrefs: all.map(href).collect(),
            per: range.per(),
        }
    }
}

/// The drawing with its two axes. Those who use the keyboard or a screen reader have the table below: a hundred stops of
/// the Tab key would be in the way.
#[component]
fn Plot(
    /// What stands at lines of equal distance, from the top down.
    levels: Vec<String>,
    ticks: Vec<String>,
    children: Children,
) -> impl IntoView {
    let width = SLOT * ticks.len() as i64;
    let steps = levels.len().saturating_sub(1).max(1) as i64;
    let lines = (0..=steps)
        .map(|step| {
            let y = HEIGHT * step / steps;
            view! { <line class="axis" x1="0" x2=width y1=y y2=y></line> }
        })
        .collect_view();
    let mut shown = 0;
    let ticks: Vec<_> = ticks
        .into_iter()
        .map(|tick| {
            let tick = (!tick.is_empty()).then(|| {
                shown += 1;
                // On a phone there is room for half of them.
                view! { <i class:spare=(shown % 2 == 0)>{tick}</i> }
            });
            view! { <span>{tick}</span> }
        })
        .collect();
    view! {
        <div class="plot" aria-hidden="true">
            <div class="levels">{levels.into_iter().map(|level| view! { <span>{level}</span> }).collect_view()}</div>
            <svg viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none">
                {lines}
                {children()}
            </svg>
            <div class="ticks">
                {ticks}
            </div>
        </div>
    }
}

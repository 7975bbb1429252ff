//! The timeline as a stacked bar chart: SVG from the server, and the same figures as a table.

use super::timeline::{BAR_MINUTES, BARS, Counts, Range, heights};
use crate::model::{filter::DeliveryFilter, time};
use leptos::prelude::*;

// Units of the drawing, which is stretched to the width of the page.
const SLOT: i64 = 20;
const BAR: i64 = 15;
const HEIGHT: i64 = 100;
/// A label below every twelfth bar: six hours.
const BARS_PER_LABEL: usize = 12;

/// Deliveries per half hour over the last 24 hours; each bar leads to its deliveries.
#[component]
pub fn Chart(
    /// One count per bar.
    bars: [Counts; BARS],
    /// The time they cover.
    range: Range,
    /// Name of the endpoint, when they are of one.
    endpoint: Option<String>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let highest = bars.iter().map(|bar| bar.total()).max().unwrap_or_default();
    let filled: Vec<Bar> = bars
        .into_iter()
        .enumerate()
        .filter(|(_, counts)| counts.total() > 0)
        .map(|(index, counts)| Bar::new(index, counts, range, endpoint.as_deref(), now))
        .collect();
    let labels = (0..BARS)
        .step_by(BARS_PER_LABEL)
        .map(|index| view! { <span>{time::hour_minute(range.bar_start(index), now)}</span> })
        .collect_view();
    let sum = |part: fn(&Counts) -> i64| time::count(bars.iter().map(part).sum());
    // Those who use the keyboard or a screen reader have the table below: 48 stops of the Tab key would be in the way.
    view! {
        <figure class="chart">
            <svg viewBox=format!("0 -2 {} {}", SLOT * BARS as i64, HEIGHT + 3) preserveAspectRatio="none" aria-hidden="true">
                <line class="axis" x1="0" x2=SLOT * BARS as i64 y1=HEIGHT y2=HEIGHT></line>
                {filled.iter().map(|bar| bar.draw(highest)).collect_view()}
            </svg>
            <div class="ticks" aria-hidden="true">{labels}</div>
            <figcaption>
                <span>"Deliveries per half hour, UTC; at most " {time::count(highest)}</span>
                <span class="key">
                    <span class="accepted">{sum(|c| c.accepted)} " accepted"</span>
                    <span class="duplicate">{sum(|c| c.duplicate)} " duplicate"</span>
                    <span class="rejected">{sum(|c| c.rejected)} " rejected"</span>
                </span>
            </figcaption>
            <Figures bars=filled/>
        </figure>
    }
}

/// One bar that is not empty.
struct Bar {
    index: usize,
    counts: Counts,
    /// `12:00 to 12:30`
    span: String,
    href: String,
}

impl Bar {
    fn new(index: usize, counts: Counts, range: Range, endpoint: Option<&str>, now: i64) -> Self {
        let (start, end) = (range.bar_start(index), range.bar_start(index + 1));
        let filter = DeliveryFilter {
            endpoint: endpoint.map(str::to_owned),
            after: Some(time::rfc3339(start)),
            before: Some(time::rfc3339(end)),
            ..DeliveryFilter::default()
        };
        let span = format!("{} to {}", time::hour_minute(start, now), time::hour_minute(end, end));
        Self { index, counts, span, href: format!("/events?{}", filter.to_query()) }
    }

    fn title(&self) -> String {
        let Counts { accepted, duplicate, rejected } = self.counts;
        format!("{}: {accepted} accepted, {duplicate} duplicate, {rejected} rejected", self.span)
    }

    fn draw(&self, highest: i64) -> impl IntoView + use<> {
        let slot = SLOT * self.index as i64;
        let mut top = HEIGHT;
        let parts = heights(self.counts, highest, HEIGHT)
            .into_iter()
            .zip(["accepted", "duplicate", "rejected"])
            .filter(|(height, _)| *height > 0)
            .map(|(height, class)| {
                top -= height;
                view! { <rect class=class x=slot + (SLOT - BAR) / 2 y=top width=BAR height=height></rect> }
            })
            .collect_view();
        view! {
            <a href=self.href.clone() tabindex="-1">
                <title>{self.title()}</title>
                <rect class="hit" x=slot y="0" width=SLOT height=HEIGHT></rect>
                {parts}
            </a>
        }
    }
}

#[component]
fn Figures(bars: Vec<Bar>) -> impl IntoView {
    let rows = bars
        .into_iter()
        .rev()
        .map(|bar| {
            view! {
                <tr>
                    <th scope="row"><a href=bar.href>{bar.span}</a></th>
                    <td>{bar.counts.accepted}</td>
                    <td>{bar.counts.duplicate}</td>
                    <td>{bar.counts.rejected}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details>
            <summary>"As a table"</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{format!("{BAR_MINUTES} minutes from")}</th>
                        <th scope="col">"Accepted"</th>
                        <th scope="col">"Duplicate"</th>
                        <th scope="col">"Rejected"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

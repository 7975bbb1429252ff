//! A value over time against its threshold.

use crate::{
    app::{
        figures::{bars::axis_end, zone::Zone},
        kit::{
            chart::{HEIGHT, Plot, SLOT},
            paths,
        },
    },
    model::{alert::Unit, filter::DeliveryFilter, time},
};
use leptos::prelude::*;

/// Bars of the chart, at most.
const SLOTS: usize = 84;
/// Days that are named below the axis, at most.
const TICKS: usize = 7;

/// Bars that show the highest value of each stretch, coloured while an incident was open, and the threshold as a line. Each
/// leads to the deliveries of its time.
#[component]
pub fn ValueChart(
    /// Time (unix ms) and value, in order.
    values: Vec<(i64, Option<f64>)>,
    /// When incidents were open, unix ms.
    marks: Vec<(i64, i64)>,
    /// Above it one opens.
    threshold: f64,
    unit: Unit,
    /// The list of what the values are made of.
    filter: DeliveryFilter,
    /// Time zone of the labels.
    zone: Zone,
) -> impl IntoView {
    let slots = slots(&values);
    let highest = slots.iter().filter_map(|slot| slot.2).fold(threshold, f64::max);
    // Hundredths: the axis counts in whole numbers.
    let top = axis_end((highest * 100.0).ceil().clamp(1.0, 1e15) as i64) as f64 / 100.0;
    let height = |value: f64| (value / top * HEIGHT as f64).round().clamp(0.0, HEIGHT as f64) as i64;
    let last = slots.len().saturating_sub(1);
    let is_open = |index: usize, from: i64, to: i64| {
        // What opened at the last look belongs to the last stretch.
        marks.iter().any(|(a, b)| (*a < to || index == last) && *b >= from)
    };
    let href = |from: i64, to: i64| {
        let (after, before) = (Some(time::rfc3339(from)), Some(time::rfc3339(to)));
        paths::events(&DeliveryFilter { after, before, ..filter.clone() })
    };
    let seen = slots.iter().enumerate().filter_map(|(index, (from, to, value))| {
        let at = (index, *from, *to);
        value.map(|value| (at, value, is_open(index, *from, *to)))
    });
    let seen: Vec<_> = seen.collect();
    let bars: Vec<_> = seen
        .iter()
        .map(|((index, from, to), value, is_open)| {
            let title = format!("{}: {}", zone.full(*from), unit.show(*value));
            let (class, tall) = (if *is_open { "rejected" } else { "duplicate" }, height(*value).max(1));
            view! {
                <a href=href(*from, *to) tabindex="-1">
                    <title>{title}</title>
                    <rect class=class x=SLOT * *index as i64 + 2 y=HEIGHT - tall width=SLOT - 4 height=tall></rect>
                    <rect class="hit" x=SLOT * *index as i64 y="0" width=SLOT height=HEIGHT></rect>
                </a>
            }
        })
        .collect();
    let rows: Vec<_> = seen
        .iter()
        .map(|((_, from, to), value, is_open)| {
            let state = if *is_open { "incident open" } else { "calm" };
            view! {
                <tr>
                    <th scope="row"><a href=href(*from, *to)>{zone.full(*from)}</a></th>
                    <td>{unit.show(*value)}</td>
                    <td>{state}</td>
                </tr>
            }
        })
        .collect();
    let y = HEIGHT - height(threshold);
    let width = SLOT * slots.len() as i64;
    let every = slots.len().div_ceil(TICKS).max(1);
    let ticks = slots
        .iter()
        .enumerate()
        .map(|(index, slot)| if index % every == 0 { zone.day(slot.0) } else { String::new() })
        .collect();
    view! {
        <figure class="chart">
            <Plot levels=vec![unit.show(top), unit.show(top / 2.0), unit.show(0.0)] ticks>
                {bars}
                <line class="threshold" x1="0" x2=width y1=y y2=y></line>
            </Plot>
            <figcaption>
                <span>"Highest value per two hours"</span>
                <span class="key">
                    <span class="duplicate">"calm"</span>
                    <span class="rejected">"incident open"</span>
                    <span class="threshold">{format!("threshold {}", unit.show(threshold))}</span>
                </span>
            </figcaption>
            <details>
                <summary>"Show as table"</summary>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"From"</th>
                            <th scope="col">"Highest value"</th>
                            <th scope="col">"State"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
}

/// Stretches of equal length with their highest value.
fn slots(values: &[(i64, Option<f64>)]) -> Vec<(i64, i64, Option<f64>)> {
    let (Some((from, _)), Some((to, _))) = (values.first(), values.last()) else { return Vec::new() };
    let length = ((to - from) / SLOTS as i64).max(1);
    let mut all: Vec<_> = (0..SLOTS as i64)
        .map(|index| (from + index * length, from + (index + 1) * length, None::<f64>))
        .collect();
    for (at, value) in values {
        let index = usize::try_from((at - from) / length).unwrap_or(0).min(SLOTS - 1);
        all[index].2 = match (all[index].2, *value) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (a, b) => a.or(b),
        };
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_stretch_has_its_highest_value() {
        let values: Vec<_> = (0..=168).map(|hour| (hour * 3_600_000, Some(hour as f64))).collect();
        let slots = slots(&values);
        assert_eq!((slots.len(), slots[0], slots[83].2), (84, (0, 7_200_000, Some(1.0)), Some(168.0)));
        assert!(super::slots(&[]).is_empty());
    }
}

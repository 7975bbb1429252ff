//! Times over time: the half, 95 and 99 of a hundred, on an axis by powers of ten.

use crate::{
    app::kit::chart::{BAR, HEIGHT, Plot, SLOT, TimeAxis, bars::capital},
    model::{histogram::percentile, time},
};
use leptos::prelude::*;

/// Percentiles in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of them.
    pub p50: i64,
    /// 95 of a hundred.
    pub p95: i64,
    /// 99 of a hundred.
    pub p99: i64,
    /// How many there were.
    pub count: i64,
}

impl Percentiles {
    /// Of pairs of bound and count; none when there is nothing.
    pub fn of(counts: &[(i64, i64)]) -> Option<Self> {
        let at = |percent| percentile(counts.iter().copied(), percent);
        let count = counts.iter().map(|(_, count)| count).sum();
        Some(Self { p50: at(50)?, p95: at(95)?, p99: at(99)?, count })
    }

    /// `half ≤ 1.0 s, 95 % ≤ 1.6 s, 99 % ≤ 2.5 s`.
    pub fn words(self) -> String {
        let Self { p50, p95, p99, .. } = self;
        format!("p50 ≤ {}, p95 ≤ {}, p99 ≤ {}", micros(p50), micros(p95), micros(p99))
    }
}

/// `630 µs`, `2 ms`, `1.6 s`.
fn micros(us: i64) -> String {
    if us < 1_000 { format!("{us} µs") } else { time::duration(us / 1_000) }
}

/// Percentiles of each slot.
#[component]
pub fn PercentileChart(
    /// What is measured: `Answer time`.
    what: &'static str,
    slots: Vec<Option<Percentiles>>,
    /// Of all slots together.
    all: Option<Percentiles>,
    /// The slots.
    axis: TimeAxis,
) -> impl IntoView {
    let Some(all) = all else {
        return view! { <p class="in dim">"No data in this period."</p> }.into_any();
    };
    let scale = Scale::of(&slots);
    let drawn: Vec<_> = slots
        .iter()
        .enumerate()
        .filter_map(|(index, one)| one.map(|one| draw(index, one, scale, &axis)))
        .collect();
    view! {
        <figure class="chart times">
            <Plot levels=scale.levels() ticks=axis.ticks.clone()>{drawn}</Plot>
            <figcaption>
                <span>{format!("{what} by {}: {}", axis.per, all.words())}</span>
                <span class="key">
                    <span class="p50">"p50"</span>
                    <span class="p95">"p95"</span>
                    <span class="p99">"p99"</span>
                </span>
            </figcaption>
            <Figures slots axis/>
        </figure>
    }
    .into_any()
}

/// The axis, from one power of ten to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scale {
    low: u32,
    high: u32,
}

impl Scale {
    fn of(slots: &[Option<Percentiles>]) -> Self {
        let all = slots.iter().flatten();
        let least = all.clone().map(|one| one.p50).min().unwrap_or(1).max(1);
        let most = all.map(|one| one.p99).max().unwrap_or(1).max(1);
        let low = least.ilog10();
        let high = if most == 10_i64.pow(most.ilog10()) { most.ilog10() } else { most.ilog10() + 1 };
        Self { low, high: high.max(low + 1) }
    }

    /// From the top down, at most five.
    fn levels(self) -> Vec<String> {
        let every = (self.high - self.low).div_ceil(4);
        // Whole steps only: lines stand at equal distances.
        let every =
            (every..=self.high - self.low).find(|every| (self.high - self.low).is_multiple_of(*every));
        let every = every.unwrap_or(1) as usize;
        (self.low..=self.high)
            .rev()
            .step_by(every)
            .map(|power| micros(10_i64.saturating_pow(power)))
            .collect()
    }

    fn y(self, value: i64) -> i64 {
        let power = (value.max(1) as f64).log10() - f64::from(self.low);
        let share = (power / f64::from(self.high - self.low)).clamp(0.0, 1.0);
        HEIGHT - (share * HEIGHT as f64).round() as i64
    }
}

fn draw(index: usize, one: Percentiles, scale: Scale, axis: &TimeAxis) -> impl IntoView + use<> {
    let slot = SLOT * index as i64;
    let x = slot + (SLOT - BAR) / 2;
    let [y50, y95, y99] = [one.p50, one.p95, one.p99].map(|value| scale.y(value));
    let title = format!("{}: {} ({} measured)", axis.labels[index], one.words(), one.count);
    let part = |class: &'static str, top: i64, bottom: i64| {
        view! { <rect class=class x=x y=top width=BAR height=(bottom - top).max(2)></rect> }
    };
    view! {
        <a href=axis.hrefs[index].clone() tabindex="-1">
            <title>{title}</title>
            <rect class="hit" x=slot y="0" width=SLOT height=HEIGHT></rect>
            {part("p99", y99, y95)}
            {part("p95", y95, y50)}
            {part("p50", y50 - 1, y50 + 2)}
        </a>
    }
}

#[component]
fn Figures(slots: Vec<Option<Percentiles>>, axis: TimeAxis) -> impl IntoView {
    let rows = slots.into_iter().enumerate().rev().filter_map(|(index, one)| {
        let one = one?;
        let cell = |value| view! { <td>{micros(value)}</td> };
        Some(view! {
            <tr>
                <th scope="row"><a href=axis.hrefs[index].clone()>{axis.labels[index].clone()}</a></th>
                {cell(one.p50)}
                {cell(one.p95)}
                {cell(one.p99)}
                <td>{time::count(one.count)}</td>
            </tr>
        })
    });
    let rows: Vec<_> = rows.collect();
    view! {
        <details>
            <summary>"Show as table"</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{capital(&axis.per)}</th>
                        <th scope="col">"p50"</th>
                        <th scope="col">"p95"</th>
                        <th scope="col">"p99"</th>
                        <th scope="col">"Measured"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(p50: i64, p99: i64) -> Option<Percentiles> {
        Some(Percentiles { p50, p95: p99, p99, count: 1 })
    }

    #[test]
    fn the_axis_covers_all_values_in_powers_of_ten() {
        let scale = Scale::of(&[slot(250, 4_000), None, slot(1_600, 1_000_000)]);
        assert_eq!(scale, Scale { low: 2, high: 6 });
        assert_eq!(scale.levels(), ["1.0 s", "100 ms", "10 ms", "1 ms", "100 µs"]);
        assert_eq!([100, 1_000_000, 10_000].map(|value| scale.y(value)), [100, 0, 50]);
    }

    #[test]
    fn nothing_and_absurd_values_have_an_axis_too() {
        for slots in
            [vec![], vec![None], vec![slot(0, 0)], vec![slot(i64::MAX, i64::MAX)], vec![slot(1, i64::MAX)]]
        {
            let scale = Scale::of(&slots);
            assert!((2..=20).contains(&scale.levels().len()), "{scale:?}");
            assert!((0..=HEIGHT).contains(&scale.y(i64::MAX)));
        }
    }

    #[test]
    fn percentiles_are_said_in_the_unit_that_fits() {
        let all = Percentiles::of(&[(630, 50), (1_000_000, 50)]).unwrap();
        assert_eq!((all.words().as_str(), all.count), ("p50 ≤ 630 µs, p95 ≤ 1.0 s, p99 ≤ 1.0 s", 100));
        assert_eq!(Percentiles::of(&[]), None);
    }
}

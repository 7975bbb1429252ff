//! Counts over time, as stacked bars.

use crate::{
    app::{
        figures::bars::{axis_end, heights},
        kit::chart::{BAR, HEIGHT, Plot, SLOT, TimeAxis},
    },
    model::time,
};
use leptos::prelude::*;

/// What one layer of the bars stands for: class of its colour, and its name.
pub type Series = (&'static str, &'static str);

/// Stacked bars, each leading to its deliveries.
#[component]
pub fn BarChart<const N: usize>(
    /// What is counted: `Deliveries`.
    what: &'static str,
    /// The layers, from the bottom up.
    series: [Series; N],
    /// For each slot the counts of the layers.
    bars: Vec<[i64; N]>,
    /// For each slot the total of the period before, to compare with.
    #[prop(optional_no_strip)]
    before: Option<Vec<i64>>,
    /// The slots.
    axis: TimeAxis,
) -> impl IntoView {
    let total = |bar: &[i64; N]| bar.iter().sum::<i64>();
    let highest = bars.iter().map(total).chain(before.iter().flatten().copied()).max().unwrap_or_default();
    let top = axis_end(highest);
    let drawn: Vec<_> = bars
        .iter()
        .enumerate()
        .filter(|(_, bar)| total(bar) > 0)
        .map(|(index, bar)| draw(index, *bar, series, top, &axis))
        .collect();
    let line = before.as_ref().map(|before| {
        view! { <path class="before" d=steps(before, top)></path> }
    });
    let sums = series.into_iter().enumerate().map(|(layer, (class, name))| {
        let sum: i64 = bars.iter().map(|bar| bar[layer]).sum();
        view! { <span class=class>{time::count(sum)} " " {name}</span> }
    });
    let sums = sums.collect_view();
    let key_before = before.as_ref().map(|before| {
        view! { <span class="before">{time::count(before.iter().sum())} " in the previous period"</span> }
    });
    let levels = [top, top / 2, 0].map(time::count);
    // Half of one is nothing to write on an axis of whole numbers.
    let levels = if top < 2 { vec![levels[0].clone(), levels[2].clone()] } else { levels.to_vec() };
    view! {
        <figure class="chart">
            <Plot levels ticks=axis.ticks.clone()>{drawn}{line}</Plot>
            <figcaption>
                <span>{format!("{what} per {}", axis.per)}</span>
                <span class="key">{sums}{key_before}</span>
            </figcaption>
            <Figures series bars before axis/>
        </figure>
    }
}

fn draw<const N: usize>(
    index: usize,
    bar: [i64; N],
    series: [Series; N],
    top: i64,
    axis: &TimeAxis,
) -> impl IntoView + use<N> {
    let slot = SLOT * index as i64;
    let named: Vec<_> = series.iter().zip(bar).map(|((_, name), count)| format!("{count} {name}")).collect();
    let title = format!("{}: {}", axis.labels[index], named.join(", "));
    let mut y = HEIGHT;
    let parts: Vec<_> = heights(bar, top, HEIGHT)
        .into_iter()
        .zip(series)
        .filter(|(height, _)| *height > 0)
        .map(|(height, (class, _))| {
            y -= height;
            view! { <rect class=class x=slot + (SLOT - BAR) / 2 y=y width=BAR height=height></rect> }
        })
        .collect();
    view! {
        <a href=axis.hrefs[index].clone() tabindex="-1">
            <title>{title}</title>
            <rect class="hit" x=slot y="0" width=SLOT height=HEIGHT></rect>
            {parts}
        </a>
    }
}

/// A line in steps, one for each slot.
fn steps(values: &[i64], top: i64) -> String {
    let mut path = String::new();
    for (index, value) in values.iter().enumerate() {
        let [height] = heights([*value], top, HEIGHT);
        let sign = if index == 0 { 'M' } else { 'L' };
        let x = SLOT * index as i64;
        path.push_str(&format!("{sign}{x} {y}H{end}", y = HEIGHT - height, end = x + SLOT));
    }
    path
}

#[component]
fn Figures<const N: usize>(
    series: [Series; N],
    bars: Vec<[i64; N]>,
    before: Option<Vec<i64>>,
    axis: TimeAxis,
) -> impl IntoView {
    let is_shown = |index: usize| {
        bars[index].iter().any(|count| *count > 0) || before.as_ref().is_some_and(|before| before[index] > 0)
    };
    let rows = (0..bars.len()).rev().filter(|index| is_shown(*index)).map(|index| {
        let cells =
            bars[index].into_iter().map(|count| view! { <td>{time::count(count)}</td> }).collect_view();
        let before = before.as_ref().map(|before| view! { <td>{time::count(before[index])}</td> });
        view! {
            <tr>
                <th scope="row"><a href=axis.hrefs[index].clone()>{axis.labels[index].clone()}</a></th>
                {cells}
                {before}
            </tr>
        }
    });
    let rows = rows.collect_view();
    let heads =
        series.into_iter().map(|(_, name)| view! { <th scope="col">{capital(name)}</th> }).collect_view();
    view! {
        <details>
            <summary>"Show as table"</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{capital(&axis.per)}</th>
                        {heads}
                        {before.is_some().then(|| view! { <th scope="col">"Before"</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </details>
    }
}

pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_before_is_a_line_in_steps() {
        assert_eq!(steps(&[0, 5, 10], 10), "M0 100H20L20 50H40L40 0H60");
        assert_eq!(steps(&[], 10), "");
    }
}

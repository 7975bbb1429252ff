//! Small figures for one line of a table.

use crate::{
    app::{
        figures::bars::{change, heights},
        kit::chart::SLOT,
    },
    model::time,
};
use leptos::prelude::*;

const HEIGHT: i64 = 40;

/// What was good and what was bad in each slot, as bars without axes.
#[component]
pub fn Sparkline(
    /// For each slot: good, bad.
    bars: Vec<[i64; 2]>,
    /// What it shows, for those who do not see it.
    label: String,
) -> impl IntoView {
    let top = bars.iter().map(|bar| bar.iter().sum()).max().unwrap_or_default();
    let drawn: Vec<_> = bars
        .iter()
        .enumerate()
        .map(|(index, bar)| {
            let x = SLOT * index as i64;
            let [good, bad] = heights(*bar, top, HEIGHT);
            let part = |class: &'static str, y: i64, height: i64| {
                (height > 0).then(|| view! { <rect class=class x=x y=y width=SLOT - 3 height=height></rect> })
            };
            (part("accepted", HEIGHT - good, good), part("rejected", (HEIGHT - good - bad).max(0), bad))
        })
        .collect();
    let width = SLOT * bars.len() as i64;
    view! {
        <svg class="spark" viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" role="img" aria-label=label>
            <line class="axis" x1="0" x2=width y1=HEIGHT y2=HEIGHT></line>
            {drawn}
        </svg>
    }
}

/// How a count changed against the period before.
#[component]
pub fn Change(
    /// Now.
    now: i64,
    /// In the period before.
    before: i64,
) -> impl IntoView {
    let text = match (change(now, before), now) {
        (Some(0), _) => "as before".to_owned(),
        (Some(percent), _) if percent > 0 => format!("+{} %", time::count(percent)),
        (Some(percent), _) => format!("−{} %", percent.abs()),
        (None, 0) => "as before".to_owned(),
        (None, _) => "none before".to_owned(),
    };
    view! { <span class="change" title=format!("{} in the period before", time::count(before))>{text}</span> }
}

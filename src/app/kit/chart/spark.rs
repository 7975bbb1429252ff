//! Small figures for one line of a table.

use crate::{
    app::{
        figures::bars::{change, heights},
        kit::chart::SLOT,
    },
    model::time,
};
use leptos::prelude::*;

/// What was good and what was bad in each slot, as bars without axes.
#[component]
pub fn Sparkline(
    /// For each slot: good, bad.
    bars: Vec<[i64; 2]>,
    /// What it shows, for those who do not see it.
    label: String,
    /// What each bar says when it is pointed at.
    #[prop(optional)]
    titles: Vec<String>,
    #[prop(default = 40)] height: i64,
    /// `spark` stands in the line of a table; none fills its figure.
    #[prop(default = "spark")]
    class: &'static str,
) -> impl IntoView {
    let mut titles = titles.into_iter();
    let top = bars.iter().map(|bar| bar.iter().sum()).max().unwrap_or_default();
    let drawn: Vec<_> = bars
        .iter()
        .enumerate()
        .map(|(index, bar)| {
            let x = SLOT * index as i64;
            let [good, bad] = heights(*bar, top, height);
            let part = |class: &'static str, y: i64, high: i64| {
                (high > 0).then(|| view! { <rect class=class x=x y=y width=SLOT - 3 height=high></rect> })
            };
            let title = titles.next().map(|title| view! { <title>{title}</title> });
            let (good, bad) =
                (part("accepted", height - good, good), part("rejected", (height - good - bad).max(0), bad));
            view! { <g>{title}{good}{bad}</g> }
        })
        .collect();
    let width = SLOT * bars.len() as i64;
    view! {
        <svg class=class viewBox=format!("0 0 {width} {height}") preserveAspectRatio="none" role="img" aria-label=label>
            <line class="axis" x1="0" x2=width y1=height y2=height></line>
            {drawn}
        </svg>
    }
}

/// How a count changed against the period before.
#[component]
pub fn Change(
    now: i64,
    /// In the period before.
    before: i64,
) -> impl IntoView {
    let text = match (change(now, before), now) {
        (Some(0), _) => "no change".to_owned(),
        (Some(percent), _) if percent > 0 => format!("+{} %", time::count(percent)),
        (Some(percent), _) => format!("−{} %", percent.abs()),
        (None, 0) => "no change".to_owned(),
        (None, _) => "new".to_owned(),
    };
    view! { <span class="change" title=format!("{} in the previous period", time::count(before))>{text}</span> }
}

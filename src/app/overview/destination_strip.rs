//! How each destination stands, in one line.

use crate::{
    app::{
        destinations::{State, StateOf},
        kit::chart::Sparkline,
    },
    db::forwards::Depth,
    model::{
        destination::{Destination, TAKES_NOTHING},
        time,
        visible::visible,
    },
};
use leptos::prelude::*;

/// A destination with what was sent to it.
pub(crate) struct DestinationRow {
    pub(crate) destination: Destination,
    pub(crate) depth: Depth,
    /// For each slot: attempts that it took, and others.
    pub(crate) bars: Vec<[i64; 2]>,
}

/// One row per destination; nothing when there is none.
#[component]
pub(crate) fn DestinationStrip(
    rows: Vec<DestinationRow>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    if rows.is_empty() {
        return None;
    }
    let rows = rows.into_iter().map(|row| line(row, now)).collect_view();
    Some(view! {
        <table class="cards strips">
            <thead>
                <tr>
                    <th scope="col">"Destination"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Oldest waiting"</th>
                    <th scope="col" class="num">"Taken"</th>
                    <th scope="col" class="num">"Success"</th>
                    <th scope="col" class="num">"Failed"</th>
                    <th scope="col" class="num">"Queued"</th>
                    <th scope="col">"Attempts"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    })
}

fn line(row: DestinationRow, now: i64) -> impl IntoView {
    let DestinationRow { destination, depth, bars } = row;
    let [taken, failed] = bars.iter().fold([0, 0], |[t, f], [taken, bad]| [t + taken, f + bad]);
    let success = match taken + failed {
        0 => "–".to_owned(),
        all => format!("{:.1} %", taken as f64 * 100.0 / all as f64),
    };
    let oldest = depth
        .oldest
        .map_or_else(|| "none".to_owned(), |at| time::duration((now - at).max(0) / 1_000 * 1_000));
    let label = format!("{taken} attempts taken, {failed} failed");
    view! {
        <tr>
            <th scope="row" class="wrap"><a class="name" href=format!("/destinations/{}", destination.id)>{visible(&destination.name)}</a>{destination.takes_nothing().then(|| view! { <small class="below bad-text">{TAKES_NOTHING}</small> })}</th>
            <td><State of=StateOf::new(&destination, depth, now)/></td>
            <td data-label="Oldest waiting" class:dim=depth.oldest.is_none()>{oldest}</td>
            <td class="num" data-label="Taken">{time::count(taken)}</td>
            <td class="num" data-label="Success">{success}</td>
            <td class="num" data-label="Failed" class:bad-text=(failed > 0)>{time::count(failed)}</td>
            <td class="num" data-label="Queued">{time::count(depth.queued)}</td>
            <td class="spark" data-label="Attempts"><Sparkline bars label/></td>
        </tr>
    }
}

//! How each destination stands, in one line.

use crate::{
    app::{
        destinations::state::{StateOf, name_of},
        kit::{chart::Sparkline, prelude::*},
    },
    db::forwards::Depth,
    model::destination::Destination,
};

/// A destination with what was sent to it.
pub(crate) struct DestinationRow {
    pub(crate) destination: Destination,
    pub(crate) depth: Depth,
    /// For each slot: attempts that it took, and others.
    pub(crate) bars: Vec<[i64; 2]>,
}

/// One row per destination.
pub(super) fn table(rows: &[DestinationRow], now: i64) -> AnyView {
    Table::of(rows)
        .class("cards strips")
        .row("Destination", "wrap", |row| name_of(&row.destination))
        .plain("State", |row| StateOf::new(&row.destination, row.depth, now).tag())
        .col("Oldest waiting", "", |row| match row.depth.oldest {
            Some(at) => time::duration((now - at).max(0) / 1_000 * 1_000).into_any(),
            None => view! { <span class="dim">"none"</span> }.into_any(),
        })
        .num("Succeeded", |row| time::count(row.taken()))
        .num("Success rate", |row| match row.taken() + row.failed() {
            0 => "–".to_owned(),
            all => format!("{:.1} %", row.taken() as f64 * 100.0 / all as f64),
        })
        .num("Failed", |row| failures(row.failed()))
        .num("Queued", |row| time::count(row.depth.queued))
        .col("Attempts", "spark", |row| {
            let label = format!("{} attempts succeeded, {} failed", row.taken(), row.failed());
            view! { <Sparkline bars=row.bars.clone() label/> }
        })
        .view()
}

impl DestinationRow {
    fn taken(&self) -> i64 {
        self.bars.iter().map(|[taken, _]| taken).sum()
    }

    fn failed(&self) -> i64 {
        self.bars.iter().map(|[_, failed]| failed).sum()
    }
}

//! How requests to destinations ended, and how long they took.

use crate::{
    app::kit::{chart::Percentiles, prelude::*},
    db::counts::Sum,
    model::destination::Destination,
};
use std::collections::BTreeMap;

/// `narrowed`: the page shows one endpoint, which this table cannot.
pub(super) fn card(destinations: &[Destination], attempts: &[Sum], narrowed: bool) -> impl IntoView + use<> {
    let rows: Vec<(&Destination, Tally)> =
        destinations.iter().map(|destination| (destination, Tally::of(destination, attempts))).collect();
    let note = narrowed.then(
        || view! { <p class="in dim">"Across all endpoints. Requests are counted per destination."</p> },
    );
    let table = Table::of(&rows)
        .row("Destination", "wrap", |(to, _)| {
            view! { <a class="name" href=paths::destination(to.id)>{visible(&to.name)}</a> }
        })
        .num("Succeeded", |(_, tally)| time::count(tally.taken))
        .num("Failed", |(_, tally)| failures(tally.failures.iter().map(|(_, count)| count).sum()))
        .col("Errors", "wrap", |(_, tally)| tally.how())
        .col("Response time", "wrap", |(_, tally)| tally.took.clone())
        .view();
    view! {
        <Card title="Requests to destinations" id="forwards">
            {note}
            {table}
        </Card>
    }
}

struct Tally {
    taken: i64,
    /// How the others failed, most first.
    failures: Vec<(String, i64)>,
    /// How long they took.
    took: String,
}

impl Tally {
    fn of(destination: &Destination, attempts: &[Sum]) -> Self {
        let attempts: Vec<&Sum> = attempts.iter().filter(|sum| sum.of == destination.id.0).collect();
        let (taken, failures) = tally(&attempts);
        let counts: Vec<(i64, i64)> =
            attempts.iter().map(|one| (one.bucket.saturating_mul(1_000), one.count)).collect();
        let took = Percentiles::of(&counts).map_or_else(|| "–".to_owned(), Percentiles::words);
        Self { taken, failures, took }
    }

    fn how(&self) -> String {
        let how: Vec<_> = self
            .failures
            .iter()
            .map(|(class, count)| format!("{} {}", visible(class), time::count(*count)))
            .collect();
        if how.is_empty() { "–".to_owned() } else { how.join(", ") }
    }
}

/// Those that were taken, and the others by how they failed, most first.
fn tally(attempts: &[&Sum]) -> (i64, Vec<(String, i64)>) {
    let mut by_class: BTreeMap<&str, i64> = BTreeMap::new();
    for one in attempts {
        *by_class.entry(&one.label).or_default() += one.count;
    }
    let taken = by_class.remove("2xx").unwrap_or_default();
    let mut failures: Vec<(String, i64)> =
        by_class.into_iter().map(|(class, count)| (class.to_owned(), count)).collect();
    failures.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    (taken, failures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::counts::Measure;

    #[test]
    fn failures_are_told_apart_most_first() {
        let class = |class: &str, bucket, count| Sum {
            label: class.into(),
            bucket,
            ..Sum::new(Measure::Attempt, count)
        };
        let all =
            [class("2xx", 10, 3), class("2xx", 16, 1), class("timeout", 16_000, 1), class("5xx", 25, 2)];
        let (taken, failures) = tally(&all.iter().collect::<Vec<_>>());
        assert_eq!((taken, failures), (4, vec![("5xx".to_owned(), 2), ("timeout".to_owned(), 1)]));
    }
}

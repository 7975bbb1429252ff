//! How requests to destinations ended, and how long they took.

use crate::{
    app::kit::chart::Percentiles,
    db::attempts::Class,
    model::{destination::Destination, time, visible::visible},
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The table of destinations; nothing when there is none.
#[component]
pub(crate) fn Forwards(
    destinations: Vec<Destination>,
    classes: Vec<Class>,
    /// Whether the page shows one endpoint, which this table cannot.
    narrowed: bool,
) -> impl IntoView {
    if destinations.is_empty() {
        return None;
    }
    let rows = destinations
        .into_iter()
        .map(|destination| {
            let own: Vec<&Class> =
                classes.iter().filter(|one| one.destination_id == destination.id).collect();
            line(&destination, &own)
        })
        .collect_view();
    let note = narrowed
        .then(|| view! { <p class="in dim">"Of all endpoints: requests are counted by destination."</p> });
    Some(view! {
        <section class="card" id="forwards">
            <h2>"Requests to destinations"</h2>
            {note}
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Destination"</th>
                        <th scope="col" class="num">"Taken"</th>
                        <th scope="col" class="num">"Failed"</th>
                        <th scope="col">"How they failed"</th>
                        <th scope="col">"Time they took"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    })
}

fn line(destination: &Destination, classes: &[&Class]) -> impl IntoView + use<> {
    let (taken, failures) = tally(classes);
    let failed: i64 = failures.iter().map(|(_, count)| count).sum();
    let how: Vec<_> =
        failures.iter().map(|(class, count)| format!("{} {}", visible(class), time::count(*count))).collect();
    let counts: Vec<(i64, i64)> =
        classes.iter().map(|one| (one.bound.saturating_mul(1_000), one.count)).collect();
    let took = Percentiles::of(&counts).map_or_else(|| "–".to_owned(), Percentiles::words);
    view! {
        <tr>
            <th scope="row" class="wrap"><a class="name" href=format!("/destinations/{}", destination.id)>{visible(&destination.name)}</a></th>
            <td class="num" data-label="Taken">{time::count(taken)}</td>
            <td class="num" data-label="Failed" class:bad-text=(failed > 0)>{time::count(failed)}</td>
            <td class="wrap" data-label="How they failed">{if how.is_empty() { "–".to_owned() } else { how.join(", ") }}</td>
            <td class="wrap" data-label="Time they took">{took}</td>
        </tr>
    }
}

/// Those that were taken, and the others by how they failed, most first.
fn tally(classes: &[&Class]) -> (i64, Vec<(String, i64)>) {
    let mut by_class: BTreeMap<&str, i64> = BTreeMap::new();
    for one in classes {
        *by_class.entry(&one.class).or_default() += one.count;
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
    use crate::model::ids::DestinationId;

    #[test]
    fn failures_are_told_apart_most_first() {
        let id = DestinationId::new();
        let class =
            |class: &str, bound, count| Class { destination_id: id, class: class.into(), bound, count };
        let all =
            [class("2xx", 10, 3), class("2xx", 16, 1), class("timeout", 16_000, 1), class("5xx", 25, 2)];
        let (taken, failures) = tally(&all.iter().collect::<Vec<_>>());
        assert_eq!((taken, failures), (4, vec![("5xx".to_owned(), 2), ("timeout".to_owned(), 1)]));
    }
}

//! What events said about their resources: completed, failed, or something in between.

use crate::{
    app::{figures::page::href, kit::chart::Change},
    db::measures::{Labelled, Measure},
    model::{
        catalogue::{self, Outcome, outcome_of},
        delivery,
        filter::{DeliveryFilter, VerdictFilter},
        time,
        visible::visible,
    },
};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Events about one kind of resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Subject {
    succeeded: i64,
    failed: i64,
    other: i64,
    /// By type, most first.
    types: Vec<(String, i64)>,
}

impl Subject {
    /// Percent that failed, of those that came to an end.
    fn failure_rate(&self) -> Option<f64> {
        let ended = self.succeeded + self.failed;
        (ended > 0).then(|| self.failed as f64 * 100.0 / ended as f64)
    }
}

/// Events by what they are about. Each counts once: duplicates are left out.
fn subjects(labels: &[Labelled]) -> BTreeMap<String, Subject> {
    let mut all: BTreeMap<String, Subject> = BTreeMap::new();
    for one in labels.iter().filter(|one| one.measure == Measure::Accepted) {
        let subject = all.entry(catalogue::subject(&one.label).to_owned()).or_default();
        match outcome_of(&one.label) {
            Outcome::Success => subject.succeeded += one.count,
            Outcome::Failure => subject.failed += one.count,
            Outcome::Neutral => subject.other += one.count,
        }
        subject.types.push((one.label.clone(), one.count));
    }
    all
}

/// The table of event outcomes.
#[component]
pub(crate) fn Outcomes(
    labels: Vec<Labelled>,
    /// Those of the period before.
    before: Vec<Labelled>,
    /// The list of what is counted.
    filter: DeliveryFilter,
) -> impl IntoView {
    let subjects_before = subjects(&before);
    let mut rows: Vec<(String, Subject)> = subjects(&labels).into_iter().collect();
    rows.sort_by_key(|(_, subject)| std::cmp::Reverse(subject.failed));
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(name, subject)| {
            let before = subjects_before.get(&name).cloned().unwrap_or_default();
            line(name, subject, &before, &filter)
        })
        .collect();
    let content = if rows.is_empty() {
        view! { <p class="in dim">"No event was accepted in this time."</p> }.into_any()
    } else {
        view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"About"</th>
                        <th scope="col" class="num">"Succeeded"</th>
                        <th scope="col" class="num">"Failed"</th>
                        <th scope="col" class="num">"Other"</th>
                        <th scope="col" class="num">"Failure rate"</th>
                        <th scope="col">"By type"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <section class="card" id="outcomes">
            <h2>"What events said"</h2>
            {content}
        </section>
    }
}

fn line(name: String, subject: Subject, before: &Subject, filter: &DeliveryFilter) -> impl IntoView + use<> {
    let rate = |subject: &Subject| {
        subject.failure_rate().map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1} %"))
    };
    let was = before.failure_rate().map(|_| format!("{} in the period before", rate(before)));
    let types = subject
        .types
        .iter()
        .map(|(event_type, count)| {
            let filter = DeliveryFilter {
                event_type: Some(event_type.clone()).filter(|name| !name.is_empty()),
                verdict: Some(VerdictFilter::Outcome(delivery::Outcome::Accepted)),
                ..filter.clone()
            };
            let word = match event_type.as_str() {
                "" => "no type".to_owned(),
                name => visible(name.strip_prefix(&format!("{}.", catalogue::subject(name))).unwrap_or(name)),
            };
            let bad = outcome_of(event_type) == Outcome::Failure;
            view! { <a href=href(&filter) class:bad-text=bad>{word} " " {time::count(*count)}</a> " " }
        })
        .collect_view();
    let shown = if name.is_empty() { "no type".to_owned() } else { visible(&name) };
    view! {
        <tr>
            <th scope="row" class="wrap mono">{shown}</th>
            <td class="num" data-label="Succeeded">{time::count(subject.succeeded)}</td>
            <td class="num" data-label="Failed" class:bad-text=(subject.failed > 0)>{time::count(subject.failed)} " " <Change now=subject.failed before=before.failed/></td>
            <td class="num" data-label="Other">{time::count(subject.other)}</td>
            <td class="num" data-label="Failure rate" title=was>{rate(&subject)}</td>
            <td class="wrap types" data-label="By type">{types}</td>
        </tr>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_put_together_by_what_they_are_about() {
        let accepted =
            |label: &str, count| Labelled { measure: Measure::Accepted, label: label.into(), count };
        let labels = [
            accepted("batch.completed", 6),
            accepted("batch.failed", 1),
            accepted("batch.expired", 1),
            accepted("batch.cancelled", 2),
            accepted("", 3),
            Labelled { measure: Measure::Duplicate, label: "batch.failed".into(), count: 9 },
        ];
        let all = subjects(&labels);
        let batch = &all["batch"];
        assert_eq!((batch.succeeded, batch.failed, batch.other, batch.failure_rate()), (6, 2, 2, Some(25.0)));
        assert_eq!((all[""].other, all[""].failure_rate()), (3, None));
    }
}

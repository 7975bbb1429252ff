//! What events said about their resources: completed, failed, or something in between.

use crate::{
    app::kit::{chart::Change, prelude::*},
    db::counts::{Measure, Sum},
    model::{
        catalogue::{self, EventOutcome, outcome_of},
        delivery,
        filter::{DeliveryFilter, VerdictFilter},
    },
};
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
fn subjects(labels: &[Sum]) -> BTreeMap<String, Subject> {
    let mut all: BTreeMap<String, Subject> = BTreeMap::new();
    for one in labels.iter().filter(|one| one.what == Measure::Accepted) {
        let subject = all.entry(catalogue::subject(&one.label).to_owned()).or_default();
        match outcome_of(&one.label) {
            EventOutcome::Success => subject.succeeded += one.count,
            EventOutcome::Failure => subject.failed += one.count,
            EventOutcome::Neutral => subject.other += one.count,
        }
        subject.types.push((one.label.clone(), one.count));
    }
    all
}

/// The table of event outcomes; `filter` is the list of what is counted.
pub(super) fn card(labels: &[Sum], before: &[Sum], filter: &DeliveryFilter) -> impl IntoView + use<> {
    let mut before = subjects(before);
    let rows = subjects(labels).into_iter();
    let mut rows: Vec<(String, Subject, Subject)> = rows
        .map(|(name, subject)| {
            let was = before.remove(&name).unwrap_or_default();
            (name, subject, was)
        })
        .collect();
    rows.sort_by_key(|(_, subject, _)| std::cmp::Reverse(subject.failed));
    let content = if rows.is_empty() {
        view! { <p class="in dim">"No events were accepted in this period."</p> }.into_any()
    } else {
        table(&rows, filter)
    };
    view! { <Card title="Event outcomes" id="outcomes">{content}</Card> }
}

/// By name: the subject now, and in the period before.
fn table(rows: &[(String, Subject, Subject)], filter: &DeliveryFilter) -> AnyView {
    let rate = |subject: &Subject| subject.failure_rate().map(|rate| format!("{rate:.1} %"));
    Table::of(rows)
        .row(
            "Subject",
            "wrap mono",
            |(name, ..)| {
                if name.is_empty() { "no type".to_owned() } else { visible(name) }
            },
        )
        .num("Succeeded", |(_, subject, _)| time::count(subject.succeeded))
        .num("Failed", |(_, subject, was)| {
            view! { {failures(subject.failed)} " " <Change now=subject.failed before=was.failed/> }
        })
        .num("Other", |(_, subject, _)| time::count(subject.other))
        .num("Failure rate", |(_, subject, was)| {
            let was = rate(was).map(|rate| format!("{rate} in the previous period"));
            view! { <span title=was>{rate(subject).unwrap_or_else(|| "–".to_owned())}</span> }
        })
        .col("By type", "wrap types", |(_, subject, _)| types(subject, filter))
        .view()
}

/// Its types, each with the way to its deliveries.
fn types(subject: &Subject, filter: &DeliveryFilter) -> Vec<AnyView> {
    let link = |(event_type, count): &(String, i64)| {
        let filter = DeliveryFilter {
            event_type: Some(event_type.clone()).filter(|name| !name.is_empty()),
            verdict: Some(VerdictFilter::Outcome(delivery::Outcome::Accepted)),
            ..filter.clone()
        };
        let word = match event_type.as_str() {
            "" => "no type".to_owned(),
            name => visible(name.strip_prefix(&format!("{}.", catalogue::subject(name))).unwrap_or(name)),
        };
        let bad = outcome_of(event_type) == EventOutcome::Failure;
        view! { <a href=paths::events(&filter) class:bad-text=bad>{word} " " {time::count(*count)}</a> " " }
            .into_any()
    };
    subject.types.iter().map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_put_together_by_what_they_are_about() {
        let accepted = |label: &str, count| Sum { label: label.into(), ..Sum::new(Measure::Accepted, count) };
        let labels = [
            accepted("batch.completed", 6),
            accepted("batch.failed", 1),
            accepted("batch.expired", 1),
            accepted("batch.cancelled", 2),
            accepted("", 3),
            Sum { label: "batch.failed".into(), ..Sum::new(Measure::Duplicate, 9) },
        ];
        let all = subjects(&labels);
        let batch = &all["batch"];
        assert_eq!((batch.succeeded, batch.failed, batch.other, batch.failure_rate()), (6, 2, 2, Some(25.0)));
        assert_eq!((all[""].other, all[""].failure_rate()), (3, None));
    }
}

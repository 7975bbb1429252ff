//! A beginning was told, and no end in time.

use super::{
    Field, Spec, Usual,
    spec::{DAY, USUAL},
};
use crate::{
    alerts::values::{BACK_MINUTES, DAY_MS, Look, MINUTE_MS, Values},
    db::{
        Connection, DbError,
        counts::{Ask, Grain, Measure},
        rule_values,
    },
    model::{
        catalogue::{self, is_terminal, subject},
        filter::DeliveryFilter,
    },
};
use std::collections::HashMap;

/// After this nobody expects the end of a resource any more.
const MISSED_MS: i64 = 7 * DAY_MS;

pub(super) static SPEC: Spec = Spec {
    word: "missing-end",
    label: "Missing end",
    says: "Resources have a start event, but no end event within the allowed time.",
    usual: Usual { window: DAY, ..USUAL.usual },
    // Only a person knows what tells of a beginning.
    preset: false,
    fields: &[
        Field::Type { label: "Start type", required: true },
        Field::EndTypes,
        Field::Window { label: "Allowed time", line: (", after ", ""), below: None },
    ],
    title: |object, event_type| {
        format!("No end event after {} on {object}", event_type.unwrap_or("a start event"))
    },
    fact: |f| format!("{} without an end event after {}", f.value, f.window),
    deliveries: |incident| {
        let event_type = incident.settings.event_type.clone();
        Some((incident.settings.window_ms() + MISSED_MS, DeliveryFilter { event_type, ..Default::default() }))
    },
    values: |look| Box::pin(values(look)),
    ..USUAL
};

/// From when an end is late until it comes, on any endpoint.
async fn values(look: Look<'_>) -> Result<Values, DbError> {
    let (rule, allowed) = (look.rule, look.rule.settings.window_ms());
    let Some(begin) = rule.settings.event_type.as_deref() else { return Ok(Values::default()) };
    let since = look.from.saturating_sub(allowed).saturating_sub(MISSED_MS);
    let mut begun = rule_values::told(look.connection, begin, rule.endpoint, (since, look.to)).await?;
    let mut ends: HashMap<String, Vec<i64>> = HashMap::new();
    let until = look.to.saturating_add(MINUTE_MS);
    for event_type in end_types(&mut *look.connection, &rule.settings.end_types, begin, look.to).await? {
        let told = rule_values::told(look.connection, &event_type, None, (since, until)).await?;
        // Where there are too many ends to look at, what began before them cannot be told.
        if let Some(oldest) = told.last().filter(|_| told.len() >= rule_values::MOST_TOLD) {
            begun.retain(|one| one.received_at >= oldest.received_at);
        }
        for told in told {
            ends.entry(told.resource).or_default().push(told.received_at);
        }
    }
    Ok(Values::steps(begun.into_iter().map(|told| {
        let late = told.received_at.saturating_add(allowed);
        let ended =
            ends.get(&told.resource).into_iter().flatten().filter(|at| **at >= told.received_at).min();
        (late, ended.copied().unwrap_or(i64::MAX).min(late.saturating_add(MISSED_MS)))
    })))
}

/// The types that tell of an end: those that the rule names, or those of the last month that speak of the same and say so.
async fn end_types(
    connection: &mut Connection,
    named: &[String],
    begin: &str,
    to: i64,
) -> Result<Vec<String>, DbError> {
    if !named.is_empty() {
        return Ok(named.to_vec());
    }
    let minute = to.div_euclid(MINUTE_MS);
    let month = (minute - BACK_MINUTES, minute + 1);
    let labels = Ask::new(&Measure::OUTCOMES, month).labels(connection, Grain::Hour).await?;
    let seen = labels.into_iter().map(|one| one.label).filter(|label| is_terminal(label));
    let known = catalogue::all().iter().map(|one| one.name.clone()).filter(|name| is_terminal(name));
    let mut types: Vec<String> = seen.chain(known).filter(|name| subject(name) == subject(begin)).collect();
    types.sort_unstable();
    types.dedup();
    Ok(types)
}

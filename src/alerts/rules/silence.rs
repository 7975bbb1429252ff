//! No event for too long.

use super::{
    Field, Rule, Spec, Usual,
    spec::{DAY, USUAL},
};
use crate::{
    alerts::{
        usual_interval,
        values::{BACK_MINUTES, Look, MINUTE_MS, Values, silence::Silences},
    },
    db::{Connection, DbError, counts},
    model::{alert::Unit, filter::DeliveryFilter, severity::Severity},
};

pub(super) static SPEC: Spec = Spec {
    word: "silence",
    label: "Silence",
    says: "No events, or none of one type, for longer than the threshold. Quiet hours and Hookpost's downtime don't count.",
    unit: Unit::Minutes,
    usual: Usual { threshold: DAY as f64, severity: Severity::Critical, ..USUAL.usual },
    fields: &[Field::Type { label: "Only events of this type", required: false }, Field::Quiet],
    title: |object, event_type| format!("No {} on {object}", event_type.unwrap_or("events")),
    fact: |figures| format!("No events for {}", figures.value),
    over: Some("Events arrived again"),
    // Silence has none: what came last is what one wants to see.
    deliveries: |incident| {
        let silent = (incident.worst * MINUTE_MS as f64) as i64;
        let event_type = incident.settings.event_type.clone();
        Some((silent.saturating_add(DAY * MINUTE_MS), DeliveryFilter { event_type, ..Default::default() }))
    },
    values: |look| Box::pin(values(look)),
    ..USUAL
};

async fn values(look: Look<'_>) -> Result<Values, DbError> {
    let settings = &look.rule.settings;
    let stretch = (look.from.div_euclid(MINUTE_MS), look.to.div_euclid(MINUTE_MS) + 1);
    let (endpoint, event_type) = (look.rule.endpoint, settings.event_type.as_deref());
    let active = counts::active_minutes(look.connection, endpoint, event_type, stretch, BACK_MINUTES).await?;
    Ok(Values::Silences(Silences::new(&active, settings.quiet.as_ref(), look.uptime, look.to)))
}

/// How long an endpoint is usually silent, and how many minutes are worth a look; none: there is nothing to go by, or the
/// rule is about something else.
///
/// # Errors
/// When the database fails.
pub async fn suggestion(
    connection: &mut Connection,
    rule: &Rule,
    now: i64,
) -> Result<Option<(i64, i64)>, DbError> {
    let (true, Some(endpoint)) = (rule.kind.word == SPEC.word, rule.endpoint) else { return Ok(None) };
    let usual = usual_interval::of_endpoints(connection, rule.settings.event_type.as_deref(), now).await?;
    Ok(usual.get(&endpoint).map(|usual| (*usual, usual_interval::too_long(*usual))))
}

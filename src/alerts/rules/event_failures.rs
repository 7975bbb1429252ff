//! Too many events tell of a failure.

use super::{
    Field, Spec, Usual,
    spec::{DAY, USUAL},
};
use crate::{
    alerts::values::Values,
    db::counts::Measure,
    model::{
        alert::Unit,
        catalogue::{self, outcome_of},
        delivery::Outcome,
        filter::{DeliveryFilter, VerdictFilter},
    },
};

pub(super) static SPEC: Spec = Spec {
    word: "event-failures",
    label: "Event failures",
    says: "The share of failures among final events, such as batch.failed or response.incomplete, is above the threshold.",
    unit: Unit::Percent,
    usual: Usual { threshold: 20.0, window: DAY, least: 5, ..USUAL.usual },
    fields: &[
        Field::Type { label: "Only types starting with", required: false },
        Field::WINDOW,
        Field::Least,
    ],
    title: |object, _| format!("Many events on {object} report failures"),
    fact: |f| format!("{} of {} events reported a failure in {} ({})", f.part, f.of, f.window, f.value),
    deliveries: |incident| {
        let event_type = incident.settings.event_type.as_ref().map(|begins| format!("{begins}*"));
        let verdict = Some(VerdictFilter::Outcome(Outcome::Accepted));
        Some((incident.settings.window_ms(), DeliveryFilter { event_type, verdict, ..Default::default() }))
    },
    values: |mut look| {
        Box::pin(async move {
            let points = look.points(&[Measure::Accepted]).await?;
            let begins = look.rule.settings.event_type.as_deref().unwrap_or_default();
            let ended = points.iter().filter(|point| point.label.starts_with(begins)).filter_map(|point| {
                let failed = match outcome_of(&point.label) {
                    catalogue::EventOutcome::Failure => true,
                    catalogue::EventOutcome::Success => false,
                    catalogue::EventOutcome::Neutral => return None,
                };
                Some((point.minute, failed, point.count))
            });
            Ok(Values::share(look.window(), ended))
        })
    },
    ..USUAL
};

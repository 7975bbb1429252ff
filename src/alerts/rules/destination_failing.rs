//! A destination does not take what it is sent.

use super::{
    Field, Spec, Usual,
    spec::{USUAL, forwards},
};
use crate::{
    alerts::values::Values,
    db::counts::Measure,
    model::{
        alert::{About, Unit},
        destination::ForwardMark,
        severity::Severity,
    },
};

pub(super) static SPEC: Spec = Spec {
    word: "destination-failing",
    label: "Destination failing",
    says: "The share of failed attempts is above the threshold.",
    about: About::Destination,
    unit: Unit::Percent,
    usual: Usual { threshold: 50.0, window: 15, least: 5, severity: Severity::Critical, ..USUAL.usual },
    fields: &[Field::WINDOW, Field::Least],
    title: |object, _| format!("Attempts to {object} are failing"),
    fact: |f| format!("{} of {} attempts failed in {} ({})", f.part, f.of, f.window, f.value),
    deliveries: |incident| Some((incident.settings.window_ms(), forwards(ForwardMark::Failing))),
    values: |mut look| {
        Box::pin(async move {
            let (window, points) = (look.window(), look.points(&[Measure::Attempt]).await?);
            let attempts = points.iter().map(|point| (point.minute, !point.is_taken(), point.count));
            Ok(Values::share(window, attempts).of_attempts())
        })
    },
    ..USUAL
};

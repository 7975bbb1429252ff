//! Too many deliveries are rejected.

use super::{
    Field, Spec, Usual,
    spec::{HOUR, USUAL, rejected},
};
use crate::{alerts::values::Values, db::counts::Measure, model::alert::Unit};

pub(super) static SPEC: Spec = Spec {
    word: "verification-failures",
    label: "Verification failures",
    says: "The share of rejected deliveries is above the threshold.",
    unit: Unit::Percent,
    usual: Usual { threshold: 10.0, window: HOUR, least: 5, ..USUAL.usual },
    fields: &[Field::WINDOW, Field::Least],
    title: |object, _| format!("Deliveries to {object} are failing verification"),
    fact: |f| format!("{} of {} deliveries were rejected in {} ({})", f.part, f.of, f.window, f.value),
    deliveries: |incident| Some((incident.settings.window_ms(), rejected())),
    values: |mut look| {
        Box::pin(async move {
            let points = look.points(&[Measure::Accepted, Measure::Duplicate, Measure::Rejected]).await?;
            let all = points.iter().map(|point| (point.minute, point.what == Measure::Rejected, point.count));
            Ok(Values::share(look.window(), all))
        })
    },
    ..USUAL
};

//! We answer slowly.

use super::{Field, Spec, Usual, spec::USUAL};
use crate::{
    alerts::values::Values,
    db::counts::Measure,
    model::{alert::Unit, filter::DeliveryFilter},
};

pub(super) static SPEC: Spec = Spec {
    word: "answer-time",
    label: "Answer time",
    says: "The p95 of our answer time is above the threshold.",
    unit: Unit::Milliseconds,
    usual: Usual { threshold: 1_000.0, window: 15, least: 20, ..USUAL.usual },
    fields: &[Field::WINDOW, Field::Least],
    title: |object, _| format!("{object} is answering slowly"),
    fact: |f| format!("The p95 of {} answers in {} was {}", f.of, f.window, f.value),
    deliveries: |incident| Some((incident.settings.window_ms(), DeliveryFilter::default())),
    values: |mut look| {
        Box::pin(async move {
            let points = look.points(&[Measure::Answer]).await?;
            // Kept in microseconds.
            let times = points.iter().map(|point| (point.minute, point.bucket as f64 / 1_000.0, point.count));
            Ok(Values::percentile(look.window(), times))
        })
    },
    ..USUAL
};

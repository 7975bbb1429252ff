//! A destination is slow.

use super::{
    Field, Spec, Usual,
    spec::{HOUR, USUAL},
};
use crate::{
    alerts::values::Values,
    db::counts::Measure,
    model::{
        alert::{About, Unit},
        severity::Severity,
    },
};

pub(super) static SPEC: Spec = Spec {
    word: "forward-time",
    label: "Forward time",
    says: "The p95 of the destination's response time is above the threshold.",
    about: About::Destination,
    unit: Unit::Milliseconds,
    usual: Usual { threshold: 10_000.0, window: HOUR, least: 20, severity: Severity::Info, ..USUAL.usual },
    fields: &[Field::WINDOW, Field::Least],
    title: |object, _| format!("{object} is slow"),
    fact: |f| format!("The p95 of {} attempts in {} was {}", f.of, f.window, f.value),
    values: |mut look| {
        Box::pin(async move {
            let (window, points) = (look.window(), look.points(&[Measure::Attempt]).await?);
            let taken = points.iter().filter(|point| point.is_taken());
            let times = taken.map(|point| (point.minute, point.bucket as f64, point.count));
            Ok(Values::percentile(window, times).of_attempts())
        })
    },
    ..USUAL
};

//! Forwards wait for too long.

use super::{
    Spec, Usual,
    spec::{DAY, USUAL, forwards},
};
use crate::{
    alerts::values::{MINUTE_MS, Values},
    db::samples::Gauge,
    model::{
        alert::{About, Unit},
        destination::ForwardMark,
    },
};

pub(super) static SPEC: Spec = Spec {
    word: "queue-age",
    label: "Queue age",
    says: "The oldest queued forward has waited longer than the threshold.",
    about: About::Destination,
    unit: Unit::Minutes,
    usual: Usual { threshold: 15.0, ..USUAL.usual },
    title: |object, _| format!("Forwards to {object} are delayed"),
    fact: |f| format!("The oldest has waited {}", f.value),
    deliveries: |_| Some((DAY * MINUTE_MS, forwards(ForwardMark::Queued))),
    values: |look| {
        Box::pin(async move {
            let seen = look.samples(Gauge::QueueAge).await?;
            let seen = seen.into_iter().map(|(minute, ms)| (minute, ms / MINUTE_MS as f64)).collect();
            // An empty queue leaves no mark.
            Ok(Values::Samples(seen, Some(0.0)))
        })
    },
    ..USUAL
};

//! The sender tries again and again.

use super::{
    Field, Spec, Usual,
    spec::{HOUR, USUAL},
};
use crate::{
    alerts::values::{MINUTE_MS, Values},
    db::counts::Measure,
    model::filter::DeliveryFilter,
};

pub(super) static SPEC: Spec = Spec {
    word: "sender-retries",
    label: "Sender retries",
    says: "The sender retried more often than the threshold, so it sees our answers as failures.",
    usual: Usual { threshold: 5.0, window: HOUR, ..USUAL.usual },
    fields: &[Field::WINDOW],
    title: |object, _| format!("The sender is retrying {object}"),
    fact: |f| format!("The sender retried {} times in {}", f.value, f.window),
    deliveries: |incident| Some((incident.settings.window_ms(), DeliveryFilter::default())),
    values: |mut look| {
        Box::pin(async move {
            let points = look.points(&[Measure::Retry]).await?;
            let times = points.iter().map(|point| (point.minute.saturating_mul(MINUTE_MS), point.count));
            Ok(Values::times(look.rule.settings.window_ms(), times))
        })
    },
    ..USUAL
};

//! Much is rejected for its time alone.

use super::{
    Field, Spec, Usual,
    spec::{HOUR, USUAL, rejected},
};
use crate::{
    alerts::values::Values,
    db::counts::Measure,
    model::alert::{About, Unit},
};

pub(super) static SPEC: Spec = Spec {
    word: "clock-suspect",
    label: "Clock suspect",
    says: "The share of rejected deliveries with valid signatures but wrong timestamps is above the threshold. The server's clock may be wrong.",
    about: About::Server,
    unit: Unit::Percent,
    usual: Usual { threshold: 50.0, window: HOUR, least: 5, ..USUAL.usual },
    // A clock that is off shows in what is off, however much else is rejected.
    fields: &[Field::WINDOW, Field::LeastBad],
    title: |_, _| "This server's clock is suspect".to_owned(),
    fact: |f| {
        format!(
            "{} of {} rejected deliveries in {} had valid signatures but wrong timestamps",
            f.part, f.of, f.window
        )
    },
    deliveries: |incident| Some((incident.settings.window_ms(), rejected())),
    values: |mut look| {
        Box::pin(async move {
            let points = look.points(&[Measure::Rejected, Measure::OffInTime]).await?;
            // What is off was counted among the rejected too.
            let split = points.iter().flat_map(|point| match point.what {
                Measure::OffInTime => {
                    [(point.minute, true, point.count), (point.minute, false, -point.count)]
                }
                _ => [(point.minute, true, 0), (point.minute, false, point.count)],
            });
            Ok(Values::share(look.window(), split))
        })
    },
    ..USUAL
};

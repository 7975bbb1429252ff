//! Forwards ran out of tries.

use super::{
    Field, Spec, Usual,
    spec::{DAY, USUAL, forwards},
};
use crate::{
    alerts::values::Values,
    db::rule_values,
    model::{alert::About, destination::ForwardMark},
};

pub(super) static SPEC: Spec = Spec {
    word: "dead-forwards",
    label: "Dead forwards",
    says: "More forwards than the threshold ran out of attempts.",
    about: About::Destination,
    usual: Usual { window: DAY, ..USUAL.usual },
    fields: &[Field::WINDOW],
    title: |object, _| format!("Forwards to {object} ran out of attempts"),
    fact: |f| format!("{} ran out of attempts in {}", f.value, f.window),
    deliveries: |incident| Some((incident.settings.window_ms(), forwards(ForwardMark::Failing))),
    values: |look| {
        Box::pin(async move {
            let window = look.rule.settings.window_ms();
            let since = look.from.saturating_sub(window);
            let dead = rule_values::dead_at(look.connection, look.rule.destination, since).await?;
            Ok(Values::times(window, dead.into_iter().map(|at| (at, 1))))
        })
    },
    ..USUAL
};

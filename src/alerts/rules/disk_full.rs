//! The disk of the database is nearly full.

use super::{Spec, Usual, spec::USUAL};
use crate::{
    alerts::values::Values,
    db::samples::Gauge,
    model::{
        alert::{About, Unit},
        severity::Severity,
    },
};

pub(super) static SPEC: Spec = Spec {
    word: "disk-full",
    label: "Disk nearly full",
    says: "The used share of the database's disk is above the threshold.",
    about: About::Server,
    unit: Unit::Percent,
    usual: Usual { threshold: 90.0, recovery: Some(85.0), severity: Severity::Critical, ..USUAL.usual },
    title: |_, _| "The disk is nearly full".to_owned(),
    fact: |f| format!("{} of the database's disk is used", f.value),
    values: |look| {
        Box::pin(async move {
            let seen = look.samples(Gauge::DiskUsed).await?;
            // No disk is empty: the system did not tell.
            Ok(Values::Samples(seen.into_iter().filter(|(_, used)| *used > 0.0).collect(), None))
        })
    },
    ..USUAL
};

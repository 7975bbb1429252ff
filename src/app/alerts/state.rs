//! How incidents stand and how much they matter, as tags.

use crate::{
    alerts::rules,
    app::kit::tag::tag,
    model::{
        incident::{Incident, IncidentState},
        severity::Severity,
        time,
    },
};
use leptos::prelude::*;

pub(super) fn severity_tag(severity: Severity) -> impl IntoView {
    let class = match severity {
        Severity::Info => "idle",
        Severity::Warning => "warn",
        Severity::Critical => "bad",
    };
    tag(class, severity.as_str())
}

pub(super) fn state_tag(incident: &Incident) -> impl IntoView + use<> {
    match incident.state() {
        IncidentState::Open => tag("bad", "Open"),
        IncidentState::Acknowledged => tag("warn", "Acknowledged"),
        IncidentState::Recovered => tag("ok", "Recovered"),
        IncidentState::Resolved => tag("ok", "Closed"),
    }
}

/// A value of an incident, as people read it.
pub(super) fn shown(incident: &Incident, value: f64) -> String {
    rules::known(&incident.kind).map_or_else(|| value.to_string(), |kind| kind.unit.show(value))
}

/// How long an incident lasted, or lasts by now, in seconds and more.
pub(super) fn lasted(incident: &Incident, now: i64) -> String {
    time::duration((incident.ended_at.unwrap_or(now) - incident.opened_at).max(0) / 1_000 * 1_000)
}

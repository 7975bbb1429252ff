//! How incidents stand and how much they matter, as tags.

use crate::model::{
    incident::{Incident, IncidentState},
    severity::Severity,
};
use leptos::prelude::*;

/// How much it matters.
#[component]
pub(crate) fn SeverityTag(severity: Severity) -> impl IntoView {
    let class = match severity {
        Severity::Info => "tag idle",
        Severity::Warning => "tag warn",
        Severity::Critical => "tag bad",
    };
    view! { <span class=class>{severity.as_str()}</span> }
}

#[component]
pub(crate) fn StateTag(state: IncidentState) -> impl IntoView {
    let (class, word) = match state {
        IncidentState::Open => ("tag bad", "Open"),
        IncidentState::Acknowledged => ("tag warn", "Acknowledged"),
        IncidentState::Recovered => ("tag ok", "Recovered"),
        IncidentState::Resolved => ("tag ok", "Closed"),
    };
    view! { <span class=class>{word}</span> }
}

/// A value of an incident, as people read it.
pub(crate) fn shown(incident: &Incident, value: f64) -> String {
    incident.kind.map_or_else(|| format!("{value}"), |kind| kind.unit().show(value))
}

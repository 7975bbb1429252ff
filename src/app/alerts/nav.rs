//! The tabs within Alerts.

use crate::app::kit::tabs::tabs;
use leptos::prelude::*;

/// One of the tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertsTab {
    /// What is and was wrong.
    Incidents,
    /// What is watched.
    Rules,
    /// Who is told.
    Channels,
}

const TABS: [(AlertsTab, &str, &str); 3] = [
    (AlertsTab::Incidents, "Incidents", "/alerts"),
    (AlertsTab::Rules, "Rules", "/alerts/rules"),
    (AlertsTab::Channels, "Channels", "/alerts/channels"),
];

/// The tabs, with the one in sight marked.
#[component]
pub fn AlertsNav(
    /// The tab the page belongs to.
    current: AlertsTab,
) -> impl IntoView {
    tabs("Alerts", &TABS, &current)
}

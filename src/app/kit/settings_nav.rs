//! The tabs within Settings.

use crate::app::kit::tabs::tabs;
use leptos::prelude::*;

/// One of the tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsTab {
    /// Endpoints.
    Endpoints,
    /// Users and invitations.
    Team,
    /// API tokens.
    Tokens,
    /// Copies of the database.
    Backups,
    /// Who changed what.
    Audit,
    /// The own account.
    Account,
}

const TABS: [(SettingsTab, &str, &str); 6] = [
    (SettingsTab::Endpoints, "Endpoints", "/settings/endpoints"),
    (SettingsTab::Team, "Team", "/settings/team"),
    (SettingsTab::Tokens, "Tokens", "/settings/tokens"),
    (SettingsTab::Backups, "Backups", "/settings/backups"),
    (SettingsTab::Audit, "Audit", "/settings/audit"),
    (SettingsTab::Account, "Account", "/settings/account"),
];

/// The tabs, with the one in sight marked.
#[component]
pub fn SettingsNav(
    /// The tab the page belongs to.
    current: SettingsTab,
) -> impl IntoView {
    tabs("Settings", &TABS, &current)
}

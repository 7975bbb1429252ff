//! The table of pages.

use super::{
    account::AccountPage,
    alerts::{
        channels::{ChannelsPage, edit::EditChannelPage, new::NewChannelPage, one::ChannelPage},
        incidents::{IncidentsPage, one::IncidentPage},
        rules::{RulesPage, edit::EditRulePage, new::NewRulePage, one::RulePage},
    },
    audit::AuditPage,
    backups::BackupsPage,
    delivery::{DeliveryPage, EditPage},
    destinations::{
        ConditionPage, DestinationPage, DestinationsPage, EditDestinationPage, NewDestinationPage,
    },
    endpoints::{EndpointsPage, new::NewEndpointPage, one::EndpointPage},
    events::EventsPage,
    health::HealthPage,
    jobs::{JobPage, new_replay::ReplayPage, new_reverify::ReverifyPage},
    login::{LoginPage, invite::InvitePage, setup::SetupPage},
    overview::OverviewPage,
    shell::not_found::NotFoundPage,
    team::TeamPage,
    tokens::TokensPage,
    tools::{CataloguePage, SendPage, VerifyPage},
};
use leptos::prelude::*;
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// The table of pages.
#[component]
pub fn App() -> impl IntoView {
    // Rendered whole before the first byte goes out: status and headers are then right.
    let ssr = || SsrMode::Async;
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route ssr=ssr() path=path!("/") view=OverviewPage/>
                <Route ssr=ssr() path=path!("/health") view=HealthPage/>
                <Route ssr=ssr() path=path!("/events") view=EventsPage/>
                <Route ssr=ssr() path=path!("/events/:id") view=DeliveryPage/>
                <Route ssr=ssr() path=path!("/events/:id/edit") view=EditPage/>
                <Route ssr=ssr() path=path!("/destinations") view=DestinationsPage/>
                <Route ssr=ssr() path=path!("/destinations/new") view=NewDestinationPage/>
                <Route ssr=ssr() path=path!("/destinations/condition") view=ConditionPage/>
                <Route ssr=ssr() path=path!("/destinations/:id/edit") view=EditDestinationPage/>
                <Route ssr=ssr() path=path!("/destinations/:id") view=DestinationPage/>
                <Route ssr=ssr() path=path!("/alerts/channels") view=ChannelsPage/>
                <Route ssr=ssr() path=path!("/alerts/channels/new") view=NewChannelPage/>
                <Route ssr=ssr() path=path!("/alerts/channels/:id/edit") view=EditChannelPage/>
                <Route ssr=ssr() path=path!("/alerts/channels/:id") view=ChannelPage/>
                <Route ssr=ssr() path=path!("/replay") view=ReplayPage/>
                <Route ssr=ssr() path=path!("/reverify") view=ReverifyPage/>
                <Route ssr=ssr() path=path!("/jobs/:id") view=JobPage/>
                <Route ssr=ssr() path=path!("/alerts") view=IncidentsPage/>
                <Route ssr=ssr() path=path!("/alerts/incidents/:id") view=IncidentPage/>
                <Route ssr=ssr() path=path!("/alerts/rules") view=RulesPage/>
                <Route ssr=ssr() path=path!("/alerts/rules/new") view=NewRulePage/>
                <Route ssr=ssr() path=path!("/alerts/rules/:id/edit") view=EditRulePage/>
                <Route ssr=ssr() path=path!("/alerts/rules/:id") view=RulePage/>
                <Route ssr=ssr() path=path!("/tools/verify") view=VerifyPage/>
                <Route ssr=ssr() path=path!("/tools/send") view=SendPage/>
                <Route ssr=ssr() path=path!("/tools/types") view=CataloguePage/>
                <Route ssr=ssr() path=path!("/settings/audit") view=AuditPage/>
                <Route ssr=ssr() path=path!("/settings/backups") view=BackupsPage/>
                <Route ssr=ssr() path=path!("/settings/endpoints") view=EndpointsPage/>
                <Route ssr=ssr() path=path!("/settings/endpoints/new") view=NewEndpointPage/>
                <Route ssr=ssr() path=path!("/settings/endpoints/:id") view=EndpointPage/>
                <Route ssr=ssr() path=path!("/settings/tokens") view=TokensPage/>
                <Route ssr=ssr() path=path!("/settings/team") view=TeamPage/>
                <Route ssr=ssr() path=path!("/settings/account") view=AccountPage/>
                <Route ssr=ssr() path=path!("/login") view=LoginPage/>
                <Route ssr=ssr() path=path!("/setup/:token") view=SetupPage/>
                <Route ssr=ssr() path=path!("/invite/:token") view=InvitePage/>
            </Routes>
        </Router>
    }
}

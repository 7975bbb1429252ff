//! The pages, one module per route.

mod account;
mod alerts;
mod audit;
mod backups;
mod delivery;
mod destinations;
mod endpoint;
mod endpoint_rows;
mod endpoints;
mod events;
mod failed;
mod figures;
mod health;
mod invite;
mod job;
mod login;
mod new_endpoint;
mod not_found;
mod overview;
mod replay;
mod reverify;
mod setup;
mod team;
mod tokens;
mod tools;

pub use account::AccountPage;
pub use alerts::{
    ChannelPage, ChannelsPage, EditChannelPage, EditRulePage, IncidentPage, IncidentsPage, NewChannelPage,
    NewRulePage, RulePage, RulesPage,
};
pub use audit::AuditPage;
pub use backups::BackupsPage;
pub use delivery::{DeliveryPage, EditPage};
pub use destinations::{
    ConditionPage, DestinationPage, DestinationsPage, EditDestinationPage, NewDestinationPage,
};
pub use endpoint::EndpointPage;
pub use endpoints::EndpointsPage;
pub use events::EventsPage;
pub use health::HealthPage;
pub use invite::InvitePage;
pub use job::JobPage;
pub use login::LoginPage;
pub use new_endpoint::NewEndpointPage;
pub use not_found::NotFoundPage;
pub use overview::OverviewPage;
pub use replay::ReplayPage;
pub use reverify::ReverifyPage;
pub use setup::SetupPage;
pub use team::TeamPage;
pub use tokens::TokensPage;
pub use tools::{CataloguePage, SendPage, VerifyPage};

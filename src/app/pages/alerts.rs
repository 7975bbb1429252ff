//! Alerts: what is and was wrong, what is watched, who is told.

mod channels;
mod deliveries;
mod edit_rule;
mod incident;
mod incidents;
mod new_rule;
mod preview;
mod rule;
mod rule_fields;
mod rules;
mod state;

pub use channels::{ChannelPage, ChannelsPage, EditChannelPage, NewChannelPage};
pub use edit_rule::EditRulePage;
pub use incident::IncidentPage;
pub use incidents::IncidentsPage;
pub use new_rule::NewRulePage;
pub use rule::RulePage;
pub use rules::RulesPage;

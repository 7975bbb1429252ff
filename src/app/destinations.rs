//! Destinations: where accepted events are forwarded to.

mod condition;
mod edit;
mod form;
pub(crate) mod functions;
mod health;
mod list;
mod new;
mod one;
pub(crate) mod posted;
pub(crate) mod state;

pub use condition::ConditionPage;
pub use edit::EditDestinationPage;
pub use list::DestinationsPage;
pub use new::NewDestinationPage;
pub use one::DestinationPage;

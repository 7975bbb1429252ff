//! Settings → Endpoints.

pub(crate) mod done;
pub(crate) mod functions;
pub(crate) mod hmac_fields;
pub(crate) mod hmac_form;
mod list;
pub(crate) mod new;
pub(crate) mod one;
pub(crate) mod rows;
pub(crate) mod secret_fields;
pub(crate) mod secret_functions;
pub(crate) mod state;
pub(crate) mod test_event_forms;

pub use list::EndpointsPage;

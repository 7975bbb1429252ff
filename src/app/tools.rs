//! Tools: verify a pasted request, send a built event, and the catalogue of event types.

mod catalogue;
pub(crate) mod functions;
mod send;
mod verify;

pub use catalogue::CataloguePage;
pub use send::SendPage;
pub use verify::VerifyPage;

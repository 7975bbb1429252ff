//! Work on many deliveries, and on the whole database: done in slices, so that nothing waits for it.

pub mod backup;
pub mod replay;
pub(crate) mod reverify;
pub mod run;
pub(crate) mod selection;

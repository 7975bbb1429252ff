//! What pages with figures have in common: the stretch of time they show, its bars, and the viewer's zone.

pub(crate) mod bars;
pub(crate) mod choice;
pub(crate) mod page;
pub(crate) mod pick_range;
pub(crate) mod range;
pub(crate) mod zone;

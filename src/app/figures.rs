//! What pages with figures have in common: the stretch of time they show, its bars, and the viewer's zone.

pub mod bars;
pub mod choice;
pub mod range;
pub mod zone;

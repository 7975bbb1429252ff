//! What moves in the browser. Props of an island are serialised into the page; contexts and the router do not reach it.

pub mod copy_button;
pub mod countdown;
pub mod events_table;
pub mod shortcuts;

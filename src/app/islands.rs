//! What moves in the browser. Props of an island are serialised into the page; contexts and the router do not reach it.

pub(crate) mod copy_button;
pub(crate) mod countdown;
pub(crate) mod events_table;
pub(crate) mod shortcuts;

//! Parts of pages. Those that islands use are compiled for the browser too.

pub(crate) mod delivery_row;
pub(crate) mod empty_list;
pub(crate) mod relative_time;
pub(crate) mod tag;

#[cfg(feature = "ssr")]
pub(crate) mod chart;
#[cfg(feature = "ssr")]
pub(crate) mod escaped;
#[cfg(feature = "ssr")]
pub(crate) mod escaped_text;
#[cfg(feature = "ssr")]
pub(crate) mod event_type_choice;
#[cfg(feature = "ssr")]
pub(crate) mod problem;
#[cfg(feature = "ssr")]
pub(crate) mod removals;
#[cfg(feature = "ssr")]
pub(crate) mod settings_nav;
#[cfg(feature = "ssr")]
pub(crate) mod tabs;
#[cfg(feature = "ssr")]
pub(crate) mod text_area;
#[cfg(feature = "ssr")]
pub(crate) mod when;

#[cfg(feature = "ssr")]
pub(crate) mod form;
#[cfg(feature = "ssr")]
pub(crate) mod posted;
#[cfg(feature = "ssr")]
pub(crate) mod query;
#[cfg(feature = "ssr")]
pub(crate) mod reload;
#[cfg(feature = "ssr")]
pub(crate) mod shown_once;

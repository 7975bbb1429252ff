//! Parts of pages. Those that islands use are compiled for the browser too.

pub mod delivery_row;
pub mod empty_list;
pub mod relative_time;
pub mod tag;

#[cfg(feature = "ssr")]
pub mod alerts_nav;
#[cfg(feature = "ssr")]
pub mod chart;
#[cfg(feature = "ssr")]
pub mod endpoint_state;
#[cfg(feature = "ssr")]
pub mod escaped;
#[cfg(feature = "ssr")]
pub mod escaped_text;
#[cfg(feature = "ssr")]
pub mod event_type_choice;
#[cfg(feature = "ssr")]
pub mod hmac_fields;
#[cfg(feature = "ssr")]
pub mod logout;
#[cfg(feature = "ssr")]
pub mod pick_range;
#[cfg(feature = "ssr")]
pub mod problem;
#[cfg(feature = "ssr")]
pub mod removals;
#[cfg(feature = "ssr")]
pub mod secret_fields;
#[cfg(feature = "ssr")]
pub mod server_state;
#[cfg(feature = "ssr")]
pub mod settings_nav;
#[cfg(feature = "ssr")]
pub mod shortcut_help;
#[cfg(feature = "ssr")]
mod tabs;
#[cfg(feature = "ssr")]
pub mod test_event_forms;
#[cfg(feature = "ssr")]
pub mod text_area;
#[cfg(feature = "ssr")]
pub mod verdict;
#[cfg(feature = "ssr")]
pub mod when;

pub use crate::model::visible;

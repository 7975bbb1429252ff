//! Alerts: what is wrong, what is watched, who is told.

mod channels;

pub use channels::{ChannelPage, ChannelsPage, EditChannelPage, NewChannelPage};

//! The URL of the page: which part of the delivery is shown, and how.

use crate::{
    app::kit::paths,
    model::{ids::DeliveryId, words::words},
};

/// What the query string asks for. What it does not know counts as not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeliveryQuery {
    /// `tab=`
    pub(crate) tab: Tab,
    /// `view=`; none: whichever suits the body.
    pub(crate) view: Option<View>,
    /// `all=1`: without the caps on what is shown.
    pub(crate) all: bool,
}

words! {
    /// Parts of the page.
    #[derive(Default)]
    pub(crate) enum Tab("tab") {
        #[default]
        Overview = "overview";
        Signature = "signature";
        Headers = "headers";
        Body = "body";
        Forwards = "forwards";
    }
}

words! {
    /// Ways to look at a body.
    pub(crate) enum View("view") {
        Tree = "tree", "Tree";
        Text = "text", "Text";
        Hex = "hex", "Hex";
    }
}

impl DeliveryQuery {
    /// Reads the values that `get` gives by name.
    pub(crate) fn from_pairs(get: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            tab: get("tab").and_then(|word| word.parse().ok()).unwrap_or_default(),
            view: get("view").and_then(|word| word.parse().ok()),
            all: get("all").as_deref() == Some("1"),
        }
    }
}

/// The URL of a part.
pub(crate) fn href(id: DeliveryId, tab: Tab) -> String {
    match tab {
        Tab::Overview => paths::delivery(id),
        _ => format!("{}?tab={}", paths::delivery(id), tab.as_str()),
    }
}

/// The URL of a way to look at the body.
pub(crate) fn body_href(id: DeliveryId, view: View, all: bool) -> String {
    let all = if all { "&all=1" } else { "" };
    format!("{}?tab=body&view={}{all}", paths::delivery(id), view.as_str())
}

//! The URL of the page: which part of the delivery is shown, and how.

use crate::model::ids::DeliveryId;

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

/// Parts of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    Overview,
    Signature,
    Headers,
    Body,
    Forwards,
}

/// Ways to look at a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    Tree,
    Text,
    Hex,
}

impl Tab {
    fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Signature => "signature",
            Self::Headers => "headers",
            Self::Body => "body",
            Self::Forwards => "forwards",
        }
    }
}

impl View {
    pub(crate) const ALL: [Self; 3] = [Self::Tree, Self::Text, Self::Hex];

    fn as_str(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Text => "text",
            Self::Hex => "hex",
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Tree => "Tree",
            Self::Text => "Text",
            Self::Hex => "Hex",
        }
    }
}

impl DeliveryQuery {
    /// Reads the values that `get` gives by name.
    pub(crate) fn from_pairs(get: impl Fn(&str) -> Option<String>) -> Self {
        let (tab, view) = (get("tab").unwrap_or_default(), get("view").unwrap_or_default());
        let tabs = [Tab::Overview, Tab::Signature, Tab::Headers, Tab::Body, Tab::Forwards];
        Self {
            tab: tabs.into_iter().find(|t| t.as_str() == tab).unwrap_or(Tab::Overview),
            view: View::ALL.into_iter().find(|v| v.as_str() == view),
            all: get("all").as_deref() == Some("1"),
        }
    }
}

/// The URL of a part.
pub(crate) fn href(id: DeliveryId, tab: Tab) -> String {
    match tab {
        Tab::Overview => format!("/events/{id}"),
        _ => format!("/events/{id}?tab={}", tab.as_str()),
    }
}

/// The URL of a way to look at the body.
pub(crate) fn body_href(id: DeliveryId, view: View, all: bool) -> String {
    let all = if all { "&all=1" } else { "" };
    format!("/events/{id}?tab=body&view={}{all}", view.as_str())
}

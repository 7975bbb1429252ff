//! The state of an endpoint as a tag.

use crate::{
    endpoints::registry::LiveEndpoint,
    model::{endpoint::Endpoint, scheme::Scheme},
};
use leptos::prelude::*;

/// How an endpoint stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointState {
    /// It answers 404.
    Disabled,
    /// Its scheme checks nothing: anyone who knows the URL can post.
    Unverified,
    /// It has no secret that counts, so it rejects everything.
    NoSecret,
    /// It verifies.
    Ready,
}

impl EndpointState {
    /// `live` is the endpoint as the ingest path knows it at `now` (unix ms).
    pub fn of(endpoint: &Endpoint, live: Option<&LiveEndpoint>, now: i64) -> Self {
        if !endpoint.enabled {
            Self::Disabled
        } else if endpoint.scheme == Scheme::None {
            Self::Unverified
        } else if live.is_some_and(|live| live.usable_secrets(now).next().is_some()) {
            Self::Ready
        } else {
            Self::NoSecret
        }
    }

    fn class_and_label(self) -> (&'static str, &'static str) {
        match self {
            Self::Disabled => ("tag idle", "Disabled"),
            Self::Unverified => ("tag bad", "Unverified"),
            Self::NoSecret => ("tag warn", "No secret"),
            Self::Ready => ("tag ok", "Verifies"),
        }
    }
}

/// The tag.
#[component]
pub fn EndpointStateTag(
    /// What it says.
    state: EndpointState,
) -> impl IntoView {
    let (class, label) = state.class_and_label();
    view! { <span class=class>{label}</span> }
}

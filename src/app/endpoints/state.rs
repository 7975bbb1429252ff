//! How an endpoint stands.

use crate::{app::kit::prelude::*, endpoints::registry::LiveEndpoint, model::endpoint::Endpoint};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndpointState {
    /// It answers 404.
    Disabled,
    /// Its scheme checks nothing: anyone who knows the URL can post.
    Unverified,
    /// It has no secret that counts, so it rejects everything.
    NoSecret,
    /// It verifies. Whether a test event can be signed too depends on its scheme and its secrets.
    Ready { can_sign: bool },
}

impl EndpointState {
    /// `live` is the endpoint as the ingest path knows it at `now` (unix ms).
    pub fn of(endpoint: &Endpoint, live: Option<&LiveEndpoint>, now: i64) -> Self {
        if !endpoint.enabled {
            Self::Disabled
        } else if !endpoint.scheme.verifies {
            Self::Unverified
        } else {
            let mut secrets = live.into_iter().flat_map(|live| live.usable_secrets(now)).peekable();
            match secrets.peek() {
                Some(_) => {
                    let signs = secrets.any(|secret| !secret.named.secret.is_verify_only());
                    Self::Ready { can_sign: signs && endpoint.scheme.can_sign() }
                }
                None => Self::NoSecret,
            }
        }
    }

    pub(crate) fn tag(self) -> impl IntoView {
        match self {
            Self::Disabled => tag("idle", "Disabled"),
            Self::Unverified => tag("bad", "Unverified"),
            Self::NoSecret => tag("warn", "No secret"),
            Self::Ready { .. } => tag("ok", "Verifies"),
        }
    }
}

//! How a destination stands.

use crate::{
    app::kit::prelude::*,
    db::forwards::Depth,
    model::destination::{Destination, TAKES_NOTHING},
};

/// How a destination stands, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateOf {
    /// No endpoint is left whose events it would get.
    TakesNothing,
    Paused,
    /// It does not answer: nothing is sent for a while.
    Resting,
    /// It has dead forwards.
    Failing,
    /// Something is tried again.
    Retrying,
    Active,
}

impl StateOf {
    pub(crate) fn new(destination: &Destination, depth: Depth, now: i64) -> Self {
        match () {
            () if destination.takes_nothing() => Self::TakesNothing,
            () if destination.paused_at.is_some() => Self::Paused,
            () if destination.open_until.is_some_and(|until| until > now) => Self::Resting,
            () if depth.dead > 0 => Self::Failing,
            () if depth.retrying > 0 => Self::Retrying,
            () => Self::Active,
        }
    }

    pub(crate) fn tag(self) -> impl IntoView {
        match self {
            Self::TakesNothing => tag("bad", "Gets nothing"),
            Self::Paused => tag("warn", "Paused"),
            Self::Resting => tag("bad", "On hold"),
            Self::Failing => tag("bad", "Failing"),
            Self::Retrying => tag("warn", "Retrying"),
            Self::Active => tag("ok", "Active"),
        }
    }
}

/// Why a destination gets no event, and what to do.
#[component]
pub(crate) fn TakesNothing() -> impl IntoView {
    view! {
        <Banner kind="bad" title=TAKES_NOTHING role="status">
            <p>"Its only endpoint was removed, so it gets no events. An admin can choose other endpoints under Edit."</p>
        </Banner>
    }
}

/// Its name, which leads to its page; and that it gets nothing.
pub(crate) fn name_of(destination: &Destination) -> impl IntoView + use<> {
    let nothing =
        destination.takes_nothing().then(|| view! { <small class="below bad-text">{TAKES_NOTHING}</small> });
    view! { <a class="name" href=paths::destination(destination.id)>{visible(&destination.name)}</a>{nothing} }
}

//! The own sessions.

use crate::{
    app::{account::functions::EndSession, kit::prelude::*},
    model::session::OwnSession,
};

/// One row per session; all but the one in use can be ended.
pub(super) fn table(sessions: &[OwnSession], now: i64) -> AnyView {
    Table::of(sessions)
        .class("list")
        .plain("Logged in", |session| view! { <When at=session.since now/> })
        .plain("Last used", |session| view! { <When at=session.seen now/> })
        .col("From", "mono", |session| session.from.clone())
        .actions("Change", |session| {
            if session.is_current {
                return tag("ok", "this session").into_any();
            }
            let (id, said) = (session.id.clone(), format!("End the session from {}", session.from));
            view! { <PostButton to=EndSession::PATH with=[("id", id)] class="btn small danger" label="End" said/> }
                .into_any()
        })
        .view()
}

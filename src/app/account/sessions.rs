//! The own sessions.

use crate::{
    app::{account::functions::EndSession, kit::when::When},
    model::session::OwnSession,
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// One row per session; all but the one in use can be ended.
#[component]
pub(crate) fn Sessions(sessions: Vec<OwnSession>, now: i64) -> impl IntoView {
    let rows = sessions.into_iter().map(|session| view! { <SessionRow session now/> }).collect_view();
    view! {
        <table class="list">
            <thead>
                <tr>
                    <th>"Logged in"</th>
                    <th>"Last used"</th>
                    <th>"From"</th>
                    <th><span class="hush">"Change"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn SessionRow(session: OwnSession, now: i64) -> impl IntoView {
    let change = if session.is_current {
        Either::Left(view! { <span class="tag ok">"this one"</span> })
    } else {
        let label = format!("End the session from {}", session.from);
        Either::Right(view! {
            <form class="inline" method="post" action=EndSession::PATH>
                <input type="hidden" name="id" value=session.id/>
                <button class="btn small danger" aria-label=label>"End"</button>
            </form>
        })
    };
    view! {
        <tr>
            <td><When at=session.since now/></td>
            <td><When at=session.seen now/></td>
            <td class="mono">{session.from}</td>
            <td>{change}</td>
        </tr>
    }
}

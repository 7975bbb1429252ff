//! The last messages of a channel.

use crate::{
    app::kit::when::When,
    model::{
        notice::{Notice, NoticeKind, NoticeState},
        time,
        visible::visible,
    },
};
use leptos::prelude::*;

/// The table, the newest first.
#[component]
pub(crate) fn Messages(
    notices: Vec<Notice>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    if notices.is_empty() {
        return view! { <p class="empty">"No message yet. Send a test to see that one arrives."</p> }
            .into_any();
    }
    let rows = notices.into_iter().map(|notice| view! { <Row notice now/> }).collect_view();
    view! {
        <table class="cards">
            <caption>"Last messages"</caption>
            <thead>
                <tr>
                    <th scope="col">"Queued"</th>
                    <th scope="col">"About"</th>
                    <th scope="col">"Why"</th>
                    <th scope="col">"State"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(notice: Notice, now: i64) -> impl IntoView {
    let why = match notice.kind {
        NoticeKind::Opened => "opened",
        NoticeKind::Reminder => "still open",
        NoticeKind::Recovered => "recovered",
        NoticeKind::Resolved => "resolved",
        NoticeKind::Test => "test",
    };
    let title = visible(&notice.content.title);
    let about = match notice.content.incident {
        Some(id) => view! { <a href=format!("/alerts/incidents/{id}")>{title}</a> }.into_any(),
        None => view! { <span>{title}</span> }.into_any(),
    };
    let next = (notice.state == NoticeState::Queued && notice.next_at > now)
        .then(|| format!(" in {}", time::duration(notice.next_at - now)));
    let error =
        notice.error.as_deref().map(|error| view! { <small class="bad-text">" "{visible(error)}</small> });
    view! {
        <tr>
            <td data-label="Queued"><When at=notice.created_at now/></td>
            <td class="wrap name" data-label="About">{about}</td>
            <td data-label="Why">{why}</td>
            <td class="wrap" data-label="State"><span><NoticeTag state=notice.state attempts=notice.attempts/>{next}{error}</span></td>
        </tr>
    }
}

/// How a message stands, in a word.
#[component]
pub(crate) fn NoticeTag(
    state: NoticeState,
    /// Tries so far.
    attempts: i64,
) -> impl IntoView {
    let (class, word) = match (state, attempts) {
        (NoticeState::Sent, _) => ("tag ok", "Sent"),
        (NoticeState::Failed, _) => ("tag bad", "Failed"),
        (NoticeState::Queued, 0) => ("tag idle", "Queued"),
        (NoticeState::Queued, _) => ("tag warn", "Tried again"),
    };
    view! { <span class=class>{word}</span> }
}

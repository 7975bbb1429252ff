//! The last messages of a channel.

use crate::{
    app::kit::prelude::*,
    model::notice::{Notice, NoticeKind, NoticeState},
};

/// The table, the newest first.
pub(super) fn messages(notices: &[Notice], now: i64) -> AnyView {
    if notices.is_empty() {
        return view! { <p class="empty">"No messages yet. Send a test to check that it works."</p> }
            .into_any();
    }
    Table::of(notices)
        .caption("Recent messages")
        .col("Queued", "", move |notice| view! { <When at=notice.created_at now/> })
        .col("About", "wrap name", |notice| {
            let title = visible(&notice.content.title);
            match notice.content.incident {
                Some(id) => view! { <a href=paths::incident(id)>{title}</a> }.into_any(),
                None => view! { <span>{title}</span> }.into_any(),
            }
        })
        .col(
            "Why",
            "",
            |notice| if notice.kind == NoticeKind::Reminder { "still open" } else { notice.kind.as_str() },
        )
        .col("State", "wrap", move |notice| {
            let next = (notice.state == NoticeState::Queued && notice.next_at > now)
                .then(|| format!(" in {}", time::duration(notice.next_at - now)));
            let error = notice.error.as_deref().map(visible);
            let error = error.map(|error| view! { <small class="bad-text">" "{error}</small> });
            view! { <span>{notice_tag(notice)}{next}{error}</span> }
        })
        .view()
}

/// How a message stands, in a word.
pub(super) fn notice_tag(notice: &Notice) -> impl IntoView + use<> {
    match (notice.state, notice.attempts) {
        (NoticeState::Sent, _) => tag("ok", "Sent"),
        (NoticeState::Failed, _) => tag("bad", "Failed"),
        (NoticeState::Queued, 0) => tag("idle", "Queued"),
        (NoticeState::Queued, _) => tag("warn", "Tried again"),
    }
}

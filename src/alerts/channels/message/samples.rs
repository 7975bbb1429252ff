//! Messages that tests render.

use super::Message;
use crate::model::{
    ids::{ChannelId, IncidentId},
    notice::{Notice, NoticeContent, NoticeKind, NoticeState},
    severity::Severity,
};
use uuid::Uuid;

/// 2026-11-23T12:00:00Z.
const OPENED_AT: i64 = 1_795_435_200_000;

/// These as one message.
pub(in crate::alerts) fn message(notices: &[Notice]) -> Message<'_> {
    Message { notices, first: None, base_url: "https://hooks.example.com" }
}

/// A message of this kind about the incident with the number 1.
pub(in crate::alerts) fn notice(id: i64, kind: NoticeKind) -> Notice {
    Notice {
        id,
        channel_id: ChannelId(Uuid::from_u128(2)),
        channel: "ops".into(),
        kind,
        content: NoticeContent {
            incident: (kind != NoticeKind::Test).then(|| IncidentId(Uuid::from_u128(1))),
            severity: Severity::Warning,
            title: "No events on prod-openai".into(),
            text: "No events for 31 min; the threshold is 30 min.".into(),
            rule: "silence".into(),
            object: Some("prod-openai".into()),
            url: "https://hooks.example.com/alerts/1?a=1&b=2".into(),
            opened_at: OPENED_AT,
            at: if kind == NoticeKind::Opened { OPENED_AT } else { OPENED_AT + 720_000 },
        },
        state: NoticeState::Queued,
        attempts: 0,
        next_at: OPENED_AT,
        error: None,
        created_at: OPENED_AT,
        sent_at: None,
    }
}

/// One whose texts try everything.
pub(in crate::alerts) fn hostile() -> Notice {
    let mut notice = notice(7, NoticeKind::Opened);
    let text =
        "<!channel> @everyone <@U123> **b** [x](https://evil.example) \"},{\r\nBcc: a@b.example <b>&amp;</b>";
    notice.content.title = text.into();
    notice.content.text = text.into();
    notice.content.object = Some(text.into());
    notice
}

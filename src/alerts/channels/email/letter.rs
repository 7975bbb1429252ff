//! Letters: plain text, which no mail program mistakes for more. Those about one incident make one conversation.

use super::{Account, header};
use crate::{
    alerts::channels::{Message, Refusal},
    model::{ids::ChannelId, notice::Notice, visible::visible},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::{Address, address::Envelope};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

/// A line of a letter may be 998 characters long (RFC 5322, section 2.1.1).
const LINE: usize = 990;

/// A letter ready to be sent: ASCII throughout, so that every server takes it.
pub(super) struct Letter {
    /// From whom, and to whom.
    pub(super) envelope: Envelope,
    /// Headers and text (RFC 5322).
    pub(super) text: String,
}

/// Writes a letter. Its id is the same for each try, so that who gets it twice can tell.
pub(super) fn letter(
    mail: &Account<'_>,
    channel: ChannelId,
    message: &Message<'_>,
    now_ms: i64,
) -> Result<Letter, Refusal> {
    // They were read when they were saved.
    let unreadable = |field| Refusal::lasting(format!("{field}: is no longer valid; enter it again"));
    let (name, from) = header::mailbox(mail.from).ok_or_else(|| unreadable("from"))?;
    let to: Option<Vec<Address>> = mail.to.iter().map(|one| header::address(one)).collect();
    let to = to.ok_or_else(|| unreadable("to"))?;
    let text = message.text();
    let id = |notice: &str| format!("<notice-{notice}.{channel}@{}>", from.domain());
    let recipients: Vec<String> = to.iter().map(ToString::to_string).collect();
    let mut headers = vec![
        ("Date", date(now_ms)),
        ("From", header::from(&name, &from)),
        ("To", recipients.join(",\r\n ")),
        ("Subject", header::text(&text.head)),
        ("Message-ID", id(&own_id(message.notices))),
    ];
    if let Some(first) = message.first {
        let first = id(&first.to_string());
        headers.extend([("In-Reply-To", first.clone()), ("References", first)]);
    }
    let channel_name = message.notices.first().map(|notice| visible(&notice.channel)).unwrap_or_default();
    let written = format!(
        "{}\n\n{}\n\n{}\n{}\n\n-- \nSent by Hookpost over the channel {channel_name}:\n{}/alerts/channels/{channel}\n",
        text.head, text.body, text.times, text.url, message.base_url,
    );
    let (encoding, body) = body(&written);
    headers.extend([
        // Holiday replies and the like keep silent then (RFC 3834).
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("MIME-Version", "1.0".to_owned()),
        ("Content-Type", "text/plain; charset=utf-8".to_owned()),
        ("Content-Transfer-Encoding", encoding.to_owned()),
    ]);
    let head: String = headers.into_iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let envelope = Envelope::new(Some(from), to).map_err(|_| unreadable("to"))?;
    Ok(Letter { envelope, text: format!("{head}\r\n{body}") })
}

fn own_id(notices: &[Notice]) -> String {
    match notices {
        [one] => one.id.to_string(),
        several => {
            let id = |notice: Option<&Notice>| notice.map_or(0, |notice| notice.id);
            format!("{}-{}", id(several.first()), id(several.last()))
        }
    }
}

fn date(ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1_000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    // It fails for years before 1900 only.
    at.format(&Rfc2822).unwrap_or_default()
}

/// Text as it is where it is plain, else in base64; with the name of the encoding.
fn body(text: &str) -> (&'static str, String) {
    let text = text.replace('\n', "\r\n");
    if text.is_ascii() && text.lines().all(|line| line.len() <= LINE) {
        return ("7bit", text);
    }
    let encoded = STANDARD.encode(text);
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / 38);
    for (index, c) in encoded.chars().enumerate() {
        // Lines of 76 characters (RFC 2045, section 6.8).
        if index > 0 && index % 76 == 0 {
            lines.push_str("\r\n");
        }
        lines.push(c);
    }
    ("base64", lines + "\r\n")
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::message::samples::{hostile, notice},
        *,
    };
    use crate::model::notice::NoticeKind;
    use uuid::Uuid;

    fn written(notices: &[Notice], first: Option<i64>) -> String {
        let mail = Account {
            from: "Hookpost <hookpost@example.com>",
            to: vec!["ops@example.com", "ada@example.com"],
            ..Account::default()
        };
        let message = Message { notices, first, base_url: "https://hooks.example.com" };
        let channel = ChannelId(Uuid::from_u128(2));
        let letter = letter(&mail, channel, &message, 1_795_435_200_000).unwrap();
        assert_eq!(letter.envelope.to().len(), 2);
        letter.text.replace("\r\n", "\n")
    }

    #[test]
    fn an_end_answers_the_letter_that_told_of_the_opening() {
        insta::assert_snapshot!(written(&[notice(3, NoticeKind::Recovered)], Some(1)), @r"
        Date: Mon, 23 Nov 2026 12:00:00 +0000
        From: Hookpost <hookpost@example.com>
        To: ops@example.com,
         ada@example.com
        Subject: [recovered] No events on prod-openai
        Message-ID: <notice-3.00000000-0000-0000-0000-000000000002@example.com>
        In-Reply-To: <notice-1.00000000-0000-0000-0000-000000000002@example.com>
        References: <notice-1.00000000-0000-0000-0000-000000000002@example.com>
        Auto-Submitted: auto-generated
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 7bit

        [recovered] No events on prod-openai

        No events for 31 min; the threshold is 30 min.

        Opened 2026-11-23 12:00:00.000 UTC, recovered after 12 min
        https://hooks.example.com/alerts/1?a=1&b=2

        -- 
        Sent by Hookpost over the channel ops:
        https://hooks.example.com/alerts/channels/00000000-0000-0000-0000-000000000002
        ");
    }

    #[test]
    fn a_digest_has_an_id_of_its_own_and_answers_nothing() {
        let all: Vec<Notice> = (4..=8).map(|id| notice(id, NoticeKind::Opened)).collect();
        insta::assert_snapshot!(written(&all, None), @r"
        Date: Mon, 23 Nov 2026 12:00:00 +0000
        From: Hookpost <hookpost@example.com>
        To: ops@example.com,
         ada@example.com
        Subject: 5 alerts: 5 opened
        Message-ID: <notice-4-8.00000000-0000-0000-0000-000000000002@example.com>
        Auto-Submitted: auto-generated
        MIME-Version: 1.0
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: 7bit

        5 alerts: 5 opened

        [warning] No events on prod-openai
        [warning] No events on prod-openai
        [warning] No events on prod-openai
        [warning] No events on prod-openai
        [warning] No events on prod-openai

        From 2026-11-23 12:00:00.000 UTC to 2026-11-23 12:00:00.000 UTC
        https://hooks.example.com/alerts

        -- 
        Sent by Hookpost over the channel ops:
        https://hooks.example.com/alerts/channels/00000000-0000-0000-0000-000000000002
        ");
    }

    #[test]
    fn no_text_makes_a_header_and_no_line_is_too_long() {
        let mut bad = hostile();
        bad.content.title = format!("x\r\nBcc: eve@evil.example\r\n\r\n{}", "ü".repeat(10_000));
        let letter = written(&[bad], None);
        let (headers, body) = letter.split_once("\n\n").unwrap();
        assert!(!headers.lines().any(|line| line.starts_with("Bcc")), "{headers}");
        assert!(headers.contains("Content-Transfer-Encoding: base64") && letter.is_ascii());
        assert!(letter.lines().all(|line| line.len() <= 90), "{letter}");
        let text = String::from_utf8(STANDARD.decode(body.replace('\n', "")).unwrap()).unwrap();
        assert!(text.starts_with("[warning] x⟨U+000D⟩⟨U+000A⟩Bcc: eve@evil.example"), "{text}");
    }
}

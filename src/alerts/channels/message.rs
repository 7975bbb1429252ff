//! What a message says, as every channel for people tells it.

use crate::model::{
    notice::{Notice, NoticeKind},
    severity::Severity,
    time,
    visible::visible,
};

/// Lines of a digest; what is more is counted.
const MOST_LINES: usize = 25;
/// Characters of a title, of a sentence, and of a line of a digest: what is longer is cut.
const TITLE: usize = 200;
const SENTENCE: usize = 1_500;
const LINE: usize = 120;

/// What goes out at once: one message about one incident, or a digest of several.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// At least one.
    pub notices: &'a [Notice],
    /// Id of the first message that this channel got about the incident; `None` for the first itself.
    pub first: Option<i64>,
    /// Where Hookpost is reached.
    pub base_url: &'a str,
}

/// How a message feels, for colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Info,
    Warning,
    Critical,
    /// It is over.
    Good,
}

impl Tone {
    /// Red, green and blue.
    pub(super) fn rgb(self) -> u32 {
        match self {
            Self::Info => 0x2f_6f_eb,
            Self::Warning => 0xd9_77_06,
            Self::Critical => 0xdc_26_26,
            Self::Good => 0x16_a3_4a,
        }
    }
}

/// A message as people read it. Every text is safe to look at: what is invisible or would break a line is written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    /// One line: `[warning] No events on prod-openai`.
    pub(super) head: String,
    /// A sentence, or the lines of a digest.
    pub(super) body: String,
    /// When it began, and ended.
    pub(super) times: String,
    /// Where to look.
    pub(super) url: String,
    pub(super) tone: Tone,
}

impl Message<'_> {
    /// Whether it tells of several incidents.
    pub fn is_digest(&self) -> bool {
        self.notices.len() > 1
    }

    pub(super) fn text(&self) -> Text {
        match self.notices {
            [one] => single(one),
            several => digest(several, self.base_url),
        }
    }
}

fn single(notice: &Notice) -> Text {
    let content = &notice.content;
    Text {
        head: head(notice, TITLE),
        body: cut(&visible(&content.text), SENTENCE),
        times: times(notice),
        url: content.url.clone(),
        tone: tone(notice),
    }
}

/// The word in brackets and the title.
fn head(notice: &Notice, longest: usize) -> String {
    let severity = notice.content.severity;
    let word = match notice.kind {
        NoticeKind::Opened => severity.as_str().to_owned(),
        NoticeKind::Reminder => format!("{severity}, still open"),
        kind => kind.as_str().to_owned(),
    };
    format!("[{word}] {}", cut(&visible(&notice.content.title), longest))
}

fn times(notice: &Notice) -> String {
    let content = &notice.content;
    let opened = format!("Opened {}", time::full(content.opened_at));
    let lasted = || time::duration((content.at - content.opened_at).max(0));
    match notice.kind {
        NoticeKind::Opened => opened,
        NoticeKind::Reminder => format!("{opened}, open for {}", lasted()),
        NoticeKind::Recovered => format!("{opened}, recovered after {}", lasted()),
        NoticeKind::Resolved => format!("{opened}, resolved after {}", lasted()),
        NoticeKind::Test => format!("Sent {}", time::full(content.at)),
    }
}

fn tone(notice: &Notice) -> Tone {
    match (notice.kind, notice.content.severity) {
        (NoticeKind::Recovered | NoticeKind::Resolved, _) => Tone::Good,
        (_, Severity::Info) => Tone::Info,
        (_, Severity::Warning) => Tone::Warning,
        (_, Severity::Critical) => Tone::Critical,
    }
}

fn digest(notices: &[Notice], base_url: &str) -> Text {
    let counts = [
        (NoticeKind::Opened, "opened"),
        (NoticeKind::Reminder, "still open"),
        (NoticeKind::Recovered, "recovered"),
        (NoticeKind::Resolved, "resolved"),
        (NoticeKind::Test, "tests"),
    ]
    .into_iter()
    .map(|(kind, word)| (notices.iter().filter(|notice| notice.kind == kind).count(), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect::<Vec<_>>()
    .join(", ");
    let mut lines: Vec<String> = notices.iter().take(MOST_LINES).map(|notice| head(notice, LINE)).collect();
    if notices.len() > MOST_LINES {
        lines.push(format!("and {} more", notices.len() - MOST_LINES));
    }
    let at = notices.iter().map(|notice| notice.content.at);
    let (from, to) = (at.clone().min().unwrap_or_default(), at.max().unwrap_or_default());
    // The worst of what is still open; all over: good.
    let open = notices.iter().filter(|notice| !notice.kind.is_end());
    let tone = open.max_by_key(|notice| notice.content.severity).map_or(Tone::Good, tone);
    Text {
        head: format!("{} alerts: {counts}", notices.len()),
        body: lines.join("\n"),
        times: format!("From {} to {}", time::full(from), time::full(to)),
        url: format!("{base_url}/alerts"),
        tone,
    }
}

/// Longest text, in characters.
pub(super) fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let kept: String = text.chars().take(longest.saturating_sub(1)).collect();
    format!("{kept}…")
}

/// Writes a text out for another format, character by character, and stops before it gets longer than its field may be
/// there: an escape is never cut in two.
pub(super) fn escaped(text: &str, longest: usize, escape: impl Fn(char, &mut String)) -> String {
    let (mut out, mut length) = (String::new(), 0);
    for c in text.chars() {
        let mut one = String::new();
        escape(c, &mut one);
        length += one.chars().count();
        if length >= longest {
            out.push('…');
            break;
        }
        out.push_str(&one);
    }
    out
}

#[cfg(test)]
pub(in crate::alerts) mod samples;

#[cfg(test)]
mod tests {
    use super::{samples::notice, *};

    #[test]
    fn a_title_is_one_line_of_bounded_length_whatever_it_holds() {
        let mut hostile = notice(1, NoticeKind::Opened);
        hostile.content.title = format!("a\r\nBcc: x\u{202e}{}", "y".repeat(10_000));
        let text = Message { notices: &[hostile], first: None, base_url: "" }.text();
        assert!(text.head.starts_with("[warning] a⟨U+000D⟩⟨U+000A⟩Bcc: x⟨U+202E⟩yyy"), "{}", text.head);
        assert!(text.head.chars().count() < 250 && text.head.ends_with('…'));
    }

    #[test]
    fn an_end_says_how_long_it_lasted() {
        let over = notice(2, NoticeKind::Recovered);
        let text = Message { notices: &[over], first: Some(1), base_url: "" }.text();
        assert_eq!(text.head, "[recovered] No events on prod-openai");
        assert_eq!(text.times, "Opened 2026-11-23 12:00:00.000 UTC, recovered after 12 min");
        assert_eq!(text.tone, Tone::Good);
    }

    #[test]
    fn a_digest_counts_by_kind_lists_25_and_counts_the_rest() {
        let mut all: Vec<Notice> = (1..=28).map(|id| notice(id, NoticeKind::Opened)).collect();
        all.push(notice(29, NoticeKind::Recovered));
        all.push(notice(30, NoticeKind::Reminder));
        let text = Message { notices: &all, first: None, base_url: "https://h.example" }.text();
        assert_eq!(text.head, "30 alerts: 28 opened, 1 still open, 1 recovered");
        assert_eq!(text.body.lines().count(), 26);
        assert!(text.body.ends_with("\nand 5 more"));
        assert_eq!((text.url.as_str(), text.tone), ("https://h.example/alerts", Tone::Warning));
    }
}

//! Discord's webhooks (<https://docs.discord.com/developers/resources/webhook#execute-webhook>).

use super::message::{Message, escaped};
use serde_json::{Value, json};

/// Discord refuses longer ones: 256 and 4096.
const TITLE: usize = 250;
const DESCRIPTION: usize = 4_000;

pub(super) fn body(message: &Message<'_>) -> Value {
    let words = message.words();
    json!({
        "username": "Hookpost",
        // Whatever stands in the text, nobody is pinged.
        "allowed_mentions": { "parse": [] },
        "embeds": [{
            "title": text(&words.head, TITLE),
            "url": words.url,
            "description": text(&words.text, DESCRIPTION),
            "color": words.tone.rgb(),
            "footer": { "text": words.times },
        }],
    })
}

/// Discord shows any sign after a backslash as it is: no emphasis, no link under another name, no mention.
fn text(text: &str, longest: usize) -> String {
    escaped(text, longest, |c, out| {
        if "\\*_~`|<>[]()#@:-".contains(c) {
            out.push('\\');
        }
        out.push(c);
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::message::samples::{hostile, notice},
        *,
    };
    use crate::model::notice::{Notice, NoticeKind};

    fn rendered(notices: &[Notice]) -> Value {
        body(&Message { notices, first: None, base_url: "https://hooks.example.com" })
    }

    #[test]
    fn an_end_is_green_and_says_how_long_it_lasted() {
        insta::assert_json_snapshot!(rendered(&[notice(2, NoticeKind::Recovered)]), @r#"
        {
          "username": "Hookpost",
          "allowed_mentions": {
            "parse": []
          },
          "embeds": [
            {
              "title": "\\[recovered\\] No events on prod\\-openai",
              "url": "https://hooks.example.com/alerts/1?a=1&b=2",
              "description": "Nothing for 31 min; usually one comes every 2 min.",
              "color": 1483594,
              "footer": {
                "text": "Opened 2026-11-23 12:00:00.000 UTC, recovered after 12 min"
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn nothing_in_a_name_pings_or_links() {
        insta::assert_json_snapshot!(rendered(&[hostile()]), @r#"
        {
          "username": "Hookpost",
          "allowed_mentions": {
            "parse": []
          },
          "embeds": [
            {
              "title": "\\[warning\\] \\<!channel\\> \\@everyone \\<\\@U123\\> \\*\\*b\\*\\* \\[x\\]\\(https\\://evil.example\\) \"},{⟨U+000D⟩⟨U+000A⟩Bcc\\: a\\@b.example \\<b\\>&amp;\\</b\\>",
              "url": "https://hooks.example.com/alerts/1?a=1&b=2",
              "description": "\\<!channel\\> \\@everyone \\<\\@U123\\> \\*\\*b\\*\\* \\[x\\]\\(https\\://evil.example\\) \"},{⟨U+000D⟩⟨U+000A⟩Bcc\\: a\\@b.example \\<b\\>&amp;\\</b\\>",
              "color": 14251782,
              "footer": {
                "text": "Opened 2026-11-23 12:00:00.000 UTC"
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn a_digest_of_the_worst_names_stays_within_what_discord_takes() {
        let mut bad = hostile();
        bad.content.title = "*".repeat(10_000);
        let value = rendered(&vec![bad; 40]);
        let count = |field: &str| value["embeds"][0][field].as_str().unwrap().chars().count();
        assert!(count("title") <= 256 && count("description") <= 4_096);
    }
}

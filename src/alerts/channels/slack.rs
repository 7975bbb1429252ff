//! Slack's incoming webhooks (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>). The line is the
//! text, which notifications show; the rest stands below it, with a bar in the colour of the severity.

use super::message::{Message, escaped};
use serde_json::{Value, json};

/// Slack refuses a text of a block that is longer than 3000 characters.
const LONGEST: usize = 2_900;

pub(super) fn body(message: &Message<'_>) -> Value {
    let words = message.words();
    let color = format!("#{:06x}", words.tone.rgb());
    // `verbatim`: nothing in it becomes a link, a channel or a person.
    let block = |text: String| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
    let more =
        format!("{} · <{}|Open in Hookpost>", text(&words.times), text(&words.url).replace('|', "%7C"));
    json!({
        "text": text(&words.head),
        "attachments": [{
            "color": color,
            "fallback": text(&words.text),
            "blocks": [
                { "type": "section", "text": block(text(&words.text)) },
                { "type": "context", "elements": [block(more)] },
            ],
        }],
    })
}

/// Slack reads three characters as markup, that of mentions (`<!channel>`) among them.
fn text(text: &str) -> String {
    let text = escaped(text, LONGEST, |c, out| match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        c => out.push(c),
    });
    // An empty text would be refused.
    if text.is_empty() { "–".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{
        super::message::samples::{hostile, notice},
        *,
    };
    use crate::model::notice::NoticeKind;

    fn rendered(notices: &[crate::model::notice::Notice]) -> Value {
        body(&Message { notices, first: None, base_url: "https://hooks.example.com" })
    }

    #[test]
    fn an_opening_is_a_line_and_an_attachment() {
        insta::assert_json_snapshot!(rendered(&[notice(1, NoticeKind::Opened)]), @r##"
        {
          "text": "[warning] No events on prod-openai",
          "attachments": [
            {
              "color": "#d97706",
              "fallback": "Nothing for 31 min; usually one comes every 2 min.",
              "blocks": [
                {
                  "type": "section",
                  "text": {
                    "type": "mrkdwn",
                    "text": "Nothing for 31 min; usually one comes every 2 min.",
                    "verbatim": true
                  }
                },
                {
                  "type": "context",
                  "elements": [
                    {
                      "type": "mrkdwn",
                      "text": "Opened 2026-11-23 12:00:00.000 UTC · <https://hooks.example.com/alerts/1?a=1&amp;b=2|Open in Hookpost>",
                      "verbatim": true
                    }
                  ]
                }
              ]
            }
          ]
        }
        "##);
    }

    #[test]
    fn nothing_in_a_name_pings_or_links() {
        insta::assert_json_snapshot!(rendered(&[hostile()]), @r##"
        {
          "text": "[warning] &lt;!channel&gt; @everyone &lt;@U123&gt; **b** [x](https://evil.example) \"},{⟨U+000D⟩⟨U+000A⟩Bcc: a@b.example &lt;b&gt;&amp;amp;&lt;/b&gt;",
          "attachments": [
            {
              "color": "#d97706",
              "fallback": "&lt;!channel&gt; @everyone &lt;@U123&gt; **b** [x](https://evil.example) \"},{⟨U+000D⟩⟨U+000A⟩Bcc: a@b.example &lt;b&gt;&amp;amp;&lt;/b&gt;",
              "blocks": [
                {
                  "type": "section",
                  "text": {
                    "type": "mrkdwn",
                    "text": "&lt;!channel&gt; @everyone &lt;@U123&gt; **b** [x](https://evil.example) \"},{⟨U+000D⟩⟨U+000A⟩Bcc: a@b.example &lt;b&gt;&amp;amp;&lt;/b&gt;",
                    "verbatim": true
                  }
                },
                {
                  "type": "context",
                  "elements": [
                    {
                      "type": "mrkdwn",
                      "text": "Opened 2026-11-23 12:00:00.000 UTC · <https://hooks.example.com/alerts/1?a=1&amp;b=2|Open in Hookpost>",
                      "verbatim": true
                    }
                  ]
                }
              ]
            }
          ]
        }
        "##);
    }

    #[test]
    fn a_digest_of_the_worst_names_stays_within_what_slack_takes() {
        let mut bad = hostile();
        bad.content.title = "&".repeat(10_000);
        let value = rendered(&vec![bad; 40]);
        let text = value["attachments"][0]["blocks"][0]["text"]["text"].as_str().unwrap();
        assert!(text.chars().count() <= 3_000 && text.ends_with("&amp;…"), "{}", text.len());
    }
}

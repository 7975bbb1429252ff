//! Workflows of Microsoft Teams that take webhooks: an Adaptive Card in a message
//! (<https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>).

use super::message::{Message, Tone};
use serde_json::{Value, json};

pub(super) fn body(message: &Message<'_>) -> Value {
    let words = message.words();
    let color = match words.tone {
        Tone::Info => "Accent",
        Tone::Warning => "Warning",
        Tone::Critical => "Attention",
        Tone::Good => "Good",
    };
    let mut body = vec![runs(json!({
        "type": "TextRun", "text": words.head, "weight": "Bolder", "size": "Medium", "color": color,
    }))];
    body.extend(words.text.lines().map(|line| runs(json!({ "type": "TextRun", "text": line }))));
    body.push(runs(json!({ "type": "TextRun", "text": words.times, "isSubtle": true, "size": "Small" })));
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": { "width": "Full" },
                "body": body,
                "actions": [{ "type": "Action.OpenUrl", "title": "Open in Hookpost", "url": words.url }],
            },
        }],
    })
}

/// A `TextBlock` would read its text as Markdown; a `TextRun` shows it as it is.
fn runs(run: Value) -> Value {
    json!({ "type": "RichTextBlock", "inlines": [run] })
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
    fn a_reminder_is_a_card_with_a_link() {
        insta::assert_json_snapshot!(rendered(&[notice(2, NoticeKind::Reminder)]), @r#"
        {
          "type": "message",
          "attachments": [
            {
              "contentType": "application/vnd.microsoft.card.adaptive",
              "contentUrl": null,
              "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": {
                  "width": "Full"
                },
                "body": [
                  {
                    "type": "RichTextBlock",
                    "inlines": [
                      {
                        "type": "TextRun",
                        "text": "[warning, still open] No events on prod-openai",
                        "weight": "Bolder",
                        "size": "Medium",
                        "color": "Warning"
                      }
                    ]
                  },
                  {
                    "type": "RichTextBlock",
                    "inlines": [
                      {
                        "type": "TextRun",
                        "text": "Nothing for 31 min; usually one comes every 2 min."
                      }
                    ]
                  },
                  {
                    "type": "RichTextBlock",
                    "inlines": [
                      {
                        "type": "TextRun",
                        "text": "Opened 2026-11-23 12:00:00.000 UTC, open for 12 min",
                        "isSubtle": true,
                        "size": "Small"
                      }
                    ]
                  }
                ],
                "actions": [
                  {
                    "type": "Action.OpenUrl",
                    "title": "Open in Hookpost",
                    "url": "https://hooks.example.com/alerts/1?a=1&b=2"
                  }
                ]
              }
            }
          ]
        }
        "#);
    }

    #[test]
    fn the_worst_names_are_text_and_a_digest_fits_in_what_teams_takes() {
        let card = rendered(&[hostile()]);
        let head = &card["attachments"][0]["content"]["body"][0]["inlines"][0];
        assert_eq!(head["type"], "TextRun");
        assert!(head["text"].as_str().unwrap().contains("[x](https://evil.example)"));
        let mut bad = hostile();
        bad.content.title = "\"".repeat(10_000);
        // Teams takes messages of about 28 kB.
        assert!(rendered(&vec![bad; 40]).to_string().len() < 28_000);
    }
}

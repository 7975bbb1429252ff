//! Workflows of Microsoft Teams that take webhooks: an Adaptive Card in a message
//! (<https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>).

use super::{
    Field, Message, Spec,
    message::{Text, Tone},
    spec::unchecked,
};
use serde_json::{Value, json};

pub(super) static SPEC: Spec = Spec {
    word: "teams",
    label: "Microsoft Teams",
    about: "To a channel or chat, through a Microsoft Teams workflow.",
    steps: "In Teams, open the channel's menu, then Workflows → “Send webhook alerts to a channel”. Copy the URL it shows at the end.",
    for_people: true,
    fields: &[Field::SECRET_URL],
    place: "url",
    check: unchecked,
    send: |out| Box::pin(out.to_url(body(out.message))),
};

fn body(message: &Message<'_>) -> Value {
    let Text { head, body, times, url, tone } = message.text();
    let color = match tone {
        Tone::Info => "Accent",
        Tone::Warning => "Warning",
        Tone::Critical => "Attention",
        Tone::Good => "Good",
    };
    let mut blocks = vec![runs(json!({
        "type": "TextRun", "text": head, "weight": "Bolder", "size": "Medium", "color": color,
    }))];
    blocks.extend(body.lines().map(|line| runs(json!({ "type": "TextRun", "text": line }))));
    blocks.push(runs(json!({ "type": "TextRun", "text": times, "isSubtle": true, "size": "Small" })));
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
                "body": blocks,
                "actions": [{ "type": "Action.OpenUrl", "title": "Open in Hookpost", "url": url }],
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
        super::message::samples::{hostile, message, notice},
        *,
    };
    use crate::model::notice::NoticeKind;

    #[test]
    fn a_reminder_is_a_card_with_a_link() {
        insta::assert_json_snapshot!(body(&message(&[notice(2, NoticeKind::Reminder)])), @r#"
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
                        "text": "No events for 31 min; the threshold is 30 min."
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
        let card = body(&message(&[hostile()]));
        let head = &card["attachments"][0]["content"]["body"][0]["inlines"][0];
        assert_eq!(head["type"], "TextRun");
        assert!(head["text"].as_str().unwrap().contains("[x](https://evil.example)"));
        let mut bad = hostile();
        bad.content.title = "\"".repeat(10_000);
        // Teams takes messages of about 28 kB.
        assert!(body(&message(&vec![bad; 40])).to_string().len() < 28_000);
    }
}

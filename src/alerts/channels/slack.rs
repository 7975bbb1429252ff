//! Slack's incoming webhooks (<https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks>). The line is the
//! text, which notifications show; the rest stands below it, with a bar in the colour of the severity.

use super::{
    Field, Message, Spec,
    message::{Text, escaped},
    spec::unchecked,
};
use serde_json::{Value, json};

/// Slack refuses a text of a block that is longer than 3000 characters.
const LONGEST: usize = 2_900;

pub(super) static SPEC: Spec = Spec {
    word: "slack",
    label: "Slack",
    about: "To one channel, through an incoming webhook. Also works with Mattermost.",
    steps: "At api.slack.com/apps, create an app, turn on Incoming Webhooks, add one to the channel and copy its URL.",
    for_people: true,
    fields: &[Field::SECRET_URL],
    place: "url",
    check: unchecked,
    send: |out| Box::pin(out.to_url(body(out.message))),
};

fn body(message: &Message<'_>) -> Value {
    let Text { head, body, times, url, tone } = message.text();
    let color = format!("#{:06x}", tone.rgb());
    // `verbatim`: nothing in it becomes a link, a channel or a person.
    let block = |text: String| json!({ "type": "mrkdwn", "text": text, "verbatim": true });
    let more = format!("{} · <{}|Open in Hookpost>", plain(&times), plain(&url).replace('|', "%7C"));
    json!({
        "text": plain(&head),
        "attachments": [{
            "color": color,
            "fallback": plain(&body),
            "blocks": [
                { "type": "section", "text": block(plain(&body)) },
                { "type": "context", "elements": [block(more)] },
            ],
        }],
    })
}

/// Slack reads three characters as markup, that of mentions (`<!channel>`) among them.
fn plain(text: &str) -> String {
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
        super::message::samples::{hostile, message, notice},
        *,
    };
    use crate::model::notice::NoticeKind;

    #[test]
    fn an_opening_is_a_line_and_an_attachment() {
        insta::assert_json_snapshot!(body(&message(&[notice(1, NoticeKind::Opened)])), @r##"
        {
          "text": "[warning] No events on prod-openai",
          "attachments": [
            {
              "color": "#d97706",
              "fallback": "No events for 31 min; the threshold is 30 min.",
              "blocks": [
                {
                  "type": "section",
                  "text": {
                    "type": "mrkdwn",
                    "text": "No events for 31 min; the threshold is 30 min.",
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
        let value = body(&message(&[hostile()]));
        let attachment = &value["attachments"][0];
        // The title and the text of this one are the same.
        let text = "&lt;!channel&gt; @everyone &lt;@U123&gt; **b** [x](https://evil.example) \"},{⟨U+000D⟩⟨U+000A⟩Bcc: a@b.example &lt;b&gt;&amp;amp;&lt;/b&gt;";
        assert_eq!(value["text"], format!("[warning] {text}"));
        assert_eq!((&attachment["fallback"], &attachment["color"]), (&json!(text), &json!("#d97706")));
        assert_eq!(
            attachment["blocks"],
            json!([
                { "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } },
                { "type": "context", "elements": [{
                    "type": "mrkdwn",
                    "text": "Opened 2026-11-23 12:00:00.000 UTC · <https://hooks.example.com/alerts/1?a=1&amp;b=2|Open in Hookpost>",
                    "verbatim": true,
                }] },
            ])
        );
    }

    #[test]
    fn a_digest_of_the_worst_names_stays_within_what_slack_takes() {
        let mut bad = hostile();
        bad.content.title = "&".repeat(10_000);
        let value = body(&message(&vec![bad; 40]));
        let text = value["attachments"][0]["blocks"][0]["text"]["text"].as_str().unwrap();
        assert!(text.chars().count() <= 3_000 && text.ends_with("&amp;…"), "{}", text.len());
    }
}

//! Discord's webhooks (<https://docs.discord.com/developers/resources/webhook#execute-webhook>).

use super::{
    Field, Message, Spec,
    message::{Text, escaped},
    spec::unchecked,
};
use serde_json::{Value, json};

/// Discord refuses longer ones: 256 and 4096.
const TITLE: usize = 250;
const DESCRIPTION: usize = 4_000;

pub(super) static SPEC: Spec = Spec {
    word: "discord",
    label: "Discord",
    about: "To one channel on a Discord server.",
    steps: "In Discord, open the channel's settings, then Integrations → Webhooks → New Webhook → Copy Webhook URL.",
    for_people: true,
    fields: &[Field::SECRET_URL],
    place: "url",
    check: unchecked,
    send: |out| Box::pin(out.to_url(body(out.message))),
};

fn body(message: &Message<'_>) -> Value {
    let Text { head, body, times, url, tone } = message.text();
    json!({
        "username": "Hookpost",
        // Whatever stands in the text, nobody is pinged.
        "allowed_mentions": { "parse": [] },
        "embeds": [{
            "title": plain(&head, TITLE),
            "url": url,
            "description": plain(&body, DESCRIPTION),
            "color": tone.rgb(),
            "footer": { "text": times },
        }],
    })
}

/// Discord shows any sign after a backslash as it is: no emphasis, no link under another name, no mention.
fn plain(text: &str, longest: usize) -> String {
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
        super::message::samples::{hostile, message, notice},
        *,
    };
    use crate::model::notice::NoticeKind;

    #[test]
    fn an_end_is_green_and_says_how_long_it_lasted() {
        insta::assert_json_snapshot!(body(&message(&[notice(2, NoticeKind::Recovered)])), @r#"
        {
          "username": "Hookpost",
          "allowed_mentions": {
            "parse": []
          },
          "embeds": [
            {
              "title": "\\[recovered\\] No events on prod\\-openai",
              "url": "https://hooks.example.com/alerts/1?a=1&b=2",
              "description": "No events for 31 min; the threshold is 30 min.",
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
        insta::assert_json_snapshot!(body(&message(&[hostile()])), @r#"
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
        let value = body(&message(&vec![bad; 40]));
        let count = |field: &str| value["embeds"][0][field].as_str().unwrap().chars().count();
        assert!(count("title") <= 256 && count("description") <= 4_096);
    }
}

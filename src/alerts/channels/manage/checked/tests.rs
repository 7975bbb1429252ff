use super::*;
use crate::model::{channel::SmtpTls, severity::Severity};

fn new() -> NewChannel {
    NewChannel {
        name: "ops".into(),
        min_severity: Severity::Info,
        mail: EmailSettings {
            host: "smtp.example.com".into(),
            port: 587,
            tls: SmtpTls::StartTls,
            username: "u".into(),
            from: "Hookpost <hookpost@example.com>".into(),
            to: vec![" ops@example.com ".into(), String::new()],
        },
        events_url: String::new(),
        secrets: Secrets::default(),
        version: None,
    }
}

fn with_secret(set: impl Fn(&mut Secrets)) -> NewChannel {
    let mut new = new();
    set(&mut new.secrets);
    new
}

fn refused(kind: ChannelKind, new: NewChannel, kept: Option<(&ChannelSettings, &Secrets)>) -> String {
    checked(kind, &AllowList::default(), new, kept).unwrap_err().to_string()
}

#[test]
fn of_a_secret_url_only_the_origin_may_be_seen() {
    let slack = with_secret(|secrets| secrets.url = " https://hooks.slack.com/services/T/B/x ".into());
    let (settings, secrets) = checked(ChannelKind::Slack, &AllowList::default(), slack, None).unwrap();
    assert_eq!(settings, ChannelSettings::Url { origin: "https://hooks.slack.com".into() });
    assert_eq!(secrets.url, "https://hooks.slack.com/services/T/B/x");
    // Left empty, it stays.
    let again =
        checked(ChannelKind::Slack, &AllowList::default(), new(), Some((&settings, &secrets))).unwrap();
    assert_eq!(again.1, secrets);
}

#[test]
fn what_may_not_be_reached_is_refused_with_its_field() {
    for url in ["https://10.0.0.1/x", "http://example.com/", "ftp://x", "nonsense", ""] {
        let sentence = refused(ChannelKind::Discord, with_secret(|secrets| secrets.url = url.into()), None);
        assert!(sentence.starts_with("url: "), "{url}: {sentence}");
    }
    let mut pager = with_secret(|secrets| secrets.routing_key = "a".repeat(32));
    pager.events_url = "https://127.0.0.1/".into();
    assert!(refused(ChannelKind::PagerDuty, pager, None).starts_with("events_url: 127.0.0.1 is"));
}

#[test]
fn a_secret_never_goes_to_another_server_than_the_one_it_was_given_for() {
    let allowed = AllowList::default();
    let mail = with_secret(|secrets| secrets.password = "p".into());
    let (settings, secrets) = checked(ChannelKind::Email, &allowed, mail, None).unwrap();
    assert!(checked(ChannelKind::Email, &allowed, new(), Some((&settings, &secrets))).is_ok());
    let mut elsewhere = new();
    elsewhere.mail.host = "smtp.evil.example".into();
    let sentence = refused(ChannelKind::Email, elsewhere, Some((&settings, &secrets)));
    assert!(sentence.starts_with("password: give it again"), "{sentence}");

    let pager = with_secret(|secrets| secrets.routing_key = "a".repeat(32));
    let (settings, secrets) = checked(ChannelKind::PagerDuty, &allowed, pager, None).unwrap();
    assert_eq!(settings, ChannelSettings::PagerDuty { url: PAGERDUTY_URL.into() });
    let mut elsewhere = new();
    elsewhere.events_url = "https://evil.example/".into();
    let sentence = refused(ChannelKind::PagerDuty, elsewhere, Some((&settings, &secrets)));
    assert!(sentence.starts_with("routing_key: give it again"), "{sentence}");
}

#[test]
fn a_mistake_in_a_mail_setting_is_named() {
    let mistaken = |change: fn(&mut NewChannel)| {
        let mut new = with_secret(|secrets| secrets.password = "p".into());
        change(&mut new);
        refused(ChannelKind::Email, new, None)
    };
    for (field, change) in [
        ("host", (|new| new.mail.host = "a b".into()) as fn(&mut NewChannel)),
        ("host", |new| new.mail.host = "192.168.0.1".into()),
        ("port", |new| new.mail.port = 0),
        ("tls", |new| new.mail.tls = SmtpTls::None),
        ("from", |new| new.mail.from = "nobody".into()),
        ("from", |new| new.mail.from = "a\r\nBcc: x@y.example <a@b.example>".into()),
        ("to", |new| new.mail.to = vec![]),
        ("to", |new| new.mail.to = vec!["a@b.example".into(); 21]),
        ("to", |new| new.mail.to = vec!["a@b.example>\r\nRCPT TO:<c@d.example".into()]),
        ("username", |new| new.mail.username = String::new()),
        ("password", |new| new.secrets = Secrets::default()),
    ] {
        let sentence = mistaken(change);
        assert!(sentence.starts_with(&format!("{field}: ")), "{field}: {sentence}");
    }
}

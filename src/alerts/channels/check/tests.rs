use super::*;
use crate::alerts::channels::kind;

const MAIL: &[(&str, &str)] = &[
    ("host", "smtp.example.com"),
    ("port", "587"),
    ("username", "u"),
    ("password", "p"),
    ("from", "Hookpost <hookpost@example.com>"),
    ("to", " ops@example.com \n\n"),
];

fn typed(fields: &[(&str, &str)]) -> Secrets {
    let mut typed = Secrets::default();
    fields.iter().for_each(|(name, text)| typed.set(name, text));
    typed
}

fn look(
    word: &str,
    typed: &Secrets,
    before: Option<(&Values, &Secrets)>,
) -> Result<(Values, Secrets), String> {
    checked(kind(word).unwrap(), &AllowList::default(), typed, before).map_err(|error| error.to_string())
}

#[test]
fn of_a_secret_url_only_the_origin_may_be_seen() {
    let slack = typed(&[("url", " https://hooks.slack.com/services/T/B/x ")]);
    let (settings, secrets) = look("slack", &slack, None).unwrap();
    assert_eq!(settings, Values::from([(ORIGIN.into(), "https://hooks.slack.com".into())]));
    assert_eq!(secrets.get("url"), "https://hooks.slack.com/services/T/B/x");
    // Left empty, it stays.
    let again = look("slack", &Secrets::default(), Some((&settings, &secrets))).unwrap();
    assert_eq!(again.1, secrets);
}

#[test]
fn what_may_not_be_reached_is_refused_with_its_field() {
    for url in ["https://10.0.0.1/x", "http://example.com/", "ftp://x", "nonsense", ""] {
        let sentence = look("discord", &typed(&[("url", url)]), None).unwrap_err();
        assert!(sentence.starts_with("url: "), "{url}: {sentence}");
    }
    let pager = typed(&[("routing_key", &"a".repeat(32)), ("events_url", "https://127.0.0.1/")]);
    assert!(look("pagerduty", &pager, None).unwrap_err().starts_with("events_url: 127.0.0.1 is"));
}

#[test]
fn a_secret_never_goes_to_another_server_than_the_one_it_was_given_for() {
    let (settings, secrets) = look("email", &typed(MAIL), None).unwrap();
    let kept = Some((&settings, &secrets));
    let mut again = typed(MAIL);
    again.set("password", "");
    assert_eq!(look("email", &again, kept).unwrap().1, secrets);
    for (name, text) in [("host", "smtp.evil.example"), ("port", "465"), ("tls", "tls")] {
        let mut elsewhere = again.clone();
        elsewhere.set(name, text);
        let sentence = look("email", &elsewhere, kept).unwrap_err();
        assert!(sentence.starts_with("password: enter it again"), "{sentence}");
        // Without a login nothing is sent.
        elsewhere.set("username", "");
        assert_eq!(look("email", &elsewhere, kept).unwrap().1, Secrets::default());
    }

    let (settings, secrets) = look("pagerduty", &typed(&[("routing_key", &"a".repeat(32))]), None).unwrap();
    assert_eq!(settings["events_url"], "https://events.pagerduty.com/v2/enqueue");
    let elsewhere = typed(&[("events_url", "https://evil.example/")]);
    let sentence = look("pagerduty", &elsewhere, Some((&settings, &secrets))).unwrap_err();
    assert!(sentence.starts_with("routing_key: enter it again"), "{sentence}");
}

#[test]
fn a_mistake_in_a_mail_setting_is_named() {
    let many = ["a@b.example"; 21].join("\n");
    for (field, name, text) in [
        ("host", "host", "a b"),
        ("host", "host", "192.168.0.1"),
        ("port", "port", "0"),
        ("port", "port", "65536"),
        ("tls", "tls", "none"),
        ("tls", "tls", "ssl"),
        ("from", "from", "nobody"),
        ("from", "from", "a\r\nBcc: x@y.example <a@b.example>"),
        ("to", "to", ""),
        ("to", "to", many.as_str()),
        ("to", "to", "a@b.example>\r\nRCPT TO:<c@d.example"),
        ("username", "username", ""),
        ("password", "password", ""),
    ] {
        let mut mistaken = typed(MAIL);
        mistaken.set(name, text);
        let sentence = look("email", &mistaken, None).unwrap_err();
        assert!(sentence.starts_with(&format!("{field}: ")), "{field}: {sentence}");
    }
}

#[test]
fn blanks_are_no_secret_that_was_given_again() {
    let pager = typed(&[("routing_key", &"a".repeat(32))]);
    let ntfy = typed(&[("topic", "ops-7f3a"), ("access_token", "tk_1")]);
    for (word, given, url, secret) in
        [("pagerduty", pager, "events_url", "routing_key"), ("ntfy", ntfy, "ntfy_url", "topic")]
    {
        let (settings, secrets) = look(word, &given, None).unwrap();
        for blank in ["", " ", "\u{a0}", "\t\n"] {
            let elsewhere = typed(&[(url, "https://evil.example.com/x"), (secret, blank)]);
            let sentence = look(word, &elsewhere, Some((&settings, &secrets))).unwrap_err();
            assert!(
                sentence.starts_with(&format!("{secret}: enter it again")),
                "{word} {blank:?}: {sentence}"
            );
        }
    }
}

#[test]
fn a_token_that_a_server_asks_for_no_more_can_be_removed() {
    let given = typed(&[("topic", "ops-7f3a"), ("access_token", "tk_1")]);
    let (settings, secrets) = look("ntfy", &given, None).unwrap();
    let moved =
        typed(&[("ntfy_url", "https://push.example.com"), ("topic", "ops-7f3a"), ("access_token", "none")]);
    let (_, left) = look("ntfy", &moved, Some((&settings, &secrets))).unwrap();
    assert_eq!((left.get("topic"), left.get("access_token")), ("ops-7f3a", ""));
}

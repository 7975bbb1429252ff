//! What incidents and messages say.

use super::readings::Reading;
use crate::model::{
    alert::{About, Rule, RuleKind, Unit},
    time,
};

/// What is wrong where, such as `No events on prod-openai`.
pub(super) fn title(rule: &Rule) -> String {
    let object = match (&rule.object, rule.kind.about()) {
        (Some(name), _) => name.clone(),
        (None, About::Endpoint) => "all endpoints".to_owned(),
        (None, About::Destination) => "all destinations".to_owned(),
        (None, About::Server) => "this server".to_owned(),
    };
    let event_type = rule.settings.event_type.as_deref();
    match rule.kind {
        RuleKind::Silence => format!("No {} on {object}", event_type.unwrap_or("events")),
        RuleKind::VerificationFailures => format!("Deliveries to {object} fail verification"),
        RuleKind::EventFailures => format!("Many events on {object} tell of failures"),
        RuleKind::SenderRetries => format!("The sender retries {object}"),
        RuleKind::WindowClosing => format!("Events on {object} are about to be lost"),
        RuleKind::AnswerTime => format!("{object} answers slowly"),
        RuleKind::SecretExpiring => format!("A secret in use on {object} expires soon"),
        RuleKind::MissingEnd => format!("No end after {} on {object}", event_type.unwrap_or("a beginning")),
        RuleKind::DestinationFailing => format!("Attempts at {object} fail"),
        RuleKind::DeadForwards => format!("Forwards to {object} ran out of tries"),
        RuleKind::ForwardTime => format!("{object} is slow"),
        RuleKind::QueueAge => format!("Forwards to {object} wait"),
        RuleKind::DiskFull => "The disk is nearly full".to_owned(),
        RuleKind::ClockSuspect => "This server's clock is suspect".to_owned(),
        RuleKind::BackupsFailing => "The database is not backed up".to_owned(),
    }
}

/// A sentence with the figures, and what the rule allows.
pub(super) fn detail(rule: &Rule, reading: Reading) -> String {
    let (kind, settings) = (rule.kind, &rule.settings);
    let value = kind.unit().show(reading.value);
    let allowed = kind.unit().show(settings.threshold);
    let window = time::duration(settings.window_ms());
    let (part, of) = (time::count(reading.part), time::count(reading.of));
    let fact = match kind {
        RuleKind::Silence => format!("Nothing came for {value}"),
        RuleKind::VerificationFailures => {
            format!("{part} of {of} deliveries were rejected within {window} ({value})")
        }
        RuleKind::EventFailures => {
            format!("{part} of {of} events told of a failure within {window} ({value})")
        }
        RuleKind::SenderRetries => format!("The sender tried {value} times again within {window}"),
        RuleKind::WindowClosing => {
            format!("{value} never accepted, though tried again, and first tried more than {window} ago")
        }
        RuleKind::AnswerTime => format!("95 % of {of} answers within {window} took up to {value}"),
        RuleKind::SecretExpiring => {
            format!("{value} in use within the last 24 h and at its end within {window}")
        }
        RuleKind::MissingEnd => format!("{value} without an end after {window}"),
        RuleKind::DestinationFailing => format!("{part} of {of} attempts failed within {window} ({value})"),
        RuleKind::DeadForwards => format!("{value} ran out of tries within {window}"),
        RuleKind::ForwardTime => format!("95 % of {of} attempts within {window} took up to {value}"),
        RuleKind::QueueAge => format!("The oldest has waited for {value}"),
        RuleKind::DiskFull => format!("{value} of the file system that holds the database is used"),
        RuleKind::BackupsFailing => {
            format!("{value} in a row failed or did not happen; Settings, Backups says why")
        }
        RuleKind::ClockSuspect => {
            format!("{part} of {of} rejected deliveries within {window} were genuine but for their time")
        }
    };
    match (kind.unit(), settings.threshold) {
        (Unit::Count, 0.0) => format!("{fact}."),
        _ => format!("{fact}; the rule allows {allowed}."),
    }
}

/// A sentence on how it ended.
pub(super) fn recovered(rule: &Rule, value: f64, opened_at: i64, now: i64) -> String {
    let took = time::duration(now.saturating_sub(opened_at).max(0));
    let rest = match rule.kind {
        RuleKind::Silence => "Something came again".to_owned(),
        kind => format!("Back at {}", kind.unit().show(value)),
    };
    format!("{rest}, after {took}.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alert::sample;

    fn said(kind: RuleKind, value: f64, part: i64, of: i64) -> String {
        let rule = sample(kind);
        format!("{}: {}", title(&rule), detail(&rule, Reading { value, part, of }))
    }

    #[test]
    fn an_incident_says_what_is_wrong_and_by_how_much() {
        insta::assert_snapshot!(
            RuleKind::ALL.map(|kind| said(kind, 42.5, 17, 40)).join("\n"),
            @r"
            No events on prod: Nothing came for 42 min 30 s; the rule allows 1 d.
            Deliveries to prod fail verification: 17 of 40 deliveries were rejected within 1 h (42.5 %); the rule allows 10.0 %.
            Many events on prod tell of failures: 17 of 40 events told of a failure within 1 d (42.5 %); the rule allows 20.0 %.
            The sender retries prod: The sender tried 42 times again within 1 h; the rule allows 5.
            Events on prod are about to be lost: 42 never accepted, though tried again, and first tried more than 2 d 12 h ago.
            prod answers slowly: 95 % of 40 answers within 15 min took up to 42 ms; the rule allows 1.0 s.
            A secret in use on prod expires soon: 42 in use within the last 24 h and at its end within 3 d.
            No end after a beginning on prod: 42 without an end after 1 d.
            Attempts at prod fail: 17 of 40 attempts failed within 15 min (42.5 %); the rule allows 50.0 %.
            Forwards to prod ran out of tries: 42 ran out of tries within 1 d.
            prod is slow: 95 % of 40 attempts within 1 h took up to 42 ms; the rule allows 10 s.
            Forwards to prod wait: The oldest has waited for 42 min 30 s; the rule allows 15 min.
            The disk is nearly full: 42.5 % of the file system that holds the database is used; the rule allows 90.0 %.
            This server's clock is suspect: 17 of 40 rejected deliveries within 1 h were genuine but for their time; the rule allows 50.0 %.
            The database is not backed up: 42 in a row failed or did not happen; Settings, Backups says why.
            "
        );
    }
}

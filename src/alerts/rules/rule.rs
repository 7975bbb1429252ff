//! A rule whose kind this version knows.

use super::{Figures, Spec, known};
use crate::{
    alerts::values::Value,
    model::{
        alert::{About, RuleSettings, StoredRule, Unit},
        ids::{DestinationId, EndpointId, RuleId},
        time,
    },
};
use std::ops::Deref;

/// A rule as it is stored, with its kind.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What is watched, and how.
    pub kind: &'static Spec,
    stored: StoredRule,
}

impl Deref for Rule {
    type Target = StoredRule;

    fn deref(&self) -> &StoredRule {
        &self.stored
    }
}

impl Rule {
    /// None: a later version wrote it.
    pub fn of(stored: StoredRule) -> Option<Self> {
        Some(Self { kind: known(&stored.kind)?, stored })
    }

    /// A usual rule of a kind; about an endpoint, a destination, or (both none) all together or the server.
    pub fn usual(
        kind: &'static Spec,
        endpoint: Option<EndpointId>,
        destination: Option<DestinationId>,
        now: i64,
    ) -> Self {
        let stored = StoredRule {
            id: RuleId::new(),
            kind: kind.word.to_owned(),
            endpoint,
            destination,
            object: None,
            settings: kind.usual_settings(),
            enabled: true,
            created_at: now,
            changed_at: now,
            version: 1,
        };
        Self { kind, stored }
    }

    /// The same with other settings.
    pub fn with(&self, settings: RuleSettings) -> Self {
        Self { kind: self.kind, stored: StoredRule { settings, ..self.stored.clone() } }
    }

    /// The same, about the object with this name.
    pub(super) fn named(mut self, object: Option<String>) -> Self {
        self.stored.object = object;
        self
    }

    /// What is watched where: `Silence on prod-openai`, `Silence of batch.completed on prod-openai`.
    pub fn title(&self) -> String {
        let of = self.settings.event_type.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        let object = match (&self.object, self.kind.about) {
            (Some(name), _) => format!(" on {name}"),
            (None, About::Endpoint) => " on all endpoints".to_owned(),
            (None, About::Destination) => " on all destinations".to_owned(),
            (None, About::Server) => String::new(),
        };
        format!("{}{of}{object}", self.kind.label)
    }

    /// When it holds, in a line: `more than 10.0 % of at least 5 in 1 h`.
    pub fn condition(&self) -> String {
        let settings = &self.settings;
        let mut text = match self.kind.unit {
            Unit::Count if settings.threshold == 0.0 => "any".to_owned(),
            unit => format!("more than {}", unit.show(settings.threshold)),
        };
        if self.kind.has_least() {
            text.push_str(&format!(" of at least {}", settings.least));
        }
        if let Some((_, (before, after))) = self.kind.window() {
            text.push_str(&format!("{before}{}{after}", time::duration(settings.window_ms())));
        }
        text
    }

    /// The title of an incident: `No events on prod-openai`.
    pub(in crate::alerts) fn incident_title(&self) -> String {
        let object = match (&self.object, self.kind.about) {
            (Some(name), _) => name,
            (None, About::Endpoint) => "all endpoints",
            (None, About::Destination) => "all destinations",
            (None, About::Server) => "this server",
        };
        (self.kind.title)(object, self.settings.event_type.as_deref())
    }

    /// The sentence of an incident: the figures, and what the rule allows.
    pub(in crate::alerts) fn incident_detail(&self, value: Value) -> String {
        let (unit, settings) = (self.kind.unit, &self.settings);
        let fact = (self.kind.fact)(&Figures {
            value: unit.show(value.value),
            part: time::count(value.part),
            of: time::count(value.of),
            window: time::duration(settings.window_ms()),
        });
        match (unit, settings.threshold) {
            (Unit::Count, 0.0) => format!("{fact}."),
            (_, threshold) => format!("{fact}; the threshold is {}.", unit.show(threshold)),
        }
    }

    /// A sentence on how an incident ended.
    pub(in crate::alerts) fn incident_over(&self, value: f64, opened_at: i64, now: i64) -> String {
        let took = time::duration(now.saturating_sub(opened_at).max(0));
        match self.kind.over {
            Some(over) => format!("{over}, after {took}."),
            None => format!("Back at {}, after {took}.", self.kind.unit.show(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::ALL, *};
    use crate::alerts::rules::samples::sample;

    #[test]
    fn an_incident_says_what_is_wrong_and_by_how_much() {
        let said = ALL.iter().map(|kind| {
            let rule = sample(kind.word);
            let value = Value { value: 42.5, part: 17, of: 40 };
            format!("{}: {}", rule.incident_title(), rule.incident_detail(value))
        });
        insta::assert_snapshot!(
            said.collect::<Vec<_>>().join("\n"),
            @r"
            No events on prod: No events for 42 min 30 s; the threshold is 1 d.
            Deliveries to prod are failing verification: 17 of 40 deliveries were rejected in 1 h (42.5 %); the threshold is 10.0 %.
            Many events on prod report failures: 17 of 40 events reported a failure in 1 d (42.5 %); the threshold is 20.0 %.
            The sender is retrying prod: The sender retried 42 times in 1 h; the threshold is 5.
            Events on prod are about to be lost: 42 retried but never accepted, with the first try more than 2 d 12 h ago.
            prod is answering slowly: The p95 of 40 answers in 15 min was 42 ms; the threshold is 1.0 s.
            An active secret on prod expires soon: 42 used in the last 24 h and expiring within 3 d.
            No end event after a start event on prod: 42 without an end event after 1 d.
            Attempts to prod are failing: 17 of 40 attempts failed in 15 min (42.5 %); the threshold is 50.0 %.
            Forwards to prod ran out of attempts: 42 ran out of attempts in 1 d.
            prod is slow: The p95 of 40 attempts in 1 h was 42 ms; the threshold is 10 s.
            Forwards to prod are delayed: The oldest has waited 42 min 30 s; the threshold is 15 min.
            The disk is nearly full: 42.5 % of the database's disk is used; the threshold is 90.0 %.
            This server's clock is suspect: 17 of 40 rejected deliveries in 1 h had valid signatures but wrong timestamps; the threshold is 50.0 %.
            The database is not backed up: 42 in a row failed or did not run; see Settings → Backups.
            "
        );
    }

    #[test]
    fn a_rule_says_in_a_line_when_it_holds() {
        let conditions = ALL.iter().map(|kind| format!("{}: {}", kind.word, sample(kind.word).condition()));
        insta::assert_snapshot!(
            conditions.collect::<Vec<_>>().join("\n"),
            @r"
            silence: more than 1 d
            verification-failures: more than 10.0 % of at least 5 in 1 h
            event-failures: more than 20.0 % of at least 5 in 1 d
            sender-retries: more than 5 in 1 h
            window-closing: any, 2 d 12 h after the first try
            answer-time: more than 1.0 s of at least 20 in 15 min
            secret-expiring: any, 3 d before expiry
            missing-end: any, after 1 d
            destination-failing: more than 50.0 % of at least 5 in 15 min
            dead-forwards: any in 1 d
            forward-time: more than 10 s of at least 20 in 1 h
            queue-age: more than 15 min
            disk-full: more than 90.0 %
            clock-suspect: more than 50.0 % of at least 5 in 1 h
            backups-failing: any
            "
        );
        let mut settings = sample("silence").settings.clone();
        settings.event_type = Some("batch.completed".into());
        let silence = sample("silence").with(settings);
        assert_eq!(silence.title(), "Silence of batch.completed on prod");
        assert_eq!(silence.named(None).title(), "Silence of batch.completed on all endpoints");
    }
}

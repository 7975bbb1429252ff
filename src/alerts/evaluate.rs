//! The look at every rule: what opens, what is over, who is reminded.

use super::{
    Alerts,
    decide::{Standing, Step, decide},
    rules::{self, Rule},
    sample,
    uptime::Uptime,
    values::{Shared, Value, Values},
};
use crate::{
    db::{Connection, DbError, channels, endpoints, incidents, notices},
    model::{
        error::AppError,
        ids::{IncidentId, RuleId},
        incident::{EntryKind, Incident},
        notice::{NoticeContent, NoticeKind},
        time,
    },
};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// Between two looks.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Looks, forever.
pub async fn run(alerts: Alerts) {
    let mut evaluator = loop {
        match Evaluator::new(&alerts).await {
            Ok(evaluator) => break evaluator,
            Err(error) => {
                tracing::warn!(%error, "alert rules can't be evaluated yet: {error}");
                tokio::time::sleep(LOOK_EVERY).await;
            }
        }
    };
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let _turn = alerts.turn.lock().await;
        if let Err(error) = evaluator.look(&alerts).await {
            tracing::warn!(%error, "alert rules could not be evaluated: {error}");
        }
    }
}

/// What is remembered between two looks.
#[derive(Debug)]
pub struct Evaluator {
    uptime: Uptime,
}

/// What a look found.
enum Finding {
    Opened(Box<Incident>),
    Observed(IncidentId, f64),
    Recovered(Box<Incident>, String),
    Remind(Box<Incident>),
    /// Its rule is gone or off, or its endpoint is disabled.
    Orphaned(Box<Incident>),
}

impl Evaluator {
    /// Gives new objects their usual rules, and reads when the server ran.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn new(alerts: &Alerts) -> Result<Self, AppError> {
        let now = alerts.clock.now_ms();
        rules::list(&alerts.db, now).await?;
        alerts.open.refresh(&alerts.db).await?;
        Ok(Self { uptime: Uptime::load(&alerts.db, now).await? })
    }

    /// Looks at every rule once, and records what follows together with the messages that tell of it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look(&mut self, alerts: &Alerts) -> Result<(), AppError> {
        let now = alerts.clock.now_ms();
        sample::take(alerts, now).await?;
        self.uptime.add(now);
        let findings = self.find(alerts, now).await?;
        if findings.is_empty() {
            return Ok(());
        }
        let mut tx = alerts.db.begin().await?;
        let mut told = 0;
        for finding in &findings {
            told = write(&mut tx, finding, alerts.sender.base_url(), now).await?.saturating_add(told);
        }
        tx.commit().await?;
        if told > 0 {
            alerts.wake.notices.notify_one();
        }
        Ok(alerts.open.refresh(&alerts.db).await?)
    }

    async fn find(&self, alerts: &Alerts, now: i64) -> Result<Vec<Finding>, AppError> {
        let rules = rules::list(&alerts.db, now).await?;
        let mut connection = alerts.db.read().await?;
        let anyone = channels::any_usable(&mut connection).await?;
        let mut open: HashMap<RuleId, Incident> =
            incidents::all_open(&mut connection).await?.into_iter().map(|one| (one.rule, one)).collect();
        let ends: HashMap<RuleId, i64> = incidents::last_ends(&mut connection).await?.into_iter().collect();
        // A disabled endpoint answers 404 to everyone: nobody expects anything of it.
        let endpoints = endpoints::list(&mut connection).await?;
        let disabled: HashSet<_> = endpoints.iter().filter(|one| !one.enabled).map(|one| one.id).collect();
        let is_watched = |rule: &Rule| rule.enabled && rule.endpoint.is_none_or(|id| !disabled.contains(&id));
        drop(connection);
        let (mut findings, mut shared) = (Vec::new(), Shared::default());
        for rule in rules.into_iter().filter(is_watched) {
            let incident = open.remove(&rule.id);
            // Rules are off until someone would hear of it; what is open is still seen to its end.
            if incident.is_none() && !anyone {
                continue;
            }
            // Each with time of its own: a question that takes too long keeps no other rule from being looked at.
            let loaded = async {
                let mut connection = alerts.db.read().await?;
                Values::load(&mut connection, &rule, &self.uptime, &mut shared, (now, now)).await
            };
            let value = match loaded.await {
                Ok(values) => values.at(now),
                Err(error) => {
                    tracing::warn!(rule = %rule.id, %error, "the rule {} could not be evaluated: {error}", rule.title());
                    continue;
                }
            };
            let standing = match &incident {
                Some(_) => Standing::Open,
                None => Standing::Calm(ends.get(&rule.id).copied()),
            };
            let next = decide(rule.kind, &rule.settings, value, standing, now);
            findings.extend(follow(&rule, incident, value, next, now));
        }
        findings.extend(open.into_values().map(|incident| Finding::Orphaned(Box::new(incident))));
        Ok(findings)
    }
}

fn follow(
    rule: &Rule,
    incident: Option<Incident>,
    value: Option<Value>,
    next: Step,
    now: i64,
) -> Vec<Finding> {
    match (next, incident, value) {
        (Step::Open, None, Some(value)) => vec![Finding::Opened(Box::new(opened(rule, value, now)))],
        (Step::Recover, Some(incident), Some(value)) => {
            let said = rule.incident_over(value.value, incident.opened_at, now);
            vec![Finding::Recovered(Box::new(incident), said)]
        }
        (_, Some(incident), value) => {
            let last = incident.reminded_at.unwrap_or(incident.opened_at);
            let is_due = |ms: i64| last > now || now >= last.saturating_add(ms);
            let due = rule.settings.remind_ms().is_some_and(is_due) && incident.acknowledged.is_none();
            let seen = value.map(|value| value.value).filter(|value| *value != incident.value);
            let mut all: Vec<Finding> =
                seen.map(|value| Finding::Observed(incident.id, value)).into_iter().collect();
            if due {
                let value = seen.unwrap_or(incident.value);
                all.push(Finding::Remind(Box::new(Incident { value, ..incident })));
            }
            all
        }
        _ => Vec::new(),
    }
}

fn opened(rule: &Rule, value: Value, now: i64) -> Incident {
    Incident {
        id: IncidentId::new(),
        rule: rule.id,
        kind: rule.kind.word.to_owned(),
        endpoint: rule.endpoint,
        destination: rule.destination,
        object: rule.object.clone(),
        severity: rule.settings.severity,
        title: rule.incident_title(),
        detail: rule.incident_detail(value),
        settings: rule.settings.clone(),
        value: value.value,
        worst: value.value,
        opened_at: now,
        acknowledged: None,
        reminded_at: None,
        recovered_at: None,
        resolved: None,
        ended_at: None,
    }
}

/// Says how many messages were queued. What another look was first to do is left alone.
async fn write(
    connection: &mut Connection,
    finding: &Finding,
    base_url: &str,
    now: i64,
) -> Result<u64, DbError> {
    match finding {
        Finding::Opened(incident) => {
            if !incidents::open(connection, incident).await? {
                return Ok(0);
            }
            tracing::warn!(
                incident = %incident.id, rule = incident.kind, severity = %incident.severity,
                object = incident.object.as_deref(), value = incident.value,
                "incident opened: {}. {}", incident.title, incident.detail
            );
            tell(connection, incident, NoticeKind::Opened, &incident.detail, base_url, now).await
        }
        Finding::Observed(id, value) => {
            incidents::observe(connection, *id, *value).await?;
            Ok(0)
        }
        Finding::Remind(incident) => {
            if !incidents::remind(connection, incident.id, incident.reminded_at, now).await? {
                return Ok(0);
            }
            let value =
                rules::known(&incident.kind).map(|kind| kind.unit.show(incident.value)).unwrap_or_default();
            let since = time::duration(now.saturating_sub(incident.opened_at));
            let text = format!("Still open after {since}, now at {value}; not acknowledged.");
            incidents::note(connection, incident.id, now, EntryKind::Reminded, None, &text).await?;
            tell(connection, incident, NoticeKind::Reminder, &text, base_url, now).await
        }
        Finding::Recovered(incident, text) => {
            if !incidents::recover(connection, incident.id, now).await? {
                return Ok(0);
            }
            incidents::note(connection, incident.id, now, EntryKind::Recovered, None, text).await?;
            tracing::info!(incident = %incident.id, "incident recovered: {}. {text}", incident.title);
            tell(connection, incident, NoticeKind::Recovered, text, base_url, now).await
        }
        Finding::Orphaned(incident) => {
            let text = "The rule was switched off or removed, or its endpoint was disabled.";
            let is_open =
                incidents::by_id(connection, incident.id).await?.is_some_and(|one| one.ended_at.is_none());
            if !is_open || !incidents::resolve(connection, incident.id, "Hookpost", now).await? {
                return Ok(0);
            }
            incidents::note(connection, incident.id, now, EntryKind::Resolved, None, text).await?;
            tell(connection, incident, NoticeKind::Resolved, text, base_url, now).await
        }
    }
}

/// Queues a message about an incident. Says how many channels get it.
pub(super) async fn tell(
    connection: &mut Connection,
    incident: &Incident,
    kind: NoticeKind,
    text: &str,
    base_url: &str,
    now: i64,
) -> Result<u64, DbError> {
    let content = NoticeContent {
        incident: Some(incident.id),
        severity: incident.severity,
        title: incident.title.clone(),
        text: text.to_owned(),
        rule: incident.kind.clone(),
        object: incident.object.clone(),
        url: format!("{base_url}/alerts/incidents/{}", incident.id),
        opened_at: incident.opened_at,
        at: now,
    };
    notices::queue(connection, kind, &content, &incident.settings.channels, now).await
}

//! What the value of a rule is, or was: the same for the present and for a look back.

mod rate;
mod silence;
mod steps;

use super::uptime::Uptime;
use crate::{
    db::{
        DbError, backups,
        gauges::{self, Gauge},
        measures::{self, Grain, Measure},
        watch,
    },
    model::{
        alert::{Rule, RuleKind},
        catalogue::{self, Outcome, is_terminal, outcome_of, subject},
        ids::EndpointId,
    },
};
use rate::{Rates, Times};
use silence::Silences;
use sqlx::SqliteConnection;
use std::collections::{HashMap, hash_map::Entry};
use steps::Steps;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// For so long OpenAI tries again (its webhook guide); other senders try for less or as long.
const SENDER_TRIES_MS: i64 = 72 * HOUR_MS;
/// After this nobody expects the end of a resource any more.
const MISSED_MS: i64 = 7 * DAY_MS;
/// For so long an endpoint may have been silent to be judged.
const BACK_MINUTES: i64 = 31 * 24 * 60;

/// The value of a rule at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// In the unit of the rule's kind.
    pub value: f64,
    /// Of a share: how many were bad.
    pub part: i64,
    /// How many there were in all.
    pub of: i64,
}

impl Reading {
    /// A value that is no share of anything.
    fn plain(value: f64) -> Self {
        Self { value, part: 0, of: 0 }
    }

    /// Whether there is enough to go by.
    pub fn is_enough(&self, kind: RuleKind, least: i64) -> bool {
        match kind {
            // A clock that is off shows in what is off, however much else is rejected.
            RuleKind::ClockSuspect => self.part >= least,
            kind => !kind.has_least() || self.of >= least,
        }
    }
}

/// The values of one rule over a stretch of time.
#[derive(Debug)]
pub enum Readings {
    /// A share of what happened in a window, or a percentile of it; nothing in the window is nothing bad.
    Rates(Rates),
    /// The same of a destination: nothing in the window tells nothing. One that is down is tried ever more rarely, and is not
    /// well because it was not tried.
    Attempts(Rates),
    /// How often something happened in a window.
    Times(Times),
    /// How long nothing came.
    Silences(Silences),
    /// How many things are in a state.
    Steps(Steps),
    /// What was looked at each minute: pairs of unix minute and value; and what counts where nothing was seen.
    Gauge(Vec<(i64, f64)>, Option<f64>),
}

impl Readings {
    /// Reads what it takes to tell the values from `from` up to `to` (unix ms), both included.
    pub async fn load(
        connection: &mut SqliteConnection,
        rule: &Rule,
        uptime: &Uptime,
        shared: &mut Shared,
        (from, to): (i64, i64),
    ) -> Result<Self, DbError> {
        let (kind, settings) = (rule.kind, &rule.settings);
        // What is stored may be out of bounds.
        let (window_minutes, window) = (settings.window_minutes(), settings.window_ms());
        // The window reaches back from the first minute.
        let minutes = (from.div_euclid(MINUTE_MS) - window_minutes + 1, to.div_euclid(MINUTE_MS) + 1);
        // Of a stretch each minute counts; of the present only what the window comes to.
        let shared = (from == to).then_some(shared);
        Ok(match kind {
            RuleKind::Silence => {
                let stretch = (from.div_euclid(MINUTE_MS), to.div_euclid(MINUTE_MS) + 1);
                let event_type = settings.event_type.as_deref();
                let active =
                    watch::active_minutes(connection, rule.endpoint, event_type, stretch, BACK_MINUTES)
                        .await?;
                Self::Silences(Silences::new(&active, settings.quiet.as_ref(), uptime, to))
            }
            RuleKind::VerificationFailures => {
                let measures = [Measure::Accepted, Measure::Duplicate, Measure::Rejected];
                let points = points(connection, shared, &measures, rule.endpoint, minutes).await?;
                Self::Rates(Rates::share(
                    window_minutes,
                    points
                        .iter()
                        .map(|point| (point.minute, point.measure == Measure::Rejected, point.count)),
                ))
            }
            RuleKind::EventFailures => {
                let points = points(connection, shared, &[Measure::Accepted], rule.endpoint, minutes).await?;
                let begins = settings.event_type.as_deref().unwrap_or_default();
                let ended =
                    points.iter().filter(|point| point.label.starts_with(begins)).filter_map(|point| {
                        let failed = match outcome_of(&point.label) {
                            Outcome::Failure => true,
                            Outcome::Success => false,
                            Outcome::Neutral => return None,
                        };
                        Some((point.minute, failed, point.count))
                    });
                Self::Rates(Rates::share(window_minutes, ended))
            }
            RuleKind::SenderRetries => {
                let points = points(connection, shared, &[Measure::Retry], rule.endpoint, minutes).await?;
                let times = points.iter().map(|point| (point.minute.saturating_mul(MINUTE_MS), point.count));
                Self::Times(Times::new(window, times))
            }
            RuleKind::AnswerTime => {
                let points = points(connection, shared, &[Measure::Answer], rule.endpoint, minutes).await?;
                // Kept in microseconds.
                let times =
                    points.iter().map(|point| (point.minute, point.bucket as f64 / 1_000.0, point.count));
                Self::Rates(Rates::percentile(window_minutes, times))
            }
            RuleKind::WindowClosing => {
                let span = (from.saturating_sub(2 * SENDER_TRIES_MS), to);
                let tried = match shared {
                    Some(shared) => shared.tried(connection, span).await?,
                    None => &watch::tried(connection, span).await?,
                };
                let own = tried.iter().filter(|event| rule.endpoint.is_none_or(|id| id == event.endpoint_id));
                Self::Steps(Steps::new(own.map(|event| {
                    let lost = event.first_at.saturating_add(SENDER_TRIES_MS);
                    (event.first_at.saturating_add(window), event.accepted_at.map_or(lost, |at| at.min(lost)))
                })))
            }
            RuleKind::SecretExpiring => {
                let secrets = watch::expiring(connection, rule.endpoint, from).await?;
                Self::Steps(Steps::new(secrets.iter().flat_map(|secret| {
                    let from = secret.expires_at.saturating_sub(window);
                    let used = secret.used.iter().map(|hour| {
                        let begin = hour.saturating_mul(HOUR_MS);
                        (begin, begin.saturating_add(HOUR_MS + DAY_MS))
                    });
                    let used = super::spans::merged(used.collect());
                    used.into_iter().map(move |(a, b)| (a.max(from), b.min(secret.expires_at)))
                })))
            }
            RuleKind::MissingEnd => Self::Steps(missing_ends(connection, rule, (from, to)).await?),
            RuleKind::DestinationFailing => {
                let points = watch::attempts(connection, rule.destination, minutes).await?;
                let attempts = points.iter().map(|point| (point.minute, !point.taken, point.count));
                Self::Attempts(Rates::share(window_minutes, attempts))
            }
            RuleKind::ForwardTime => {
                let points = watch::attempts(connection, rule.destination, minutes).await?;
                let taken = points.iter().filter(|point| point.taken);
                let times = taken.map(|point| (point.minute, point.bucket as f64, point.count));
                Self::Attempts(Rates::percentile(window_minutes, times))
            }
            RuleKind::DeadForwards => {
                let dead = watch::dead_at(connection, rule.destination, from.saturating_sub(window)).await?;
                Self::Times(Times::new(window, dead.into_iter().map(|at| (at, 1))))
            }
            RuleKind::QueueAge => {
                let looks = (from.div_euclid(MINUTE_MS) - 1, to.div_euclid(MINUTE_MS) + 1);
                let seen = gauges::read(connection, Gauge::QueueAge, rule.destination, looks).await?;
                let seen = seen.into_iter().map(|(minute, ms)| (minute, ms / MINUTE_MS as f64)).collect();
                // An empty queue leaves no mark.
                Self::Gauge(seen, Some(0.0))
            }
            RuleKind::DiskFull => {
                let looks = (from.div_euclid(MINUTE_MS) - 1, to.div_euclid(MINUTE_MS) + 1);
                let seen = gauges::read(connection, Gauge::DiskUsed, None, looks).await?;
                // No disk is empty: the system did not tell.
                Self::Gauge(seen.into_iter().filter(|(_, used)| *used > 0.0).collect(), None)
            }
            RuleKind::BackupsFailing => {
                Self::Steps(Steps::new(backups::wanting(connection, backups::LISTED).await?))
            }
            RuleKind::ClockSuspect => {
                let points = watch::off_in_time(connection, minutes).await?;
                let split = points.iter().flat_map(|(minute, all, off)| {
                    [(*minute, true, *off), (*minute, false, all.saturating_sub(*off))]
                });
                Self::Rates(Rates::share(window_minutes, split))
            }
        })
    }

    /// The value at a time (unix ms) within the stretch; none: there is nothing to go by.
    pub fn at(&self, now: i64) -> Option<Reading> {
        match self {
            Self::Rates(rates) => Some(rates.at(now)),
            Self::Attempts(rates) => Some(rates.at(now)).filter(|reading| reading.of > 0),
            Self::Times(times) => Some(times.at(now)),
            Self::Silences(silences) => silences.at(now),
            Self::Steps(steps) => Some(steps.at(now)),
            Self::Gauge(seen, otherwise) => {
                let minute = now.div_euclid(MINUTE_MS);
                let last =
                    seen.partition_point(|(at, _)| *at <= minute).checked_sub(1).map(|index| seen[index]);
                // The look of the running minute may be still to come.
                let value = last.filter(|(at, _)| *at >= minute - 1).map(|(_, value)| value);
                value.or(*otherwise).map(Reading::plain)
            }
        }
    }
}

/// What rules that are looked at together have in common.
#[derive(Debug, Default)]
pub struct Shared {
    /// Sums over the same stretch.
    totals: HashMap<(Measure, watch::Minutes), Vec<watch::Total>>,
    /// Events that were tried more than once; of one stretch.
    tried: Option<Vec<watch::Tried>>,
}

impl Shared {
    async fn totals(
        &mut self,
        connection: &mut SqliteConnection,
        measure: Measure,
        minutes: watch::Minutes,
    ) -> Result<&[watch::Total], DbError> {
        let found = match self.totals.entry((measure, minutes)) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(free) => free.insert(watch::totals(connection, measure, minutes).await?),
        };
        Ok(found)
    }

    async fn tried(
        &mut self,
        connection: &mut SqliteConnection,
        span: (i64, i64),
    ) -> Result<&[watch::Tried], DbError> {
        if self.tried.is_none() {
            self.tried = Some(watch::tried(connection, span).await?);
        }
        Ok(self.tried.as_deref().unwrap_or_default())
    }
}

/// Counts of a stretch: minute by minute, or, where the sums are enough, as if all had come in its last one.
async fn points(
    connection: &mut SqliteConnection,
    shared: Option<&mut Shared>,
    measures: &[Measure],
    endpoint: Option<EndpointId>,
    minutes: watch::Minutes,
) -> Result<Vec<watch::Point>, DbError> {
    let Some(shared) = shared else { return watch::points(connection, measures, endpoint, minutes).await };
    let mut all = Vec::new();
    for measure in measures {
        let totals = shared.totals(connection, *measure, minutes).await?;
        let own = totals.iter().filter(|total| endpoint.is_none_or(|id| id == total.endpoint_id));
        all.extend(own.map(|total| watch::Point {
            minute: minutes.1 - 1,
            measure: *measure,
            label: total.label.clone(),
            bucket: total.bucket,
            count: total.count,
        }));
    }
    Ok(all)
}

/// Resources of which a beginning was told and no end in time: from when the end is late until it comes, on any endpoint.
async fn missing_ends(
    connection: &mut SqliteConnection,
    rule: &Rule,
    (from, to): (i64, i64),
) -> Result<Steps, DbError> {
    let allowed = rule.settings.window_ms();
    let Some(begin) = rule.settings.event_type.as_deref() else { return Ok(Steps::new([])) };
    let since = from.saturating_sub(allowed).saturating_sub(MISSED_MS);
    let mut begun = watch::told(connection, begin, rule.endpoint, (since, to)).await?;
    let mut ends: HashMap<String, Vec<i64>> = HashMap::new();
    for event_type in end_types(connection, rule, begin, to).await? {
        let told = watch::told(connection, &event_type, None, (since, to.saturating_add(MINUTE_MS))).await?;
        // Where there are too many ends to look at, what began before them cannot be told.
        if let Some(oldest) = told.last().filter(|_| told.len() >= watch::MOST_TOLD) {
            begun.retain(|one| one.received_at >= oldest.received_at);
        }
        for told in told {
            ends.entry(told.resource).or_default().push(told.received_at);
        }
    }
    Ok(Steps::new(begun.into_iter().map(|told| {
        let late = told.received_at.saturating_add(allowed);
        let ended =
            ends.get(&told.resource).into_iter().flatten().filter(|at| **at >= told.received_at).min();
        (late, ended.copied().unwrap_or(i64::MAX).min(late.saturating_add(MISSED_MS)))
    })))
}

/// The types that tell of an end: those that the rule names, or those of the last month that speak of the same and say so.
async fn end_types(
    connection: &mut SqliteConnection,
    rule: &Rule,
    begin: &str,
    to: i64,
) -> Result<Vec<String>, DbError> {
    if !rule.settings.end_types.is_empty() {
        return Ok(rule.settings.end_types.clone());
    }
    let minute = to.div_euclid(MINUTE_MS);
    let labels = measures::labels(connection, Grain::Hour, (minute - BACK_MINUTES, minute + 1), None).await?;
    let mut types: Vec<String> = labels
        .into_iter()
        .map(|one| one.label)
        .filter(|label| subject(label) == subject(begin) && is_terminal(label))
        .collect();
    types.extend(
        catalogue::all()
            .iter()
            .filter(|t| subject(&t.name) == subject(begin) && t.is_terminal())
            .map(|t| t.name.clone()),
    );
    types.sort_unstable();
    types.dedup();
    Ok(types)
}

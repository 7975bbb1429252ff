//! What the value of a rule is, or was: told by the same code for the present and for a look back.

mod rate;
pub(super) mod silence;
mod steps;

use super::{rules::Rule, uptime::Uptime};
use crate::db::{
    Connection, DbError,
    counts::{Ask, By, Grain, Measure, Minutes, Sum},
    rule_values::{self, Tried},
    samples::{self, Gauge},
};
pub(super) use crate::model::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use rate::{Rates, Times};
use silence::Silences;
use std::{
    borrow::Cow,
    collections::{HashMap, hash_map::Entry},
};
use steps::Steps;

/// For so long an endpoint may have been silent to be judged.
pub(super) const BACK_MINUTES: i64 = 31 * 24 * 60;

/// The value of a rule at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Value {
    /// In the unit of the rule's kind.
    pub value: f64,
    /// Of a share: how many were bad.
    pub part: i64,
    /// How many there were in all.
    pub of: i64,
}

impl Value {
    /// One that is not a share of anything.
    fn plain(value: f64) -> Self {
        Self { value, part: 0, of: 0 }
    }
}

/// The values of one rule over a stretch of time.
#[derive(Debug)]
pub enum Values {
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
    Samples(Vec<(i64, f64)>, Option<f64>),
}

impl Default for Values {
    /// Nothing is ever wrong.
    fn default() -> Self {
        Self::steps([])
    }
}

impl Values {
    /// The share of what was bad in a window of minutes: minute, whether it was bad, how many.
    pub(super) fn share(window: i64, counts: impl IntoIterator<Item = (i64, bool, i64)>) -> Self {
        Self::Rates(Rates::share(window, counts))
    }

    /// The value that 95 % do not exceed in a window of minutes: minute, value, how many.
    pub(super) fn percentile(window: i64, counts: impl IntoIterator<Item = (i64, f64, i64)>) -> Self {
        Self::Rates(Rates::percentile(window, counts))
    }

    /// Rates of attempts: see [`Self::Attempts`].
    pub(super) fn of_attempts(self) -> Self {
        match self {
            Self::Rates(rates) => Self::Attempts(rates),
            other => other,
        }
    }

    /// How often something happened in a window of ms: unix ms, how often.
    pub(super) fn times(window: i64, times: impl IntoIterator<Item = (i64, i64)>) -> Self {
        Self::Times(Times::new(window, times))
    }

    /// How many things are in a state, each from a time up to before another, unix ms.
    pub(super) fn steps(stretches: impl IntoIterator<Item = (i64, i64)>) -> Self {
        Self::Steps(Steps::new(stretches))
    }

    /// Reads what it takes to tell the values from `from` up to `to` (unix ms), both included.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        connection: &mut Connection,
        rule: &Rule,
        uptime: &Uptime,
        shared: &mut Shared,
        (from, to): (i64, i64),
    ) -> Result<Self, DbError> {
        // Of a stretch each minute counts; of the present only what the window comes to.
        let shared = (from == to).then_some(shared);
        (rule.kind.values)(Look { connection, rule, uptime, shared, from, to }).await
    }

    /// The value at a time (unix ms) within the stretch; none: there is nothing to go by.
    pub fn at(&self, now: i64) -> Option<Value> {
        match self {
            Self::Rates(rates) => Some(rates.at(now)),
            Self::Attempts(rates) => Some(rates.at(now)).filter(|value| value.of > 0),
            Self::Times(times) => Some(times.at(now)),
            Self::Silences(silences) => silences.at(now),
            Self::Steps(steps) => Some(steps.at(now)),
            Self::Samples(seen, otherwise) => {
                let minute = now.div_euclid(MINUTE_MS);
                let last =
                    seen.partition_point(|(at, _)| *at <= minute).checked_sub(1).map(|index| seen[index]);
                // The look of the running minute may be still to come.
                let value = last.filter(|(at, _)| *at >= minute - 1).map(|(_, value)| value);
                value.or(*otherwise).map(Value::plain)
            }
        }
    }
}

/// A look at the values of a rule over a stretch of time.
pub struct Look<'a> {
    pub(super) connection: &'a mut Connection,
    pub(super) rule: &'a Rule,
    /// When the server ran.
    pub(super) uptime: &'a Uptime,
    /// Of the present alone.
    shared: Option<&'a mut Shared>,
    /// Unix ms.
    pub(super) from: i64,
    /// Unix ms; included.
    pub(super) to: i64,
}

impl Look<'_> {
    /// The window in minutes.
    pub(super) fn window(&self) -> i64 {
        self.rule.settings.window_minutes()
    }

    /// Its minutes: the window reaches back from the first.
    pub(super) fn minutes(&self) -> Minutes {
        (self.from.div_euclid(MINUTE_MS) - self.window() + 1, self.to.div_euclid(MINUTE_MS) + 1)
    }

    /// Counts of its minutes, of the rule's endpoint or destination or of all: minute by minute, or, where the sums are enough,
    /// as if all had come in its last one.
    pub(super) async fn points(&mut self, measures: &[Measure]) -> Result<Vec<Sum>, DbError> {
        let minutes = self.minutes();
        let of = self.rule.endpoint.map(|id| id.0).or(self.rule.destination.map(|id| id.0));
        let Some(shared) = &mut self.shared else {
            let ask = Ask::new(measures, minutes).grain(Grain::Minute).of(of);
            return ask.sums(self.connection, &[By::Steps(1), By::Label, By::Bucket]).await;
        };
        let mut all = Vec::new();
        for measure in measures {
            let totals = shared.totals(self.connection, *measure, minutes).await?;
            let own = totals.iter().filter(|total| of.is_none_or(|of| of == total.of));
            all.extend(own.map(|total| Sum { minute: minutes.1 - 1, ..total.clone() }));
        }
        Ok(all)
    }

    /// What was looked at each minute, of the rule's destination or of all.
    pub(super) async fn samples(self, gauge: Gauge) -> Result<Vec<(i64, f64)>, DbError> {
        let minutes = (self.from.div_euclid(MINUTE_MS) - 1, self.to.div_euclid(MINUTE_MS) + 1);
        samples::read(self.connection, gauge, self.rule.destination, minutes).await
    }

    /// Events that were tried more than once, received from so many ms before it on; of all endpoints.
    pub(super) async fn tried(&mut self, before: i64) -> Result<Cow<'_, [Tried]>, DbError> {
        let span = (self.from.saturating_sub(before), self.to);
        Ok(match &mut self.shared {
            Some(shared) => Cow::Borrowed(shared.tried(self.connection, span).await?),
            None => Cow::Owned(rule_values::tried(self.connection, span).await?),
        })
    }
}

/// What rules that are looked at together have in common.
#[derive(Debug, Default)]
pub struct Shared {
    /// Sums over the same stretch.
    totals: HashMap<(Measure, Minutes), Vec<Sum>>,
    /// Events that were tried more than once; of one stretch.
    tried: Option<Vec<Tried>>,
}

impl Shared {
    async fn totals(
        &mut self,
        connection: &mut Connection,
        measure: Measure,
        minutes: Minutes,
    ) -> Result<&[Sum], DbError> {
        let found = match self.totals.entry((measure, minutes)) {
            Entry::Occupied(found) => found.into_mut(),
            Entry::Vacant(free) => {
                let ask = Ask::new(std::slice::from_ref(&measure), minutes);
                free.insert(ask.sums(connection, &[By::Object, By::Label, By::Bucket]).await?)
            }
        };
        Ok(found)
    }

    async fn tried(&mut self, connection: &mut Connection, span: (i64, i64)) -> Result<&[Tried], DbError> {
        if self.tried.is_none() {
            self.tried = Some(rule_values::tried(connection, span).await?);
        }
        Ok(self.tried.as_deref().unwrap_or_default())
    }
}

//! Counts by minute and by hour. Pages, alerts and metrics read these and never count rows.

pub mod check;
mod read;

pub use read::{
    Bucket, Gap, Grain, Histogram, Labelled, by_endpoint, gaps, histograms, labels, last_accepted,
};

use super::{DbError, values};
use crate::model::{delivery::Outcome, histogram, ids::EndpointId};
use sqlx::SqliteConnection;
use std::{collections::HashMap, sync::LazyLock};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(rename_all = "lowercase")]
pub enum Measure {
    /// Deliveries that made an event, by type.
    Accepted,
    /// Verified deliveries of an event that was there already, by type.
    Duplicate,
    /// Rejected deliveries, by reason.
    Rejected,
    /// Deliveries that are not the first with their event key: the sender tried again.
    Retry,
    /// Accepted deliveries by the time from the sender's making the event to our receiving it, ms.
    Lag,
    /// Deliveries by the time we took to answer, microseconds.
    Answer,
}

impl From<Outcome> for Measure {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted => Self::Accepted,
            Outcome::Duplicate => Self::Duplicate,
            Outcome::Rejected => Self::Rejected,
        }
    }
}

/// What one count stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key<'r> {
    measure: Measure,
    minute: i64,
    endpoint_id: EndpointId,
    label: &'r str,
    bucket: i64,
}

/// Changes of counts that belong together.
#[derive(Debug, Default)]
pub(super) struct Changes<'r>(HashMap<Key<'r>, i64>);

/// A delivery as it is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted<'r> {
    pub(super) endpoint_id: EndpointId,
    /// Unix ms.
    pub(super) received_at: i64,
    pub(super) outcome: Outcome,
    pub(super) reason: Option<&'r str>,
    pub(super) event_type: Option<&'r str>,
    /// Unix ms.
    pub(super) created_at: Option<i64>,
}

impl<'r> Changes<'r> {
    /// Adds a delivery, or takes one away, by how it came out.
    pub(super) fn outcome(&mut self, of: &Counted<'r>, by: i64) {
        let label = if of.outcome == Outcome::Rejected { of.reason } else { of.event_type };
        self.add(of, Measure::from(of.outcome), label.unwrap_or_default(), 0, by);
        if let (Outcome::Accepted, Some(created_at)) = (of.outcome, of.created_at) {
            let lag = histogram::bound(of.received_at.saturating_sub(created_at));
            self.add(of, Measure::Lag, "", lag, by);
        }
    }

    /// Adds what stays with a delivery however it is judged later.
    pub(super) fn arrival(&mut self, of: &Counted<'r>, try_number: i64, answer_us: i64) {
        if try_number > 1 {
            self.add(of, Measure::Retry, "", 0, 1);
        }
        self.add(of, Measure::Answer, "", histogram::bound(answer_us), 1);
    }

    fn add(&mut self, of: &Counted<'r>, measure: Measure, label: &'r str, bucket: i64, by: i64) {
        let minute = of.received_at.div_euclid(60_000);
        let key = Key { measure, minute, endpoint_id: of.endpoint_id, label, bucket };
        *self.0.entry(key).or_default() += by;
    }

    /// Writes them down.
    pub(super) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), DbError> {
        let all: Vec<(&Key<'r>, &i64)> = self.0.iter().collect();
        for chunk in all.chunks(MOST) {
            let mut query = sqlx::query(ADD[chunk.len() - 1].as_str());
            for minutes in [1, 60] {
                for (key, by) in chunk {
                    query = query
                        .bind(key.measure)
                        .bind(key.minute.div_euclid(minutes))
                        .bind(key.endpoint_id)
                        .bind(key.label)
                        .bind(key.bucket)
                        .bind(*by);
                }
            }
            query.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

/// Counts of one statement, at most.
const MOST: usize = 32;

/// For each number of counts: both tables in one go, which is one hand-over to the database's thread.
static ADD: LazyLock<Vec<String>> = LazyLock::new(|| {
    let into = |table: &str, time: &str, rows: usize| {
        format!(
            "INSERT INTO {table} (measure, {time}, endpoint_id, label, bucket, count) {} \
             ON CONFLICT DO UPDATE SET count = count + excluded.count",
            values(rows, 6)
        )
    };
    let both = |rows| {
        format!("{}; {}", into("measure_minutes", "minute", rows), into("measure_hours", "hour", rows))
    };
    (1..=MOST).map(both).collect()
});

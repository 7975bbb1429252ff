//! Counts by minute and by hour, all in one table. They are written in the transaction of what they count; pages, alerts and
//! metrics read them and never count rows.
//!
//! Another one is a variant of [`Measure`] and one [`Changes::add`] where it happens.

pub mod check;
mod deliveries;
mod read;
mod remove;
mod times;

pub(super) use deliveries::Counted;
pub use read::{Ask, By, Sum};
pub(super) use remove::{Part, remove_old};
pub use times::{Gap, active_minutes, gaps, last_of_each};

use super::{
    Connection, DbError,
    connection::by_rows::{ByRows, chunks},
};
use crate::model::{histogram, time::MINUTE_MS, words::words};
use sqlx::FromRow;
use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    ops::AddAssign,
};
use uuid::Uuid;

words! {
    /// What is counted, and what a label or a bucket tells of it.
    #[derive(PartialOrd, Ord)]
    pub enum Measure("what") {
        /// Deliveries that made an event, by type.
        Accepted = "accepted";
        /// Verified deliveries of an event that was there already, by type.
        Duplicate = "duplicate";
        /// Rejected deliveries, by reason.
        Rejected = "rejected";
        /// Of these, the ones that were genuine but for their timestamp. Their sum: our clock minus the timestamp, seconds.
        OffInTime = "off_in_time";
        /// Deliveries that are not the first with their event key: the sender tried again.
        Retry = "retry";
        /// Accepted deliveries by the time from the sender's making the event to our receiving it, ms.
        Lag = "lag";
        /// Deliveries by the time we took to answer, microseconds.
        Answer = "answer";
        /// Deliveries that a secret verified.
        Verified = "verified";
        /// Requests to a destination, by how they ended (`2xx` to `5xx`, or the code of an error) and how long they took, ms.
        Attempt = "attempt";
        /// Requests that were answered without being stored, by cause.
        Refused = "refused";
    }
}

/// What the object of a count is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Endpoint,
    Secret,
    Destination,
    /// The server itself, whose id is nil.
    Server,
}

impl Measure {
    /// What becomes of a delivery.
    pub const OUTCOMES: [Self; 3] = [Self::Accepted, Self::Duplicate, Self::Rejected];

    fn of(self) -> Of {
        match self {
            Self::Accepted | Self::Duplicate | Self::Rejected | Self::OffInTime => Of::Endpoint,
            Self::Retry | Self::Lag | Self::Answer => Of::Endpoint,
            Self::Verified => Of::Secret,
            Self::Attempt => Of::Destination,
            Self::Refused => Of::Server,
        }
    }
}

/// Unix minutes, from one up to before another.
pub type Minutes = (i64, i64);

/// How long the slots of counts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Grain {
    /// Kept for 90 days.
    Minute,
    /// Kept for two years.
    Hour,
}

impl Grain {
    const ALL: [Self; 2] = [Self::Minute, Self::Hour];

    /// Minutes of one slot.
    pub fn minutes(self) -> i64 {
        match self {
            Self::Minute => 1,
            Self::Hour => 60,
        }
    }

    /// The first slot whose counts are kept at a time (unix ms).
    fn oldest(self, now: i64) -> i64 {
        const DAY_MINUTES: i64 = 24 * 60;
        let days = match self {
            Self::Minute => 90,
            Self::Hour => 730,
        };
        (now.div_euclid(MINUTE_MS) - days * DAY_MINUTES).div_euclid(self.minutes())
    }

    /// The slots that a range of minutes touches: the first, and the one after the last.
    fn slots(self, (from, to): Minutes) -> (i64, i64) {
        (from.div_euclid(self.minutes()), -(-to).div_euclid(self.minutes()))
    }

    /// The slots that lie within a range of minutes.
    fn whole_slots(self, (from, to): Minutes) -> (i64, i64) {
        (-(-from).div_euclid(self.minutes()), to.div_euclid(self.minutes()))
    }
}

/// What one count stands at, in the order of the table's key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Count<'r> {
    what: Measure,
    grain: Grain,
    slot: i64,
    of: Uuid,
    label: Cow<'r, str>,
    bucket: i64,
}

impl<'r> Count<'r> {
    /// Of an object, at a time (unix ms).
    pub(super) fn new(what: Measure, of: Uuid, at: i64) -> Self {
        let slot = at.div_euclid(MINUTE_MS);
        Self { what, grain: Grain::Minute, slot, of, label: Cow::Borrowed(""), bucket: 0 }
    }

    pub(super) fn label(self, label: &'r str) -> Self {
        Self { label: Cow::Borrowed(label), ..self }
    }

    /// In a histogram, where this value stands in it.
    pub(super) fn value(self, value: i64) -> Self {
        Self { bucket: histogram::bound(value), ..self }
    }

    fn into_owned(self) -> Count<'static> {
        Count { label: Cow::Owned(self.label.into_owned()), ..self }
    }

    /// The count of the hour.
    fn hour(&self) -> Self {
        Self { grain: Grain::Hour, slot: self.slot.div_euclid(60), ..self.clone() }
    }
}

/// How much a count is, or by how much it changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
struct Amount {
    count: i64,
    sum: i64,
}

impl AddAssign for Amount {
    fn add_assign(&mut self, other: Self) {
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
    }
}

/// Changes of counts that are written together.
#[derive(Debug, Default)]
pub(super) struct Changes<'r>(HashMap<Count<'r>, Amount>);

impl<'r> Changes<'r> {
    pub(super) fn add(&mut self, to: Count<'r>, count: i64) {
        self.add_sum(to, count, 0);
    }

    /// The same of something of which a sum is kept too.
    pub(super) fn add_sum(&mut self, to: Count<'r>, count: i64, sum: i64) {
        *self.0.entry(to).or_default() += Amount { count, sum };
    }

    /// Both grains, in the order of the key: so no two writers ever wait for each other's rows.
    fn rows(self) -> BTreeMap<Count<'r>, Amount> {
        let mut rows = BTreeMap::new();
        for (minute, by) in self.0 {
            *rows.entry(minute.hour()).or_default() += by;
            rows.insert(minute, by);
        }
        rows.retain(|_, by| *by != Amount::default());
        rows
    }

    /// Adds them to those in the table.
    pub(super) async fn write(self, connection: &mut Connection) -> Result<(), DbError> {
        write(connection, self.rows()).await
    }
}

static ADD: ByRows = ByRows::new(|rows| {
    format!(
        "INSERT INTO counts (what, grain, slot, of, label, bucket, count, sum) {} \
         ON CONFLICT (what, grain, slot, of, label, bucket) DO UPDATE \
         SET count = counts.count + excluded.count, sum = counts.sum + excluded.sum",
        rows.of(8)
    )
});

async fn write(connection: &mut Connection, rows: BTreeMap<Count<'_>, Amount>) -> Result<(), DbError> {
    let rows: Vec<_> = rows.into_iter().collect();
    for chunk in chunks(&rows) {
        let text = ADD.text(connection, chunk.len());
        let mut query = connection.sql(text);
        for (at, by) in chunk {
            query = query
                .bind(at.what)
                .bind(at.grain.minutes())
                .bind(at.slot)
                .bind(at.of)
                .bind(&*at.label)
                .bind(at.bucket)
                .bind(by.count)
                .bind(by.sum);
        }
        query.run().await?;
    }
    Ok(())
}

/// Adds requests that were refused at a time (unix ms), by cause.
pub async fn add_refused(
    connection: &mut Connection,
    at: i64,
    causes: &[(&str, i64)],
) -> Result<(), DbError> {
    let mut changes = Changes::default();
    for (cause, count) in causes {
        changes.add(Count::new(Measure::Refused, Uuid::nil(), at).label(cause), *count);
    }
    changes.write(connection).await
}

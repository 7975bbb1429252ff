//! Deleting counts, in slices small enough not to hold up deliveries.

use super::{Grain, Measure, Of};
use crate::{
    db::{Connection, DbError},
    model::removal::RemovalKind,
};
use uuid::Uuid;

/// Rows that a slice looks at. A slot that has more goes at once.
const LOOKED_AT: i64 = 1_000;

/// Deletes a slice of what is past its time (unix ms now), of each kind. Says whether there may be more.
pub(in crate::db) async fn remove_old(connection: &mut Connection, now: i64) -> Result<bool, DbError> {
    let mut removed = 0;
    for what in Measure::ALL {
        for grain in Grain::ALL {
            removed += connection
                .sql(
                    "DELETE FROM counts WHERE what = $1 AND grain = $2 AND slot < $3 AND slot <= coalesce(( \
                       SELECT c.slot FROM counts c WHERE c.what = $1 AND c.grain = $2 ORDER BY c.slot \
                       LIMIT 1 OFFSET $4), $3)",
                )
                .bind(what)
                .bind(grain.minutes())
                .bind(grain.oldest(now))
                .bind(LOOKED_AT)
                .run()
                .await?;
        }
    }
    Ok(removed > 0)
}

/// A part of the table that holds counts of what was removed: those of a kind are looked through one after the other.
#[derive(Clone, Copy, Debug)]
pub(in crate::db) struct Part(Measure, Grain);

impl Part {
    /// The n-th part; none: that was all.
    pub(in crate::db) fn of(kind: RemovalKind, n: usize) -> Option<Self> {
        let concerned = |what: &Measure| match kind {
            RemovalKind::Endpoint => matches!(what.of(), Of::Endpoint | Of::Secret),
            RemovalKind::Destination => what.of() == Of::Destination,
        };
        let parts = Measure::ALL.into_iter().filter(concerned);
        parts.flat_map(|what| Grain::ALL.map(|grain| Self(what, grain))).nth(n)
    }

    /// Deletes the counts of an object from a slot on, and those of secrets that are gone: they stand among those of
    /// others, in the order of time. Says where to go on; none: the part is done.
    pub(in crate::db) async fn remove_slice(
        self,
        connection: &mut Connection,
        of: Uuid,
        from: i64,
    ) -> Result<Option<i64>, DbError> {
        let Self(what, grain) = self;
        let end: Option<i64> = connection
            .sql(
                "SELECT slot FROM counts WHERE what = $1 AND grain = $2 AND slot >= $3 ORDER BY slot \
                 LIMIT 1 OFFSET $4",
            )
            .bind(what)
            .bind(grain.minutes())
            .bind(from)
            .bind(LOOKED_AT)
            .optional_scalar()
            .await?;
        connection
            .sql(
                "DELETE FROM counts WHERE what = $1 AND grain = $2 AND slot >= $3 AND slot <= $4 \
                 AND (of = $5 OR (what = 'verified' AND of NOT IN (SELECT id FROM secrets)))",
            )
            .bind(what)
            .bind(grain.minutes())
            .bind(from)
            .bind(end.unwrap_or(i64::MAX))
            .bind(of)
            .run()
            .await?;
        Ok(end.map(|end| end + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Ask, Changes, Count},
        *,
    };

    const NOW: i64 = 1_800_000_000_000;
    const DAY: i64 = 86_400_000;

    async fn left(connection: &mut Connection, what: Measure, grain: Grain) -> i64 {
        let sums = Ask::new(&[what], (0, i64::MAX)).grain(grain).sums(connection, &[]).await.unwrap();
        sums.first().map_or(0, |sum| sum.count)
    }

    #[tokio::test]
    async fn minutes_go_after_90_days_and_hours_after_two_years() {
        let mut connection = Connection::in_memory().await;
        let mut changes = Changes::default();
        for days in [0, 89, 91, 729, 731] {
            for minutes in 0..700 {
                let at = NOW - days * DAY + minutes * 60_000;
                changes.add(Count::new(Measure::Accepted, Uuid::nil(), at), 1);
            }
        }
        changes.write(&mut connection).await.unwrap();
        let mut slices = 0;
        while remove_old(&mut connection, NOW).await.unwrap() {
            slices += 1;
        }
        assert_eq!(slices, 3, "2,100 minutes, some more than a thousand at a time");
        assert_eq!(left(&mut connection, Measure::Accepted, Grain::Minute).await, 1_400);
        assert_eq!(left(&mut connection, Measure::Accepted, Grain::Hour).await, 2_800);
    }

    #[tokio::test]
    async fn an_endpoint_takes_its_counts_with_it_and_leaves_those_of_others() {
        let mut connection = Connection::in_memory().await;
        let (gone, other) = (Uuid::now_v7(), Uuid::now_v7());
        let mut changes = Changes::default();
        for minutes in 0..1_500 {
            for of in [gone, other] {
                changes.add(Count::new(Measure::Answer, of, NOW + minutes * 60_000), 1);
            }
            changes.add(Count::new(Measure::Verified, gone, NOW + minutes * 60_000), 1);
            changes.add(Count::new(Measure::Attempt, gone, NOW + minutes * 60_000), 1);
        }
        changes.write(&mut connection).await.unwrap();
        let mut n = 0;
        while let Some(part) = Part::of(RemovalKind::Endpoint, n) {
            let mut from = Some(0);
            while let Some(slot) = from {
                from = part.remove_slice(&mut connection, gone, slot).await.unwrap();
            }
            n += 1;
        }
        for grain in Grain::ALL {
            assert_eq!(left(&mut connection, Measure::Answer, grain).await, 1_500);
            assert_eq!(left(&mut connection, Measure::Verified, grain).await, 0, "its secret is gone");
            assert_eq!(left(&mut connection, Measure::Attempt, grain).await, 1_500, "no endpoint has any");
        }
    }
}

//! Forwards after the clock went back: what was planned by a clock that was ahead would wait for as long as it was ahead.

use super::LONGEST_OPEN_MS;
use crate::{
    db::{Connection, DbError},
    model::{
        ids::{DestinationId, ForwardId},
        time::DAY_MS,
    },
};
use sqlx::FromRow;

/// Forwards that are mended in one transaction.
pub const SLICE: usize = 500;
/// A clock that is set by so little is not a jump, ms.
const TOLERANCE_MS: i64 = 1_000;
/// No schedule and no `Retry-After` asks for a longer wait: seven days and a tenth.
const LONGEST_WAIT_MS: i64 = 8 * DAY_MS;

/// A forward whose time was planned by a clock that was ahead.
#[derive(Clone, Copy, Debug, FromRow)]
pub struct Astray {
    id: ForwardId,
    next_at: i64,
    planned_at: i64,
}

impl Astray {
    /// When it is to be tried: it waits as long as was meant, from now.
    fn mended(&self, now: i64) -> i64 {
        now.saturating_add(self.next_at.saturating_sub(self.planned_at).clamp(0, LONGEST_WAIT_MS))
    }
}

/// At most [`SLICE`] forwards of a destination that wait for a time which a clock ahead of `now` planned.
pub async fn astray(
    connection: &mut Connection,
    destination: DestinationId,
    now: i64,
) -> Result<Vec<Astray>, DbError> {
    connection
        .sql(
            "SELECT id, next_at, planned_at FROM forwards WHERE destination_id = $1 AND state = 'queued' \
             AND next_at > $2 AND planned_at > $3 LIMIT $4",
        )
        .bind(destination)
        .bind(now)
        .bind(now.saturating_add(TOLERANCE_MS))
        .bind(SLICE as i64)
        .all()
        .await
}

/// Brings them back.
pub async fn bring_back(connection: &mut Connection, all: &[Astray], now: i64) -> Result<(), DbError> {
    for one in all {
        // What was planned again meanwhile is all right.
        connection
            .sql("UPDATE forwards SET next_at = $3, planned_at = $4 WHERE id = $1 AND planned_at = $2")
            .bind(one.id)
            .bind(one.planned_at)
            .bind(one.mended(now))
            .bind(now)
            .run()
            .await?;
    }
    Ok(())
}

/// Ends circuits that are open for longer than any is: a clock that was ahead opened them. One probe says how it stands.
pub async fn end_astray_circuits(connection: &mut Connection, now: i64) -> Result<(), DbError> {
    connection
        .sql("UPDATE destinations SET open_until = $1 WHERE open_until > $2")
        .bind(now)
        .bind(now.saturating_add(LONGEST_OPEN_MS))
        .run()
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_planned_in_the_future_waits_as_long_as_was_meant_from_now() {
        let mended = |next_at, planned_at| Astray { id: ForwardId(1), next_at, planned_at }.mended(20_000);
        assert_eq!(mended(10_005_000, 10_000_000), 25_000);
        assert_eq!(mended(10_000_000, 10_000_000), 20_000);
        assert_eq!(mended(i64::MAX, 10_000_000), 20_000 + LONGEST_WAIT_MS, "no wait is longer");
        assert_eq!(mended(i64::MAX, i64::MAX), 20_000);
    }
}

//! Whether the server's clock is to be doubted.

use crate::{
    app::kit::prelude::*,
    db::{
        Connection, DbError,
        counts::{Ask, Measure, Sum},
    },
    model::time::MINUTE_MS,
};

const HOUR_MINUTES: i64 = 60;
/// Fewer are a sender's queue or a replay.
const LEAST: i64 = 5;

/// Deliveries that were genuine but for their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Suspect {
    /// How many in the last hour.
    count: i64,
    /// Mean of our clock minus the timestamp, seconds.
    skew: i64,
}

/// Looks at the last hour.
pub(crate) async fn suspect(connection: &mut Connection, now: i64) -> Result<Option<Suspect>, DbError> {
    let minute = now.div_euclid(MINUTE_MS);
    let last_hour = (minute - HOUR_MINUTES, minute + 1);
    let sums = Ask::new(&[Measure::Rejected, Measure::OffInTime], last_hour).sums(connection, &[]).await?;
    Ok(judge(&sums))
}

/// Most of what is rejected is genuine and only off in time: senders' clocks do not all go wrong at once.
fn judge(sums: &[Sum]) -> Option<Suspect> {
    let of = |what| sums.iter().filter(move |sum| sum.what == what);
    let rejected: i64 = of(Measure::Rejected).map(|sum| sum.count).sum();
    let off: i64 = of(Measure::OffInTime).map(|sum| sum.count).sum();
    let skew: i64 = of(Measure::OffInTime).map(|sum| sum.sum).sum();
    (off >= LEAST && off * 2 > rejected).then(|| Suspect { count: off, skew: skew / off })
}

#[component]
pub(crate) fn ClockBanner(suspect: Suspect) -> impl IntoView {
    let Suspect { count, skew } = suspect;
    let off = time::duration(skew.saturating_abs().min(i64::MAX / 1_000) * 1_000);
    let side = if skew < 0 { "behind" } else { "ahead of" };
    view! {
        <Banner kind="warn" title="This server's clock is suspect" role="alert">
            <p>
                {format!("In the last hour, {count} deliveries had valid signatures but wrong timestamps. This server's clock seems to be {off} {side} the senders'. Check it against a time server.")}
                " "
                <a href="/events?verdict=rejected&after=1h">"Show them"</a>
            </p>
        </Banner>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_suspect_when_most_rejections_are_genuine_but_for_their_time() {
        let sum = |what, count| Sum { sum: count * 400, ..Sum::new(what, count) };
        let judged = |all, off| judge(&[sum(Measure::Rejected, all), sum(Measure::OffInTime, off)]);
        assert_eq!(judged(5, 5), Some(Suspect { count: 5, skew: 400 }));
        assert_eq!(judged(4, 4), None, "too few to tell");
        assert_eq!(judged(20, 6), None, "most fail for another reason");
        assert_eq!(judged(0, 0), None);
    }
}

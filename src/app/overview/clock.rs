//! Whether the server's clock is to be doubted.

use crate::{
    db::{
        DbError,
        rollups::{self, Rejections},
    },
    model::time,
};
use leptos::prelude::*;
use sqlx::SqliteConnection;

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
pub(crate) async fn suspect(connection: &mut SqliteConnection, now: i64) -> Result<Option<Suspect>, DbError> {
    let rejections = rollups::rejections(connection, now.div_euclid(60_000) - HOUR_MINUTES).await?;
    Ok(judge(&rejections))
}

/// Most of what is rejected is genuine and only off in time: senders' clocks do not all go wrong at once.
fn judge(rejections: &Rejections) -> Option<Suspect> {
    let Rejections { count, only_time, skew_sum } = *rejections;
    (only_time >= LEAST && only_time * 2 > count)
        .then(|| Suspect { count: only_time, skew: skew_sum / only_time })
}

#[component]
pub(crate) fn ClockBanner(suspect: Suspect) -> impl IntoView {
    let Suspect { count, skew } = suspect;
    let off = time::duration(skew.saturating_abs().min(i64::MAX / 1_000) * 1_000);
    let side = if skew < 0 { "behind" } else { "ahead of" };
    view! {
        <div class="banner warn" role="alert">
            <p>
                <b>"This server's clock is suspect"</b>
            </p>
            <p>
                {format!("In the last hour {count} deliveries were genuine, but their timestamps were off. The clock here seems to be {off} {side} the senders'. Compare it with a time server.")}
                " "
                <a href="/events?verdict=rejected&after=1h">"See them"</a>
            </p>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_suspect_when_most_rejections_are_genuine_but_for_their_time() {
        let judged = |count, only_time| judge(&Rejections { count, only_time, skew_sum: only_time * 400 });
        assert_eq!(judged(5, 5), Some(Suspect { count: 5, skew: 400 }));
        assert_eq!(judged(4, 4), None, "too few to tell");
        assert_eq!(judged(20, 6), None, "most fail for another reason");
        assert_eq!(judged(0, 0), None);
    }
}

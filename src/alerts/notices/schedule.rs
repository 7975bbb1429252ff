//! When a message that was not taken is tried again.

use crate::{alerts::channels::Refusal, db::notices::LONGEST_WAIT_MS};

/// Waits after the first tries, seconds; an hour after each further one.
const WAITS_S: [i64; 5] = [10, 30, 120, 600, 1_800];
/// Tries of a message: the last one is made about a day after the first. They are counted, not timed, so that a clock that
/// jumps neither ends them early nor makes them go on forever.
const MOST_TRIES: i64 = 29;
/// Tries when the channel says that the message or the settings are wrong: it may have been wrong about that itself.
const MOST_REFUSALS: i64 = 3;

/// How long to wait after so many tries (this one included), ms; none: there is no further one. What the channel asks for
/// is honoured up to an hour.
pub(super) fn wait(tries: i64, refusal: &Refusal) -> Option<i64> {
    let most = if refusal.lasting { MOST_REFUSALS } else { MOST_TRIES };
    if tries >= most {
        return None;
    }
    let planned = usize::try_from(tries - 1).ok().and_then(|index| WAITS_S.get(index));
    let planned = planned.map_or(LONGEST_WAIT_MS, |seconds| seconds * 1_000);
    Some(planned.max(refusal.wait_ms.unwrap_or_default()).min(LONGEST_WAIT_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(lasting: bool, wait_ms: Option<i64>) -> Refusal {
        Refusal { why: String::new(), lasting, wait_ms }
    }

    #[test]
    fn the_waits_grow_to_an_hour_and_end_after_a_day() {
        let waits: Vec<i64> = (1..).map_while(|tries| wait(tries, &refusal(false, None))).collect();
        assert_eq!(waits[..7], [10_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000, 3_600_000]);
        let hours = waits.iter().sum::<i64>() / 3_600_000;
        assert_eq!((waits.len(), hours), (28, 23));
    }

    #[test]
    fn what_is_wrong_is_tried_three_times() {
        assert_eq!(wait(2, &refusal(true, None)), Some(30_000));
        assert_eq!(wait(3, &refusal(true, None)), None);
    }

    #[test]
    fn what_the_channel_asks_for_is_honoured_up_to_an_hour() {
        assert_eq!(wait(1, &refusal(false, Some(45_000))), Some(45_000));
        assert_eq!(wait(1, &refusal(false, Some(1))), Some(10_000));
        assert_eq!(wait(1, &refusal(false, Some(i64::MAX))), Some(3_600_000));
    }
}

//! How a destination did in the last 24 hours, from the counts of attempts per minute.

use crate::{
    app::{
        delivery::forwards::answer,
        kit::{chart::Sparkline, prelude::*},
    },
    db::{attempts::Failure, counts::Sum},
    model::{histogram, time::MINUTE_MS},
};

/// Bars of the sparkline: half hours.
const BARS: usize = 48;
const BAR_MINUTES: i64 = 30;
/// Minutes that are looked at.
pub(crate) const MINUTES: i64 = BARS as i64 * BAR_MINUTES;

/// Requests of one bar, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Requests {
    taken: i64,
    failed: i64,
}

impl Requests {
    fn add(&mut self, sum: &Sum) {
        if sum.is_taken() {
            self.taken += sum.count;
        } else {
            self.failed += sum.count;
        }
    }

    /// Percent that were taken.
    fn rate(self) -> Option<f64> {
        let all = self.taken + self.failed;
        (all > 0).then(|| self.taken as f64 * 100.0 / all as f64)
    }
}

fn total(counts: &[Sum]) -> Requests {
    let mut all = Requests::default();
    counts.iter().for_each(|count| all.add(count));
    all
}

fn bars(counts: &[Sum], from_minute: i64) -> [Requests; BARS] {
    let mut bars = [Requests::default(); BARS];
    for count in counts {
        let index = usize::try_from((count.minute - from_minute) / BAR_MINUTES).ok();
        if let Some(bar) = index.and_then(|index| bars.get_mut(index)) {
            bar.add(count);
        }
    }
    bars
}

/// The time within which this share (percent) of the requests ended, ms: the bound of its bucket.
fn percentile(counts: &[Sum], percent: i64) -> Option<i64> {
    histogram::percentile(counts.iter().map(|count| (count.bucket, count.count)), percent)
}

/// The figures, the sparkline and the last failures.
#[component]
pub(crate) fn Health(
    counts: Vec<Sum>,
    /// Unix minutes: where the counts begin.
    from_minute: i64,
    failures: Vec<Failure>,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let all = total(&counts);
    let rate = all.rate().map_or_else(|| "–".to_owned(), |rate| format!("{rate:.1} %"));
    let within = |percent| {
        percentile(&counts, percent).map_or_else(|| "–".to_owned(), |ms| format!("≤ {}", time::duration(ms)))
    };
    let percentiles = format!("p50 {}, p90 {}, p99 {}", within(50), within(90), within(99));
    let failed = (!failures.is_empty()).then(|| failures_card(&failures, now));
    view! {
        <Card title="Last 24 hours">
            {Facts::new()
                .fact("Requests", time::count(all.taken + all.failed))
                .fact("Success rate", rate)
                .fact("Answer time", percentiles)
                .view()}
            {chart(&bars(&counts, from_minute), from_minute, now)}
        </Card>
        {failed}
    }
}

fn failures_card(failures: &[Failure], now: i64) -> impl IntoView + use<> {
    let lines = failures.iter().map(|failure| {
        let id = failure.delivery_id;
        let said = tag("bad", answer(failure.status, failure.error.as_deref()));
        (failure.at, view! { {said} " " <a href=paths::forwards_of(id)>{format!("Delivery {id}")}</a> })
    });
    let lines = timeline(lines, now).into_any();
    view! { <Card title="Recent failures">{lines}</Card> }
}

fn chart(bars: &[Requests], from_minute: i64, now: i64) -> Option<impl IntoView + use<>> {
    let highest = bars.iter().map(|bar| bar.taken + bar.failed).max().filter(|highest| *highest > 0)?;
    let titles = (from_minute..).step_by(BAR_MINUTES as usize).zip(bars).map(|(minute, bar)| {
        let from = time::hour_minute(minute * MINUTE_MS, now);
        format!("from {from}: {} succeeded, {} failed", bar.taken, bar.failed)
    });
    let titles = titles.collect();
    let bars = bars.iter().map(|bar| [bar.taken, bar.failed]).collect();
    let label = format!("Requests per half hour in the last 24 hours, maximum {highest}");
    Some(view! {
        <figure class="chart">
            <Sparkline bars label=label.clone() titles height=60 class=""/>
            <figcaption>{label}</figcaption>
        </figure>
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::counts::Measure;

    fn count(minute: i64, class: &str, bucket: i64, count: i64) -> Sum {
        Sum { minute, label: class.into(), bucket, ..Sum::new(Measure::Attempt, count) }
    }

    #[test]
    fn what_is_not_2xx_failed_and_stands_in_its_half_hour() {
        let counts = [count(100, "2xx", 1, 3), count(129, "4xx", 1, 1), count(130, "refused", 1, 2)];
        assert_eq!(total(&counts).rate(), Some(50.0));
        let bars = bars(&counts, 100);
        assert_eq!(bars[0], Requests { taken: 3, failed: 1 });
        assert_eq!(bars[1], Requests { taken: 0, failed: 2 });
        assert_eq!(total(&[]).rate(), None);
    }
}

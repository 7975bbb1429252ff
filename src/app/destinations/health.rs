//! How a destination did in the last 24 hours, from the counts of attempts per minute.

use crate::{
    app::kit::when::When,
    db::attempts::{Count, Failure},
    model::{histogram, time, visible::visible},
};
use leptos::prelude::*;

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
    fn add(&mut self, count: &Count) {
        if count.class == "2xx" {
            self.taken += count.count;
        } else {
            self.failed += count.count;
        }
    }

    /// Percent that were taken.
    fn rate(self) -> Option<f64> {
        let all = self.taken + self.failed;
        (all > 0).then(|| self.taken as f64 * 100.0 / all as f64)
    }
}

fn total(counts: &[Count]) -> Requests {
    let mut all = Requests::default();
    counts.iter().for_each(|count| all.add(count));
    all
}

fn bars(counts: &[Count], from_minute: i64) -> [Requests; BARS] {
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
fn percentile(counts: &[Count], percent: i64) -> Option<i64> {
    histogram::percentile(counts.iter().map(|count| (count.bucket, count.count)), percent)
}

/// The figures, the sparkline and the last failures.
#[component]
pub(crate) fn Health(
    counts: Vec<Count>,
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
    let rows = failures
        .into_iter()
        .map(|failure| {
            let said = match (failure.status, &failure.error) {
                (Some(status), _) => status.to_string(),
                (None, Some(code)) => visible(code),
                (None, None) => "no answer".to_owned(),
            };
            view! {
                <li>
                    <When at=failure.at now/>
                    <span><span class="tag bad">{said}</span> " " <a href=format!("/events/{}?tab=forwards", failure.delivery_id)>{format!("Delivery {}", failure.delivery_id)}</a></span>
                </li>
            }
        })
        .collect_view();
    let failed = (!rows.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>"Last failures"</h2>
                <ol class="in tl">{rows}</ol>
            </section>
        }
    });
    view! {
        <section class="card">
            <h2>"Last 24 hours"</h2>
            <dl class="in facts">
                <dt>"Requests"</dt>
                <dd>{time::count(all.taken + all.failed)}</dd>
                <dt>"Taken"</dt>
                <dd>{rate}</dd>
                <dt>"Answer time"</dt>
                <dd>{format!("half {}, 90 % {}, 99 % {}", within(50), within(90), within(99))}</dd>
            </dl>
            <Sparkline bars=bars(&counts, from_minute).to_vec() from_minute now/>
        </section>
        {failed}
    }
}

#[component]
fn Sparkline(bars: Vec<Requests>, from_minute: i64, now: i64) -> impl IntoView {
    const SLOT: i64 = 20;
    const HEIGHT: i64 = 60;
    let highest = bars.iter().map(|bar| bar.taken + bar.failed).max().unwrap_or_default();
    if highest == 0 {
        return ().into_any();
    }
    // A part that is not empty is at least 1 high: one failure among thousands must be seen.
    let high = |count: i64| if count == 0 { 0 } else { (count * HEIGHT / highest).max(1) };
    let drawn = bars
        .iter()
        .enumerate()
        .filter(|(_, bar)| bar.taken + bar.failed > 0)
        .map(|(index, bar)| {
            let start = (from_minute + index as i64 * BAR_MINUTES) * 60_000;
            let title =
                format!("from {}: {} taken, {} failed", time::hour_minute(start, now), bar.taken, bar.failed);
            let (taken, failed) = (high(bar.taken), high(bar.failed));
            let x = SLOT * index as i64 + 2;
            view! {
                <g>
                    <title>{title}</title>
                    <rect class="accepted" x=x y=HEIGHT - taken width=SLOT - 5 height=taken></rect>
                    <rect class="rejected" x=x y=HEIGHT - taken - failed width=SLOT - 5 height=failed></rect>
                </g>
            }
        })
        .collect_view();
    let label = format!("Requests per half hour over 24 hours, at most {highest}");
    view! {
        <figure class="chart">
            <svg viewBox=format!("0 -2 {} {}", SLOT * BARS as i64, HEIGHT + 3) preserveAspectRatio="none" role="img" aria-label=label.clone()>
                <line class="axis" x1="0" x2=SLOT * BARS as i64 y1=HEIGHT y2=HEIGHT></line>
                {drawn}
            </svg>
            <figcaption>{label}</figcaption>
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(minute: i64, class: &str, bucket: i64, count: i64) -> Count {
        Count { minute, class: class.into(), bucket, count }
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

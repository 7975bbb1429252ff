//! The facts beside every part of the page.

use crate::{
    app::kit::relative_time::ClockTime,
    model::{
        delivery::{Delivery, DeliverySummary},
        headers::HeaderList,
        time,
        visible::{visible, visible_bytes},
    },
};
use leptos::prelude::*;

/// The list of facts.
#[component]
pub(crate) fn Facts(
    delivery: Delivery,
    /// The deliveries with the same event key, oldest first.
    same: Vec<DeliverySummary>,
    headers: HeaderList,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let summary = delivery.summary;
    let ago = match time::ago(summary.received_at, now) {
        just if just == "now" => just,
        ago => format!("{ago} ago"),
    };
    let tries = tries(&summary, &same);
    let answered = format!("{} in {}", summary.answer_status, milliseconds(delivery.answer_us));
    let agent = headers.get("user-agent").map(visible_bytes);
    let from = agent.into_iter().chain([visible(&delivery.client)]).collect::<Vec<_>>().join(" · ");
    view! {
        <section class="card">
            <h2>"Delivery"</h2>
            <dl class="in facts">
                <dt>"Received"</dt>
                <dd>
                    <ClockTime at=summary.received_at now/>
                    " "
                    <span class="dim">{ago}</span>
                </dd>
                <dt>"Endpoint"</dt>
                <dd>
                    <a class="name" href=format!("/settings/endpoints/{}", summary.endpoint.id)>
                        {summary.endpoint.name}
                    </a>
                </dd>
                <dt>"Try"</dt>
                <dd>{tries}</dd>
                <dt>"Answered"</dt>
                <dd>{answered} " " <span class="dim">"until commit"</span></dd>
                <Fact label="webhook-id" value=delivery.event_key/>
                <Fact label="Event id" value=delivery.event_id/>
                <Fact label="Resource" value=summary.resource/>
                <dt>"From"</dt>
                <dd class="mono">{from}</dd>
            </dl>
        </section>
    }
}

#[component]
fn Fact(label: &'static str, value: Option<String>) -> impl IntoView {
    let value = value.map_or_else(|| "–".to_owned(), |text| visible(&text));
    view! {
        <dt>{label}</dt>
        <dd class="mono">{value}</dd>
    }
}

/// `2 of 3, 31 s after the one before`.
fn tries(this: &DeliverySummary, same: &[DeliverySummary]) -> String {
    if same.len() < 2 {
        return format!("{} of 1", this.try_number);
    }
    let count = same.len();
    let before = same.iter().rev().find(|other| other.id < this.id);
    match before {
        Some(before) => {
            let gap = time::duration(this.received_at.saturating_sub(before.received_at));
            format!("{} of {count}, {gap} after the one before", this.try_number)
        }
        None => format!("{} of {count}", this.try_number),
    }
}

/// `0.6 ms`; from ten milliseconds on as other durations are shown.
fn milliseconds(us: i64) -> String {
    if us < 10_000 { format!("{}.{} ms", us / 1_000, us % 1_000 / 100) } else { time::duration(us / 1_000) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::kit::delivery_row::sample;

    #[test]
    fn a_retry_says_how_long_after_the_one_before_it_came() {
        let first = sample(1);
        let mut second = sample(2);
        (second.try_number, second.received_at) = (2, first.received_at + 31_000);
        let same = [first.clone(), second.clone()];
        assert_eq!(tries(&first, &same), "1 of 2");
        assert_eq!(tries(&second, &same), "2 of 2, 31 s after the one before");
        assert_eq!(tries(&first, &[]), "1 of 1");
    }

    #[test]
    fn short_answers_keep_a_decimal() {
        assert_eq!([640, 9_990, 31_000].map(milliseconds), ["0.6 ms", "9.9 ms", "31 ms"]);
    }
}

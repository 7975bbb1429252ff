//! The facts beside every part of the page.

use crate::{
    app::kit::{prelude::*, relative_time::ClockTime},
    model::{
        delivery::{Delivery, DeliverySummary},
        headers::HeaderList,
        visible::visible_bytes,
    },
};

/// The list of facts; `same` are the deliveries with the same event key, oldest first.
pub(super) fn card(
    delivery: &Delivery,
    same: &[DeliverySummary],
    headers: &HeaderList,
    now: i64,
) -> impl IntoView + use<> {
    let summary = &delivery.summary;
    let ago = match time::ago(summary.received_at, now) {
        just if just == "now" => just,
        ago => format!("{ago} ago"),
    };
    let tries = tries(summary, same);
    let answered = format!("{} in {}", summary.answer_status, milliseconds(delivery.answer_us));
    let agent = headers.get("user-agent").map(visible_bytes);
    let from = agent.into_iter().chain([visible(&delivery.client)]).collect::<Vec<_>>().join(" · ");
    let (received_at, endpoint) = (summary.received_at, summary.endpoint.clone());
    let id = |value: &Option<String>| value.as_deref().map_or_else(|| "–".to_owned(), visible);
    let facts = Facts::new()
        .fact("Received", view! { <ClockTime at=received_at now/> " " <span class="dim">{ago}</span> })
        .fact("Endpoint", view! { <a class="name" href=paths::endpoint(endpoint.id)>{endpoint.name}</a> })
        .fact("Try", tries)
        .fact("Answered", view! { {answered} " " <span class="dim">"including commit"</span> })
        .mono("webhook-id", id(&delivery.event_key))
        .mono("Event id", id(&delivery.event_id))
        .mono("Resource", id(&summary.resource))
        .mono("From", from)
        .view();
    view! { <Card title="Delivery">{facts}</Card> }
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
            format!("{} of {count}, {gap} after the previous one", this.try_number)
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
        assert_eq!(tries(&second, &same), "2 of 2, 31 s after the previous one");
        assert_eq!(tries(&first, &[]), "1 of 1");
    }

    #[test]
    fn short_answers_keep_a_decimal() {
        assert_eq!([640, 9_990, 31_000].map(milliseconds), ["0.6 ms", "9.9 ms", "31 ms"]);
    }
}

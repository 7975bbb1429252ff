//! The sender's side: every delivery with the same event key, what each was answered, and how long the sender goes on.

use crate::{
    app::kit::{prelude::*, relative_time::ClockTime, tag::SignatureTag},
    model::{delivery::DeliverySummary, ids::DeliveryId, scheme::Scheme, time::HOUR_MS},
};

/// Earlier and later ones, each a link.
#[component]
pub(crate) fn SameEvent(
    /// The delivery of the page.
    this: DeliveryId,
    /// All of them, oldest first.
    same: Vec<DeliverySummary>,
    /// Of its endpoint.
    scheme: Scheme,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    if same.is_empty() {
        let sentence = "This delivery has no event key, so retries can't be told from new events.";
        return view! {
            <Card title="Same event">
                <p class="in dim">{sentence}</p>
            </Card>
        }
        .into_any();
    }
    let outlook = outlook(&same, scheme, now);
    let mut before = None;
    let rows = same
        .into_iter()
        .map(|row| {
            let gap = before.map(|before| format!("{} later", time::duration(row.received_at - before)));
            before = Some(row.received_at);
            view! { <Try row this gap now/> }
        })
        .collect_view();
    view! {
        <Card title="Same event">
            <ol class="in tl">{rows}</ol>
            {outlook.map(|sentence| view! { <p class="in dim">{sentence}</p> })}
        </Card>
    }
    .into_any()
}

#[component]
fn Try(row: DeliverySummary, this: DeliveryId, gap: Option<String>, now: i64) -> impl IntoView {
    let number = format!("Try {}", row.try_number);
    let name = if row.id == this {
        view! { <span aria-current="true">{number} <span class="dim">" (this one)"</span></span> }.into_any()
    } else {
        view! { <a href=paths::delivery(row.id)>{number}</a> }.into_any()
    };
    let answer = format!(" answered {}", row.answer_status);
    view! {
        <li>
            <ClockTime at=row.received_at now/>
            <span>
                {name} " " <SignatureTag row/> <span class="dim">{answer} {gap.map(|gap| format!(" · {gap}"))}</span>
            </span>
        </li>
    }
}

/// What the sender does next, as far as its rules are known. What we refused without storing (404, 503 …) is not in the
/// list, but is tried again by the same rules.
fn outlook(same: &[DeliverySummary], scheme: Scheme, now: i64) -> Option<String> {
    let first = same.first()?;
    if same.iter().any(|row| (200..300).contains(&row.answer_status)) {
        return (same.len() > 1).then(|| "The sender got a 200 and has no reason to try again.".to_owned());
    }
    let Some(window) = scheme.tries_for_hours else {
        return Some("No try got a 200 yet, so the sender may try again.".to_owned());
    };
    let sender = scheme.label;
    // The window runs from when the event was made, or, when that is not known, from the first try.
    let begun = first.created_at.unwrap_or(first.received_at).min(first.received_at);
    let left = begun.saturating_add(window * HOUR_MS).saturating_sub(now);
    Some(if left > 0 {
        format!("No try got a 200 yet. {sender} retries for up to {window} hours; {} left.", hours(left))
    } else {
        format!(
            "No try got a 200, and {sender}'s {window}-hour retry window is over. It won't be sent again."
        )
    })
}

/// In the unit of the window.
fn hours(ms: i64) -> String {
    match ms / HOUR_MS {
        0 => time::duration(ms),
        hours => format!("{hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::kit::delivery_row::sample;

    fn rejected() -> DeliverySummary {
        DeliverySummary { answer_status: 400, ..sample(1) }
    }

    #[test]
    fn what_is_left_of_the_senders_window_is_told() {
        let row = rejected();
        let at = |hours: i64| {
            outlook(std::slice::from_ref(&row), Scheme::OPENAI, row.received_at + hours * 3_600_000).unwrap()
        };
        assert!(at(2).contains("70 h"), "{}", at(2));
        assert!(at(73).contains("is over"));
        let other = outlook(&[rejected()], Scheme::STANDARD_WEBHOOKS, 0).unwrap();
        assert!(other.contains("may try again"));
    }

    #[test]
    fn a_sender_that_was_answered_200_is_done() {
        let done = [rejected(), sample(2)];
        assert!(outlook(&done, Scheme::OPENAI, 0).unwrap().contains("no reason"));
        assert_eq!(outlook(&[sample(1)], Scheme::OPENAI, 0), None);
        assert_eq!(outlook(&[], Scheme::OPENAI, 0), None);
    }
}

//! Where the delivery went, each attempt, and sending it again.

pub(crate) mod again;
mod local;

use crate::{
    app::{
        destinations::functions::RetryForward,
        kit::{escaped::Escaped, prelude::*},
    },
    db::forwards::MOST_LISTED,
    model::{
        delivery::{DeliverySummary, Outcome},
        destination::{Attempt, Change, Destination, Forward, ForwardKind, ForwardState, LocalResult},
        ids::{DeliveryId, DestinationId},
    },
};
use again::Again;

/// What the part shows.
#[derive(Default)]
pub(crate) struct Forwards {
    pub(crate) destinations: Vec<Destination>,
    pub(crate) forwards: Vec<Forward>,
    /// The destinations that did not take it.
    pub(crate) failing: Vec<DestinationId>,
    pub(crate) attempts: Vec<Attempt>,
    /// What became of it on laptops.
    pub(crate) local: Vec<LocalResult>,
}

/// The forwards with their attempts, newest first, and the form that sends it again.
#[component]
pub(crate) fn ForwardsPart(
    row: DeliverySummary,
    forwards: Forwards,
    role: Role,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let Forwards { destinations, forwards, failing, attempts, local } = forwards;
    let can = role >= Role::Member;
    let forwards_count = forwards.len();
    let again = (can && !destinations.is_empty()).then(|| {
        let rejected = row.outcome == Outcome::Rejected;
        view! { <Again id=row.id destinations failing rejected/> }
    });
    let list = if forwards.is_empty() {
        Either::Left(
            view! { <Say>"Not forwarded. Accepted events go to the "<a href=paths::DESTINATIONS>"destinations"</a>" that match their type."</Say> },
        )
    } else {
        let cards = (0..forwards.len())
            .rev()
            .map(|index| {
                let forward = forwards[index].clone();
                let own =
                    attempts.iter().filter(|attempt| attempt.forward_id == forward.id).cloned().collect();
                let before = last_before(&forwards[..index], &attempts, forward.destination_id);
                view! { <ForwardCard forward attempts=own before delivery=row.id can now/> }
            })
            .collect_view();
        Either::Right(cards)
    };
    let older = (forwards_count >= MOST_LISTED)
        .then(|| view! { <p class="dim">{format!("Showing the newest {MOST_LISTED}.")}</p> });
    let local = (!local.is_empty()).then(|| local::card(&local, now));
    view! { {again} {local} {list} {older} }
}

/// The last attempt of earlier forwards to a destination.
fn last_before(earlier: &[Forward], attempts: &[Attempt], to: DestinationId) -> Option<Attempt> {
    let is_earlier = |attempt: &&Attempt| {
        earlier.iter().any(|forward| forward.id == attempt.forward_id && forward.destination_id == to)
    };
    attempts.iter().rfind(is_earlier).cloned()
}

#[component]
fn ForwardCard(
    forward: Forward,
    attempts: Vec<Attempt>,
    /// The last attempt to the same destination before this forward.
    before: Option<Attempt>,
    delivery: DeliveryId,
    can: bool,
    now: i64,
) -> impl IntoView {
    let state = match (forward.state, forward.attempts) {
        (ForwardState::Delivered, _) => tag("ok", "Delivered"),
        (ForwardState::Dead, _) => tag("bad", "Dead"),
        (ForwardState::Skipped, _) => tag("idle", "Not sent"),
        (ForwardState::Queued, 0) => tag("idle", "Queued"),
        (ForwardState::Queued, _) => tag("warn", "Retrying"),
    };
    let change = attempts.last().zip(before.as_ref()).map(|(last, before)| {
        let change = Change::between(before, last);
        let class = match change {
            Change::Fixed | Change::StillFine => "tag ok",
            Change::StillFailing | Change::Regressed => "tag bad",
        };
        view! { " " <span class=class title="Compared with the previous attempt">{change.label()}</span> }
    });
    let waits = forward.state == ForwardState::Queued && forward.next_at > now;
    let next = waits.then(|| {
        view! { <p class="dim">{format!("Next attempt in {}.", time::duration(forward.next_at - now))}</p> }
    });
    let note = forward
        .note
        .as_deref()
        .map(|note| view! { <p class="dim">{format!("Not sent: {}.", visible(note))}</p> });
    let retry = (can && (waits || forward.state == ForwardState::Dead)).then(|| {
        let with = [("delivery", delivery.to_string()), ("forward", forward.id.to_string())];
        view! { <PostButton to=RetryForward::PATH with class="btn small" label="Retry now"/> }
    });
    let kind = kind(&forward);
    let rows = attempts.into_iter().map(|attempt| view! { <AttemptRow attempt can now/> }).collect_view();
    view! {
        <section class="card forward">
            <h2>
                <a href=paths::destination(forward.destination_id)>{visible(&forward.destination)}</a>
                " " {state} {change}
                " " <small class="dim">{kind}</small>
            </h2>
            <div class="in form">
                <ol class="tl">{rows}</ol>
                {note}
                {next}
                {retry}
            </div>
        </section>
    }
}

/// Why it is sent, and how.
fn kind(forward: &Forward) -> String {
    let Some(actor) = forward.actor.as_ref().filter(|_| forward.kind == ForwardKind::Replay) else {
        return "Forward".to_owned();
    };
    let many = if forward.job_id.is_some() { ", part of a bulk replay" } else { "" };
    let id = forward.webhook_id.as_ref().map_or_else(String::new, |id| format!(", webhook-id {id}"));
    format!("Replay by {}, {}{id}{many}", visible(actor), forward.mode.as_str())
}

/// What came back, in a word.
pub(in crate::app) fn answer(status: Option<impl ToString>, error: Option<&str>) -> String {
    match (status, error) {
        (Some(status), _) => status.to_string(),
        (None, Some(code)) => visible(code),
        (None, None) => "no answer".to_owned(),
    }
}

/// Answers may hold what is not for everyone: members and admins see them.
#[component]
fn AttemptRow(attempt: Attempt, can: bool, now: i64) -> impl IntoView {
    let class = if attempt.succeeded() { "ok" } else { "bad" };
    let said = answer(attempt.status, attempt.error.as_deref());
    let message = attempt.message.as_deref().map(visible);
    let request = (can && !attempt.request.is_empty()).then(|| {
        view! {
            <Fold title="Request" class="fold">
                <pre class="raw"><Escaped text=attempt.request.clone()/></pre>
            </Fold>
        }
    });
    let answer = (can && attempt.status.is_some()).then(|| {
        let body = String::from_utf8_lossy(&attempt.body).into_owned();
        view! {
            <Fold title="Answer" class="fold">
                <pre class="raw"><Escaped text=format!("{}\n\n{body}", attempt.headers)/></pre>
            </Fold>
        }
    });
    view! {
        <li>
            <When at=attempt.at now/>
            <span>
                {tag(class, said)}
                <span class="dim">{format!(" {}", time::duration(attempt.ms))}</span>
                {message.map(|message| view! { <p>{message}</p> })}
                {request}
                {answer}
            </span>
        </li>
    }
}

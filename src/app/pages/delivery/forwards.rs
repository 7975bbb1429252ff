//! Where the delivery went, each attempt, and sending it again.

use crate::{
    app::{
        components::{escaped::Escaped, visible::visible, when::When},
        functions::destinations::{Replay, RetryForward},
    },
    model::{
        delivery::{DeliverySummary, Outcome},
        destination::{Attempt, Destination, Forward, ForwardKind, ForwardState, ReplayMode},
        ids::DeliveryId,
        time,
        user::Role,
    },
};
use leptos::{either::Either, prelude::*, server_fn::ServerFn};

/// What the part shows.
#[derive(Default)]
pub(super) struct Forwards {
    pub(super) destinations: Vec<Destination>,
    pub(super) forwards: Vec<Forward>,
    pub(super) attempts: Vec<Attempt>,
}

/// The forwards with their attempts, newest first, and the form that sends it again.
#[component]
pub(super) fn ForwardsPart(
    row: DeliverySummary,
    forwards: Forwards,
    role: Role,
    /// Unix ms.
    now: i64,
) -> impl IntoView {
    let Forwards { destinations, forwards, attempts } = forwards;
    let can = role >= Role::Member;
    let again = (can && !destinations.is_empty()).then(|| {
        let rejected = row.outcome == Outcome::Rejected;
        view! { <Again id=row.id destinations rejected/> }
    });
    let list = if forwards.is_empty() {
        Either::Left(view! {
            <p class="empty">"It was sent nowhere. Accepted events go to the "<a href="/destinations">"destinations"</a>" that take their type."</p>
        })
    } else {
        let cards = forwards
            .into_iter()
            .rev()
            .map(|forward| {
                let own =
                    attempts.iter().filter(|attempt| attempt.forward_id == forward.id).cloned().collect();
                view! { <Card forward attempts=own delivery=row.id can now/> }
            })
            .collect_view();
        Either::Right(cards)
    };
    view! { {again} {list} }
}

#[component]
fn Again(id: DeliveryId, destinations: Vec<Destination>, rejected: bool) -> impl IntoView {
    let options = destinations
        .into_iter()
        .map(|to| view! { <option value=to.id.to_string()>{visible(&to.name)}</option> })
        .collect_view();
    let warning = rejected.then(|| {
        view! { <p class="bad-text">"This delivery was rejected: nobody vouches for what it says."</p> }
    });
    view! {
        <section class="card">
            <h2>"Replay"</h2>
            <form class="in form" method="post" action=Replay::PATH>
                <input type="hidden" name="delivery" value=id.to_string()/>
                {warning}
                <div class="fields">
                    <div class="field">
                        <label for="to">"To"</label>
                        <select id="to" name="id">{options}</select>
                    </div>
                    <div class="field">
                        <label for="mode">"How"</label>
                        <select id="mode" name="mode">
                            <option value=ReplayMode::Fresh.as_str()>"fresh: new timestamp, our signature"</option>
                            <option value=ReplayMode::Verbatim.as_str()>"verbatim: the sender's headers; strict receivers take it for old"</option>
                        </select>
                    </div>
                </div>
                <div class="actions"><button class="btn primary">"Replay"</button></div>
            </form>
        </section>
    }
}

#[component]
fn Card(
    forward: Forward,
    attempts: Vec<Attempt>,
    delivery: DeliveryId,
    can: bool,
    now: i64,
) -> impl IntoView {
    let (class, word) = match (forward.state, forward.attempts) {
        (ForwardState::Delivered, _) => ("tag ok", "Delivered"),
        (ForwardState::Dead, _) => ("tag bad", "Dead"),
        (ForwardState::Queued, 0) => ("tag idle", "Queued"),
        (ForwardState::Queued, _) => ("tag warn", "Retrying"),
    };
    let kind = match (&forward.actor, forward.kind) {
        (Some(actor), ForwardKind::Replay) => {
            format!("Replay by {}, {}", visible(actor), forward.mode.as_str())
        }
        _ => "Forward".to_owned(),
    };
    let waits = forward.state == ForwardState::Queued && forward.next_at > now;
    let next = waits.then(|| {
        view! { <p class="dim">{format!("Next try in {}.", time::duration(forward.next_at - now))}</p> }
    });
    let retry = (can && (waits || forward.state == ForwardState::Dead)).then(|| {
        view! {
            <form method="post" action=RetryForward::PATH>
                <input type="hidden" name="delivery" value=delivery.to_string()/>
                <input type="hidden" name="forward" value=forward.id.to_string()/>
                <button class="btn small">"Retry now"</button>
            </form>
        }
    });
    let rows = attempts.into_iter().map(|attempt| view! { <AttemptRow attempt can now/> }).collect_view();
    view! {
        <section class="card forward">
            <h2>
                <a href=format!("/destinations/{}", forward.destination_id)>{visible(&forward.destination)}</a>
                " " <span class=class>{word}</span>
                " " <small class="dim">{kind}</small>
            </h2>
            <div class="in form">
                <ol class="tl">{rows}</ol>
                {next}
                {retry}
            </div>
        </section>
    }
}

/// Answers may hold what is not for everyone: members and admins see them.
#[component]
fn AttemptRow(attempt: Attempt, can: bool, now: i64) -> impl IntoView {
    let class = if attempt.succeeded() { "tag ok" } else { "tag bad" };
    let said = match (attempt.status, &attempt.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(code)) => code.clone(),
        (None, None) => "no answer".to_owned(),
    };
    let message = attempt.message.as_deref().map(visible);
    let answer = (can && attempt.status.is_some()).then(|| {
        let body = String::from_utf8_lossy(&attempt.body).into_owned();
        view! {
            <details class="fold">
                <summary>"Answer"</summary>
                <pre class="raw"><Escaped text=format!("{}\n\n{body}", attempt.headers)/></pre>
            </details>
        }
    });
    view! {
        <li>
            <When at=attempt.at now/>
            <span>
                <span class=class>{said}</span>
                <span class="dim">{format!(" {}", time::duration(attempt.ms))}</span>
                {message.map(|message| view! { <p>{message}</p> })}
                {answer}
            </span>
        </li>
    }
}

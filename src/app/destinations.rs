//! Destinations: where accepted events are forwarded to.

mod condition;
mod edit;
mod form;
pub(crate) mod functions;
mod health;
mod new;
mod one;
pub(crate) mod posted;

pub use condition::ConditionPage;
pub use edit::EditDestinationPage;
pub use new::NewDestinationPage;
pub use one::DestinationPage;

use crate::{
    app::{
        kit::{problem::Problem, removals::Removals},
        shell::layout::{Layout, Part},
    },
    auth,
    db::{self, forwards::Depth},
    model::{
        destination::{Destination, TAKES_NOTHING},
        error::AppError,
        removal::RemovalKind,
        user::{Role, User},
        visible::visible,
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};

/// The page at `/destinations`.
#[component]
pub fn DestinationsPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok((user, rows, now)) => Either::Left(view! { <List user rows now/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load() -> Result<(User, Vec<(Destination, Depth)>, i64), AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let mut rows = Vec::new();
    for destination in db::destinations::list(&mut connection).await? {
        let depth = db::forwards::depth(&mut connection, destination.id).await?;
        rows.push((destination, depth));
    }
    Ok((user, rows, state.clock.now_ms()))
}

#[component]
fn List(user: User, rows: Vec<(Destination, Depth)>, now: i64) -> impl IntoView {
    let is_admin = user.role >= Role::Admin;
    let new =
        is_admin.then(|| view! { <a class="btn primary" href="/destinations/new">"New destination"</a> });
    let content = if rows.is_empty() {
        Either::Left(view! {
            <div class="empty">
                <h2>"No destination yet"</h2>
                <p>"Accepted events can be forwarded to your own workers: signed, retried for three days, and sent again when you ask."</p>
            </div>
        })
    } else {
        let rows = rows
            .into_iter()
            .map(|(destination, depth)| {
                view! {
                    <tr>
                        <th scope="row" class="wrap name"><a href=format!("/destinations/{}", destination.id)>{visible(&destination.name)}</a>{destination.takes_nothing().then(|| view! { <small class="below bad-text">{TAKES_NOTHING}</small> })}</th>
                        <td class="mono wrap" data-label="URL">{visible(&destination.shown_url())}</td>
                        <td data-label="State"><State of=StateOf::new(&destination, depth, now)/></td>
                        <td class="num" data-label="Queued">{depth.queued}</td>
                        <td class="num" data-label="Dead">{depth.dead}</td>
                    </tr>
                }
            })
            .collect_view();
        Either::Right(view! {
            <table class="cards">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"URL"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="num">"Queued"</th>
                        <th scope="col" class="num">"Dead"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })
    };
    view! {
        <Layout title="Destinations" part=Part::Destinations user>
            <div class="top">
                <h1>"Destinations"</h1>
                <div class="end">{new}</div>
            </div>
            <Removals kind=RemovalKind::Destination/>
            {content}
        </Layout>
    }
}

/// How a destination stands, the most pressing first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateOf {
    /// No endpoint is left whose events it would get.
    TakesNothing,
    Paused,
    /// It does not answer: nothing is sent for a while.
    Resting,
    /// It has dead forwards.
    Failing,
    /// Something is tried again.
    Retrying,
    Active,
}

impl StateOf {
    pub(crate) fn new(destination: &Destination, depth: Depth, now: i64) -> Self {
        match () {
            () if destination.takes_nothing() => Self::TakesNothing,
            () if destination.paused_at.is_some() => Self::Paused,
            () if destination.open_until.is_some_and(|until| until > now) => Self::Resting,
            () if depth.dead > 0 => Self::Failing,
            () if depth.retrying > 0 => Self::Retrying,
            () => Self::Active,
        }
    }
}

#[component]
pub(crate) fn State(of: StateOf) -> impl IntoView {
    let (class, word) = match of {
        StateOf::TakesNothing => ("tag bad", "Takes nothing"),
        StateOf::Paused => ("tag warn", "Paused"),
        StateOf::Resting => ("tag bad", "Not answering"),
        StateOf::Failing => ("tag bad", "Failing"),
        StateOf::Retrying => ("tag warn", "Retrying"),
        StateOf::Active => ("tag ok", "Active"),
    };
    view! { <span class=class>{word}</span> }
}

/// Why a destination gets no event, and what to do.
#[component]
pub(crate) fn TakesNothing() -> impl IntoView {
    view! {
        <div class="banner bad" role="status">
            <p><b>{TAKES_NOTHING}</b></p>
            <p>"It was for the events of an endpoint that is no more, and is not taken to be for all. An admin chooses others under Edit."</p>
        </div>
    }
}

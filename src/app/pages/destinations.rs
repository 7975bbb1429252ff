//! Destinations: where accepted events are forwarded to.

mod new;
mod one;

pub use new::NewDestinationPage;
pub use one::DestinationPage;

use crate::{
    app::{
        components::{problem::Problem, visible::visible},
        layout::{Layout, Part},
    },
    auth, db,
    db::forwards::Depth,
    error::AppError,
    model::{
        destination::Destination,
        user::{Role, User},
    },
    state::AppState,
};
use leptos::{either::Either, prelude::*};

/// The page at `/destinations`.
#[component]
pub fn DestinationsPage() -> impl IntoView {
    Suspend::new(async {
        match load().await {
            Ok((user, rows)) => Either::Left(view! { <List user rows/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

async fn load() -> Result<(User, Vec<(Destination, Depth)>), AppError> {
    let user = auth::require(Role::Viewer).await?;
    let state = expect_context::<AppState>();
    let mut connection = state.db.read().await?;
    let mut rows = Vec::new();
    for destination in db::destinations::list(&mut connection).await? {
        let depth = db::forwards::depth(&mut connection, destination.id).await?;
        rows.push((destination, depth));
    }
    Ok((user, rows))
}

#[component]
fn List(user: User, rows: Vec<(Destination, Depth)>) -> impl IntoView {
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
                        <th scope="row" class="wrap name"><a href=format!("/destinations/{}", destination.id)>{visible(&destination.name)}</a></th>
                        <td class="mono wrap" data-label="URL">{visible(&destination.url)}</td>
                        <td data-label="State"><State paused=destination.paused_at.is_some() dead=depth.dead/></td>
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
                        <th scope="col">"Queued"</th>
                        <th scope="col">"Dead"</th>
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
            {content}
        </Layout>
    }
}

#[component]
fn State(paused: bool, dead: i64) -> impl IntoView {
    let (class, word) = match (paused, dead) {
        (true, _) => ("tag warn", "Paused"),
        (false, 0) => ("tag ok", "Active"),
        (false, _) => ("tag bad", "Failing"),
    };
    view! { <span class=class>{word}</span> }
}

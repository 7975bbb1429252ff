//! Tools → Event types: what OpenAI sends, and what each type means.

use crate::{
    app::{
        kit::problem::Problem,
        shell::layout::{Layout, Part},
        tools::ToolsNav,
    },
    auth,
    model::{
        catalogue::{self, EventType, Outcome},
        filter::percent_encode,
        user::{Role, User},
    },
};
use leptos::{either::Either, prelude::*};

/// The page at `/tools/types`.
#[component]
pub fn CataloguePage() -> impl IntoView {
    Suspend::new(async {
        match auth::require(Role::Viewer).await {
            Ok(user) => Either::Left(view! { <Catalogue user/> }),
            Err(error) => Either::Right(view! { <Problem error/> }),
        }
    })
}

#[component]
fn Catalogue(user: User) -> impl IntoView {
    let rows = catalogue::all().iter().map(|event| view! { <Row event/> }).collect_view();
    view! {
        <Layout title="Event types" part=Part::Tools user>
            <div class="top"><h1>"Tools"</h1></div>
            <ToolsNav current="Event types"/>
            <p class="dim">
                "What OpenAI sends. The list grows: a type that is not in it is welcome, and only marked as such. "
                "Senders of Standard Webhooks in general name their types themselves; their own documentation has them. "
                <a href=catalogue::DOCS_URL rel="noreferrer">{catalogue::DOCS_NAME}</a>
            </p>
            <table class="cards catalogue">
                <thead>
                    <tr>
                        <th scope="col">"Type"</th>
                        <th scope="col">"Meaning"</th>
                        <th scope="col">"Sent by"</th>
                        <th scope="col">"Says"</th>
                        <th scope="col">"Terminal"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </Layout>
    }
}

#[component]
fn Row(event: &'static EventType) -> impl IntoView {
    let (class, says) = match event.outcome() {
        Outcome::Success => ("tag ok", "Success"),
        Outcome::Failure => ("tag bad", "Failure"),
        Outcome::Neutral => ("tag idle", "News"),
    };
    let terminal = if event.is_terminal() { "yes: nothing more comes" } else { "no" };
    let deprecated = event.deprecated.then(|| view! { " " <span class="tag warn">"Deprecated"</span> });
    view! {
        <tr>
            <th scope="row" class="mono">
                <a href=format!("/events?type={}", percent_encode(&event.name))>{event.name.clone()}</a>
                {deprecated}
            </th>
            <td class="wrap" data-label="Meaning">{event.description.clone()}</td>
            <td data-label="Sent by">{event.area()}</td>
            <td data-label="Says"><span class=class>{says}</span></td>
            <td class="dim" data-label="Terminal">{terminal}</td>
        </tr>
    }
}

//! `/events`: the deliveries, newest first, live.

pub(crate) mod failed;
mod filter_bar;
mod load;
mod pager;
mod query;

use crate::{
    app::{
        events::failed::Failed,
        islands::events_table::EventsTable,
        kit::{problem::Problem, query::query_pairs},
        shell::{
            layout::{Layout, Part},
            shortcut_help::ShortcutHelp,
        },
    },
    model::{error::AppError, user::Role},
};
use filter_bar::FilterBar;
use leptos::prelude::*;
use load::{Events, List};
use pager::Pager;
use query::EventsQuery;

const KEYS: &[(&str, &str)] = &[
    ("j", "Next delivery"),
    ("k", "Previous delivery"),
    ("Enter", "Open it"),
    ("r", "Send it again to what failed"),
    ("f", "Pause or resume"),
    ("/", "Filter"),
    ("?", "This help"),
];

#[component]
pub fn EventsPage() -> impl IntoView {
    let query = EventsQuery::from_pairs(query_pairs().into_iter());
    view! {
        <Suspense>
            {Suspend::new(async move {
                match load::load(query).await {
                    Ok(events) => view! { <Loaded events/> }.into_any(),
                    Err(error) => view! { <Failed error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Loaded(events: Events) -> impl IntoView {
    let Events { user, now, filter, choices, list } = events;
    let can_replay = user.role >= Role::Member;
    let bar = {
        let (filter, error) = (filter.clone(), list.as_ref().err().cloned());
        let role = user.role;
        move || view! { <FilterBar filter choices role error/> }
    };
    let table = match list {
        Ok(list) => {
            let List { rows, newer, older, since, live, empty } = list;
            view! {
                <EventsTable rows filter=filter.to_query() since live can_replay now empty>
                    {bar()}
                </EventsTable>
                <Pager filter newer older/>
            }
            .into_any()
        }
        Err(error) => view! {
            <div class="top">
                <h1>"Events"</h1>
            </div>
            {bar()}
            <ListProblem error/>
        }
        .into_any(),
    };
    view! {
        <Layout title="Events" part=Part::Events user>
            {table}
            <ShortcutHelp keys=KEYS/>
        </Layout>
    }
}

/// The list could not be made. What is wrong with a field is said at the field.
#[component]
fn ListProblem(error: AppError) -> impl IntoView {
    if error.field().is_some() {
        error.set_status();
        return ().into_any();
    }
    view! { <Problem error/> }.into_any()
}

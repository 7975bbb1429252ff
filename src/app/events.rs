//! `/events`: the deliveries, newest first, live.

mod filter_bar;
mod load;
mod pager;
mod query;

use crate::app::{islands::events_table::EventsTable, kit::prelude::*, shell::shortcut_help::ShortcutHelp};
use filter_bar::FilterBar;
use load::{Events, List};
use pager::Pager;
use query::EventsQuery;

const KEYS: &[(&str, &str)] = &[
    ("j", "Next delivery"),
    ("k", "Previous delivery"),
    ("Enter", "Open delivery"),
    ("r", "Replay to failed destinations"),
    ("f", "Pause or resume"),
    ("/", "Filter"),
    ("?", "Show this help"),
];

#[component]
pub fn EventsPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let query = EventsQuery::from_pairs(query_pairs().into_iter());
        let Events { now, filter, choices, list } = load::load(&state, query).await?;
        let (role, can_replay) = (user.role, user.role >= Role::Member);
        let error = list.as_ref().err().cloned();
        let bar = view! { <FilterBar filter=filter.clone() choices role error/> };
        let events = Page::new(Part::Events, "Events");
        Ok(match list {
            Ok(List { rows, newer, older, since, live, empty }) => events.without_top().body(view! {
                <EventsTable rows filter=filter.to_query() since live can_replay now empty>
                    {bar}
                </EventsTable>
                <Pager filter newer older/>
                <ShortcutHelp keys=KEYS/>
            }),
            Err(error) => events.body(view! {
                {bar}
                <ListProblem error/>
                <ShortcutHelp keys=KEYS/>
            }),
        })
    })
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

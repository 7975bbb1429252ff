//! What was removed, and is still being deleted: it takes its time, and no sender waits for it.

use crate::{
    db::removals,
    model::{
        removal::{Removal, RemovalKind},
        time,
        visible::visible,
    },
    state::AppState,
};
use leptos::prelude::*;

/// The removals of this kind that are not done; nothing when there are none.
#[component]
pub fn Removals(
    /// Of endpoints or of destinations.
    kind: RemovalKind,
) -> impl IntoView {
    Suspend::new(async move {
        // The page is about something else: what cannot be looked up now is left out.
        let all = load(kind).await.unwrap_or_default();
        (!all.is_empty()).then(|| {
            let lines = all.into_iter().map(|one| view! { <p>{line(&one)}</p> }).collect_view();
            view! {
                <div class="banner note" role="status">
                    <p>
                        <b>"Still being deleted"</b>
                    </p>
                    {lines}
                </div>
            }
        })
    })
}

async fn load(kind: RemovalKind) -> Result<Vec<Removal>, crate::db::DbError> {
    let Some(state) = use_context::<AppState>() else { return Ok(Vec::new()) };
    removals::list(&mut state.db.read().await?, kind).await
}

fn line(removal: &Removal) -> String {
    let what = match removal.kind {
        RemovalKind::Endpoint => "deliveries",
        RemovalKind::Destination => "forwards",
    };
    format!("{}: {} {what} deleted so far.", visible(&removal.name), time::count(removal.deleted))
}

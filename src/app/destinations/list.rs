//! Destinations: the list.

use crate::{
    app::{
        destinations::state::{StateOf, name_of},
        kit::{prelude::*, removals::Removals},
    },
    db::forwards::Depth,
    model::{destination::Destination, removal::RemovalKind},
};

/// The page at `/destinations`.
#[component]
pub fn DestinationsPage() -> impl IntoView {
    page(Role::Viewer, |state, user| async move {
        let now = state.clock.now_ms();
        let mut connection = state.db.read().await?;
        let rows = db::forwards::queues(&mut connection).await?;
        let new = (user.role >= Role::Admin)
            .then(|| view! { <a class="btn primary" href=paths::NEW_DESTINATION>"New destination"</a> });
        let list = list(&rows, now);
        Ok(Page::new(Part::Destinations, "Destinations").end(new).body(view! {
            <Removals kind=RemovalKind::Destination/>
            {list}
        }))
    })
}

fn list(rows: &[(Destination, Depth)], now: i64) -> AnyView {
    if rows.is_empty() {
        return view! {
            <Empty title="No destination yet">
                <p>"Forward accepted events to your own services. Requests are signed, retried for three days and can be replayed."</p>
            </Empty>
        }
        .into_any();
    }
    Table::of(rows)
        .row("Name", "wrap name", |(destination, _)| name_of(destination))
        .col("URL", "mono wrap", |(destination, _)| visible(&destination.shown_url()))
        .col("State", "", |(destination, depth)| StateOf::new(destination, *depth, now).tag())
        .num("Queued", |(_, depth)| depth.queued)
        .num("Dead", |(_, depth)| depth.dead)
        .view()
}

//! The events table: rows from the server, and those that arrive while it is looked at.

mod feed;
#[cfg(feature = "hydrate")]
mod live;
#[cfg(feature = "hydrate")]
mod source;

use crate::{
    app::kit::{
        delivery_row::DeliveryRow,
        empty_list::{EmptyCause, EmptyList},
    },
    model::{delivery::DeliverySummary, ids::DeliveryId},
};
use feed::Feed;
use leptos::prelude::*;

/// How the table stands to the live stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    /// Not open, or not open any more and about to be.
    Connecting,
    /// Rows come in.
    #[cfg(feature = "hydrate")]
    Live,
    /// It broke off; the browser or the table tries again.
    #[cfg(feature = "hydrate")]
    Reconnecting,
    /// The viewer is not logged in any more.
    #[cfg(feature = "hydrate")]
    SignedOut,
}

/// What the parts of the table share. Copied into each handler.
#[derive(Clone, Copy)]
struct Table {
    feed: RwSignal<Feed>,
    connection: RwSignal<Connection>,
    /// The viewer asked for rest: what arrives waits.
    paused: RwSignal<bool>,
    /// The present, unix ms; moved by a timer.
    now: RwSignal<i64>,
    /// For screen readers: how many came in lately.
    said: RwSignal<String>,
    /// The browser runs it.
    ready: RwSignal<bool>,
}

/// The head of the page, what stands between it and the table (the filter), and the table.
#[island]
pub fn EventsTable(
    /// The rows of the page, newest first.
    rows: Vec<DeliverySummary>,
    /// The filter as a query string: the stream is narrowed by the same.
    filter: String,
    /// Everything up to here is on the page or was not meant to be.
    since: DeliveryId,
    /// New deliveries belong on this page: it is the first one and does not end in the past.
    live: bool,
    /// The viewer may send deliveries again.
    can_replay: bool,
    /// The time of the page, unix ms.
    now: i64,
    /// What to say when there are no rows.
    empty: EmptyCause,
    children: Children,
) -> impl IntoView {
    let table = Table {
        feed: RwSignal::new(Feed::new(rows, since)),
        connection: RwSignal::new(Connection::Connecting),
        paused: RwSignal::new(false),
        now: RwSignal::new(now),
        said: RwSignal::new(String::new()),
        ready: RwSignal::new(false),
    };
    #[cfg(feature = "hydrate")]
    let address = format!("/live/deliveries?{filter}");
    let list = StoredValue::new(can_replay.then_some(filter));
    Effect::new(move || {
        #[cfg(feature = "hydrate")]
        live::start(table, live.then(|| address.clone()));
        table.ready.set(true);
    });
    let is_empty = Memo::new(move |_| table.feed.with(|feed| feed.shown.is_empty()));
    view! {
        <div data-island="events-table" data-ready=move || table.ready.get().then_some("true")>
            <div class="top">
                <h1>"Events"</h1>
                {live.then(|| view! { <LiveState table/> })}
                <div class="end">{live.then(|| view! { <PauseButton table/> })}</div>
            </div>
            {children()}
            <NewPill table/>
            <table class="deliveries" hidden=move || is_empty.get()>
                <thead>
                    <tr>
                        <th class="time">"Time"</th>
                        <th class="endpoint">"Endpoint"</th>
                        <th class="type">"Type"</th>
                        <th class="signature">"Signature"</th>
                        <th class="try num">"Try"</th>
                        <th class="resource">"Resource"</th>
                        <th class="lag num">"Lag"</th>
                        <th class="forward">"Forward"</th>
                        <th class="size num">"Size"</th>
                    </tr>
                </thead>
                <tbody on:click=open_row>
                    // A row whose forwards stand otherwise is another row: it is drawn again.
                    <For each=move || table.feed.with(|feed| feed.shown.clone()) key=|row| (row.id, row.forward) let:row>
                        <DeliveryRow fresh={row.id > since} row now=table.now.into() list=list.get_value()/>
                    </For>
                </tbody>
            </table>
            <Show when=move || is_empty.get()>
                <EmptyList cause=empty/>
            </Show>
            <p class="visually-hidden" role="status">{move || table.said.get()}</p>
        </div>
    }
}

/// The dot: whether rows come in by themselves.
#[component]
fn LiveState(table: Table) -> impl IntoView {
    let state = move || match (table.connection.get(), table.paused.get()) {
        #[cfg(feature = "hydrate")]
        (Connection::SignedOut, _) => ("off", "Signed out"),
        (_, true) => ("off", "Paused"),
        #[cfg(feature = "hydrate")]
        (Connection::Live, false) => ("", "Live"),
        #[cfg(feature = "hydrate")]
        (Connection::Reconnecting, false) => ("warn", "Reconnecting"),
        (Connection::Connecting, false) => ("off", "Connecting"),
    };
    view! {
        <span class=move || format!("live needs-script {}", state().0) data-live=move || state().1>
            {move || state().1}
        </span>
    }
}

#[component]
fn PauseButton(table: Table) -> impl IntoView {
    let label = move || if table.paused.get() { "Resume " } else { "Pause " };
    let toggle = move |_| {
        table.paused.update(|paused| *paused = !*paused);
        #[cfg(feature = "hydrate")]
        if !table.paused.get_untracked() {
            live::show_waiting(table);
        }
    };
    view! {
        <button type="button" class="btn needs-script" data-key="f" on:click=toggle>
            {label}
            <kbd>"f"</kbd>
        </button>
    }
}

/// What came in while the table was paused or not at its top.
#[component]
fn NewPill(table: Table) -> impl IntoView {
    let text = move || {
        table.feed.with(|feed| match feed.waiting() {
            _ if feed.has_gap => "New events".to_owned(),
            count => format!("{count} new"),
        })
    };
    let none = move || table.feed.with(|feed| feed.waiting() == 0 && !feed.has_gap);
    let show = move |_| {
        #[cfg(feature = "hydrate")]
        live::jump_to_newest(table);
    };
    view! {
        <button type="button" class="pill" hidden=none on:click=show>
            {text}
        </button>
    }
}

/// A click anywhere on a row follows its link.
fn open_row(event: leptos::ev::MouseEvent) {
    #[cfg(feature = "hydrate")]
    live::open_row(&event);
    #[cfg(not(feature = "hydrate"))]
    let _ = event;
}

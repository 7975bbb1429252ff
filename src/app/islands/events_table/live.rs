//! What runs in the browser: the stream, the timer, scrolling and clicks.

use super::{
    Connection, Table,
    feed::Feed,
    source::{Message, Source},
};
use gloo_timers::callback::Interval;
use leptos::{ev, prelude::*};
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, VisibilityState};

/// Relative times move on this often.
const TICK_MS: u32 = 1_000;
/// Ticks between two announcements of new rows to screen readers.
const SAY_EVERY: u32 = 5;
/// After a refusal (a proxy's error page, a restart) the table waits so long.
const RETRY_AFTER: Duration = Duration::from_secs(3);
/// A page that cannot keep up reloads at most this often.
const RELOAD_AFTER_MS: f64 = 5_000.0;
/// Marks what pages ask for by themselves; the server knows it.
const AUTOMATIC: &str = "auto=1";
/// Scrolled by less than this counts as being at the top, px.
const TOP: f64 = 80.0;

/// The stream as long as it is open, dropped to close it.
type Stream = StoredValue<Option<Source>, LocalStorage>;

/// Starts the timer and, when there is an address, the stream.
pub(super) fn start(table: Table, address: Option<String>) {
    forget_mark();
    let arrived = StoredValue::new(0_usize);
    let ticks = StoredValue::new(0_u32);
    let timer = Interval::new(TICK_MS, move || {
        table.now.set(js_sys::Date::now() as i64);
        ticks.update_value(|ticks| *ticks += 1);
        if ticks.get_value().is_multiple_of(SAY_EVERY) {
            say(table, arrived);
        }
    });
    let timer = StoredValue::new_local(Some(timer));
    on_cleanup(move || timer.set_value(None));
    if let Some(address) = address {
        stream(table, address, arrived);
    }
}

fn say(table: Table, arrived: StoredValue<usize>) {
    let count = arrived.get_value();
    if count > 0 {
        arrived.set_value(0);
        table.said.set(format!("{count} new {}", if count == 1 { "delivery" } else { "deliveries" }));
    }
}

/// Holds the stream open while the page can be seen, and takes up where it left off.
fn stream(table: Table, address: String, arrived: StoredValue<usize>) {
    let stream: Stream = StoredValue::new_local(None);
    let address = StoredValue::new(address);
    let loaded_at = js_sys::Date::now();
    connect(table, stream, address, arrived, loaded_at);
    let visibility = window_event_listener(ev::visibilitychange, move |_| {
        if is_hidden() {
            stream.set_value(None);
        } else {
            connect(table, stream, address, arrived, loaded_at);
        }
    });
    let scroll = window_event_listener(ev::scroll, move |_| {
        if !must_hold(table) {
            show_waiting(table);
        }
    });
    on_cleanup(move || {
        stream.set_value(None);
        visibility.remove();
        scroll.remove();
    });
}

fn connect(
    table: Table,
    stream: Stream,
    address: StoredValue<String>,
    arrived: StoredValue<usize>,
    loaded_at: f64,
) {
    let given_up = table.feed.with_untracked(|feed| feed.has_gap)
        || table.connection.get_untracked() == Connection::SignedOut;
    if given_up || is_hidden() {
        return;
    }
    let since = table.feed.with_untracked(Feed::newest);
    let url = address.with_value(|address| format!("{address}&since={since}"));
    let on_message = move |message| match message {
        Message::Opened => table.connection.set(Connection::Live),
        Message::Rows(rows) => {
            let hold = must_hold(table);
            let count = table.feed.try_update(|feed| feed.arrive(rows, hold)).unwrap_or(0);
            arrived.update_value(|arrived| *arrived += count);
            if table.feed.with_untracked(|feed| feed.has_gap) {
                lose_track(table, stream, loaded_at);
            }
        }
        Message::Marks(marks) => table.feed.update(|feed| feed.mark(&marks)),
        Message::Resync => lose_track(table, stream, loaded_at),
        Message::SignedOut => {
            table.connection.set(Connection::SignedOut);
            close_soon(stream);
        }
        Message::Broken => table.connection.set(Connection::Reconnecting),
        Message::Refused => {
            table.connection.set(Connection::Reconnecting);
            set_timeout(move || connect(table, stream, address, arrived, loaded_at), RETRY_AFTER);
        }
    };
    stream.set_value(Source::open(&url, on_message));
}

/// Rows are missing from here on: the page is reloaded, at once when its newest rows are being looked at, else when
/// the viewer goes there.
fn lose_track(table: Table, stream: Stream, loaded_at: f64) {
    table.feed.update(Feed::lose_track);
    close_soon(stream);
    let wait = (RELOAD_AFTER_MS - (js_sys::Date::now() - loaded_at)).max(0.0);
    set_timeout(
        move || {
            if !must_hold(table) {
                reload_by_itself();
            }
        },
        Duration::from_millis(wait as u64),
    );
}

/// A message must not drop the listener that is handling it.
fn close_soon(stream: Stream) {
    set_timeout(move || stream.set_value(None), Duration::ZERO);
}

/// Whether rows must not move now: the viewer asked for rest, or reads further down.
fn must_hold(table: Table) -> bool {
    table.paused.get_untracked() || is_hidden() || window().scroll_y().unwrap_or(0.0) > TOP
}

fn is_hidden() -> bool {
    document().visibility_state() == VisibilityState::Hidden
}

/// Says in the URL that no person asked for it: a page that is left open must not keep its session alive.
fn reload_by_itself() {
    let location = window().location();
    let (path, query) = (location.pathname().unwrap_or_default(), location.search().unwrap_or_default());
    let pairs =
        query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty() && *pair != AUTOMATIC);
    let pairs: Vec<&str> = pairs.chain([AUTOMATIC]).collect();
    let _replaced = location.replace(&format!("{path}?{}", pairs.join("&")));
}

/// Takes that mark out of the address: what is copied or loaded again from there is asked for by a person.
fn forget_mark() {
    let location = window().location();
    let query = location.search().unwrap_or_default();
    if !query.trim_start_matches('?').split('&').any(|pair| pair == AUTOMATIC) {
        return;
    }
    let pairs: Vec<&str> =
        query.trim_start_matches('?').split('&').filter(|pair| *pair != AUTOMATIC).collect();
    let query = if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) };
    let address = format!("{}{query}", location.pathname().unwrap_or_default());
    if let Ok(history) = window().history() {
        let _replaced = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
    }
}

fn reload() {
    // It fails only when the browser forbids navigation, and then there is nothing to be done.
    let _reloaded = window().location().reload();
}

/// Shows what waits; when there is a gap, by reloading the page.
pub(super) fn show_waiting(table: Table) {
    if table.feed.with_untracked(|feed| feed.has_gap) {
        reload();
    } else if table.feed.with_untracked(|feed| feed.waiting() > 0) {
        table.feed.update(Feed::show_waiting);
    }
}

/// Shows what waits and scrolls there. A paused table stays paused.
pub(super) fn jump_to_newest(table: Table) {
    show_waiting(table);
    window().scroll_to_with_x_and_y(0.0, 0.0);
}

/// Follows the link of the row that was clicked, unless a link was hit or text is being selected.
pub(super) fn open_row(event: &ev::MouseEvent) {
    let Some(hit) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else { return };
    if matches!(hit.closest("a, button"), Ok(Some(_))) || is_selecting() {
        return;
    }
    let link =
        hit.closest("tr").ok().flatten().and_then(|row| row.query_selector("a[data-row]").ok().flatten());
    // Not by `click()` on the link: that would call this very handler while it runs.
    let Some(href) = link.and_then(|link| link.get_attribute("href")) else { return };
    let _opened = if event.ctrl_key() || event.meta_key() {
        window().open_with_url_and_target(&href, "_blank").map(|_| ())
    } else {
        window().location().assign(&href)
    };
}

fn is_selecting() -> bool {
    let selected = document().get_selection().ok().flatten();
    selected.is_some_and(|selection| !selection.is_collapsed())
}

//! Keys. Elements say which key presses them (`data-key="f"`; `data-row-key` while their row has the focus); `j` and `k`
//! move through elements with `data-row`.

use leptos::prelude::*;

/// Listens to the keys of a page. Has nothing to show.
#[island]
pub fn Shortcuts() -> impl IntoView {
    let ready = RwSignal::new(false);
    Effect::new(move || {
        #[cfg(feature = "hydrate")]
        browser::listen();
        ready.set(true);
    });
    view! { <span hidden data-island="shortcuts" data-ready=move || ready.get().then_some("true")></span> }
}

/// The next place when moving by `step` among `count` rows, from `from`.
#[cfg(any(feature = "hydrate", test))]
fn moved(from: Option<u32>, count: u32, step: i32) -> Option<u32> {
    let last = count.checked_sub(1)?;
    Some(match from {
        None => 0,
        Some(at) => at.saturating_add_signed(step).min(last),
    })
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::moved;
    use leptos::{ev, prelude::*};
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    pub(super) fn listen() {
        let handle = window_event_listener(ev::keydown, |event| {
            if press(&event) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    }

    /// Says whether the key did something.
    fn press(event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || is_typing(event) {
            return false;
        }
        match event.key().as_str() {
            "j" => step(1),
            "k" => step(-1),
            key => target_of(key).is_some_and(|element| activate(&element)),
        }
    }

    fn is_typing(event: &KeyboardEvent) -> bool {
        let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        element
            .is_some_and(|e| matches!(e.closest("input, textarea, select, [contenteditable]"), Ok(Some(_))))
    }

    /// The element that says that `key` presses it. Compared here, not by a selector: a key can be any text.
    fn target_of(key: &str) -> Option<HtmlElement> {
        let row = document().active_element().and_then(|active| active.closest("tr").ok().flatten());
        let in_row = elements("[data-row-key]").into_iter().find(|e| {
            e.get_attribute("data-row-key").as_deref() == Some(key)
                && row.as_ref().is_some_and(|row| row.contains(Some(e)))
        });
        in_row.or_else(|| {
            elements("[data-key]").into_iter().find(|e| e.get_attribute("data-key").as_deref() == Some(key))
        })
    }

    fn activate(element: &HtmlElement) -> bool {
        if matches!(element.tag_name().as_str(), "INPUT" | "SELECT") {
            element.focus().is_ok()
        } else {
            element.click();
            true
        }
    }

    fn step(by: i32) -> bool {
        let rows = elements("[data-row]");
        let active = document().active_element();
        let at = rows.iter().position(|row| Some(AsRef::<Element>::as_ref(row)) == active.as_ref());
        let to = moved(at.and_then(|at| u32::try_from(at).ok()), u32::try_from(rows.len()).unwrap_or(0), by);
        to.and_then(|to| rows.get(to as usize)).is_some_and(|row| row.focus().is_ok())
    }

    fn elements(selector: &str) -> Vec<HtmlElement> {
        let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
        (0..found.length()).filter_map(|i| found.get(i)?.dyn_into().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn moving_starts_at_the_first_row_and_stops_at_the_ends() {
        assert_eq!(moved(None, 3, 1), Some(0));
        assert_eq!(moved(Some(1), 3, 1), Some(2));
        assert_eq!(moved(Some(2), 3, 1), Some(2));
        assert_eq!(moved(Some(0), 3, -1), Some(0));
        assert_eq!(moved(None, 0, 1), None);
    }
}

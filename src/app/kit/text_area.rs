//! A field of several lines that keeps what was typed.

use crate::app::kit::{escaped_text::escape, form::take_flash};
use leptos::prelude::*;

#[component]
pub fn TextArea(
    /// Its name in the form; also its id.
    name: &'static str,
    /// What stands in it. Hostile: it is escaped here, since Leptos does not escape what is inside a `textarea`.
    text: String,
    /// Lines that are in sight.
    rows: &'static str,
    /// Whether it may be left empty.
    #[prop(default = true)]
    required: bool,
    /// What belongs there.
    #[prop(optional)]
    placeholder: &'static str,
    /// What is wrong with it, where no flash says so.
    #[prop(optional_no_strip)]
    error: Option<String>,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let text = flash.kept(name).unwrap_or(text);
    let error = error.or_else(|| flash.error(name));
    let error_id = error.is_some().then(|| format!("{name}-error"));
    view! {
        <textarea
            id=name
            name=name
            class="mono"
            rows=rows
            spellcheck="false"
            required=required
            placeholder=placeholder
            aria-invalid=error.is_some().then_some("true")
            aria-describedby=error_id.clone()
        >
            {escaped(&text)}
        </textarea>
        {error.map(|error| view! { <p class="error" role="alert" id=error_id>{error}</p> })}
    }
}

/// As HTML wants the text of a `textarea`; browsers drop a line end right at its start, so there is one to drop.
fn escaped(text: &str) -> String {
    format!("\n{}", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_inside_ends_the_field_or_is_read_as_an_entity() {
        let owner = Owner::new();
        let html = owner.with(|| {
            view! { <TextArea name="x" text="</textarea><script>&lt;".to_owned() rows="3" error=None/> }
                .to_html()
        });
        assert!(html.contains("\n&lt;/textarea&gt;&lt;script&gt;&amp;lt;</textarea>"), "{html}");
    }
}

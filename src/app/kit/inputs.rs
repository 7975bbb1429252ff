//! Boxes to tick, and the forms around fields. What was ticked before a mistake wins over what is given.

use crate::app::kit::form::take_flash;
use leptos::prelude::*;

#[component]
pub fn Tick(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] ticked: bool,
    /// What is sent when it is ticked.
    #[prop(default = "true".to_owned(), into)]
    value: String,
) -> impl IntoView {
    let ticked = kept(name).map_or(ticked, |kept| !kept.is_empty());
    view! { <label class="check"><input type="checkbox" name=name value=value checked=ticked/>{label}</label> }
}

/// Boxes of one name (`to[]`), by value and label.
pub(crate) fn ticks<V: Into<String>, L: Into<String>>(
    name: &'static str,
    all: impl IntoIterator<Item = (V, L)>,
    chosen: &[String],
) -> Vec<AnyView> {
    let kept = kept(name.trim_end_matches("[]"));
    let chosen = kept.map_or_else(|| chosen.to_vec(), |kept| kept.lines().map(str::to_owned).collect());
    all.into_iter()
        .map(|(value, label)| {
            let value = value.into();
            let ticked = chosen.contains(&value);
            view! { <Tick name value ticked label=label.into()/> }.into_any()
        })
        .collect()
}

/// What is wrong with a field that has no line of its own for it.
pub(crate) fn wrong(field: &str) -> impl IntoView + use<> {
    take_flash().and_then(|flash| flash.error(field)).map(|error| view! { <p class="error">{error}</p> })
}

/// The box that must be ticked before something that cannot be undone.
#[component]
pub fn Confirm(#[prop(into)] label: String) -> impl IntoView {
    view! { <label class="check"><input type="checkbox" name="sure" value="true" required/>{label}</label> }
}

/// One of several of the same name.
#[component]
pub fn Radio(
    name: &'static str,
    value: &'static str,
    #[prop(into)] label: String,
    chosen: bool,
) -> impl IntoView {
    let chosen = kept(name).map_or(chosen, |kept| kept == value);
    view! { <label class="check"><input type="radio" name=name value=value checked=chosen required/>{label}</label> }
}

fn kept(name: &str) -> Option<String> {
    take_flash().and_then(|flash| flash.kept(name))
}

/// Fields that nobody sees.
pub(crate) fn hidden(fields: Vec<(&'static str, String)>) -> Vec<AnyView> {
    fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> }.into_any())
        .collect()
}

/// A form that posts to a server function, with the button that sends it.
#[component]
pub fn PostForm(
    /// `AddDestination::PATH`
    to: &'static str,
    #[prop(default = "form")] class: &'static str,
    /// Fields that nobody sees.
    #[prop(optional, into)]
    with: Vec<(&'static str, String)>,
    #[prop(into)] submit: String,
    #[prop(default = "btn primary")] button: &'static str,
    /// Where who changes their mind goes.
    #[prop(optional, into)]
    cancel: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <form class=class method="post" action=to>
            {hidden(with)}
            {children()}
            <div class="actions">
                <button class=button>{submit}</button>
                {cancel.map(|href| view! { <a class="btn" href=href>"Cancel"</a> })}
            </div>
        </form>
    }
}

/// A button that posts to a server function.
#[component]
pub fn PostButton(
    /// `RevokeToken::PATH`
    to: &'static str,
    #[prop(optional, into)] with: Vec<(&'static str, String)>,
    #[prop(into)] label: String,
    #[prop(default = "btn")] class: &'static str,
    /// For those who hear the page, where the word alone does not say what it is about.
    #[prop(optional, into)]
    said: Option<String>,
) -> impl IntoView {
    view! {
        <form class="inline" method="post" action=to>
            {hidden(with)}
            <button class=class aria-label=said>{label}</button>
        </form>
    }
}

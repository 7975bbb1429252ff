//! A labelled input.

use crate::app::kit::form::take_flash;
use leptos::prelude::*;

/// Shows what is wrong with it, and what was typed before.
#[component]
pub fn Field(
    /// Its name in the form; also its id.
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A line below it.
    #[prop(optional, into)]
    hint: String,
    /// Filled in at first; what was typed wins.
    #[prop(optional, into)]
    value: String,
    #[prop(default = true)] required: bool,
    #[prop(optional)] readonly: bool,
    /// Where the name is taken on the page already.
    #[prop(optional)]
    id: Option<&'static str>,
    #[prop(optional)] class: Option<&'static str>,
    #[prop(optional)] placeholder: Option<&'static str>,
    /// Id of the `datalist` with proposals.
    #[prop(optional)]
    list: Option<&'static str>,
    #[prop(optional)] maxlength: Option<&'static str>,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    let id = id.unwrap_or(name);
    let error = flash.error(name);
    let value = flash.kept(name).filter(|_| kind != "password").unwrap_or(value);
    let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
    let described = match (&error, hint.is_empty()) {
        (Some(_), _) => Some(error_id.clone()),
        (None, false) => Some(hint_id.clone()),
        (None, true) => None,
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                name=name
                type=kind
                class=class
                value=value
                required=required
                readonly=readonly
                placeholder=placeholder
                list=list
                maxlength=maxlength
                autocomplete=autocomplete
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described
            />
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
        </div>
    }
}

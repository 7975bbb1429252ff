//! The boxes that content stands in.

use leptos::prelude::*;

/// A card with its heading.
#[component]
pub fn Card(
    #[prop(into)] title: String,
    /// Further classes: `narrow`, `danger`.
    #[prop(optional)]
    class: &'static str,
    #[prop(optional)] id: Option<&'static str>,
    #[prop(optional)] role: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <section class=classes("card", class) id=id role=role>
            <h2>{title}</h2>
            {children()}
        </section>
    }
}

/// What opens by a click: a form that is rarely needed, or that must not be sent by accident.
#[component]
pub fn Fold(
    #[prop(into)] title: String,
    #[prop(optional)] open: bool,
    #[prop(default = "in fold")] class: &'static str,
    #[prop(optional)] id: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <details class=class open=open id=id>
            <summary>{title}</summary>
            {children()}
        </details>
    }
}

/// What is said across the whole width.
#[component]
pub fn Banner(
    /// `ok`, `warn`, `bad`, `note`; none: an alarm.
    #[prop(optional)]
    kind: &'static str,
    #[prop(optional, into)] title: String,
    #[prop(optional)] role: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class=classes("banner", kind) role=role>
            {(!title.is_empty()).then(|| view! { <p><b>{title}</b></p> })}
            {children()}
        </div>
    }
}

/// What stands where there is nothing yet, with the next step to take.
#[component]
pub fn Empty(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! {
        <div class="empty">
            <h2>{title}</h2>
            {children()}
        </div>
    }
}

/// A sentence where a list has no rows.
#[component]
pub fn Say(children: Children) -> impl IntoView {
    view! { <p class="empty">{children()}</p> }
}

/// `card narrow`.
fn classes(first: &'static str, more: &'static str) -> String {
    if more.is_empty() { first.to_owned() } else { format!("{first} {more}") }
}

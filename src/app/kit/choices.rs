//! One of several: a select and its options.

use crate::{app::kit::form::take_flash, model::visible::visible};
use leptos::prelude::*;

/// Values with what people read, and which of them is chosen.
pub(crate) struct Choices {
    all: Vec<(String, String)>,
    chosen: String,
}

impl Choices {
    pub(crate) fn of<V: Into<String>, L: Into<String>>(
        all: impl IntoIterator<Item = (V, L)>,
        chosen: impl Into<String>,
    ) -> Self {
        let all = all.into_iter().map(|(value, label)| (value.into(), label.into())).collect();
        Self { all, chosen: chosen.into() }
    }

    /// Puts one before the others: what nothing chosen means.
    pub(crate) fn or(mut self, label: &'static str) -> Self {
        self.all.insert(0, (String::new(), label.to_owned()));
        self
    }

    /// Adds what is chosen when it is not among them (any more), so that a form says what was asked for.
    pub(crate) fn with_chosen(mut self) -> Self {
        if !self.chosen.is_empty() && self.all.iter().all(|(value, _)| *value != self.chosen) {
            self.all.push((self.chosen.clone(), visible(&self.chosen)));
        }
        self
    }

    /// What stands in a `<select>`.
    pub(crate) fn options(self) -> Vec<AnyView> {
        let Self { all, chosen } = self;
        all.into_iter()
            .map(|(value, label)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{label}</option> }.into_any()
            })
            .collect()
    }
}

/// A labelled select that keeps what was chosen and shows what is wrong with it.
#[component]
pub fn Select(
    /// Its name in the form; also its id.
    name: &'static str,
    #[prop(into)] label: String,
    mut choices: Choices,
    /// Where the name is taken on the page already.
    #[prop(optional, into)]
    id: String,
    #[prop(optional)] class: Option<&'static str>,
    /// A line below it.
    #[prop(optional, into)]
    hint: String,
) -> impl IntoView {
    let flash = take_flash().unwrap_or_default();
    if let Some(kept) = flash.kept(name) {
        choices.chosen = kept;
    }
    let id = if id.is_empty() { name.to_owned() } else { id };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select id=id name=name class=class>{choices.options()}</select>
            {(!hint.is_empty()).then(|| view! { <p class="hint">{hint}</p> })}
            {flash.error(name).map(|error| view! { <p class="error">{error}</p> })}
        </div>
    }
}

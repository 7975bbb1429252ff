//! A list of facts: what each is called, and what it is.

use leptos::prelude::*;

pub(crate) struct Facts {
    class: &'static str,
    lines: Vec<AnyView>,
}

impl Facts {
    /// As the content of a card.
    pub(crate) fn new() -> Self {
        Self { class: "in facts", lines: Vec::new() }
    }

    /// Among other content of a card.
    pub(crate) fn nested() -> Self {
        Self { class: "facts", ..Self::new() }
    }

    pub(crate) fn fact(self, label: &'static str, value: impl IntoView + 'static) -> Self {
        self.line(label, None, value.into_any())
    }

    /// In the type of ids and code.
    pub(crate) fn mono(self, label: &'static str, value: impl IntoView + 'static) -> Self {
        self.line(label, Some("mono"), value.into_any())
    }

    /// Left out where there is none.
    pub(crate) fn maybe(self, label: &'static str, value: Option<impl IntoView + 'static>) -> Self {
        match value {
            Some(value) => self.fact(label, value),
            None => self,
        }
    }

    pub(crate) fn maybe_mono(self, label: &'static str, value: Option<impl IntoView + 'static>) -> Self {
        match value {
            Some(value) => self.mono(label, value),
            None => self,
        }
    }

    fn line(mut self, label: &'static str, class: Option<&'static str>, value: AnyView) -> Self {
        self.lines.push(view! { <dt>{label}</dt><dd class=class>{value}</dd> }.into_any());
        self
    }

    pub(crate) fn view(self) -> AnyView {
        view! { <dl class=self.class>{self.lines}</dl> }.into_any()
    }
}

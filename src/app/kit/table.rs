//! A table that becomes one card a row on phones, where each cell says what it is. A column is one call: its heading and
//! what stands in it.

use leptos::prelude::*;

pub(crate) struct Table<'a, T> {
    class: &'static str,
    caption: Option<&'static str>,
    rows: &'a [T],
    headings: Vec<AnyView>,
    /// By row.
    cells: Vec<Vec<AnyView>>,
    /// Below each row, across all columns.
    below: Vec<Option<AnyView>>,
}

impl<'a, T> Table<'a, T> {
    pub(crate) fn of(rows: &'a [T]) -> Self {
        let cells = rows.iter().map(|_| Vec::new()).collect();
        Self { class: "cards", caption: None, rows, headings: Vec::new(), cells, below: Vec::new() }
    }

    /// Another class than `cards`, or more than that.
    pub(crate) fn class(self, class: &'static str) -> Self {
        Self { class, ..self }
    }

    pub(crate) fn caption(self, text: &'static str) -> Self {
        Self { caption: Some(text), ..self }
    }

    /// The column that a row is called by.
    pub(crate) fn row<V: IntoView + 'static>(
        mut self,
        label: &'static str,
        class: &'static str,
        cell: impl Fn(&T) -> V,
    ) -> Self {
        self.headings.push(heading(label, ""));
        self.fill(|row| view! { <th scope="row" class=some(class)>{cell(row)}</th> }.into_any())
    }

    pub(crate) fn col<V: IntoView + 'static>(
        mut self,
        label: &'static str,
        class: &'static str,
        cell: impl Fn(&T) -> V,
    ) -> Self {
        self.headings.push(heading(label, if class.starts_with("num") { "num" } else { "" }));
        self.fill(|row| view! { <td class=some(class) data-label=label>{cell(row)}</td> }.into_any())
    }

    /// A column of figures.
    pub(crate) fn num<V: IntoView + 'static>(mut self, label: &'static str, cell: impl Fn(&T) -> V) -> Self {
        self.headings.push(heading(label, "num"));
        self.fill(|row| view! { <td class="num" data-label=label>{cell(row)}</td> }.into_any())
    }

    /// A column whose cells need no word on a card: tags speak for themselves.
    pub(crate) fn plain<V: IntoView + 'static>(
        mut self,
        label: &'static str,
        cell: impl Fn(&T) -> V,
    ) -> Self {
        self.headings.push(heading(label, ""));
        self.fill(|row| view! { <td>{cell(row)}</td> }.into_any())
    }

    /// What can be done about a row; its heading is for those who hear the page.
    pub(crate) fn actions<V: IntoView + 'static>(
        mut self,
        label: &'static str,
        cell: impl Fn(&T) -> V,
    ) -> Self {
        self.headings
            .push(view! { <th scope="col"><span class="visually-hidden">{label}</span></th> }.into_any());
        self.fill(|row| view! { <td>{cell(row)}</td> }.into_any())
    }

    /// What stands below a row, across all columns.
    pub(crate) fn below<V: IntoView + 'static>(mut self, view: impl Fn(&T) -> Option<V>) -> Self {
        self.below = self.rows.iter().map(|row| view(row).map(IntoAny::into_any)).collect();
        self
    }

    fn fill(mut self, cell: impl Fn(&T) -> AnyView) -> Self {
        for (row, cells) in self.rows.iter().zip(&mut self.cells) {
            cells.push(cell(row));
        }
        self
    }

    pub(crate) fn view(self) -> AnyView {
        let columns = self.headings.len().to_string();
        let below = self.below.into_iter().chain(std::iter::repeat_with(|| None));
        let rows: Vec<_> = self
            .cells
            .into_iter()
            .zip(below)
            .map(|(cells, below)| {
                let columns = columns.clone();
                let below = below.map(|view| view! { <tr class="sub"><td colspan=columns>{view}</td></tr> });
                view! { <tr>{cells}</tr> {below} }
            })
            .collect();
        view! {
            <table class=self.class>
                {self.caption.map(|text| view! { <caption>{text}</caption> })}
                <thead>
                    <tr>{self.headings}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    }
}

fn heading(label: &'static str, class: &'static str) -> AnyView {
    view! { <th scope="col" class=some(class)>{label}</th> }.into_any()
}

fn some(class: &'static str) -> Option<&'static str> {
    (!class.is_empty()).then_some(class)
}

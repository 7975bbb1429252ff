//! A long received text with its hidden characters written out and marked.

use crate::model::visible::{is_hidden, write_out};
use leptos::prelude::*;

/// After this number of marks, the rest is one piece: a text of only control characters would make a page of nothing
/// but elements.
const MOST_MARKS: usize = 2_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As received.
    Plain(String),
    /// Written out, like `⟨U+202E⟩`.
    Marked(String),
}

/// Cuts a text into what is shown as it is and what is written out.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_hidden) {
        if pieces.len() >= MOST_MARKS {
            break;
        }
        let (plain, from) = rest.split_at(start);
        let end = from.find(|c| !is_hidden(c)).unwrap_or(from.len());
        let (hidden, after) = from.split_at(end);
        if !plain.is_empty() {
            pieces.push(Piece::Plain(plain.to_owned()));
        }
        pieces.push(Piece::Marked(written_out(hidden)));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Plain(written_out(rest)));
    }
    pieces
}

fn written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { write_out(&mut out, c) } else { out.push(c) }
    }
    out
}

/// The text, as text nodes and marks.
#[component]
pub fn Escaped(
    /// As received.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Plain(text) => text.into_any(),
            Piece::Marked(text) => view! { <span class="ctl">{text}</span> }.into_any(),
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_marked_and_the_rest_is_left() {
        assert_eq!(
            pieces("a\n\u{202e}\u{0}b"),
            [Piece::Plain("a\n".into()), Piece::Marked("⟨U+202E⟩⟨U+0000⟩".into()), Piece::Plain("b".into())]
        );
    }

    #[test]
    fn a_text_full_of_control_characters_makes_few_pieces_and_loses_none() {
        let pieces = pieces(&"\u{1}a".repeat(100_000));
        assert!(pieces.len() <= MOST_MARKS + 2);
        let shown: usize = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) | Piece::Marked(text) => text.matches("⟨U+0001⟩").count(),
            })
            .sum();
        assert_eq!(shown, 100_000);
    }
}

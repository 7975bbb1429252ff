//! JSON as a tree that opens and closes without scripts.

use crate::app::{
    delivery::body::json::{Caps, Value, parse},
    kit::{escaped::Escaped, prelude::*},
};

/// Number of values shown at first; on request [`ALL`].
const FIRST: Caps = Caps { values: 2_000, depth: 32 };
const ALL: Caps = Caps { values: 20_000, depth: 64 };
/// Branches up to this depth are open.
const OPEN_DEPTH: usize = 3;
/// Longer texts are cut; the text view has them whole.
const LONGEST: usize = 4_000;

/// The tree of a text that is JSON.
#[component]
pub(crate) fn Tree(
    text: String,
    /// With the larger caps.
    all: bool,
    /// Where the tree with the larger caps is.
    more: String,
) -> impl IntoView {
    let caps = if all { ALL } else { FIRST };
    let (value, is_cut) = parse(&text, caps);
    let note = is_cut.then(|| {
        let sentence = format!("Showing the first {} values. ", caps.values);
        let link = if all {
            view! { "The text view shows them all." }.into_any()
        } else {
            view! { <a href=more>"Show all"</a> }.into_any()
        };
        view! { <p class="in">{sentence} {link}</p> }
    });
    view! {
        <div class="in tree mono">{node(None, &value, 0)}</div>
        {note}
    }
}

fn node(name: Option<&str>, value: &Value<'_>, depth: usize) -> AnyView {
    match value {
        Value::Scalar(text) => view! { <span class="leaf">{label(name)} {scalar(text)}</span> }.into_any(),
        Value::Deep(text) => view! {
            <span class="leaf">{label(name)} <span class="dim">"(nested too deeply for the tree view) "</span> {clipped(text)}</span>
        }
        .into_any(),
        Value::Object(members) => {
            let children = members.iter().map(|(name, value)| item(Some(name), value, depth)).collect();
            branch(name, ['{', '}'], children, depth)
        }
        Value::Array(elements) => {
            let children = elements.iter().map(|value| item(None, value, depth)).collect();
            branch(name, ['[', ']'], children, depth)
        }
    }
}

fn item(name: Option<&str>, value: &Value<'_>, depth: usize) -> AnyView {
    view! { <li>{node(name, value, depth + 1)}</li> }.into_any()
}

fn branch(name: Option<&str>, [open, close]: [char; 2], children: Vec<AnyView>, depth: usize) -> AnyView {
    if children.is_empty() {
        return view! { <span class="leaf">{label(name)} {format!("{open}{close}")}</span> }.into_any();
    }
    let count = children.len();
    view! {
        <details open={depth < OPEN_DEPTH}>
            <summary>{label(name)} {open.to_string()} <span class="dim count-of">{format!(" {count} ")}</span> {close.to_string()}</summary>
            <ul>{children}</ul>
        </details>
    }
    .into_any()
}

fn label(name: Option<&str>) -> AnyView {
    match name {
        Some(name) => view! { <span class="member">{clipped(name)}</span> ": " }.into_any(),
        None => ().into_any(),
    }
}

fn scalar(text: &str) -> AnyView {
    let class = match text.as_bytes().first() {
        Some(b'"') => "string",
        Some(b't' | b'f' | b'n') => "word",
        _ => "number",
    };
    view! { <span class=class>{clipped(text)}</span> }.into_any()
}

fn clipped(text: &str) -> AnyView {
    match text.char_indices().nth(LONGEST) {
        None => view! { <Escaped text/> }.into_any(),
        Some((end, _)) => {
            let rest = text.len() - end;
            let head = text.get(..end).unwrap_or_default();
            view! { <Escaped text=head/> <span class="dim">{format!("… {rest} more bytes")}</span> }
                .into_any()
        }
    }
}

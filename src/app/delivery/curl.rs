//! The delivery as a command that sends it again.

mod quote;

use crate::{
    app::kit::prelude::*,
    model::{
        delivery::CutBody,
        headers::{HeaderList, is_hidden},
        ids::DeliveryId,
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use quote::{is_plain, shell_word};

/// Id of the element whose text is copied.
const COMMAND: &str = "curl-command";
/// Larger bodies are sent from the downloaded file: a command line has an end.
const INLINE: usize = 64 * 1024;
/// Base64 in lines, as mail has them.
const LINE: usize = 76;
/// curl makes these itself, for this very connection.
const MADE_BY_CURL: [&str; 6] =
    ["host", "content-length", "connection", "transfer-encoding", "expect", "keep-alive"];
/// curl adds these unless it is told otherwise, and the sender may not have.
const ADDED_BY_CURL: [&str; 3] = ["accept", "content-type", "user-agent"];

/// Copies the command that [`Curl`] shows.
#[component]
pub(crate) fn CopyAsCurl() -> impl IntoView {
    view! { <CopyButton from=COMMAND.to_owned() label="Copy as curl".to_owned() key="c".to_owned()/> }
}

/// The command itself, also for those without scripts or clipboard.
#[component]
pub(crate) fn Curl(
    url: String,
    id: DeliveryId,
    headers: HeaderList,
    body: Vec<u8>,
    /// What is missing of the body: a command with a part of it would send another request.
    cut: Option<CutBody>,
) -> impl IntoView {
    if let Some(cut) = cut {
        let why = cut.refusal("no command can send it");
        return Either::Left(view! {
            <details class="card">
                <summary>"curl command"</summary>
                <p class="in dim">{format!("Not available: {why}.")}</p>
            </details>
        });
    }
    let command = command(&url, id, &headers, &body);
    let note = (body.len() > INLINE).then(|| {
        view! {
            <p class="in dim">
                "The body is too large for a command line. First, "
                <a href=paths::body_of(id) download="">"download it"</a>
                ", then run the command in the same folder."
            </p>
        }
    });
    Either::Right(view! {
        <details class="card">
            <summary>"curl command"</summary>
            {note}
            <pre class="in raw" id=COMMAND>{command}</pre>
        </details>
    })
}

/// For a POSIX shell. What cannot be written in one as it is goes through `printf` (headers) or base64 (bodies).
fn command(url: &str, id: DeliveryId, headers: &HeaderList, body: &[u8]) -> String {
    let mut parts = vec![format!("curl -sS -i -X POST {}", shell_word(url.as_bytes()))];
    for (name, value) in headers.iter().filter(|(name, _)| !MADE_BY_CURL.contains(name)) {
        // `name;` is how curl is told to send a header without a value.
        let line = if is_hidden(name, value) {
            format!("{name}: (the secret, not shown)").into_bytes()
        } else if value.is_empty() {
            format!("{name};").into_bytes()
        } else {
            [name.as_bytes(), b": ", value].concat()
        };
        parts.push(format!("-H {}", shell_word(&line)));
    }
    for name in ADDED_BY_CURL.into_iter().filter(|name| headers.get(name).is_none()) {
        parts.push(format!("-H '{name}:'"));
    }
    let mut encoded = None;
    if body.len() > INLINE {
        parts.push(format!("--data-binary @delivery-{id}.bin"));
    } else if is_plain(body) {
        parts.push(format!("--data-raw {}", shell_word(body)));
    } else {
        parts.push("--data-binary @-".to_owned());
        encoded = Some(lines(&STANDARD.encode(body)));
    }
    let curl = parts.join(" \\\n  ");
    match encoded {
        // The end mark holds a character that base64 lacks.
        Some(encoded) => format!("base64 -d <<'_END' | {curl}\n{encoded}_END\n"),
        None => curl,
    }
}

fn lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / LINE + 1);
    let mut rest = text;
    while let Some((line, after)) = rest.split_at_checked(LINE) {
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        out.push_str(rest);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests;

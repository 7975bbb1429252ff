//! The headers, in the order they came.

use crate::{
    app::kit::prelude::*,
    model::{
        headers::{HeaderList, is_hidden},
        visible::visible_bytes,
    },
};

/// Id of the element whose text is copied.
const LINES: &str = "header-lines";

/// Name and value of each, and all of them as lines to copy.
#[component]
pub(crate) fn Headers(headers: HeaderList) -> impl IntoView {
    // The token is the secret itself.
    let shown_value = |name: &str, value: &[u8]| {
        if is_hidden(name, value) { "(the secret, not shown)".to_owned() } else { visible_bytes(value) }
    };
    let shown: Vec<_> =
        headers.iter().map(|(name, value)| (name.to_owned(), shown_value(name, value))).collect();
    let lines = shown.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n");
    view! {
        <Card title="Headers, in the order received">
            <div class="scroll">
                <table class="headers">
                    <thead class="visually-hidden">
                        <tr>
                            <th>"Name"</th>
                            <th>"Value"</th>
                        </tr>
                    </thead>
                    <tbody>
                        {shown
                            .into_iter()
                            .map(|(name, value)| view! {
                                <tr>
                                    <th scope="row" class="mono">{name}</th>
                                    <td class="mono wrap">{value}</td>
                                </tr>
                            })
                            .collect_view()}
                    </tbody>
                </table>
            </div>
        </Card>
        <details class="card">
            <summary>"As text"</summary>
            <pre class="in" id=LINES>{lines}</pre>
        </details>
        <CopyButton from=LINES.to_owned() label="Copy headers".to_owned()/>
    }
}

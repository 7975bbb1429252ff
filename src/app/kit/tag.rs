//! The coloured word that says what became of a delivery.

use crate::model::{
    delivery::{DeliverySummary, Outcome},
    verdict::Reason,
    visible::visible,
};
use leptos::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Class of the colour: `ok`, `warn`, `bad`.
    pub class: &'static str,
    pub text: String,
}

/// The state of a delivery's signature.
pub fn signature(row: &DeliverySummary) -> Tag {
    let tag = |class, text: &str| Tag { class, text: text.to_owned() };
    match row.outcome {
        Outcome::Rejected => Tag { class: "bad", text: reason_label(row.reason.as_deref()) },
        _ if row.endpoint.unverified => tag("warn", "Unverified"),
        _ if row.old_secret => tag("warn", "Verified, old secret"),
        _ => tag("ok", "Verified"),
    }
}

/// A tag with this colour.
#[cfg(feature = "ssr")]
pub(crate) fn tag(class: &'static str, text: impl IntoView + 'static) -> impl IntoView {
    view! { <span class=format!("tag {class}")>{text.into_any()}</span> }
}

/// A count of what went wrong, red unless there is none.
#[cfg(feature = "ssr")]
pub(crate) fn failures(count: i64) -> impl IntoView {
    view! { <span class:bad-text=(count > 0)>{crate::model::time::count(count)}</span> }
}

/// The label of a reason code; a code that this version does not know is shown as it is.
fn reason_label(code: Option<&str>) -> String {
    match code {
        None => "Rejected".to_owned(),
        Some(code) => {
            code.parse::<Reason>().map_or_else(|_| visible(code), |reason| reason.label().to_owned())
        }
    }
}

/// The signature's tag, and a mark on duplicates.
#[component]
pub fn SignatureTag(row: DeliverySummary) -> impl IntoView {
    let Tag { class, text } = signature(&row);
    let duplicate =
        (row.outcome == Outcome::Duplicate).then(|| view! { <span class="tag idle">"Duplicate"</span> });
    view! {
        <span class=format!("tag {class}")>{text}</span>
        {duplicate}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::kit::delivery_row::sample;

    #[test]
    fn a_delivery_that_nobody_signed_is_never_called_verified() {
        let mut row = sample(1);
        assert_eq!(signature(&row).text, "Verified");
        row.endpoint.unverified = true;
        assert_eq!(signature(&row), Tag { class: "warn", text: "Unverified".into() });
    }

    #[test]
    fn an_unknown_reason_is_shown_as_its_code() {
        let mut row = sample(1);
        row.outcome = Outcome::Rejected;
        row.reason = Some("from\u{202e}later".into());
        assert_eq!(signature(&row), Tag { class: "bad", text: "from⟨U+202E⟩later".into() });
    }
}

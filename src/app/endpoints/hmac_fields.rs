//! The options of the scheme `hmac`. Beside radio buttons, styles show them only while that scheme is chosen.

use crate::{
    app::kit::prelude::*,
    model::hmac::{Algorithm, Encoding, HmacOptions},
};

/// The fields. `typed` gives what was typed before, by the name of a field.
#[component]
pub fn HmacFields<F: Fn(&str) -> Option<String>>(
    /// What was typed before, by the name of a field.
    typed: F,
    wrong: Option<String>,
) -> impl IntoView {
    let default = HmacOptions::default();
    let text = |name: &'static str, label: &'static str, value: String, hint: &'static str| {
        let full = format!("hmac[{name}]");
        let value = typed(&full).unwrap_or(value);
        let id = format!("hmac-{name}");
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id name=full value=value class="mono" autocomplete="off" spellcheck="false"/>
                <p class="hint">{hint}</p>
            </div>
        }
    };
    let choice = |name: &'static str, label: &'static str, words: Vec<&'static str>, chosen: &'static str| {
        let full = format!("hmac[{name}]");
        let chosen = typed(&full).unwrap_or_else(|| chosen.to_owned());
        let id = format!("hmac-{name}");
        let options = Choices::of(words.into_iter().map(|word| (word, word)), chosen).options();
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select id=id name=full>{options}</select>
            </div>
        }
    };
    let algorithms = Algorithm::ALL.map(Algorithm::as_str).to_vec();
    let encodings = Encoding::ALL.map(Encoding::as_str).to_vec();
    view! {
        <fieldset class="field hmac">
            <legend>"Signature settings (scheme HMAC)"</legend>
            <div class="fields">
                {text("header", "Signature header", default.header, "for example, x-signature")}
                {choice("algorithm", "Hash", algorithms, default.algorithm.as_str())}
                {choice("encoding", "Encoding", encodings, default.encoding.as_str())}
                {text("prefix", "Prefix", default.prefix, "for example, sha256=; can be empty")}
                {text("signed", "Signed content", default.signed, "must contain {body} once; can contain {timestamp} and {id}")}
                {text("timestamp_header", "Timestamp header", String::new(), "optional; the age check only protects you if {timestamp} is signed")}
                {text("id_header", "Event id header", String::new(), "optional; identifies retries, but is only trustworthy if {id} is signed")}
            </div>
            {wrong.map(|error| view! { <p class="error" role="alert">{error}</p> })}
        </fieldset>
    }
}

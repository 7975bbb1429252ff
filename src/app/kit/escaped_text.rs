//! Escaping for the few places where the framework leaves it to us.

/// Text as HTML, for elements whose children Leptos does not escape: `<textarea>` and `<title>`.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

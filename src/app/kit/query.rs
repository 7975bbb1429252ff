//! The query string of the page's URL.

use axum::http::request::Parts;
use leptos::prelude::use_context;

/// Its decoded pairs. The router's own map decodes every value twice, so that an endpoint called `100%25` could not be
/// asked for.
pub fn query_pairs() -> Vec<(String, String)> {
    let parts = use_context::<Parts>();
    let query = parts.as_ref().and_then(|parts| parts.uri.query()).unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

/// The first value under this name.
pub fn query_value(name: &str) -> Option<String> {
    query_pairs().into_iter().find(|(n, _)| n == name).map(|(_, value)| value)
}

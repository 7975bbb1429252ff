//! Pages that browsers load again by themselves, also without scripts.

use axum::http::{HeaderName, HeaderValue, Uri, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Says in a URL that no person asked for it, so that a page which is left open does not keep its session alive.
const AUTOMATIC: &str = "auto=1";

/// Has the browser load this page again in a second.
pub fn in_a_second() {
    let target = use_context::<Parts>().map(|parts| automatic(&parts.uri));
    let value = target.and_then(|target| HeaderValue::from_str(&format!("1; url={target}")).ok());
    if let (Some(response), Some(value)) = (use_context::<ResponseOptions>(), value) {
        response.insert_header(HeaderName::from_static("refresh"), value);
    }
}

/// The same page with the mark, once.
fn automatic(uri: &Uri) -> String {
    let asked =
        uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty() && *pair != AUTOMATIC);
    let pairs: Vec<&str> = asked.chain([AUTOMATIC]).collect();
    format!("{}?{}", uri.path(), pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::automatic;

    #[test]
    fn the_mark_is_added_once_and_nothing_else_is_changed() {
        for (asked, again) in [
            ("/jobs/1", "/jobs/1?auto=1"),
            ("/events/1?tab=forwards", "/events/1?tab=forwards&auto=1"),
            ("/events/1?auto=1&tab=forwards", "/events/1?tab=forwards&auto=1"),
            ("/events?id=a%3Bb", "/events?id=a%3Bb&auto=1"),
        ] {
            assert_eq!(automatic(&asked.parse().unwrap()), again);
        }
    }
}

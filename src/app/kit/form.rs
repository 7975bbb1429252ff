//! Plain HTML forms: they post to a server function, which redirects. What went wrong, or well, travels in a cookie to
//! the next page, together with what was typed, so that nothing is lost and JavaScript is not needed.

use crate::state::AppState;
use axum::http::{HeaderMap, HeaderValue, header, request::Parts};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::{Deserialize, Serialize};

/// As with the session's cookie, the prefix keeps other hosts of the same domain from setting it, so that nobody else
/// puts words into our mouth; browsers take it over HTTPS only.
const HTTPS_COOKIE: &str = "__Host-hookpost-flash";
const COOKIE: &str = "hookpost-flash";
/// Browsers drop larger cookies without a word; what was typed is left out then.
const LARGEST: usize = 3_000;

/// What is said on the next page. Never holds a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash {
    /// Whether it tells of a failure.
    pub failed: bool,
    pub message: String,
    /// The field it is about.
    #[serde(default)]
    pub field: Option<String>,
    /// What was typed, by field.
    #[serde(default)]
    pub kept: Vec<(String, String)>,
}

impl Flash {
    /// What was typed into a field.
    pub fn kept(&self, field: &str) -> Option<String> {
        self.kept.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone())
    }

    /// What is wrong with a field.
    pub fn error(&self, field: &str) -> Option<String> {
        (self.failed && self.field.as_deref() == Some(field)).then(|| self.message.clone())
    }
}

/// Longer places lose their query: servers and proxies refuse heads of that size.
const LONGEST_PLACE: usize = 8_000;

/// Redirects to a place on this server, whatever text of a person it was put together from.
pub fn redirect(to: &str) {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that makes it safe")]
    leptos_axum::redirect(&place(to));
}

/// A place as a header can hold it. What is no visible ASCII is percent-encoded: the framework panics at it otherwise.
fn place(to: &str) -> String {
    let mut out = String::with_capacity(to.len());
    for byte in to.bytes() {
        if byte.is_ascii_graphic() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    if out.len() <= LONGEST_PLACE {
        return out;
    }
    let path: String = out.split('?').next().unwrap_or_default().chars().take(LONGEST_PLACE).collect();
    path
}

/// Says it on the next page.
pub(super) fn set_flash(flash: &Flash) {
    set_cookie(&encode(flash), 60);
}

fn encode(flash: &Flash) -> String {
    let encode = |flash: &Flash| {
        serde_json::to_vec(flash).map(|json| URL_SAFE_NO_PAD.encode(json)).unwrap_or_default()
    };
    let whole = encode(flash);
    if whole.len() <= LARGEST { whole } else { encode(&Flash { kept: Vec::new(), ..flash.clone() }) }
}

fn set_cookie(value: &str, seconds: u32) {
    let (name, secure) = if is_https() { (HTTPS_COOKIE, "; Secure") } else { (COOKIE, "") };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let (Some(options), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        options.append_header(header::SET_COOKIE, cookie);
    }
}

fn is_https() -> bool {
    use_context::<AppState>().is_some_and(|state| state.settings.is_https())
}

/// What the last form had to say, once per request for all parts of the page; the cookie is cleared.
pub fn take_flash() -> Option<Flash> {
    if let Some(Taken(flash)) = use_context::<Taken>() {
        return flash;
    }
    let flash = use_context::<Parts>()
        .and_then(|parts| read(&parts.headers, if is_https() { HTTPS_COOKIE } else { COOKIE }));
    if flash.is_some() {
        set_cookie("", 0);
    }
    provide_context(Taken(flash.clone()));
    flash
}

#[derive(Clone)]
struct Taken(Option<Flash>);

fn read(headers: &HeaderMap, cookie: &str) -> Option<Flash> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split("; ")).filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, value)| *name == cookie && !value.is_empty())?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

/// What the last form had to say, at the head of the page.
#[component]
pub fn FlashMessage() -> impl IntoView {
    take_flash().map(|flash| {
        let (class, role) = if flash.failed { ("flash bad", "alert") } else { ("flash ok", "status") };
        view! { <p class=class role=role>{flash.message}</p> }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flash(typed: &str) -> Flash {
        Flash {
            failed: true,
            message: "name: „ü“ is taken".into(),
            field: Some("name".into()),
            kept: vec![("name".into(), typed.into())],
        }
    }

    fn read_back(cookies: &str) -> Option<Flash> {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookies.parse().unwrap());
        read(&headers, COOKIE)
    }

    #[test]
    fn what_a_form_said_reaches_the_next_page_beside_other_cookies() {
        let said = flash("a; b=c\n");
        assert_eq!(read_back(&format!("x=1; {COOKIE}={}; y=2", encode(&said))), Some(said.clone()));
        assert_eq!(said.error("name").as_deref(), Some("name: „ü“ is taken"));
        assert_eq!((said.error("other"), said.kept("name").as_deref()), (None, Some("a; b=c\n")));
    }

    proptest::proptest! {
        #[test]
        fn every_place_is_a_header_s_value(text in ".{0,60}", query in "(.|[\\x00-\\xff]){0,60}") {
            let to = place(&format!("/{text}?{query}"));
            proptest::prop_assert!(HeaderValue::from_str(&to).is_ok());
            proptest::prop_assert!(to.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }

    #[test]
    fn a_place_that_is_too_long_for_a_head_loses_its_query() {
        assert_eq!(place("/jobs?a=é\n"), "/jobs?a=%C3%A9%0A");
        assert_eq!(place(&format!("/events?type={}", "x".repeat(9_000))), "/events");
    }

    #[test]
    fn what_was_typed_is_left_out_when_a_browser_would_drop_the_cookie() {
        let read = read_back(&format!("{COOKIE}={}", encode(&flash(&"x".repeat(LARGEST))))).unwrap();
        assert!(read.kept.is_empty() && !read.message.is_empty());
    }

    #[test]
    fn a_cookie_of_someone_elses_making_is_ignored() {
        for value in ["", "%%%", "e30", "bnVsbA", "AAAA"] {
            assert_eq!(read_back(&format!("{COOKIE}={value}")), None, "{value}");
        }
        assert_eq!(read_back(&format!("{HTTPS_COOKIE}={}", encode(&flash("")))), None);
    }
}

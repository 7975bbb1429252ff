//! What browsers are told about our pages: run only our own scripts, keep nothing, embed nowhere.

use crate::{auth::Auth, crypto::token};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::{nonce::Nonce, prelude::provide_context};

/// The nonce of one page's scripts.
#[derive(Clone, Debug)]
struct PageNonce(String);

/// What a page needs from the layers around it.
#[derive(Clone, Debug)]
pub struct PageContext {
    nonce: Option<Nonce>,
}

impl PageContext {
    /// Takes it from a request that has passed the layers.
    pub fn of(request: &Request) -> Self {
        Self {
            nonce: request.extensions().get::<PageNonce>().map(|nonce| Nonce::from_value(nonce.0.as_str())),
        }
    }

    /// Gives it to Leptos, in place of the nonce that it would make itself.
    pub fn provide(&self) {
        if let Some(nonce) = self.nonce.clone() {
            provide_context(nonce);
        }
    }
}

/// Middleware: mints the nonce and sets the headers. A route may set a stricter policy itself.
pub(super) async fn secure(State(auth): State<Auth>, mut request: Request, next: Next) -> Response {
    let Ok(nonce) = token::<16>() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    request.extensions_mut().insert(PageNonce(nonce.clone()));
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; object-src 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        set(headers, header::CONTENT_SECURITY_POLICY, policy);
    }
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        // Not `no-referrer`: a form without JavaScript is sent back to the page it came from, which the Referer names.
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        set(headers, name, HeaderValue::from_static(value));
    }
    if auth.settings.is_https() {
        set(headers, header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.entry(name).or_insert(value);
}

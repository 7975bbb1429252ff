//! Requests that change something must come from our own pages.

use crate::auth::Auth;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tower_http::csrf::CsrfLayer;

/// tower-http's check of `Sec-Fetch-Site` and `Origin`. Behind a proxy the origin is that of the public URL.
pub(super) fn layer(auth: &Auth) -> CsrfLayer {
    let trusted = auth.settings.public_url.as_ref().map(|url| url.origin().ascii_serialization());
    let with_trusted = trusted.and_then(|origin| CsrfLayer::new().add_trusted_origin(&origin).ok());
    with_trusted.unwrap_or_default()
}

/// Middleware: that layer lets requests pass that bear neither header, as programs send them. No browser does so for a
/// POST, and programs have no business here: they are refused too.
pub(super) async fn require_origin(request: Request, next: Next) -> Response {
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_safe || says_origin(request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::FORBIDDEN, "This request doesn't state its origin (Sec-Fetch-Site or Origin header).")
        .into_response()
}

/// tower-http takes an empty value for none.
fn says_origin(headers: &HeaderMap) -> bool {
    let says = |name: HeaderName| headers.get(name).is_some_and(|value| !value.is_empty());
    says(header::ORIGIN) || says(HeaderName::from_static("sec-fetch-site"))
}

//! The UI's files (CSS, JavaScript, WASM, icons), carried inside the binary.
//!
//! A debug build reads them from `target/site` at run time instead, so that `cargo leptos watch` need not link again.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/target/site"]
#[allow_missing = true]
struct Site;

/// Names of the files whose names carry a hash of their content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackageNames {
    /// `/pkg/hookpost.….css`
    pub css: Option<String>,
    /// `/pkg/hookpost.….js`
    pub js: Option<String>,
    /// `/pkg/hookpost.….wasm`
    pub wasm: Option<String>,
}

impl PackageNames {
    /// Looks for them among the files. All are missing in a binary that was built without the UI.
    pub fn find() -> Self {
        let newest = |suffix: &str| {
            let is_it = |name: &str| name.starts_with("pkg/hookpost") && name.ends_with(suffix);
            let modified = |name: &String| Site::get(name).and_then(|file| file.metadata.last_modified());
            Site::iter()
                .map(String::from)
                .filter(|name| is_it(name))
                .max_by_key(modified)
                .map(|n| format!("/{n}"))
        };
        Self { css: newest(".css"), js: newest(".js"), wasm: newest(".wasm") }
    }
}

/// `GET /pkg/{name}`: the content never changes under a name with a hash.
pub(crate) async fn package(Path(name): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("pkg/{name}"), &headers, "public, max-age=31536000, immutable")
}

/// `GET /{name}` for the few files at the root.
pub(crate) async fn root(name: &'static str, headers: HeaderMap) -> Response {
    file(name, &headers, "public, max-age=86400")
}

fn file(name: &str, headers: &HeaderMap, cache: &'static str) -> Response {
    let Some((file, encoding)) = best(name, headers) else {
        return (StatusCode::NOT_FOUND, "no such file").into_response();
    };
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

/// The smallest form that the client takes; the release build makes `.br` and `.gz` beside each file.
fn best(name: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let takes = |encoding: &str| {
        accepts.split(',').any(|part| part.split(';').next().unwrap_or("").trim() == encoding)
    };
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(encoding, _)| takes(encoding))
        .find_map(|(encoding, suffix)| Some((Site::get(&format!("{name}{suffix}"))?, Some(encoding))))
        .or_else(|| Some((Site::get(name)?, None)))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

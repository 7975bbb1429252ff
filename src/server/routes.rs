//! Every route of the server. Outermost first: request id and trace, client address, security headers, sessions, gate.

use crate::{
    api,
    app::{App, shell::assets},
    auth, ingest, live,
    net::client_addr,
    server::{health, metrics, page, trace},
    state::AppState,
};
use axum::{
    Router,
    http::HeaderMap,
    middleware,
    routing::{any, get},
};
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

/// The application.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(ui(&state))
        .merge(open(&state))
        .merge(api::routes())
        .layer(middleware::from_fn_with_state(state.clone(), client_addr::find))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(trace::follow))
        .with_state(state)
}

/// What senders and probes use: no sessions, no cookies.
fn open(_state: &AppState) -> Router<AppState> {
    Router::new()
        .route("/in/{key}", any(ingest::receive))
        // Never a page and never a redirect: senders take both for a failure, or worse, for success.
        .route("/in/", any(ingest::unknown))
        .route("/in/{key}/", any(ingest::unknown))
        .route("/in/{key}/{*rest}", any(ingest::unknown))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::scrape))
        .route("/pkg/{name}", get(assets::package))
        .route("/favicon.svg", get(|headers: HeaderMap| assets::root("favicon.svg", headers)))
        .route("/robots.txt", get(|headers: HeaderMap| assets::root("robots.txt", headers)))
}

/// What people use: everything behind the session, the gate and the security headers.
fn ui(state: &AppState) -> Router<AppState> {
    let pages = generate_route_list(App);
    let routes = Router::new()
        .leptos_routes_with_handler(pages, get(page::render))
        .route("/tools/verify", axum::routing::post(page::render_posted))
        .route("/events/{id}/edit", axum::routing::post(page::render_posted))
        .route("/do/{*function}", axum::routing::post(page::server_function))
        .route("/events/{id}/body", get(crate::app::delivery::download::body))
        .route("/settings/audit.jsonl", get(crate::app::audit::download::jsonl))
        .fallback(page::not_found)
        .layer(CompressionLayer::new())
        .route("/live/deliveries", get(live::stream));
    auth::protect(routes, &state.auth)
}

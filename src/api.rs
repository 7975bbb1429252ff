//! The REST API under `/api/v1`: programs with an API token. Errors are problem details (RFC 9457). The table of routes;
//! its description for machines is at `/api/v1/openapi.json`.

mod audit;
mod body;
mod caller;
mod deliveries;
mod events;
mod incidents;
mod replays;
mod results;
mod stream;
mod types;

use crate::{
    model::error::{AppError, not_found},
    state::AppState,
};
use axum::{Json, Router, http::StatusCode, response::IntoResponse, routing::any};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{Http, HttpAuthScheme, SecurityScheme},
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

/// What stands above the routes in the description.
#[derive(OpenApi)]
#[openapi(
    info(title = "Hookpost", description = "Read and follow webhook deliveries, replay them, and submit events of your own."),
    modifiers(&BearerToken),
    security(("token" = [])),
)]
struct Description;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, description: &mut openapi::OpenApi) {
        let components = description.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

fn table() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::one))
        .routes(routes!(replays::replay))
        .routes(routes!(results::report))
        .routes(routes!(stream::stream))
        .routes(routes!(events::add))
        .routes(routes!(incidents::list))
        .routes(routes!(incidents::acknowledge))
        .routes(routes!(audit::list))
}

/// The routes.
pub fn routes() -> Router<AppState> {
    let (routes, description) = table().split_for_parts();
    routes
        .route("/api/v1/openapi.json", axum::routing::get(|| async move { Json(description) }))
        .route("/api/{*rest}", any(unknown))
        .method_not_allowed_fallback(wrong_method)
}

async fn unknown() -> AppError {
    not_found("route")
}

async fn wrong_method() -> impl IntoResponse {
    (StatusCode::METHOD_NOT_ALLOWED, "This route doesn't support this method; see /api/v1/openapi.json.")
}

/// The description, for documentation and tests.
pub fn description() -> openapi::OpenApi {
    table().into_openapi()
}

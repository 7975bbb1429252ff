//! Pages and server functions, rendered by Leptos with what they need in its context.

use crate::{
    app::{self, App, kit::posted::Posted},
    auth,
    ingest::bodies::{Bodies, Failed, Received},
    model::error::{AppError, not_found as nothing_there},
    net::client_addr::ClientAddr,
    state::AppState,
};
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use leptos::{
    prelude::provide_context,
    server_fn::{axum::get_server_fn_service, error::SERVER_FN_ERROR_HEADER},
};

/// Bytes of a form. The longest field is a secret; there are no uploads.
const FORM_LIMIT: usize = 64 * 1024;

/// Bytes of a form in which a request is pasted: a body of a megabyte, percent-encoded.
const PASTED_LIMIT: usize = 4 * 1024 * 1024;

/// Errors are sentences: a longer body is not one.
const LONGEST_ERROR: usize = 64 * 1024;

/// Renders a page. Pages are rendered whole before the first byte is sent, so that status and headers are right.
pub(super) async fn render(State(state): State<AppState>, request: Request) -> Response {
    let handler = leptos_axum::render_app_async_with_context(context(&state, &request), || app::shell(App));
    handler(request).await.into_response()
}

/// Renders a page that answers its own form, which is read before, as those of server functions are.
pub(super) async fn render_posted(state: State<AppState>, request: Request) -> Response {
    let bodies = state.ingest.bodies.clone();
    let (mut parts, form) = match read_form(&bodies, request, PASTED_LIMIT).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    parts.extensions.insert(Posted::from_form(&form.bytes));
    render(state, Request::from_parts(parts, Body::empty())).await
}

/// Runs a server function. Its form is read before, so that neither its size nor its pace is the sender's choice.
pub(super) async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    if get_server_fn_service(request.uri().path(), request.method().clone()).is_none() {
        return nothing_there("form").into_response();
    }
    let (parts, form) = match read_form(&state.ingest.bodies, request, FORM_LIMIT).await {
        Ok(read) => read,
        Err(answer) => return answer,
    };
    let request = Request::from_parts(parts, Body::from(form.bytes.clone()));
    let response = leptos_axum::handle_server_fns_with_context(context(&state, &request), request).await;
    with_status_of_error(response.into_response()).await
}

/// The form of a request, which holds its memory until it is dropped; or the answer to one that cannot be read.
async fn read_form(
    bodies: &Bodies,
    request: Request,
    limit: usize,
) -> Result<(Parts, Received<'_>), Response> {
    let (parts, body) = request.into_parts();
    let client = ClientAddr::of(&parts.extensions).0;
    let form = bodies.read(body, limit, client).await.map_err(no_form)?;
    Ok((parts, form))
}

/// The answer to a form that was not read.
fn no_form(failed: Failed) -> Response {
    let (status, why) = match failed {
        Failed::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "This form is too large."),
        Failed::Slow => (StatusCode::REQUEST_TIMEOUT, "This form took too long to arrive."),
        Failed::Broken => {
            (StatusCode::BAD_REQUEST, "The connection was interrupted while sending this form.")
        }
        Failed::NoRoom => (StatusCode::SERVICE_UNAVAILABLE, "The server is busy. Try again in a moment."),
        Failed::TooMany => {
            (StatusCode::TOO_MANY_REQUESTS, "Too many requests at once. Try again in a moment.")
        }
    };
    let mut response = (status, why).into_response();
    if matches!(failed, Failed::NoRoom | Failed::TooMany) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    response
}

/// Leptos answers every error of a server function with 500, even arguments that cannot be read. Ours know better.
async fn with_status_of_error(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR
        || !response.headers().contains_key(SERVER_FN_ERROR_HEADER)
    {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LONGEST_ERROR).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let error: Option<AppError> = serde_json::from_slice(&bytes).ok();
    if let Some(status) = error.and_then(|error| StatusCode::from_u16(error.status()).ok()) {
        head.status = status;
    }
    Response::from_parts(head, Body::from(bytes))
}

/// A page that says that there is none.
pub(super) async fn not_found(state: State<AppState>, request: Request) -> Response {
    let mut response = render(state, request).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn context(state: &AppState, request: &Request) -> impl Fn() + Clone + Send + 'static {
    let state = state.clone();
    let page = auth::PageContext::of(request);
    let posted = request.extensions().get::<Posted>().cloned();
    move || {
        provide_context(state.clone());
        provide_context(state.auth.clone());
        if let Some(posted) = posted.clone() {
            provide_context(posted);
        }
        page.provide();
    }
}

//! Nobody gets past this without a session, except to what is needed to get one.

use super::CurrentUser;
use crate::{
    auth::Auth,
    db::users,
    model::{error::AppError, filter::percent_encode},
};
use axum::{
    extract::Request,
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

/// Paths for those who are not logged in: each checks a password or a one-time token itself.
const PUBLIC: [&str; 4] = ["/login", "/do/login", "/do/create_first_admin", "/do/accept_invite"];
/// The same, with a token behind.
const PUBLIC_BELOW: [&str; 2] = ["/setup/", "/invite/"];

/// Middleware: lets users through, sends everyone else to log in.
pub(super) async fn gate(request: Request, next: Next) -> Response {
    let is_user = request.extensions().get::<CurrentUser>().is_some_and(|current| current.0.is_some());
    let path = request.uri().path();
    let is_public = PUBLIC.contains(&path) || PUBLIC_BELOW.iter().any(|below| path.starts_with(below));
    if is_user || is_public {
        return next.run(request).await;
    }
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/html")) {
        to_login(&request)
    } else {
        AppError::Unauthenticated.into_response()
    }
}

/// For people. A form cannot be come back to; the page that was asked for can.
fn to_login(request: &Request) -> Response {
    let asked = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    match asked.and_then(|target| next_page(target.as_str())) {
        Some(target) if target != "/" => {
            Redirect::to(&format!("/login?next={}", percent_encode(target))).into_response()
        }
        _ => Redirect::to("/login").into_response(),
    }
}

/// Reads a page to go to after logging in: a path on this host and nothing that a browser could take for another host.
pub fn next_page(target: &str) -> Option<&str> {
    let is_local = target.starts_with('/') && !target.starts_with("//");
    let is_plain = target.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (is_local && is_plain && target.len() <= 2_048).then_some(target)
}

/// Whether anybody can log in yet.
pub async fn has_users(auth: &Auth) -> Result<bool, AppError> {
    Ok(users::any(&mut auth.db.read().await?).await?)
}

#[cfg(test)]
mod tests {
    use super::next_page;

    #[test]
    fn only_paths_on_this_host_are_gone_to() {
        for good in ["/", "/events?type=a%20b&x=1", "/events/1"] {
            assert_eq!(next_page(good), Some(good));
        }
        for bad in
            ["", "events", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/ä", "/a b"]
        {
            assert_eq!(next_page(bad), None, "{bad:?}");
        }
    }
}

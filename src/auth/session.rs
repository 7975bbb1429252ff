//! Sessions of browsers: a random token in a cookie, of which the database knows the hash. tower-sessions carries the token,
//! with a store of our own.
//!
//! Its sessions hold no data: each part of one is a column, so that two requests at once never undo what the other one
//! wrote. And they begin in the transaction that makes sure of the user (see `login.rs`); the store takes over what was
//! written there.

use crate::{
    auth::Auth,
    crypto::{random, sha256},
    db::{Db, DbError, sessions},
    model::{
        error::AppError,
        time::{DAY_MS, HOUR_MS},
    },
    runtime::config::Settings,
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store,
};

const TOKEN_BYTES: usize = 16;
/// Days that a browser stays known after a login.
const DEVICE_DAYS: i64 = 180;
/// A page that loads itself again says so with this parameter: nobody clicked.
const AUTOMATIC: &str = "auto=1";
/// Key under which a session that begins names the token that it was recorded with.
const BEGUN: &str = "begun";

/// The session that a request belongs to, if it bears the cookie of one; and the cookies that its answer sets.
#[derive(Clone, Debug)]
pub struct Session(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Whether people come by https.
    https: bool,
    /// A person did not ask for it: the page did by itself.
    automatic: bool,
    /// Hash of the cookie of the browser, by which it is known from earlier logins.
    device: Option<[u8; 32]>,
    carried: tower_sessions::Session,
    further: FurtherCookies,
}

/// What the answer sets beside the cookie of the session, and after it.
#[derive(Clone, Debug, Default)]
struct FurtherCookies(Arc<Mutex<Vec<HeaderValue>>>);

impl FurtherCookies {
    fn all(&self) -> MutexGuard<'_, Vec<HeaderValue>> {
        // Every change under the lock is a single step, so what a panic left behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `__Host-` binds a cookie to this very host and to TLS; over plain HTTP (a laptop, a trusted network) browsers would
/// refuse such a cookie, so it has another name there.
fn session_name(https: bool) -> &'static str {
    if https { "__Host-hookpost" } else { "hookpost" }
}

fn device_name(https: bool) -> &'static str {
    if https { "__Host-hookpost-device" } else { "hookpost-device" }
}

impl Session {
    fn of(request: &Request, carried: tower_sessions::Session, settings: &Settings) -> Self {
        let https = settings.is_https();
        Self(Arc::new(Inner {
            https,
            automatic: is_automatic(request),
            device: token_in(request.headers(), device_name(https)),
            carried,
            further: request.extensions().get().cloned().unwrap_or_default(),
        }))
    }

    /// What the database knows it by: the SHA-256 of its token, so that a copy of the file opens no session.
    pub fn hash(&self) -> Option<[u8; 32]> {
        self.0.carried.id().map(|id| Token::of(id).hash())
    }

    /// The hash of the browser's cookie. Whether it is a known one, the database says.
    pub(super) fn device(&self) -> Option<[u8; 32]> {
        self.0.device
    }

    /// Whether the page asked by itself, not the person.
    pub(super) fn is_automatic(&self) -> bool {
        self.0.automatic
    }

    /// From now on it is the one with this token, which is recorded already; the answer says so to the browser.
    pub(super) async fn set(&self, token: &Token) -> Result<(), AppError> {
        let carried = &self.0.carried;
        let adopted = async {
            carried.insert(BEGUN, token.text()).await?;
            // Whoever knows the token of before has nothing of the new session.
            carried.cycle_id().await?;
            carried.save().await
        };
        adopted.await.map_err(|error| {
            tracing::error!(%error, "a session could not be extended: {error}");
            AppError::Busy
        })
    }

    /// The browser gets a cookie by which it is known at the next login.
    pub(super) fn set_device(&self, token: &Token) {
        let cookie = self.cookie(device_name(self.0.https), &token.text(), DEVICE_DAYS * 24 * 3_600);
        self.0.further.all().extend(cookie);
    }

    /// There is none any more; the browser is told to forget it.
    pub(super) async fn clear(&self) -> Result<(), AppError> {
        let carried = &self.0.carried;
        if carried.id().is_none() {
            return Ok(());
        }
        carried.flush().await.map_err(|error| {
            tracing::error!(%error, "a session could not be ended: {error}");
            AppError::Busy
        })
    }

    fn cookie(&self, name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = if self.0.https { "; Secure" } else { "" };
        // Lax, so that a link in a chat opens the page; what changes things is guarded by the origin check.
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
        HeaderValue::from_str(&cookie).ok()
    }
}

impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// When a browser that logged in at `now` is forgotten, unix ms.
pub(super) fn device_until(now: i64) -> i64 {
    now.saturating_add(DEVICE_DAYS * DAY_MS)
}

/// The layer that carries tokens in cookies. One of another shape counts as none.
pub(super) fn layer(auth: &Auth) -> SessionManagerLayer<Store> {
    let https = auth.settings.is_https();
    SessionManagerLayer::new(Store(Arc::new(auth.db.clone())))
        .with_name(session_name(https))
        .with_secure(https)
        .with_http_only(true)
        // Lax, so that a link in a chat opens the page; what changes things is guarded by the origin check.
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::hours(auth.settings.session_hours.into())))
}

/// What tower-sessions asks of the database.
#[derive(Clone, Debug)]
pub(super) struct Store(Arc<Db>);

#[async_trait::async_trait]
impl SessionStore for Store {
    /// Takes over a session that a login wrote down.
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let begun = record.data.remove(BEGUN);
        let id = begun.as_ref().and_then(|text| text.as_str()?.parse().ok());
        let no_login = || session_store::Error::Backend("a session begins with a login".to_owned());
        record.id = id.ok_or_else(no_login)?;
        Ok(())
    }

    /// There is nothing in its data.
    async fn save(&self, _: &Record) -> session_store::Result<()> {
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let mut connection = self.0.read().await.map_err(backend)?;
        let ends = sessions::end_of(&mut connection, &Token::of(*id).hash()).await.map_err(backend)?;
        let at = ends.map(|ms| OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000));
        let expiry_date = at.transpose().map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(expiry_date.map(|expiry_date| Record { id: *id, data: Default::default(), expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let mut tx = self.0.begin().await.map_err(backend)?;
        sessions::delete(&mut tx, &Token::of(*id).hash()).await.map_err(backend)?;
        tx.commit().await.map_err(backend)
    }
}

fn backend(error: DbError) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

/// Middleware outside [`layer`]: sets the further cookies.
pub(super) async fn set_further_cookies(mut request: Request, next: Next) -> Response {
    let further = FurtherCookies::default();
    request.extensions_mut().insert(further.clone());
    let mut response = next.run(request).await;
    for cookie in std::mem::take(&mut *further.all()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// Middleware inside [`layer`]: puts the [`Session`] into each request's extensions.
pub(super) async fn carry(
    State(auth): State<Auth>,
    carried: tower_sessions::Session,
    mut request: Request,
    next: Next,
) -> Response {
    let session = Session::of(&request, carried, &auth.settings);
    request.extensions_mut().insert(session);
    next.run(request).await
}

/// What pages ask for by themselves: streams, figures that are looked at again, and pages that reload themselves.
fn is_automatic(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    request.headers().contains_key("hookpost-refresh")
        || request.uri().path().starts_with("/live/")
        || (request.method() == Method::GET && query.split('&').any(|pair| pair == AUTOMATIC))
}

fn token_in(headers: &HeaderMap, name: &str) -> Option<[u8; 32]> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(found, _)| *found == name)?;
    // 22 characters: nothing longer is decoded.
    let bytes = URL_SAFE_NO_PAD.decode(value.get(..22).filter(|_| value.len() == 22)?).ok()?;
    Some(sha256(&<[u8; TOKEN_BYTES]>::try_from(bytes).ok()?))
}

/// A new token: 128 random bits.
pub(super) struct Token([u8; TOKEN_BYTES]);

impl Token {
    pub(super) fn new() -> Result<Self, AppError> {
        Ok(Self(random()?))
    }

    /// What the database keeps of it.
    pub(super) fn hash(&self) -> [u8; 32] {
        sha256(&self.0)
    }

    /// As tower-sessions writes ids, and cookies hold them.
    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    fn of(id: Id) -> Self {
        Self(id.0.to_le_bytes())
    }
}

/// Whether a session has reached one of its ends: too long unused, or too long since the login.
pub(super) fn is_over(row: &sessions::Session, now: i64, settings: &Settings) -> bool {
    let past = |from: i64, hours: u32| now.saturating_sub(from) >= i64::from(hours) * HOUR_MS;
    past(row.seen_at, settings.session_idle_hours) || past(row.began_at, settings.session_hours)
}

/// When a session that begins now is over in any case, unix ms.
pub(super) fn end_of(began_at: i64, settings: &Settings) -> i64 {
    began_at.saturating_add(i64::from(settings.session_hours) * HOUR_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn get(target: &str) -> axum::http::request::Builder {
        Request::get(target)
    }

    #[test]
    fn a_token_is_written_as_the_id_of_its_session_is() {
        let token = Token(*b"sixteen bytes...");
        let id: Id = token.text().parse().unwrap();
        assert_eq!((id.to_string(), Token::of(id).hash()), (token.text(), token.hash()));
    }

    #[test]
    fn a_cookie_of_another_shape_is_none() {
        let token = Token([7; TOKEN_BYTES]);
        let read = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().unwrap());
            token_in(&headers, "hookpost")
        };
        let text = token.text();
        assert_eq!(read(&format!("a=b; hookpost={text}; c=d")), Some(token.hash()));
        assert_eq!(read(&format!("hookpost={text}")), Some(token.hash()));
        for bad in ["", "%%%", "AAAA", &format!("{text}A"), &"A".repeat(4_000), &"ä".repeat(11)] {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_bytes(format!("hookpost={bad}").as_bytes()).unwrap();
            headers.insert(header::COOKIE, value);
            assert_eq!(token_in(&headers, "hookpost"), None, "{bad}");
        }
        assert_eq!(read(&format!("__Host-hookpost={text}")), None);
    }

    #[test]
    fn what_a_page_does_by_itself_is_told_from_what_a_person_does() {
        let automatic =
            |request: axum::http::request::Builder| is_automatic(&request.body(Body::empty()).unwrap());
        assert!(automatic(get("/live/deliveries?since=1")));
        assert!(automatic(get("/events/1?tab=forwards&auto=1")));
        assert!(automatic(get("/").header("hookpost-refresh", "1")));
        for by_hand in ["/events", "/events?id=auto%3D1", "/events?auto=12", "/lively"] {
            assert!(!automatic(get(by_hand)), "{by_hand}");
        }
        assert!(!automatic(Request::post("/do/x?auto=1")), "nothing is posted by itself");
    }
}

//! Sessions in the database: tower-sessions with a store of our own (the published one needs an older sqlx).

use crate::{
    config::Settings,
    crypto::sha256,
    db::{Db, DbError, sessions},
    model::ids::UserId,
    state::AppState,
};
use serde::Deserialize;
use std::sync::Arc;
use time::Duration;
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id, Record},
    session_store,
};

/// Key of the user's id in a session's data.
pub(super) const USER: &str = "user";
/// Key of [`Login::since`].
pub(super) const SINCE: &str = "since";
/// Key of [`Login::seen`].
pub(super) const SEEN: &str = "seen";
/// Key of [`Login::from`].
pub(super) const FROM: &str = "from";

const HOUR_MS: i64 = 3_600_000;

/// What the data of a session says of its login.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Login {
    /// When it was, unix ms.
    pub(super) since: i64,
    /// When the session was last used, unix ms, to within a few minutes.
    pub(super) seen: i64,
    /// The client's address.
    pub(super) from: String,
}

impl Login {
    /// None before login.
    pub(super) fn of(row: &sessions::Row) -> Option<Self> {
        serde_json::from_str(&row.data).ok()
    }

    /// Whether the session has reached one of its ends: too long unused, or too long since the login.
    pub(super) fn is_over(&self, now: i64, settings: &Settings) -> bool {
        let past = |from: i64, hours: u32| now.saturating_sub(from) >= i64::from(hours) * HOUR_MS;
        past(self.seen, settings.session_idle_hours) || past(self.since, settings.session_hours)
    }
}

/// The layer. `__Host-` binds the cookie to this very host and to TLS; over plain HTTP (a laptop, a trusted network)
/// browsers would refuse such a cookie, so it has another name there.
pub(super) fn layer(state: &AppState) -> SessionManagerLayer<Store> {
    let https = state.settings.is_https();
    SessionManagerLayer::new(Store(Arc::new(state.db.clone())))
        .with_name(if https { "__Host-hookpost" } else { "hookpost" })
        .with_secure(https)
        .with_http_only(true)
        // Lax, so that a link in a chat opens the page; what changes things is guarded by the origin check.
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::hours(state.settings.session_idle_hours.into())))
}

/// What the database knows a session by: the SHA-256 of its token, so that a copy of the file opens no session.
pub(super) fn hash(id: Id) -> [u8; 32] {
    sha256(&id.0.to_le_bytes())
}

/// Keeps sessions in the database.
#[derive(Clone, Debug)]
pub(super) struct Store(Arc<Db>);

#[async_trait::async_trait]
impl SessionStore for Store {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        // 128 random bits: a clash would mean that the generator is broken, and the insert then fails.
        let row = row(record)?;
        self.0.write(move |c| Box::pin(async move { sessions::insert(c, &row).await })).await.map_err(backend)
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let row = row(record)?;
        self.0.write(move |c| Box::pin(async move { sessions::update(c, &row).await })).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let mut connection = self.0.read().await.map_err(backend)?;
        let row = sessions::find(&mut connection, &hash(*id)).await.map_err(backend)?;
        let Some(row) = row else { return Ok(None) };
        let data =
            serde_json::from_str(&row.data).map_err(|e| session_store::Error::Decode(e.to_string()))?;
        let expiry_date =
            time::OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.expires_at) * 1_000_000)
                .map_err(|e| session_store::Error::Decode(e.to_string()))?;
        Ok((expiry_date > now()).then_some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let hash = hash(*id);
        self.0
            .write(move |c| Box::pin(async move { sessions::delete(c, &hash).await }))
            .await
            .map_err(backend)
    }
}

/// Only for what the store itself must know: when a row can go. [`Login::is_over`] has the limits, by our own clock.
#[expect(
    clippy::disallowed_methods,
    reason = "tower-sessions sets expiries by the machine's clock, so they are held against it"
)]
fn now() -> time::OffsetDateTime {
    time::OffsetDateTime::now_utc()
}

fn row(record: &Record) -> session_store::Result<sessions::Row> {
    let data =
        serde_json::to_string(&record.data).map_err(|e| session_store::Error::Encode(e.to_string()))?;
    let user = record.data.get(USER).and_then(|value| serde_json::from_value::<UserId>(value.clone()).ok());
    Ok(sessions::Row {
        token_hash: hash(record.id).to_vec(),
        user_id: user,
        data,
        expires_at: i64::try_from(record.expiry_date.unix_timestamp_nanos() / 1_000_000).unwrap_or(0),
    })
}

fn backend(error: DbError) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

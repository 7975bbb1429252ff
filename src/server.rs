//! The server: what runs while `hookpost serve` does.

mod background;
mod header_passes;
mod health;
pub mod heartbeat;
mod listen;
mod metrics;
mod page;
mod retention;
mod routes;
mod trace;
mod waiting;

pub use routes::router;

use crate::{
    auth,
    crypto::{KeyError, MasterKey},
    db::{
        Db,
        key::KeySource,
        lock::{LockError, ServerLock},
    },
    runtime::{clock::Clock, config::Settings},
    state::{AppState, StateError},
};
use secrecy::ExposeSecret;
use std::{net::SocketAddr, sync::atomic::Ordering};
use tokio::net::TcpListener;

/// Why the server did not start, or ended. For the operator.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Another server uses the database.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The master key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database file.
    #[error(transparent)]
    Open(#[from] crate::db::open::OpenError),
    /// The database, once open.
    #[error(transparent)]
    Db(#[from] crate::db::DbError),
    /// What the handlers share.
    #[error(transparent)]
    State(#[from] StateError),
    /// A setting that can only be judged together with others.
    #[error("{0}")]
    Setting(String),
    /// The listening socket.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
}

/// The master key as the settings name it; made on the first start.
///
/// # Errors
/// When it is malformed or its file cannot be read or made.
pub fn master_key(settings: &Settings) -> Result<KeySource, KeyError> {
    if let Some(key) = &settings.encryption_key {
        let key = MasterKey::from_base64(key.expose_secret(), "HOOKPOST_ENCRYPTION_KEY")?;
        return Ok(KeySource { key, file: None });
    }
    let file = settings.key_file();
    let (source, made) = KeySource::in_file(&file, settings.database.exists())?;
    if made {
        let file = file.display().to_string();
        tracing::warn!(
            file,
            "created a new master key in {file}: back it up; without it, stored secrets can't be read"
        );
    }
    Ok(source)
}

/// A server that is ready to run: bound, with its database open.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    state: AppState,
    /// Let go of when the server has ended.
    lock: ServerLock,
}

impl Server {
    /// Binds the address and opens the database. While the disk has no room for that, it answers 503, and goes on when there
    /// is some.
    ///
    /// # Errors
    /// See [`ServeError`].
    pub async fn start(settings: Settings, clock: Clock) -> Result<Self, ServeError> {
        heartbeat::url(&settings).map_err(ServeError::Setting)?;
        metrics::access::check_setting(&settings).map_err(ServeError::Setting)?;
        let listen_error = |error| ServeError::Listen { address: settings.listen, error };
        let listener = TcpListener::bind(settings.listen).await.map_err(listen_error)?;
        let address = listener.local_addr().map_err(listen_error)?;
        let (lock, db) = loop {
            match open(&settings, &clock).await {
                Err(error) if waiting::is_for_room(&error) => {
                    tracing::error!(%address, %error, "waiting for free disk space, webhooks get a 503: {error}");
                    waiting::for_room(&listener, &settings).await.map_err(listen_error)?;
                }
                opened => break opened?,
            }
        };
        retention::remember_clock(&db, &clock).await?;
        if let Some(folder) = settings.backup_dir.as_ref().filter(|folder| !folder.is_dir()) {
            let folder = folder.display();
            tracing::warn!(
                "the folder {folder} does not exist: backups will fail until it is created (HOOKPOST_BACKUP_DIR)"
            );
        }
        let state = AppState::new(settings, address, clock, db).await?;
        Ok(Self { listener, address, state, lock })
    }

    /// The address that was bound; its port is a real one even when the setting's was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the handlers share.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// The one-time link that makes the first admin; none once there is a user.
    pub async fn setup_link(&self) -> Result<Option<String>, ServeError> {
        Ok(auth::setup::announce(&self.state.auth).await?)
    }

    /// Serves until `stop` resolves; then stops accepting, finishes what is in flight, commits and closes.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let Self { listener, state, lock, .. } = self;
        let background = background::start(&state);
        listen::serve(listener, router(state.clone()), &state.settings, async {
            stop.await;
            state.live.stop();
            state.stop.request();
        })
        .await;
        background::stop(&state, background).await;
        state.ingest.refusals.flush(&state.db, &state.clock).await;
        crate::auth::notes::flush(&state.auth).await;
        state.db.close().await;
        let counts = state.db.writer.counts();
        let (rows, commits) = (counts.rows.load(Ordering::Relaxed), counts.commits.load(Ordering::Relaxed));
        tracing::info!(rows, commits, "stored {rows} deliveries in {commits} commits");
        drop(lock);
    }
}

async fn open(settings: &Settings, clock: &Clock) -> Result<(ServerLock, Db), ServeError> {
    let lock = ServerLock::take(&settings.database)?;
    let db = Db::open(&settings.database, master_key(settings)?, clock.clone()).await?;
    Ok((lock, db))
}

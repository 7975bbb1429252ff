//! Secrets that are shown once, on the page after the form: until then they are kept with the session, sealed.

use crate::{auth::Session, db::sessions, model::error::AppError, state::AppState};
use leptos::prelude::use_context;

/// A place for secrets of one kind.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce(pub &'static str);

impl ShownOnce {
    /// Keeps a secret for the page of the object with this id.
    pub async fn keep(self, state: &AppState, id: &str, text: &str) -> Result<(), AppError> {
        let hash = session_hash().ok_or(AppError::Unauthenticated)?;
        let sealed = state.db.key().seal(self.0.as_bytes(), text.as_bytes())?;
        let mut tx = state.db.begin().await?;
        let kept = sessions::keep_once(&mut tx, &hash, self.0, id, &sealed, state.clock.now_ms()).await?;
        tx.commit().await?;
        if kept { Ok(()) } else { Err(AppError::Unauthenticated) }
    }

    /// Takes the secret of this object out: of two pages at once one gets it.
    pub async fn take(self, state: &AppState, id: &str) -> Option<String> {
        // Nearly always there is none: that is found out without a write.
        self.kept(state).await.into_iter().find(|kept| kept == id)?;
        let hash = session_hash()?;
        let mut tx = state.db.begin().await.ok()?;
        let taken = sessions::take_once(&mut tx, &hash, self.0, id, state.clock.now_ms()).await.ok()?;
        // One that is past its time is gone for good too.
        tx.commit().await.ok()?;
        let plain = state.db.key().open(self.0.as_bytes(), &taken?).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }

    /// Takes the one that was made last, whatever it belongs to. Returns the id of that with it.
    pub async fn take_any(self, state: &AppState) -> Option<(String, String)> {
        let id = self.kept(state).await.into_iter().next()?;
        let text = self.take(state, &id).await?;
        Some((id, text))
    }

    async fn kept(self, state: &AppState) -> Vec<String> {
        let read = async {
            let hash = session_hash()?;
            let mut connection = state.db.read().await.ok()?;
            sessions::kept_once(&mut connection, &hash, self.0).await.ok()
        };
        read.await.unwrap_or_default()
    }
}

fn session_hash() -> Option<[u8; 32]> {
    let parts = use_context::<axum::http::request::Parts>()?;
    parts.extensions.get::<Session>()?.hash()
}

//! Secrets that are shown once, on the page after the form: until then the session keeps them, sealed.

use crate::{error::AppError, state::AppState};
use leptos::prelude::use_context;
use tower_sessions::Session;

/// A place in the session for secrets of one kind.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce(pub &'static str);

impl ShownOnce {
    /// Keeps a secret for the page of the object with this id.
    ///
    /// # Errors
    /// The session cannot be written.
    pub async fn keep(
        self,
        state: &AppState,
        session: &Session,
        id: &str,
        text: &str,
    ) -> Result<(), AppError> {
        let sealed = state.db.key().seal(self.0.as_bytes(), text.as_bytes())?;
        session.insert(self.0, (id, sealed)).await.map_err(|_| AppError::Internal)
    }

    /// Takes the secret of this object out of the session, which forgets it.
    pub async fn take(self, state: &AppState, id: &str) -> Option<String> {
        let parts = use_context::<axum::http::request::Parts>()?;
        let session = parts.extensions.get::<Session>()?;
        let (of, sealed): (String, Vec<u8>) = session.get(self.0).await.ok().flatten()?;
        if of != id {
            return None;
        }
        session.remove::<(String, Vec<u8>)>(self.0).await.ok().flatten()?;
        let plain = state.db.key().open(self.0.as_bytes(), &sealed).ok()?;
        String::from_utf8(plain.to_vec()).ok()
    }
}

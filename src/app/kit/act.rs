//! The frame of server functions. Each checks the role first, does its work and says where the browser goes and what is
//! said there; or the browser goes back to the form, which says what went wrong and keeps what was typed.

use crate::{
    app::kit::form::{Flash, redirect, set_flash},
    auth::{Session, require},
    model::{
        audit::{Action, Actor},
        error::{AppError, invalid},
        user::Role,
    },
    net::client_addr::ClientAddr,
    state::AppState,
};
use axum::http::{header, request::Parts};
use leptos::prelude::use_context;
use std::net::IpAddr;

/// Runs what a user asks for, who must have at least this role.
pub(crate) async fn act(
    needed: Role,
    form: impl Into<Form>,
    work: impl AsyncFnOnce(AppState, Actor) -> Result<Done, AppError>,
) -> Result<(), AppError> {
    let outcome = async {
        let (state, by) = acting(needed).await?;
        work(state, by).await
    };
    form.into().end(outcome.await)
}

/// Runs what someone asks for who may have no role: each checks a password or a one-time token itself.
pub(crate) async fn visit(
    form: impl Into<Form>,
    work: impl AsyncFnOnce(Visitor) -> Result<Done, AppError>,
) -> Result<(), AppError> {
    let outcome = async { work(Visitor::of_request()?).await };
    form.into().end(outcome.await)
}

/// The state, and the user of the request that runs as the audit log names it; it must have at least this role.
pub(crate) async fn acting(needed: Role) -> Result<(AppState, Actor), AppError> {
    let user = require(needed).await?;
    let Visitor { state, address, .. } = Visitor::of_request()?;
    let by = Actor::user(&user, address, state.clock.now_ms());
    Ok((state, by))
}

/// Whose request runs, as far as it is known without a role.
pub(crate) struct Visitor {
    pub(crate) state: AppState,
    pub(crate) session: Session,
    pub(crate) address: IpAddr,
}

impl Visitor {
    fn of_request() -> Result<Self, AppError> {
        let state = use_context::<AppState>().ok_or(AppError::Internal)?;
        let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
        let session = parts.extensions.get::<Session>().cloned().ok_or(AppError::Internal)?;
        Ok(Self { state, session, address: ClientAddr::of(&parts.extensions).0 })
    }
}

/// Where a form stands, and what was typed into it.
pub(crate) struct Form {
    page: String,
    typed: Vec<(String, String)>,
}

impl<T: Into<String>> From<T> for Form {
    fn from(page: T) -> Self {
        Self { page: page.into(), typed: Vec::new() }
    }
}

impl Form {
    pub(crate) fn on(page: impl Into<String>) -> Self {
        Self::from(page)
    }

    /// Keeps what was typed into a field. Never hand in a password or a secret.
    pub(crate) fn keeping(self, field: &str, text: &str) -> Self {
        self.keeping_all([(field, text)])
    }

    /// The same for many fields.
    pub(crate) fn keeping_all<N: Into<String>, T: Into<String>>(
        mut self,
        typed: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        self.typed.extend(typed.into_iter().map(|(field, text)| (field.into(), text.into())));
        self
    }

    /// The same for a form within the form, whose fields are posted as `outer[field]`.
    pub(crate) fn keeping_in(self, outer: &str, typed: Vec<(&'static str, String)>) -> Self {
        self.keeping_all(typed.into_iter().map(|(field, text)| (format!("{outer}[{field}]"), text)))
    }

    fn end(self, outcome: Result<Done, AppError>) -> Result<(), AppError> {
        match outcome {
            Ok(Done { to, said }) => {
                if !said.is_empty() {
                    set_flash(&Flash { message: said, ..Flash::default() });
                }
                redirect(&to.unwrap_or(self.page));
            }
            // A program is told by the answer itself.
            Err(error) if !is_browser() => return Err(error),
            Err(error) => {
                let field = error.field().map(str::to_owned);
                set_flash(&Flash { failed: true, message: error.to_string(), field, kept: self.typed });
                redirect(&self.page);
            }
        }
        Ok(())
    }
}

fn is_browser() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        parts.headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"))
    })
}

/// What came of it: where the browser goes, and what is said there.
pub(crate) struct Done {
    to: Option<String>,
    said: String,
}

impl Done {
    /// Back to the form's page.
    pub(crate) fn here(said: impl Into<String>) -> Self {
        Self { to: None, said: said.into() }
    }

    /// To another page. The sentence may be empty.
    pub(crate) fn at(page: impl Into<String>, said: impl Into<String>) -> Self {
        Self { to: Some(page.into()), said: said.into() }
    }
}

/// Records what someone did that changes nothing that has entries of its own; of very many in an hour the rest together.
pub(crate) async fn note(state: &AppState, by: &Actor, action: Action, id: &str, object: &str, detail: &str) {
    let who = by.user.map(|id| id.to_string()).unwrap_or_default();
    state.auth.notes.note(&state.db, &who, by.entry(action, id, object, detail)).await;
}

/// That the box of a form was ticked; `why` ends the sentence that asks for it.
pub(crate) fn must_be_sure(sure: bool, why: &str) -> Result<(), AppError> {
    if sure { Ok(()) } else { Err(invalid("sure", format!("sure: tick the box to confirm; {why}"))) }
}

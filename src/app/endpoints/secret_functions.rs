//! What admins do about signing secrets.

use leptos::prelude::*;

use crate::{
    app::{
        endpoints::done::{self, back_to, reload},
        kit::{form, shown_once::ShownOnce},
        login::functions::{acting, caller},
    },
    endpoints::{
        self,
        secrets::{self, SecretText},
    },
    model::{
        error::{AppError, invalid},
        ids::{EndpointId, SecretId},
        user::Role,
    },
};

/// Under this key the session keeps a generated secret, sealed, until it was shown once.
pub(crate) const NEW_SECRET: ShownOnce = ShownOnce("new_secret");

/// Adds a signing secret; those there stay in use.
#[server(prefix = "/do", endpoint = "add_secret")]
pub async fn add_secret(
    id: EndpointId,
    /// What people call it; may be empty.
    #[server(default)]
    label: String,
    /// The signing secret.
    #[server(default)]
    secret: String,
    /// Word of the secret's format; empty: as the scheme's senders show it.
    #[server(default)]
    secret_format: String,
    /// Where it is kept instead; may be empty.
    #[server(default)]
    reference: String,
) -> Result<(), AppError> {
    let typed = [("label", label.clone()), ("reference", reference.clone())];
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let scheme = endpoints::find(&state.db, id).await?.scheme;
        let text = done::given_secret(&state, scheme, secret, &secret_format, reference)?;
        let warnings = secrets::add(&state.db, &by, id, &label, text).await?;
        reload(&state).await?;
        Ok((back_to(id), done::with_warnings("The secret is in use.", &warnings)))
    };
    let kept = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    form::finish_keeping(work.await, &back_to(id), &kept).await
}

/// Puts a new secret, pasted or generated, in the place of those in use, which stay for some hours.
#[server(prefix = "/do", endpoint = "rotate_secret")]
pub async fn rotate_secret(
    id: EndpointId,
    /// What people call it; may be empty.
    #[server(default)]
    label: String,
    /// The signing secret; empty when one is to be generated.
    #[server(default)]
    secret: String,
    /// Word of the secret's format; empty: as the scheme's senders show it.
    #[server(default)]
    secret_format: String,
    /// Where it is kept instead; may be empty.
    #[server(default)]
    reference: String,
    /// Whether to make a random one.
    #[server(default)]
    generate: bool,
    /// How long the old ones stay.
    hours: String,
) -> Result<(), AppError> {
    let typed = [("label", label.clone()), ("reference", reference.clone()), ("hours", hours.clone())];
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let scheme = endpoints::find(&state.db, id).await?.scheme;
        let hours = done::number("hours", "hours", &hours)?;
        let made = if generate { Some(secrets::generate()?) } else { None };
        let text = match &made {
            Some(_) if !secret.trim().is_empty() || !reference.trim().is_empty() => {
                return Err(invalid("secret", "secret: either paste one or let one be made, not both"));
            }
            Some(text) => {
                SecretText::Text { text: text.clone().into(), format: scheme.default_secret_format() }
            }
            None => done::given_secret(&state, scheme, secret, &secret_format, reference)?,
        };
        let warnings = secrets::rotate(&state.db, &by, id, &label, text, hours).await?;
        reload(&state).await?;
        if let Some(text) = made {
            let (_, session, _) = caller()?;
            NEW_SECRET.keep(&state, &session, &id.to_string(), &text).await?;
        }
        let old = if hours == 0 { "the old ones have ended" } else { "the old ones stay for a while" };
        Ok((back_to(id), done::with_warnings(&format!("The new secret is in use; {old}."), &warnings)))
    };
    let kept = typed.each_ref().map(|(field, text)| (*field, text.as_str()));
    form::finish_keeping(work.await, &back_to(id), &kept).await
}

/// Moves the end of a secret.
#[server(prefix = "/do", endpoint = "extend_secret")]
pub async fn extend_secret(
    id: EndpointId,
    secret_id: SecretId,
    /// From now; empty: without an end.
    #[server(default)]
    hours: String,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        let hours = done::optional_number("hours", "hours", &hours)?;
        secrets::extend(&state.db, &by, id, secret_id, hours).await?;
        reload(&state).await?;
        let said = match hours {
            Some(hours) => format!("The secret ends in {hours} h."),
            None => "The secret stays in use without an end.".to_owned(),
        };
        Ok((back_to(id), said))
    };
    form::finish(work.await, &back_to(id)).await
}

/// Revokes a secret.
#[server(prefix = "/do", endpoint = "revoke_secret")]
pub async fn revoke_secret(
    id: EndpointId,
    secret_id: SecretId,
    #[server(default)] sure: bool,
) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        secrets::revoke(&state.db, &by, id, secret_id, sure).await?;
        reload(&state).await?;
        Ok((back_to(id), "The secret is revoked: nothing is verified with it any more.".to_owned()))
    };
    form::finish(work.await, &back_to(id)).await
}

/// Adds a random secret that nobody is shown, so that test events can be signed before the sender's own is there.
#[server(prefix = "/do", endpoint = "add_test_secret")]
pub async fn add_test_secret(id: EndpointId) -> Result<(), AppError> {
    let work = async {
        let (state, by) = acting(Role::Admin).await?;
        secrets::add_for_tests(&state.db, &by, id).await?;
        reload(&state).await?;
        Ok((
            back_to(id),
            "Test events can be signed now. Add the sender's own secret when you have it.".to_owned(),
        ))
    };
    form::finish(work.await, &back_to(id)).await
}

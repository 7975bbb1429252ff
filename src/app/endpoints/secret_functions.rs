//! What admins do about signing secrets.

use crate::{
    app::{
        endpoints::done::{self, reload},
        kit::{
            act::{Done, Form, act},
            description::typed,
            number::{number, optional_number},
            paths,
            shown_once::ShownOnce,
        },
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
use leptos::prelude::*;

/// Under this key the session keeps a generated secret, sealed, until it was shown once.
pub(crate) const NEW_SECRET: ShownOnce = ShownOnce("new_secret");

/// Adds a signing secret; those there stay in use.
#[server(prefix = "/do", endpoint = "add_secret")]
pub async fn add_secret(
    id: EndpointId,
    /// What people call it; may be empty.
    #[server(default)]
    label: String,
    #[server(default)] secret: String,
    /// Word of the secret's format; empty: as the scheme's senders show it.
    #[server(default)]
    secret_format: String,
    /// Where it is kept instead; may be empty.
    #[server(default)]
    reference: String,
) -> Result<(), AppError> {
    let back = Form::on(paths::endpoint(id)).keeping_all(typed![label, reference]);
    act(Role::Admin, back, async move |state, by| {
        let scheme = endpoints::find(&state.db, id).await?.scheme;
        let text = done::given_secret(&state, scheme, secret, &secret_format, reference)?;
        let warnings = secrets::add(&state.db, &by, id, &label, text).await?;
        reload(&state).await?;
        Ok(Done::here(done::with_warnings("Secret added.", &warnings)))
    })
    .await
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
    let back = Form::on(paths::endpoint(id)).keeping_all(typed![label, reference, hours]);
    act(Role::Admin, back, async move |state, by| {
        let scheme = endpoints::find(&state.db, id).await?.scheme;
        let hours = number("hours", "hours", &hours)?;
        let made = if generate { Some(secrets::generate()?) } else { None };
        let text = match &made {
            Some(_) if !secret.trim().is_empty() || !reference.trim().is_empty() => {
                return Err(invalid("secret", "secret: paste one or generate one, not both"));
            }
            Some(text) => SecretText::Text { text: text.clone().into(), format: scheme.secret_format },
            None => done::given_secret(&state, scheme, secret, &secret_format, reference)?,
        };
        let warnings = secrets::rotate(&state.db, &by, id, &label, text, hours).await?;
        reload(&state).await?;
        if let Some(text) = made {
            NEW_SECRET.keep(&state, &id.to_string(), &text).await?;
        }
        let old =
            if hours == 0 { "the old ones have expired" } else { "the old ones remain valid for a while" };
        Ok(Done::here(done::with_warnings(&format!("The new secret is active; {old}."), &warnings)))
    })
    .await
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
    act(Role::Admin, paths::endpoint(id), async move |state, by| {
        let hours = optional_number("hours", "hours", &hours)?;
        secrets::extend(&state.db, &by, id, secret_id, hours).await?;
        reload(&state).await?;
        let said = match hours {
            Some(hours) => format!("The secret expires in {hours} h."),
            None => "The secret no longer expires.".to_owned(),
        };
        Ok(Done::here(said))
    })
    .await
}

/// Revokes a secret.
#[server(prefix = "/do", endpoint = "revoke_secret")]
pub async fn revoke_secret(
    id: EndpointId,
    secret_id: SecretId,
    #[server(default)] sure: bool,
) -> Result<(), AppError> {
    act(Role::Admin, paths::endpoint(id), async move |state, by| {
        secrets::revoke(&state.db, &by, id, secret_id, sure).await?;
        reload(&state).await?;
        Ok(Done::here("Secret revoked. It no longer verifies deliveries."))
    })
    .await
}

/// Adds a random secret that nobody is shown, so that test events can be signed before the sender's own is there.
#[server(prefix = "/do", endpoint = "add_test_secret")]
pub async fn add_test_secret(id: EndpointId) -> Result<(), AppError> {
    act(Role::Admin, paths::endpoint(id), async move |state, by| {
        secrets::add_for_tests(&state.db, &by, id).await?;
        reload(&state).await?;
        Ok(Done::here("You can now send test events. Add the sender's secret when you have it."))
    })
    .await
}

//! What the server functions on endpoints have in common.

use crate::{
    endpoints::secrets::SecretText,
    model::{
        error::{AppError, invalid},
        scheme::{Scheme, SecretFormat},
    },
    state::AppState,
};
use std::fmt::Display;

/// Lets the ingest path take the change in.
pub(crate) async fn reload(state: &AppState) -> Result<(), AppError> {
    Ok(state.ingest.registry.reload(&state.db).await?)
}

/// The chosen format, or the one in which senders of the scheme show their secrets.
pub(crate) fn secret_format(scheme: Scheme, text: &str) -> Result<SecretFormat, AppError> {
    match text {
        "" => Ok(scheme.secret_format),
        text => text.parse().map_err(|error: String| invalid("secret_format", error)),
    }
}

/// What was given as a secret: its text, or where it is kept.
pub(crate) fn given_secret(
    state: &AppState,
    scheme: Scheme,
    text: String,
    format: &str,
    reference: String,
) -> Result<SecretText, AppError> {
    let format = secret_format(scheme, format)?;
    if reference.trim().is_empty() {
        return Ok(SecretText::Text { text: text.into(), format });
    }
    if !text.trim().is_empty() {
        return Err(invalid("reference", "reference: enter either the secret or its location, not both"));
    }
    Ok(SecretText::Reference { reference, format, resolve: Some(state.ingest.registry.allowed().clone()) })
}

/// The sentence, followed by what is odd about the secret.
pub(crate) fn with_warnings(said: &str, warnings: &[impl Display]) -> String {
    warnings.iter().fold(said.to_owned(), |text, warning| format!("{text} Note: {warning}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_follow_what_was_done() {
        assert_eq!(with_warnings("Done.", &["it is short"]), "Done. Note: it is short.");
    }
}

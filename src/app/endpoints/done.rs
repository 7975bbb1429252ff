//! What the server functions on endpoints have in common.

use crate::{
    endpoints::secrets::SecretText,
    model::{
        error::{AppError, invalid},
        filter::DeliveryFilter,
        ids::EndpointId,
        scheme::{Scheme, SecretFormat},
    },
    state::AppState,
};
use std::fmt::Display;

/// Lets the ingest path take the change in.
pub(crate) async fn reload(state: &AppState) -> Result<(), AppError> {
    Ok(state.ingest.registry.reload(&state.db).await?)
}

/// The endpoint's page.
pub(crate) fn back_to(id: EndpointId) -> String {
    format!("/settings/endpoints/{id}")
}

/// The list of its deliveries.
pub(crate) fn events_of(name: &str) -> String {
    let filter = DeliveryFilter { endpoint: Some(name.to_owned()), ..DeliveryFilter::default() };
    format!("/events?{}", filter.to_query())
}

/// The chosen format, or the one in which senders of the scheme show their secrets.
pub(crate) fn secret_format(scheme: Scheme, text: &str) -> Result<SecretFormat, AppError> {
    match text {
        "" => Ok(scheme.default_secret_format()),
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
        return Err(invalid("reference", "reference: give either the secret or where it is kept, not both"));
    }
    Ok(SecretText::Reference { reference, format, resolve: Some(state.ingest.registry.allowed().clone()) })
}

/// The sentence, followed by what is odd about the secret.
pub(crate) fn with_warnings(said: &str, warnings: &[impl Display]) -> String {
    warnings.iter().fold(said.to_owned(), |text, warning| format!("{text} Note: {warning}."))
}

/// A whole number; `label` names the field in the sentence.
pub(crate) fn number(field: &str, label: &str, text: &str) -> Result<i64, AppError> {
    text.trim().parse().map_err(|_| invalid(field, format!("{label}: give a whole number")))
}

/// A whole number, or nothing.
pub(crate) fn optional_number(field: &str, label: &str, text: &str) -> Result<Option<i64>, AppError> {
    if text.trim().is_empty() { Ok(None) } else { number(field, label, text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_number_means_the_servers_setting_and_nonsense_is_named() {
        assert_eq!(optional_number("body_limit", "body limit", " "), Ok(None));
        assert_eq!(optional_number("body_limit", "body limit", "1024"), Ok(Some(1024)));
        let error = optional_number("body_limit", "body limit", "1 MB").unwrap_err();
        assert_eq!(
            (error.field(), error.to_string().as_str()),
            (Some("body_limit"), "body limit: give a whole number")
        );
    }

    #[test]
    fn the_list_of_an_endpoint_survives_a_hostile_name() {
        assert_eq!(events_of("<a>&b"), "/events?endpoint=%3Ca%3E%26b");
    }

    #[test]
    fn warnings_follow_what_was_done() {
        assert_eq!(with_warnings("Done.", &["it is short"]), "Done. Note: it is short.");
    }
}

//! Whole numbers as they are typed.

use crate::model::error::{AppError, invalid};
use std::str::FromStr;

/// A whole number; `label` names the field in the sentence.
pub(crate) fn number<T: FromStr>(field: &str, label: &str, text: &str) -> Result<T, AppError> {
    text.trim().parse().map_err(|_| invalid(field, format!("{label}: must be a whole number")))
}

/// A whole number, or nothing.
pub(crate) fn optional_number<T: FromStr>(
    field: &str,
    label: &str,
    text: &str,
) -> Result<Option<T>, AppError> {
    if text.trim().is_empty() { Ok(None) } else { number(field, label, text).map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_number_means_the_servers_setting_and_nonsense_is_named() {
        assert_eq!(optional_number::<i64>("body_limit", "body limit", " "), Ok(None));
        assert_eq!(optional_number("body_limit", "body limit", "1024"), Ok(Some(1024)));
        let error = optional_number("body_limit", "body limit", "1 MB").map(|_: Option<i64>| ()).unwrap_err();
        assert_eq!(
            (error.field(), error.to_string().as_str()),
            (Some("body_limit"), "body limit: must be a whole number")
        );
    }
}

//! Names that people give to endpoints, destinations, channels and tokens.

use super::error::{AppError, invalid};

/// Characters.
const LONGEST_NAME: usize = 64;

/// The name without blanks around it.
///
/// # Errors
/// It is empty, too long, or holds control characters.
pub(crate) fn check_name(name: &str) -> Result<String, AppError> {
    let name = name.trim();
    let fits =
        !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.chars().any(char::is_control);
    if fits {
        Ok(name.to_owned())
    } else {
        Err(invalid("name", "name: must be 1 to 64 characters, such as prod-openai"))
    }
}

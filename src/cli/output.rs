//! Printing, and reading secrets from standard input.

use super::CliError;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::{
    io::{self, Read, Write},
    process::ExitCode,
};
use zeroize::Zeroizing;

/// Prints a line. A reader that went away (`| head`) is no failure.
pub fn line(text: &str) -> Result<(), CliError> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints a value as one line of JSON.
pub fn json(value: &impl Serialize) -> Result<(), CliError> {
    let text = serde_json::to_string(value).map_err(|error| CliError::failed(error.to_string()))?;
    line(&text)
}

/// Says why a command failed, on standard error.
pub(super) fn failure(error: &CliError, as_json: bool) -> ExitCode {
    if error.message.is_empty() {
        return ExitCode::from(error.code);
    }
    let text = if as_json {
        serde_json::json!({ "error": error.message }).to_string()
    } else {
        format!("error: {error}")
    };
    // With standard error gone there is nobody left to tell.
    let _nobody_reads = writeln!(io::stderr(), "{text}");
    ExitCode::from(error.code)
}

/// All of standard input as a secret, byte for byte.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn secret_from_stdin() -> Result<SecretString, CliError> {
    let mut bytes = Zeroizing::new(Vec::new());
    io::stdin().read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| CliError::usage("standard input: not UTF-8 text"))?;
    Ok(text.to_owned().into())
}

/// Standard input as a password: without the line end that `echo` adds.
///
/// # Errors
/// When it cannot be read or is not UTF-8.
pub fn line_from_stdin() -> Result<SecretString, CliError> {
    let text = secret_from_stdin()?;
    Ok(text.expose_secret().trim_end_matches(['\r', '\n']).to_owned().into())
}

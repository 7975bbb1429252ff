//! Printing, and reading secrets from standard input.

use super::CliError;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    io::{self, Read, Write},
    process::ExitCode,
};
use zeroize::Zeroizing;

/// Prints a line. A reader that went away (`| head`) is not a failure.
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

/// A thing as programs and as people are told of it.
pub struct Shown(pub Value, pub String);

impl Shown {
    /// What was done to the thing of this name: `removed worker`.
    pub fn done(what: &str, name: &str) -> Self {
        Self(json!({ what: name }), format!("{what} {name}"))
    }

    /// With a secret that is never shown again.
    pub fn once(mut self, key: &str, label: &str, secret: &str) -> Self {
        self.0[key] = secret.into();
        self.and(&format!("{label} (shown only once): {secret}"))
    }

    /// With one more line for people.
    pub fn and(mut self, more: &str) -> Self {
        if !self.1.is_empty() {
            self.1.push('\n');
        }
        self.1.push_str(more);
        self
    }

    /// Prints it.
    pub fn print(&self, as_json: bool) -> Result<(), CliError> {
        if as_json { json(&self.0) } else { line(&self.1) }
    }

    /// Prints many: one JSON array, or a line each.
    pub fn print_all(mut all: impl Iterator<Item = Self>, as_json: bool) -> Result<(), CliError> {
        if as_json {
            return self::json(&all.map(|one| one.0).collect::<Vec<_>>());
        }
        all.try_for_each(|one| line(&one.1))
    }
}

/// Says why a command failed, on standard error.
pub(super) fn failure(error: &CliError, as_json: bool) -> ExitCode {
    if error.message.is_empty() {
        return ExitCode::from(error.code);
    }
    let text =
        if as_json { json!({ "error": error.message }).to_string() } else { format!("error: {error}") };
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

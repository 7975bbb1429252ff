//! Words of a POSIX shell from hostile bytes.

use crate::model::visible::is_hidden;
use std::fmt::Write;

/// Whether bytes can stand in a shell word and in a page as they are, and be read back from both: UTF-8 without
/// control characters (but line feed and tab) and without what hides or reorders text.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(is_hidden))
}

/// One word that the shell reads as exactly these bytes. (A NUL cannot be in any; headers have none.)
pub(crate) fn shell_word(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(bytes) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => printf_word(bytes),
    }
}

/// Octal escapes are all that POSIX promises of `%b`; everything but letters, digits and a few signs becomes one.
fn printf_word(bytes: &[u8]) -> String {
    let mut out = String::from(r#""$(printf '%b' '"#);
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b" :;,.=/_+-".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _written = write!(out, "\\0{byte:03o}");
        }
    }
    out.push_str(r#"')""#);
    out
}

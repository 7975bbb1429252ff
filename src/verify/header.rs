//! Reading the headers that carry a signature.

use super::claim::Fault;
use crate::model::{headers::HeaderList, verdict::Reason};

/// The value of a header that must be there exactly once, not empty, in visible ASCII.
pub(super) fn one<'a>(headers: &'a HeaderList, name: &str) -> Result<&'a str, Fault> {
    let value = spaced(headers, name)?;
    if value.contains(' ') { Err(Fault::new(Reason::MalformedHeader, name)) } else { Ok(value) }
}

/// As [`one`], for a header whose value may hold spaces: a list, or a secret that a person made up.
pub(super) fn spaced<'a>(headers: &'a HeaderList, name: &str) -> Result<&'a str, Fault> {
    let mut values = headers.get_all(name);
    let value =
        values.next().filter(|v| !v.is_empty()).ok_or_else(|| Fault::new(Reason::MissingHeader, name))?;
    if values.next().is_some() {
        return Err(Fault::new(Reason::RepeatedHeader, name));
    }
    if !value.iter().all(|b| (b' '..=b'~').contains(b)) {
        return Err(Fault::new(Reason::MalformedHeader, name));
    }
    // ASCII, as was just seen.
    Ok(std::str::from_utf8(value).unwrap_or_default())
}

/// A timestamp in seconds: decimal, no sign, no leading zero, at most 18 digits. `name` is the header it came from.
pub(super) fn timestamp(text: &str, name: &str) -> Result<i64, Fault> {
    let canonical = text == "0" || (!text.starts_with('0') && (1..=18).contains(&text.len()));
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let parsed = if canonical && digits { text.parse().ok() } else { None };
    parsed.ok_or_else(|| Fault::new(Reason::InvalidTimestamp, name))
}

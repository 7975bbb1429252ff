//! Reading the headers that carry a signature.

use super::claim::Fault;
use crate::model::{headers::HeaderList, verdict::Reason};

/// The value of a header that must be there exactly once, not empty, in visible ASCII.
pub(super) fn one<'a>(headers: &'a HeaderList, name: &'static str) -> Result<&'a str, Fault> {
    let value = spaced(headers, name)?;
    if value.contains(' ') { Err(Fault { reason: Reason::MalformedHeader, header: name }) } else { Ok(value) }
}

/// As [`one`], for a header whose value may hold spaces: a list, or a secret that a person made up.
pub(super) fn spaced<'a>(headers: &'a HeaderList, name: &'static str) -> Result<&'a str, Fault> {
    let mut values = headers.get_all(name);
    let value = values
        .next()
        .filter(|v| !v.is_empty())
        .ok_or(Fault { reason: Reason::MissingHeader, header: name })?;
    if values.next().is_some() {
        return Err(Fault { reason: Reason::RepeatedHeader, header: name });
    }
    let malformed = Fault { reason: Reason::MalformedHeader, header: name };
    if !value.iter().all(|b| (b' '..=b'~').contains(b)) {
        return Err(malformed);
    }
    std::str::from_utf8(value).map_err(|_| malformed)
}

/// A timestamp in seconds: decimal, no sign, no leading zero, at most 18 digits. `name` is the header it came from.
pub(super) fn timestamp(text: &str, name: &'static str) -> Result<i64, Fault> {
    let canonical = text == "0" || (!text.starts_with('0') && (1..=18).contains(&text.len()));
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let parsed = if canonical && digits { text.parse().ok() } else { None };
    parsed.ok_or(Fault { reason: Reason::InvalidTimestamp, header: name })
}

//! Reading a request that someone pasted: as it goes over the wire, as a curl command, or as an entry of a HAR file.

mod curl;
mod har;
mod words;

use crate::model::headers::HeaderList;

/// A request as far as its signature goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastedRequest {
    /// The whole URL, where the text has it.
    pub url: Option<String>,
    /// In order.
    pub headers: HeaderList,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// Reads a pasted text. Browsers send line ends of forms as CR LF; LF is what senders sign, so that is what is read.
///
/// # Errors
/// A sentence that says what is wrong and what would be right.
pub fn parse(text: &str) -> Result<PastedRequest, String> {
    let text = text.replace("\r\n", "\n");
    let trimmed = text.trim_start();
    if trimmed.is_empty() {
        return Err("paste headers and body, a curl command or a HAR entry".into());
    }
    if curl::is_command(trimmed) {
        return curl::parse(trimmed);
    }
    if trimmed.starts_with('{') {
        return har::parse(trimmed);
    }
    raw(trimmed)
}

/// `POST /path HTTP/1.1`, headers, an empty line, the body. The first line may be missing.
fn raw(text: &str) -> Result<PastedRequest, String> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end_matches('\n'), ""));
    let mut request = PastedRequest { body: body.as_bytes().to_vec(), ..PastedRequest::default() };
    let (mut host, mut path) = (None, None);
    for (number, line) in head.lines().enumerate() {
        if number == 0 && is_request_line(line) {
            path = line.split(' ').nth(1).map(str::to_owned);
            continue;
        }
        let (name, value) = header(line).ok_or_else(|| {
            format!("line {}: use `name: value` for headers, then an empty line, then the body", number + 1)
        })?;
        if name.eq_ignore_ascii_case("host") {
            host = Some(value.to_owned());
        }
        request.headers.push(name, value.as_bytes());
    }
    request.url = match (path, host) {
        (Some(path), _) if path.contains("://") => Some(path),
        (Some(path), Some(host)) => Some(format!("https://{host}{path}")),
        _ => None,
    };
    Ok(request)
}

fn is_request_line(line: &str) -> bool {
    let mut words = line.split(' ');
    let method =
        words.next().is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_uppercase()));
    method && words.next().is_some_and(|target| target.starts_with('/') || target.contains("://"))
}

/// A header as it is typed: one space after the colon is not part of the value.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim();
    let token = !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic());
    token.then_some((name, value.strip_prefix(' ').unwrap_or(value)))
}

#[cfg(test)]
mod tests;

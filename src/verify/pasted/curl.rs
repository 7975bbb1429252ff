//! curl commands, as browsers, proxies and Hookpost's own delivery page copy them.

use crate::verify::pasted::{PastedRequest, header, words};
use base64::{Engine, engine::general_purpose::STANDARD};

/// Flags with a value that say nothing about the signature.
const PASSED_OVER: [&str; 12] = [
    "-X",
    "--request",
    "-o",
    "--output",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-x",
    "--proxy",
    "--retry",
    "--resolve",
    "-w",
];

pub(crate) fn is_command(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    first == "curl" || (first == "base64" && text.contains("| curl "))
}

/// Reads the command. A body that stands before it as base64 in a here-document, as our own page writes it, is read too.
pub(crate) fn parse(text: &str) -> Result<PastedRequest, String> {
    if let Some(rest) = text.strip_prefix("base64 -d <<'_END' | ") {
        let (command, encoded) = rest.rsplit_once("-\n").ok_or("the here-document has no body")?;
        let encoded: String = encoded.split("_END").next().unwrap_or_default().split_whitespace().collect();
        let body = STANDARD.decode(encoded).map_err(|_| "the here-document is not base64".to_owned())?;
        return Ok(PastedRequest { body, ..command_line(&format!("{command}-"), true)? });
    }
    command_line(text, false)
}

fn command_line(text: &str, body_is_given: bool) -> Result<PastedRequest, String> {
    let mut request = PastedRequest::default();
    let mut body: Option<Vec<u8>> = None;
    let mut all = words::split(text)?.into_iter().skip(1);
    while let Some(word) = all.next() {
        let shown = String::from_utf8_lossy(&word).into_owned();
        let (flag, joined) = flag_and_value(&word);
        let mut value =
            || joined.clone().or_else(|| all.next()).ok_or_else(|| format!("curl: `{flag}` has no value"));
        match flag.as_str() {
            "-H" | "--header" => add_header(&mut request, &value()?)?,
            "-A" | "--user-agent" => request.headers.push("user-agent", &value()?),
            "-d" | "--data" | "--data-ascii" => join(&mut body, data(value()?, true, body_is_given)?),
            "--data-raw" => join(&mut body, value()?),
            "--data-binary" => join(&mut body, data(value()?, false, body_is_given)?),
            "--json" => join(&mut body, data(value()?, false, body_is_given)?),
            "--url" => request.url = Some(String::from_utf8_lossy(&value()?).into_owned()),
            "-F" | "--form" => {
                return Err("curl: forms with files (-F) are not signed webhooks; paste the raw body".into());
            }
            other if PASSED_OVER.contains(&other) => {
                value()?;
            }
            other if other.starts_with('-') && other.len() > 1 => {}
            _ => request.url = Some(shown),
        }
    }
    request.body = body.unwrap_or_default();
    Ok(request)
}

/// `--data=x` and `-Hname: value` carry their value with them. The word is split as bytes: it need not be text, and what
/// stands for bytes that are none is longer than they.
fn flag_and_value(word: &[u8]) -> (String, Option<Vec<u8>>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if word.starts_with(b"--") {
        let mut parts = word.splitn(2, |byte| *byte == b'=');
        let flag = parts.next().unwrap_or_default();
        return (text(flag), parts.next().map(<[u8]>::to_vec));
    }
    let short = ["-H", "-d", "-X", "-A", "-o", "-m", "-x", "-w", "-F"];
    let joined = short.into_iter().find_map(|flag| {
        let value = word.strip_prefix(flag.as_bytes()).filter(|value| !value.is_empty())?;
        Some((flag.to_owned(), Some(value.to_vec())))
    });
    joined.unwrap_or_else(|| (text(word), None))
}

fn add_header(request: &mut PastedRequest, value: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(value);
    // `name;` sends an empty value, `name:` sends none.
    if let Some(name) = text.strip_suffix(';').filter(|name| !name.contains(':')) {
        request.headers.push(name.trim(), b"");
        return Ok(());
    }
    if text.ends_with(':') {
        return Ok(());
    }
    let (name, _) = header(&text).ok_or_else(|| format!("curl: `-H {text}` is not `name: value`"))?;
    let rest = value.splitn(2, |&b| b == b':').nth(1).unwrap_or_default();
    request.headers.push(name, rest.strip_prefix(b" ").unwrap_or(rest));
    Ok(())
}

/// curl drops line ends from `-d @file`; from text it drops nothing.
fn data(value: Vec<u8>, _ascii: bool, body_is_given: bool) -> Result<Vec<u8>, String> {
    match value.strip_prefix(b"@") {
        None => Ok(value),
        Some(b"-") if body_is_given => Ok(Vec::new()),
        Some(file) => Err(format!(
            "curl: the body is in the file {}, which can't be read here; paste headers and body instead",
            String::from_utf8_lossy(file)
        )),
    }
}

/// curl joins several bodies by `&`.
fn join(body: &mut Option<Vec<u8>>, more: Vec<u8>) {
    match body {
        None => *body = Some(more),
        Some(body) => {
            body.push(b'&');
            body.extend(more);
        }
    }
}

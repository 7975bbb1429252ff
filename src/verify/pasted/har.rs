//! HAR: what browsers and proxies export (<http://www.softwareishard.com/blog/har-12-spec/>).

use crate::verify::pasted::PastedRequest;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Request {
    url: Option<String>,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(rename = "postData")]
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct PostData {
    #[serde(default)]
    text: String,
    encoding: Option<String>,
}

/// Reads a whole file (its first entry), an entry, or its request.
pub(crate) fn parse(text: &str) -> Result<PastedRequest, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("this looks like a HAR entry but is not valid JSON: {error}"))?;
    let found = ["/log/entries/0/request", "/request"].into_iter().find_map(|path| value.pointer(path));
    let request = found.unwrap_or(&value).clone();
    if request.get("headers").is_none() {
        return Err("JSON without `request.headers`; paste a HAR entry, or headers and body".into());
    }
    let request: Request =
        serde_json::from_value(request).map_err(|error| format!("not a HAR entry: {error}"))?;
    let mut pasted = PastedRequest { url: request.url, ..PastedRequest::default() };
    for Header { name, value } in &request.headers {
        // Names of HTTP/2's own fields.
        if !name.starts_with(':') && name.bytes().all(|b| b.is_ascii_graphic()) {
            pasted.headers.push(name, value.as_bytes());
        }
    }
    if let Some(PostData { text, encoding }) = request.post_data {
        pasted.body = match encoding.as_deref() {
            Some("base64") => {
                STANDARD.decode(text.trim()).map_err(|_| "postData.text is not base64".to_owned())?
            }
            _ => text.into_bytes(),
        };
    }
    Ok(pasted)
}

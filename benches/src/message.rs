//! Signed messages, made before the clock starts. Per message only its signature is kept (32 bytes as base64); a
//! connection writes it, and the message's number, into its own copy of the request. So half a million unique messages
//! take 22 MB, and sending one costs the load generator next to nothing.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

/// What signs in every run; the databases it opens are thrown away.
pub const KEY: &[u8; 32] = b"a key of the benchmark, 32 bytes";
/// The size of a body.
pub const BODY_BYTES: usize = 1024;

/// 32 hexadecimal digits: 16 of the run, 16 of the message's number.
const ID: &str = "IDIDIDIDIDIDIDIDIDIDIDIDIDIDIDID";
const SIGNATURE: &str = "SIGNATURESIGNATURESIGNATURESIGNATURESIGNATUR";

type Signature = [u8; SIGNATURE.len()];

/// [`KEY`] as an endpoint's secret.
pub fn secret() -> String {
    format!("whsec_{}", STANDARD.encode(KEY))
}

/// One request, and the signatures that make it into many.
#[derive(Debug)]
pub struct Messages {
    request: Request,
    signatures: Vec<Signature>,
}

impl Messages {
    /// Signs `count` messages, dated now, as OpenAI would send them to this URL.
    pub fn sign(host: &str, path: &str, count: usize) -> Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?;
        let timestamp = now.as_secs().to_string();
        let mut request = Request::template(host, path, &timestamp, now.as_nanos() as u64);
        let key = Hmac::<Sha256>::new_from_slice(KEY).context("the key was refused")?;
        let signatures = (0..count)
            .map(|number| {
                request.set_number(number);
                let mac = request.signed_parts(&timestamp).fold(key.clone(), Mac::chain_update).finalize();
                let mut signature = [0; SIGNATURE.len()];
                STANDARD.encode_slice(mac.into_bytes(), &mut signature).map(|_| signature)
            })
            .collect::<Result<_, _>>()
            .context("a signature did not fit")?;
        Ok(Self { request, signatures })
    }

    /// A request for one connection to fill in.
    pub fn request(&self) -> Request {
        self.request.clone()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.signatures.len()
    }

    /// Makes `request` the message of this number.
    pub fn fill<'r>(&self, request: &'r mut Request, number: usize) -> Option<&'r [u8]> {
        let signature = self.signatures.get(number)?;
        request.set_number(number);
        let place = request.signature;
        request.bytes[place..place + signature.len()].copy_from_slice(signature);
        Some(&request.bytes)
    }
}

/// The bytes of a request, and where those stand that differ.
#[derive(Clone, Debug)]
pub struct Request {
    bytes: Vec<u8>,
    /// Header `webhook-id`, body `id` and body `data.id`, in this order.
    ids: Vec<usize>,
    signature: usize,
    body: usize,
}

impl Request {
    fn template(host: &str, path: &str, timestamp: &str, run: u64) -> Self {
        let body = body(timestamp);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: OpenAI/1.0 (+https://platform.openai.com/docs/webhooks)\r\n\
             content-type: application/json\r\ncontent-length: {}\r\nwebhook-id: wh_{ID}\r\n\
             webhook-timestamp: {timestamp}\r\nwebhook-signature: v1,{SIGNATURE}\r\n\r\n",
            body.len()
        );
        let text = format!("{head}{body}");
        let ids = text.match_indices(ID).map(|(place, _)| place).collect();
        let signature = text.find(SIGNATURE).unwrap_or_default();
        let bytes = text.replace(ID, &format!("{run:016x}{:016x}", 0)).into_bytes();
        Self { bytes, ids, signature, body: head.len() }
    }

    fn set_number(&mut self, number: usize) {
        let digits: [u8; 16] = std::array::from_fn(|i| b"0123456789abcdef"[number >> (60 - 4 * i) & 15]);
        for &id in &self.ids {
            self.bytes[id + 16..id + 32].copy_from_slice(&digits);
        }
    }

    /// `id.timestamp.body`, as Standard Webhooks has it.
    fn signed_parts<'r>(&'r self, timestamp: &'r str) -> impl Iterator<Item = &'r [u8]> {
        let id = &self.bytes[self.ids[0] - "wh_".len()..self.ids[0] + ID.len()];
        [id, b".", timestamp.as_bytes(), b".", &self.bytes[self.body..]].into_iter()
    }
}

/// An event of OpenAI's, padded in its data to [`BODY_BYTES`].
fn body(timestamp: &str) -> String {
    let before = format!(
        r#"{{"id":"evt_{ID}","object":"event","created_at":{timestamp},"type":"batch.completed","data":{{"id":"batch_{ID}","padding":""#
    );
    let after = r#""}}"#;
    let padding = "x".repeat(BODY_BYTES - before.len() - after.len());
    format!("{before}{padding}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_its_own_ids_and_a_body_of_the_agreed_size() {
        let messages = Messages::sign("localhost", "/in/x", 3).unwrap();
        let mut request = messages.request();
        let texts: Vec<String> = (0..3)
            .map(|n| String::from_utf8(messages.fill(&mut request, n).unwrap().to_vec()).unwrap())
            .collect();
        for (number, text) in texts.iter().enumerate() {
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            assert_eq!(body.len(), BODY_BYTES);
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            let id = body["id"].as_str().unwrap().strip_prefix("evt_").unwrap();
            assert!(id.ends_with(&format!("{number:016x}")));
            assert!(head.contains(&format!("webhook-id: wh_{id}\r\n")));
            assert_eq!(body["data"]["id"], format!("batch_{id}"));
        }
        assert_eq!(messages.fill(&mut request, 3), None);
    }

    #[test]
    fn a_signature_is_that_of_the_sent_bytes() {
        let messages = Messages::sign("localhost", "/in/x", 2).unwrap();
        let mut request = messages.request();
        let text = String::from_utf8(messages.fill(&mut request, 1).unwrap().to_vec()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let header = |name| head.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        let signed = format!("{}.{}.{body}", header("webhook-id: "), header("webhook-timestamp: "));
        let mac = Hmac::<Sha256>::new_from_slice(KEY).unwrap().chain_update(signed).finalize().into_bytes();
        assert_eq!(header("webhook-signature: "), format!("v1,{}", STANDARD.encode(mac)));
    }
}

//! The raw requests of deliveries. Header values that are credentials lie apart, sealed, and are opened for one thing
//! only: to verify the request again.

use super::{Connection, DbError};
use crate::{
    crypto::{DataKey, OpenError},
    model::{
        delivery::CutBody,
        headers::{Concealed, HeaderList, is_secret},
        ids::{DeliveryId, EndpointId},
    },
};
use sqlx::{FromRow, types::Json};
use std::fmt;
use zeroize::Zeroizing;

/// The raw request of a delivery, as it may be shown.
#[derive(Debug, Default)]
pub struct Payload {
    /// As received, but for credentials: [`crate::model::headers::SEALED`] stands in their place.
    pub headers: HeaderList,
    /// As received; its first bytes when it is cut.
    pub body: Vec<u8>,
    /// What is known of the body, when not all of it is kept.
    pub cut: Option<CutBody>,
    /// The facts of the verification, as JSON.
    pub verdict: String,
    /// What is not shown of it.
    pub credentials: Credentials,
}

impl Payload {
    /// The headers as received. To verify with, and never to be shown, stored or sent.
    ///
    /// # Errors
    /// When the sealed values do not open.
    pub fn true_headers(&self, key: &DataKey) -> Result<HeaderList, OpenError> {
        let Credentials { stored, sealed, bound_to } = &self.credentials;
        let stored = stored.as_ref().unwrap_or(&self.headers);
        match sealed {
            Some(sealed) => open(key, *bound_to, stored, sealed),
            None => Ok(stored.clone()),
        }
    }
}

/// Header values that are credentials.
#[derive(Default)]
pub struct Credentials {
    /// The headers as they are stored, when some of them are not to be shown and not sealed yet.
    stored: Option<HeaderList>,
    sealed: Option<Vec<u8>>,
    bound_to: Binding,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials([redacted])")
    }
}

/// What sealed values are bound to, so that they open with their own delivery only.
#[derive(Clone, Copy, Debug, Default)]
pub struct Binding([u8; 24]);

impl Binding {
    /// The endpoint that a request reached, and when (unix ms): known before it is stored.
    pub fn of(endpoint: EndpointId, received_at: i64) -> Self {
        let mut bytes = [0; 24];
        bytes[..16].copy_from_slice(endpoint.0.as_bytes());
        bytes[16..].copy_from_slice(&received_at.to_be_bytes());
        Self(bytes)
    }
}

/// Takes credentials out of headers: what is to be stored in the place of the headers, and the values, sealed. None: there
/// are none.
pub fn seal(
    key: &DataKey,
    bound_to: Binding,
    headers: &HeaderList,
    is_credential: impl Fn(&str) -> bool,
) -> Result<Option<(HeaderList, Vec<u8>)>, getrandom::Error> {
    let Some(Concealed { shown, values }) = headers.conceal(is_credential) else { return Ok(None) };
    let values = Zeroizing::new(values.into_wire());
    Ok(Some((shown, key.seal(&bound_to.0, &values)?)))
}

pub(super) fn open(
    key: &DataKey,
    bound_to: Binding,
    stored: &HeaderList,
    sealed: &[u8],
) -> Result<HeaderList, OpenError> {
    let values = key.open(&bound_to.0, sealed)?;
    Ok(stored.reveal(&HeaderList::from_wire(values.to_vec())))
}

/// Whether a header's value is a credential at an endpoint with these names of its own.
pub(super) fn rule(own: Vec<String>) -> impl Fn(&str) -> bool {
    move |name: &str| is_secret(name) || own.iter().any(|known| known == name)
}

/// The raw request of a delivery.
pub async fn payload(connection: &mut Connection, id: DeliveryId) -> Result<Option<Payload>, DbError> {
    #[derive(FromRow)]
    struct Stored {
        headers: Vec<u8>,
        body: Vec<u8>,
        verdict: String,
        sealed_headers: Option<Vec<u8>>,
        body_sha256: Option<Vec<u8>>,
        body_size: i64,
        endpoint_id: EndpointId,
        received_at: i64,
        /// None: the endpoint is gone.
        secret_headers: Option<Json<Vec<String>>>,
    }
    let row: Option<Stored> = connection
        .sql(
            "SELECT p.headers, p.body, p.verdict, p.sealed_headers, p.body_sha256, d.body_size, d.endpoint_id, \
             d.received_at, e.secret_headers \
             FROM payloads p JOIN deliveries d ON d.id = p.delivery_id LEFT JOIN endpoints e ON e.id = d.endpoint_id \
             WHERE p.delivery_id = $1",
        )
        .bind(id)
        .optional()
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut headers = HeaderList::from_wire(row.headers);
    let mut stored = None;
    // Of a row from before the name was known as one of a credential.
    if let Some(concealed) = headers.conceal(rule(row.secret_headers.map(|own| own.0).unwrap_or_default())) {
        stored = Some(std::mem::replace(&mut headers, concealed.shown));
    }
    let bound_to = Binding::of(row.endpoint_id, row.received_at);
    let credentials = Credentials { stored, sealed: row.sealed_headers, bound_to };
    let kept = i64::try_from(row.body.len()).unwrap_or(i64::MAX);
    let cut = cut(row.body_sha256.as_deref(), kept, row.body_size)?;
    Ok(Some(Payload { headers, body: row.body, cut, verdict: row.verdict, credentials }))
}

fn cut(sha256: Option<&[u8]>, kept: i64, size: i64) -> Result<Option<CutBody>, DbError> {
    let Some(sha256) = sha256 else { return Ok(None) };
    let wrong = |_| DbError::Corrupt {
        column: "payloads.body_sha256".into(),
        detail: format!("{} bytes", sha256.len()),
    };
    Ok(Some(CutBody { kept, size, sha256: sha256.try_into().map_err(wrong)? }))
}

/// What is known of a delivery's body, when not all of it is kept; without reading it.
pub async fn cut_body(connection: &mut Connection, id: DeliveryId) -> Result<Option<CutBody>, DbError> {
    let found: Option<(Option<Vec<u8>>, i64, i64)> = connection
        .sql(
            "SELECT p.body_sha256, CAST(length(p.body) AS BIGINT), d.body_size FROM payloads p \
             JOIN deliveries d ON d.id = p.delivery_id WHERE p.delivery_id = $1",
        )
        .bind(id)
        .optional()
        .await?;
    found.map_or(Ok(None), |(sha256, kept, size)| cut(sha256.as_deref(), kept, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_values_open_for_their_own_delivery_only() {
        let key = DataKey::from_bytes(&[7; 32]);
        let endpoint = EndpointId::new();
        let mut headers = HeaderList::default();
        headers.push("x-gitlab-token", b"gltok-secret");
        headers.push("host", b"h");
        let own = Binding::of(endpoint, 1);
        let (stored, sealed) = seal(&key, own, &headers, is_secret).unwrap().unwrap();
        let holds = |bytes: &[u8]| bytes.windows(12).any(|window| window == b"gltok-secret");
        assert!(!holds(stored.as_wire()) && !holds(&sealed));
        assert_eq!(open(&key, own, &stored, &sealed).unwrap(), headers);
        for other in [Binding::of(endpoint, 2), Binding::of(EndpointId::new(), 1)] {
            assert!(open(&key, other, &stored, &sealed).is_err());
        }
        assert!(seal(&key, own, &headers, |name| name == "other").unwrap().is_none());
    }
}

//! Endpoints and their secrets, as people see them.

use super::{
    headers::is_secret,
    hmac::HmacOptions,
    ids::{EndpointId, SecretId},
    scheme::{Scheme, SecretFormat},
};
use serde::{Deserialize, Serialize};

/// Bytes that no body limit may exceed: a body stands in memory whole.
pub const MOST_BODY_BYTES: i64 = 64 * 1024 * 1024;

/// What a row needs to name its endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct EndpointRef {
    /// Its id.
    #[cfg_attr(feature = "ssr", sqlx(rename = "endpoint_id"))]
    pub id: EndpointId,
    /// Its name.
    #[cfg_attr(feature = "ssr", sqlx(rename = "endpoint"))]
    pub name: String,
    /// Its scheme checks nothing, which is said wherever a delivery of it is shown.
    pub unverified: bool,
}

/// A named ingest URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Its name, unique.
    pub name: String,
    /// The last part of its ingest URL (`/in/{key}`), 128 random bits.
    pub key: String,
    /// How its senders sign.
    pub scheme: Scheme,
    /// What its senders sign, when the scheme is `hmac`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ssr", sqlx(json(nullable)))]
    pub hmac: Option<HmacOptions>,
    /// Disabled endpoints answer 404.
    pub enabled: bool,
    /// Largest body in bytes; none: the server's setting.
    pub body_limit: Option<i64>,
    /// Days for which its deliveries are kept.
    pub retention_days: i64,
    /// Headers, lower case, whose values are credentials besides those that always are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ssr", sqlx(json))]
    pub secret_headers: Vec<String>,
    /// Unix ms.
    pub created_at: i64,
    /// Grows with each change of name, limit or retention, so that no form overwrites what it did not show.
    #[serde(default)]
    pub version: i64,
}

impl Endpoint {
    /// The part of it that rows carry.
    pub fn to_ref(&self) -> EndpointRef {
        EndpointRef { id: self.id, name: self.name.clone(), unverified: !self.scheme.verifies }
    }

    /// Whether the value of a header (lower case) is a credential, to be sealed and never shown.
    pub fn is_credential(&self, header: &str) -> bool {
        is_secret(header) || self.secret_headers.iter().any(|name| name == header)
    }

    /// Where senders post to, below the server's public URL.
    pub fn ingest_path(&self) -> String {
        format!("/in/{}", self.key)
    }
}

/// A secret as it may be shown: never its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct SecretInfo {
    /// Its id.
    pub id: SecretId,
    /// What people call it.
    pub label: String,
    /// Its last four characters.
    pub hint: String,
    /// How its text was read.
    pub format: SecretFormat,
    /// Unix ms.
    pub created_at: i64,
    /// Unix ms; set while it is expiring.
    pub expires_at: Option<i64>,
    /// Unix ms; set once it was revoked.
    pub revoked_at: Option<i64>,
    /// Who added it.
    pub created_by: Option<String>,
    /// Where it is kept, when not here: `env:NAME` or `file:/path`.
    pub reference: Option<String>,
}

/// State of a secret at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretState {
    /// In use, without an end.
    Active,
    /// In use until its time.
    Expiring,
    /// Its time has passed.
    Expired,
    /// Ended by a person.
    Revoked,
}

impl SecretInfo {
    /// What people call it, with its end when that gives nothing away.
    pub fn shown_name(&self) -> String {
        match (self.hint.as_str(), &self.reference) {
            // Not where: that is between admins and the operator.
            (_, Some(_)) => format!("“{}” (stored elsewhere)", self.label),
            ("", None) => format!("“{}”", self.label),
            (hint, None) => format!("“{}” (ends …{hint})", self.label),
        }
    }

    /// Its state at `now` (unix ms).
    pub fn state(&self, now: i64) -> SecretState {
        match (self.revoked_at, self.expires_at) {
            (Some(_), _) => SecretState::Revoked,
            (None, Some(at)) if at <= now => SecretState::Expired,
            (None, Some(_)) => SecretState::Expiring,
            (None, None) => SecretState::Active,
        }
    }
}

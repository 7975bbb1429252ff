//! The options of the scheme `hmac` as a form gives them.

use serde::{Deserialize, Serialize};

/// Each field as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct HmacForm {
    /// The header with the signature.
    pub header: String,
    /// Word of the hash.
    pub algorithm: String,
    /// Word of the encoding.
    pub encoding: String,
    /// What stands before the signature.
    pub prefix: String,
    /// What is signed.
    pub signed: String,
    /// The header with the timestamp; may be empty.
    pub timestamp_header: String,
    /// The header with the id; may be empty.
    pub id_header: String,
}

impl HmacForm {
    /// What was typed, by the name of its field.
    pub(crate) fn typed(&self) -> [(&'static str, String); 7] {
        [
            ("hmac[header]", self.header.clone()),
            ("hmac[algorithm]", self.algorithm.clone()),
            ("hmac[encoding]", self.encoding.clone()),
            ("hmac[prefix]", self.prefix.clone()),
            ("hmac[signed]", self.signed.clone()),
            ("hmac[timestamp_header]", self.timestamp_header.clone()),
            ("hmac[id_header]", self.id_header.clone()),
        ]
    }

    /// The options.
    ///
    /// # Errors
    /// A word is none of those to choose from.
    pub(crate) fn options(self) -> Result<crate::model::hmac::HmacOptions, crate::model::error::AppError> {
        use crate::model::error::invalid;
        Ok(crate::model::hmac::HmacOptions {
            header: self.header,
            algorithm: self.algorithm.parse().map_err(|e: String| invalid("hmac[algorithm]", e))?,
            encoding: self.encoding.parse().map_err(|e: String| invalid("hmac[encoding]", e))?,
            prefix: self.prefix,
            signed: self.signed,
            timestamp_header: Some(self.timestamp_header),
            id_header: Some(self.id_header),
        })
    }
}

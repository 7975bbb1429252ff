//! The options of the scheme `hmac` as a form gives them.

use crate::{
    app::kit::description::form,
    model::{
        error::{AppError, invalid},
        hmac::HmacOptions,
    },
};

form! {
    /// Each field as typed.
    pub struct HmacForm {
        /// The header with the signature.
        header,
        /// Word of the hash.
        algorithm,
        /// Word of the encoding.
        encoding,
        /// What stands before the signature.
        prefix,
        signed,
        /// The header with the timestamp; may be empty.
        timestamp_header,
        /// The header with the id; may be empty.
        id_header,
    }
}

impl HmacForm {
    /// The options.
    ///
    /// # Errors
    /// A word is none of those to choose from.
    pub(crate) fn options(self) -> Result<HmacOptions, AppError> {
        Ok(HmacOptions {
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

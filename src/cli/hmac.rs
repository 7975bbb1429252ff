//! The options of the scheme `hmac`, as flags.

use crate::model::hmac::{Algorithm, Encoding, HmacOptions};
use clap::Args;

/// Signature settings for senders with their own HMAC scheme.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "For the scheme hmac")]
pub struct HmacArgs {
    /// Header with the signature
    #[arg(long, default_value = "x-signature", value_name = "NAME")]
    hmac_header: String,
    /// Hash: sha1, sha256 or sha512
    #[arg(long, default_value = "sha256")]
    hmac_algorithm: Algorithm,
    /// Encoding of the signature: hex or base64
    #[arg(long, default_value = "hex")]
    hmac_encoding: Encoding,
    /// Text before the signature, such as sha256=
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    hmac_prefix: String,
    /// Signed content: must contain {body} once, can contain {timestamp} and {id}
    #[arg(long, default_value = "{body}", value_name = "TEMPLATE")]
    hmac_signed: String,
    /// Header with the timestamp in unix seconds; if set, its age is checked
    #[arg(long, value_name = "NAME")]
    hmac_timestamp_header: Option<String>,
    /// Header that identifies the event
    #[arg(long, value_name = "NAME")]
    hmac_id_header: Option<String>,
}

impl From<HmacArgs> for HmacOptions {
    fn from(args: HmacArgs) -> Self {
        Self {
            header: args.hmac_header,
            algorithm: args.hmac_algorithm,
            encoding: args.hmac_encoding,
            prefix: args.hmac_prefix,
            signed: args.hmac_signed,
            timestamp_header: args.hmac_timestamp_header,
            id_header: args.hmac_id_header,
        }
        .normal()
    }
}

//! Why deliveries are rejected.

use crate::model::words::words;

words! {
    /// Why a delivery was rejected. The code is stored, and is part of URLs and of the command line's answers.
    pub enum Reason("reason") {
        /// A header that the scheme needs is not there, or is empty.
        MissingHeader = "missing-header", "Missing header", "A header required by the scheme is missing or empty.";
        /// A header that must be there once is there more often.
        RepeatedHeader = "repeated-header", "Repeated header", "A header that must appear once appears more than once.";
        /// A header holds what it cannot.
        MalformedHeader = "malformed-header", "Malformed header", "A signature header can't be read.";
        /// The timestamp is not a number of seconds.
        InvalidTimestamp = "invalid-timestamp", "Invalid timestamp", "The timestamp is not a whole number of unix seconds.";
        /// The timestamp is further back than the tolerance.
        TimestampTooOld = "timestamp-too-old", "Too old", "The timestamp is older than the tolerance allows.";
        /// The timestamp is further ahead than the tolerance.
        TimestampTooNew = "timestamp-too-new", "Too new", "The timestamp is further in the future than the tolerance allows.";
        /// The scheme signs the URL, and the URL is not known or cannot be read.
        UnknownUrl = "unknown-url", "Unknown URL", "The scheme signs the request URL, which is not known.";
        /// No signature is of a version that can be checked.
        NoSignature = "no-signature", "No known signature", "No signature has a version that the endpoint's secrets can check.";
        /// More signatures than are looked at.
        TooManySignatures = "too-many-signatures", "Too many signatures", "The request has more signatures than are checked.";
        /// The endpoint has no secret that is in use.
        NoSecret = "no-secret", "No secret", "The endpoint has no secret in use, so nothing can be verified.";
        /// No signature was made with a secret of the endpoint.
        SignatureMismatch = "signature-mismatch", "Wrong secret", "The signature doesn't match any of the endpoint's secrets. The body may have been changed on the way.";
    }
}

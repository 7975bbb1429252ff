//! Nothing is checked: every delivery is accepted, and marked as unverified everywhere.

use super::Spec;
use crate::model::scheme::{Scheme, SchemeInfo};

pub const SPEC: Spec = Spec {
    info: SchemeInfo {
        word: "none",
        label: "None (unverified)",
        about: "Nothing is checked: anyone who knows the URL can send, and deliveries are marked UNVERIFIED",
        verifies: false,
        ..SchemeInfo::PLAIN
    },
    read: None,
    sign: None,
    example: None,
};

impl Scheme {
    /// The one that checks nothing.
    pub const NONE: Self = Self::of(&SPEC.info);
}

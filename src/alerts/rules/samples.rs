//! Rules that tests look at.

use super::{Rule, known};

/// A usual rule of a kind on `prod`.
pub(in crate::alerts) fn sample(word: &str) -> Rule {
    Rule::usual(known(word).unwrap(), None, None, 0).named(Some("prod".into()))
}

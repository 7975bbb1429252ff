//! The schemes as the values of an argument.

use crate::model::scheme::Scheme;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

/// Takes the word of any scheme; `--help` says what each is for.
pub(super) fn words() -> impl TypedValueParser<Value = Scheme> {
    let known = Scheme::all().map(|scheme| PossibleValue::new(scheme.word).help(scheme.about));
    PossibleValuesParser::new(known).try_map(|word| word.parse::<Scheme>())
}

//! All of a kind, or some that are named. A list that has become empty is never taken for all.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

const ALL: &str = "all";

/// All there are and will be, or these alone. Of these none may be left, when what was named is gone: that is nothing,
/// not everything. As JSON it is `"all"` or a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Which<T> {
    /// All, also those that come later.
    #[default]
    All,
    /// These alone.
    These(Vec<T>),
}

impl<T: PartialEq> Which<T> {
    /// Whether this one is among them.
    pub fn takes(&self, one: &T) -> bool {
        match self {
            Self::All => true,
            Self::These(these) => these.contains(one),
        }
    }
}

impl<T> Which<T> {
    /// Those that are named; of all none is.
    pub fn named(&self) -> &[T] {
        match self {
            Self::All => &[],
            Self::These(these) => these,
        }
    }

    /// Whether nothing is left of what was named.
    pub fn is_none(&self) -> bool {
        matches!(self, Self::These(these) if these.is_empty())
    }
}

impl<T: Serialize> Serialize for Which<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str(ALL),
            Self::These(these) => these.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Which<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Read<T> {
            Word(String),
            These(Vec<T>),
        }
        match Read::deserialize(deserializer)? {
            Read::Word(word) if word == ALL => Ok(Self::All),
            Read::Word(word) => Err(D::Error::custom(format!("`{word}` is neither `all` nor a list"))),
            Read::These(these) => Ok(Self::These(these)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_and_none_left_differ_also_when_they_are_written_down() {
        for (which, text) in
            [(Which::All, r#""all""#), (Which::These(Vec::new()), "[]"), (Which::These(vec![1, 2]), "[1,2]")]
        {
            assert_eq!(serde_json::to_string(&which).unwrap(), text);
            assert_eq!(serde_json::from_str::<Which<i32>>(text).unwrap(), which);
        }
        assert!(serde_json::from_str::<Which<i32>>(r#""every""#).is_err());
    }

    #[test]
    fn nothing_left_takes_nothing() {
        let none: Which<i32> = Which::These(Vec::new());
        assert!(!none.takes(&1) && none.is_none() && !Which::<i32>::All.is_none());
        assert!(Which::All.takes(&1) && Which::These(vec![1]).takes(&1) && !Which::These(vec![1]).takes(&2));
    }
}

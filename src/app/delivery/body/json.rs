//! JSON as it is written: the tree keeps the text of each value, so that numbers keep their digits, repeated names stay
//! repeated and half surrogates do no harm. Neither depth nor number of values is trusted.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Whether the text is one JSON value. Takes any depth: serde_json skips values without recursion.
pub(super) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// A value and the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// String (with its quotes), number, `true`, `false` or `null`.
    Scalar(&'a str),
    /// Name (with its quotes) and value of each member, in order.
    Object(Vec<(&'a str, Value<'a>)>),
    /// The elements.
    Array(Vec<Value<'a>>),
    /// An object or array that lies too deep to be taken apart.
    Deep(&'a str),
}

/// How much of a text is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caps {
    pub(super) values: usize,
    /// Objects and arrays within each other. Building and showing recurse so deep.
    pub(super) depth: usize,
}

/// The first values of a text that [`is_json`], and whether there are more.
pub(super) fn parse(text: &str, caps: Caps) -> (Value<'_>, bool) {
    let mut walk = Walk { left: caps.values, is_cut: false };
    let value = walk.value(text.trim_matches([' ', '\t', '\n', '\r']), caps.depth);
    (value, walk.is_cut)
}

struct Walk {
    /// Values that may still be read; at 0 every open object and array ends.
    left: usize,
    /// Something was left out.
    is_cut: bool,
}

impl Walk {
    fn value<'a>(&mut self, text: &'a str, depth: usize) -> Value<'a> {
        self.left = self.left.saturating_sub(1);
        match text.as_bytes().first() {
            Some(b'{' | b'[') if depth == 0 => Value::Deep(text),
            Some(b'{') => Value::Object(self.items(text, |walk, (name, text)| {
                (name.map_or("", RawValue::get), walk.value(text.get(), depth - 1))
            })),
            Some(b'[') => Value::Array(self.items(text, |walk, (_, text)| walk.value(text.get(), depth - 1))),
            _ => Value::Scalar(text),
        }
    }

    fn items<'a, T>(&mut self, text: &'a str, read: impl Fn(&mut Self, Item<'a>) -> T) -> Vec<T> {
        let mut found = Items { most: self.left + 1, found: Vec::new() };
        // Where it stops early, serde_json complains of the rest.
        let _stopped = found.deserialize(&mut serde_json::Deserializer::from_str(text));
        let mut items = Vec::new();
        for item in found.found {
            if self.left == 0 {
                self.is_cut = true;
                break;
            }
            items.push(read(self, item));
        }
        items
    }
}

/// The name, in an object, and the value.
type Item<'a> = (Option<&'a RawValue>, &'a RawValue);

/// Members or elements as they are written, in order, as many as are wanted.
struct Items<'a> {
    most: usize,
    found: Vec<Item<'a>>,
}

impl<'de> DeserializeSeed<'de> for &mut Items<'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Items<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while self.found.len() < self.most {
            let Some((name, value)) = map.next_entry()? else { break };
            self.found.push((Some(name), value));
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while self.found.len() < self.most {
            let Some(value) = seq.next_element()? else { break };
            self.found.push((None, value));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAPS: Caps = Caps { values: 1_000, depth: 32 };

    #[test]
    fn values_keep_their_text_and_repeated_names_stay() {
        let text = r#" {"a":1.10, "a" : "\ud800", "b":[true, {}, []]} "#;
        assert!(is_json(text));
        let expected = Value::Object(vec![
            ("\"a\"", Value::Scalar("1.10")),
            ("\"a\"", Value::Scalar(r#""\ud800""#)),
            ("\"b\"", Value::Array(vec![Value::Scalar("true"), Value::Object(vec![]), Value::Array(vec![])])),
        ]);
        assert_eq!(parse(text, CAPS), (expected, false));
    }

    #[test]
    fn brackets_and_quotes_within_strings_are_text() {
        let text = r#"{"a\"]}":"[\\"}"#;
        assert_eq!(parse(text, CAPS).0, Value::Object(vec![(r#""a\"]}""#, Value::Scalar(r#""[\\""#))]));
    }

    #[test]
    fn ten_thousand_levels_end_at_the_cap() {
        let text = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(is_json(&text));
        let (mut value, more) = parse(&text, CAPS);
        let mut depth = 0;
        while let Value::Array(items) = value {
            value = items.into_iter().next().expect("one element");
            depth += 1;
        }
        assert_eq!((depth, more), (CAPS.depth, false));
        assert!(matches!(value, Value::Deep(text) if text.len() == 2 * (10_000 - CAPS.depth)));
    }

    #[test]
    fn more_values_than_the_cap_are_left_out_and_said_to_be() {
        let text = format!("[{}1]", "1,".repeat(5_000));
        let (value, more) = parse(&text, CAPS);
        assert!(more);
        assert!(matches!(value, Value::Array(items) if items.len() == CAPS.values - 1));
        let just_fits = format!("[{}1]", "1,".repeat(CAPS.values - 2));
        assert!(!parse(&just_fits, CAPS).1);
    }

    #[test]
    fn what_is_not_json_is_not_taken_for_it() {
        for text in ["", "{", "{\"a\":}", "nul", "1 2", "{'a':1}"] {
            assert!(!is_json(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_hang(text in "[\\[\\]{}\",:\\\\ a1é\u{202e}]{0,200}") {
            parse(&text, Caps { values: 50, depth: 8 });
        }
    }
}

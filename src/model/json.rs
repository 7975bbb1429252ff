//! JSON written as others write it: signatures are over bytes, and each language spaces them its own way. And members
//! of an object read without the rest.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};
use std::fmt::{self, Write};

/// The values of these members of an object, as they are written. The rest is passed over, at any depth, and not kept.
/// None when it is not an object, or when one of them comes twice.
pub fn members<'a, const N: usize>(json: &'a str, names: [&str; N]) -> Option<[Option<&'a RawValue>; N]> {
    let mut reader = serde_json::Deserializer::from_str(json);
    let found = Members(names).deserialize(&mut reader).ok()?;
    reader.end().ok().map(|()| found)
}

struct Members<'n, const N: usize>([&'n str; N]);

impl<'de, const N: usize> DeserializeSeed<'de> for Members<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = [None; N];
        while let Some(name) = map.next_key::<String>()? {
            match self.0.iter().position(|wanted| *wanted == name) {
                None => drop(map.next_value::<IgnoredAny>()?),
                Some(at) if found[at].is_none() => found[at] = Some(map.next_value()?),
                Some(_) => return Err(A::Error::custom("it appears twice")),
            }
        }
        Ok(found)
    }
}

/// Where spaces stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Nowhere, as JavaScript's `JSON.stringify`.
    Compact,
    /// After `,` and `:`, as Python's `json.dumps` and as OpenAI sends it.
    Python,
    /// Each item on a line of its own, two spaces deeper than what holds it.
    Indented,
}

/// Writes a value; `sorted`: with the names of objects in order; `ascii`: with everything outside ASCII escaped.
pub fn write(value: &Value, spacing: Spacing, sorted: bool, ascii: bool) -> String {
    let mut writer = Writer { out: String::new(), spacing, sorted, ascii };
    writer.value(value, 0);
    writer.out
}

struct Writer {
    out: String,
    spacing: Spacing,
    sorted: bool,
    ascii: bool,
}

impl Writer {
    /// Values come from a parser that bounds how deep they nest.
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Object(map) => {
                let mut fields: Vec<_> = map.iter().collect();
                if self.sorted {
                    fields.sort_by_key(|(name, _)| *name);
                }
                self.items('{', '}', depth, fields, |writer, (name, value)| {
                    writer.text(name);
                    writer.out.push_str(if writer.spacing == Spacing::Compact { ":" } else { ": " });
                    writer.value(value, depth + 1);
                });
            }
            Value::Array(items) => {
                self.items('[', ']', depth, items.iter().collect(), |writer, item| {
                    writer.value(item, depth + 1);
                });
            }
            Value::String(text) => self.text(text),
            other => self.out.push_str(&other.to_string()),
        }
    }

    fn items<T>(
        &mut self,
        open: char,
        close: char,
        depth: usize,
        items: Vec<T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.out.push(open);
        let indented = self.spacing == Spacing::Indented && !items.is_empty();
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.out.push_str(if self.spacing == Spacing::Python { ", " } else { "," });
            }
            if indented {
                self.line(depth + 1);
            }
            write(self, item);
        }
        if indented {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", depth));
    }

    fn text(&mut self, text: &str) {
        let quoted = Value::from(text).to_string();
        if !self.ascii {
            self.out.push_str(&quoted);
            return;
        }
        for c in quoted.chars() {
            if c.is_ascii() {
                self.out.push(c);
            } else {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a string does not fail.
                    let _always_fits = write!(self.out, "\\u{unit:04x}");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_read_as_they_are_written_and_the_rest_is_passed_over() {
        let read = |json: &str| {
            members(json, ["a", "b"])
                .map(|found| found.map(|value| value.map(|value| value.get().to_owned())))
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            read(r#" {"x":[1,{}], "b" : 1.10, "\u0061":{"a":2}} "#),
            Some([text(r#"{"a":2}"#), text("1.10")])
        );
        assert_eq!(read("{}"), Some([None, None]));
        let deep = format!(r#"{{"x":{}{},"a":1}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep), Some([text("1"), None]));
        for json in [r#"{"a":1,"a":1}"#, "[1,2]", "{} {}", "{", "", r#"{"a":}"#] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    #[test]
    fn each_spacing_is_as_its_language_writes_it() {
        let value: Value = serde_json::from_str(r#"{"b":[1,"ü😀"],"a":{}}"#).unwrap();
        assert_eq!(write(&value, Spacing::Compact, false, false), r#"{"b":[1,"ü😀"],"a":{}}"#);
        assert_eq!(
            write(&value, Spacing::Python, true, true),
            r#"{"a": {}, "b": [1, "\u00fc\ud83d\ude00"]}"#
        );
        assert_eq!(
            write(&value, Spacing::Indented, false, false),
            "{\n  \"b\": [\n    1,\n    \"ü😀\"\n  ],\n  \"a\": {}\n}"
        );
    }
}

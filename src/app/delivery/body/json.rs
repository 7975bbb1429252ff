//! JSON as it is written: the tree keeps the text of each value, so that numbers keep their digits, repeated names stay
//! repeated and half surrogates do no harm. Neither depth nor number of values is trusted.

use serde::de::IgnoredAny;

/// Whether the text is one JSON value. Takes any depth: serde_json skips values without recursion.
pub(crate) fn is_json(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// A value and the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
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
pub(crate) struct Caps {
    /// Values.
    pub(crate) values: usize,
    /// Objects and arrays within each other. Building and showing recurse so deep.
    pub(crate) depth: usize,
}

/// The first values of a text that [`is_json`], and whether there are more.
pub(crate) fn parse(text: &str, caps: Caps) -> (Value<'_>, bool) {
    let mut parser = Parser { text, at: 0, left: caps.values, is_cut: false };
    let value = parser.value(caps.depth);
    (value, parser.is_cut)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Values that may still be read; at 0 every open object and array ends.
    left: usize,
    /// Something was left out.
    is_cut: bool,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Value<'a> {
        self.left = self.left.saturating_sub(1);
        self.skip_blanks();
        match self.peek() {
            Some(b'{' | b'[') if depth == 0 => Value::Deep(self.container()),
            Some(b'{') => Value::Object(self.items(|parser| {
                let name = parser.scalar();
                parser.skip_blanks();
                parser.take(b':');
                (name, parser.value(depth - 1))
            })),
            Some(b'[') => Value::Array(self.items(|parser| parser.value(depth - 1))),
            _ => Value::Scalar(self.scalar()),
        }
    }

    /// Members or elements, from the opening bracket to the closing one or to the cap.
    fn items<T>(&mut self, read: impl Fn(&mut Self) -> T) -> Vec<T> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.skip_blanks();
            if self.take(b',') {
                continue;
            }
            match self.peek() {
                Some(b'}' | b']') => {
                    self.at += 1;
                    return items;
                }
                Some(_) if self.left > 0 => items.push(read(self)),
                _ => {
                    self.is_cut = true;
                    return items;
                }
            }
        }
    }

    /// A string, number or word. Takes one character at least, so that reading always goes on.
    fn scalar(&mut self) -> &'a str {
        self.skip_blanks();
        let start = self.at;
        if self.peek() == Some(b'"') {
            self.skip_string();
        } else {
            self.at += 1;
            while self
                .peek()
                .is_some_and(|b| !matches!(b, b',' | b':' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
            {
                self.at += 1;
            }
        }
        self.slice(start)
    }

    /// An object or array as text, by counting brackets.
    fn container(&mut self) -> &'a str {
        let start = self.at;
        let mut open = 0_usize;
        while let Some(byte) = self.peek() {
            if byte == b'"' {
                self.skip_string();
                continue;
            }
            self.at += 1;
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        self.slice(start)
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        let is_it = self.peek() == Some(byte);
        self.at += usize::from(is_it);
        is_it
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn slice(&self, start: usize) -> &'a str {
        self.text.get(start..self.at.min(self.text.len())).unwrap_or_default()
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

//! Reads a body for a condition, within a budget. It takes what senders really send: half of a surrogate pair becomes the
//! replacement character, a number beyond all bounds infinity, and it may nest deeper than most readers bear.

use crate::destinations::condition::{
    run::{Budget, Fault},
    value::{Key, Map, Value},
};

/// How deep values may stand within one another.
const DEEPEST: usize = 256;
/// What stands after a mark of the byte order is JSON all the same.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a body; what is no JSON is null.
///
/// # Errors
/// It holds more than a condition may look at.
pub(crate) fn read(body: &[u8], budget: &Budget) -> Result<Value, Fault> {
    let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let Ok(text) = std::str::from_utf8(text) else { return Ok(Value::Null) };
    let mut reader = Reader { text, at: 0, budget };
    match reader.document() {
        Ok(value) => Ok(value),
        Err(Stop::Malformed) => Ok(Value::Null),
        Err(Stop::TooMuch(fault)) => Err(fault),
    }
}

enum Stop {
    Malformed,
    TooMuch(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::TooMuch(fault)
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    budget: &'a Budget,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, Stop> {
        let value = self.value(0)?;
        self.space();
        if self.at == self.text.len() { Ok(value) } else { Err(Stop::Malformed) }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, Stop> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Stop::Malformed);
        }
        self.at += word.len();
        Ok(value)
    }

    fn value(&mut self, depth: usize) -> Result<Value, Stop> {
        if depth > DEEPEST {
            return Err(Fault::Spent("the body is nested more than 256 levels deep").into());
        }
        self.budget.keep(1, 0)?;
        self.space();
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::Text(self.string()?.into())),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(Stop::Malformed),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Stop> {
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.take(b']') {
            return Ok(Value::List(items.into()));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take(b']') {
                return Ok(Value::List(items.into()));
            }
            if !self.take(b',') {
                return Err(Stop::Malformed);
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Stop> {
        self.at += 1;
        let mut fields = Map::new();
        self.space();
        if self.take(b'}') {
            return Ok(Value::Map(fields.into()));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(Stop::Malformed);
            }
            let name = self.string()?;
            self.space();
            if !self.take(b':') {
                return Err(Stop::Malformed);
            }
            let value = self.value(depth + 1)?;
            // Of repeated names the last counts, as with nearly every reader.
            fields.insert(Key::Text(name.into()), value);
            self.space();
            if self.take(b'}') {
                return Ok(Value::Map(fields.into()));
            }
            if !self.take(b',') {
                return Err(Stop::Malformed);
            }
        }
    }

    fn number(&mut self) -> Result<Value, Stop> {
        let begin = self.at;
        let digits = |reader: &mut Self| {
            let from = reader.at;
            while matches!(reader.peek(), Some(b'0'..=b'9')) {
                reader.at += 1;
            }
            if reader.at == from { Err(Stop::Malformed) } else { Ok(()) }
        };
        let _negative = self.take(b'-');
        if !self.take(b'0') {
            digits(self)?;
        }
        let mut is_whole = true;
        if self.take(b'.') {
            is_whole = false;
            digits(self)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            is_whole = false;
            self.at += 1;
            if !self.take(b'+') {
                let _negative = self.take(b'-');
            }
            digits(self)?;
        }
        let text = &self.text[begin..self.at];
        // Digits without end would take long to read.
        self.budget.bytes_read(text.len())?;
        let int = if is_whole { text.parse().ok().map(Value::Int) } else { None };
        int.or_else(|| text.parse().ok().map(Value::Double)).ok_or(Stop::Malformed)
    }

    fn string(&mut self) -> Result<String, Stop> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let begin = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            // It stopped at an ASCII character, which is never in the midst of another.
            out.push_str(&self.text[begin..self.at]);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    self.budget.keep(0, out.len())?;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                _ => return Err(Stop::Malformed),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Stop> {
        let named = self.text.as_bytes().get(self.at + 1).copied();
        self.at += 2;
        Ok(match named {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            _ => return Err(Stop::Malformed),
        })
    }

    fn unicode(&mut self) -> Result<char, Stop> {
        let first = self.hex()?;
        if let Some(one) = char::from_u32(first) {
            return Ok(one);
        }
        let rest = &self.text.as_bytes()[self.at..];
        if (0xd800..0xdc00).contains(&first) && rest.starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex()?;
            if (0xdc00..0xe000).contains(&second) {
                let both = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(both).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn hex(&mut self) -> Result<u32, Stop> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4).ok_or(Stop::Malformed)?;
        let mut code = 0;
        for digit in digits {
            code = code * 16 + char::from(*digit).to_digit(16).ok_or(Stop::Malformed)?;
        }
        self.at += 4;
        Ok(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> String {
        match read(body.as_bytes(), &Budget::default()) {
            Ok(value) => format!("{value:?}"),
            Err(Fault::Spent(what)) => what.to_owned(),
            Err(Fault::Failed(why)) => why,
        }
    }

    #[test]
    fn what_senders_send_is_read() {
        assert_eq!(text(r#"["\ud83d", "\ud83d\ude00", "\ud83dx", "\ud83d\u0041"]"#), {
            r#"List([Text("�"), Text("😀"), Text("�x"), Text("�A")])"#
        });
        assert_eq!(text("[1e999, -1e999, 1, -0, 9223372036854775808]"), {
            "List([Double(inf), Double(-inf), Int(1), Int(0), Double(9.223372036854776e18)])"
        });
        assert_eq!(text("\u{feff}{\"a\":1,\"a\":2}"), r#"Map({Text("a"): Int(2)})"#);
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(text(&deep(200)).starts_with("List") && text(&deep(300)).contains("256"));
        assert!(text(&"[".repeat(100_000)).contains("256"));
    }

    #[test]
    fn what_is_no_json_is_null() {
        for body in [
            "",
            "x",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "\"",
            "\"\\x\"",
            "\"\\u12\"",
            "01",
            "1.",
            "1e",
            "-",
            "nul",
            "[1] 2",
            "\"\n\"",
            "\"\\",
            "\"\\u12é\"",
        ] {
            assert_eq!(text(body), "Null", "{body}");
        }
        assert_eq!(format!("{:?}", read(b"\"\xff\"", &Budget::default()).ok()), "Some(Null)");
    }

    #[test]
    fn what_is_too_much_is_said() {
        assert!(text(&format!("[{}0]", "0,".repeat(600_000))).contains("value limit"));
    }

    proptest::proptest! {
        #[test]
        fn it_reads_what_serde_json_reads(body in "[\\[\\]{}\",:\\\\0-9.eE+\\- a-z]{0,40}") {
            let (ours, theirs) = (text(&body), serde_json::from_str::<serde_json::Value>(&body));
            if let Ok(theirs) = theirs {
                assert_eq!(ours == "Null", theirs.is_null(), "{body}");
            }
        }
    }
}

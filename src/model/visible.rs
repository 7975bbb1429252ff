//! Received text made safe to look at.
//!
//! HTML escaping keeps markup out, yet a text can still lie about itself: direction overrides reorder what is read,
//! invisible characters make two ids look equal, control characters break lines. So each of them is written out.

use std::fmt::Write;

/// Whether a character is to be written out: controls but tab and line feed, and what has no shape of its own
/// or changes the order of others (Unicode's `Cc`, `Cf`, `Zl`, `Zp` as far as they are in use, and tag characters).
pub fn is_hidden(c: char) -> bool {
    match c {
        '\t' | '\n' => false,
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => true,
        _ => c.is_control(),
    }
}

/// Appends `⟨U+202E⟩`.
pub fn write_out(out: &mut String, c: char) {
    // Writing to a String does not fail.
    let _written = write!(out, "⟨U+{:04X}⟩", u32::from(c));
}

/// One line of received text, such as a type or an id: every control character, tabs and line ends too, is written out.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) || c.is_control() { write_out(&mut out, c) } else { out.push(c) }
    }
    out
}

/// The same for bytes: those that are not UTF-8 are written out as `⟨FF⟩`.
pub fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        out.push_str(&visible(chunk.valid()));
        for byte in chunk.invalid() {
            let _written = write!(out, "⟨{byte:02X}⟩");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reorders_or_hides_text_is_written_out() {
        assert_eq!(visible("a\u{202e}b\u{0}c\u{200b}"), "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩");
        assert_eq!(visible("one\ttwo\nthree"), "one⟨U+0009⟩two⟨U+000A⟩three");
    }

    #[test]
    fn ordinary_text_of_any_script_stays() {
        for text in ["batch.completed", "Größe", "日本語", "مرحبا", "🙂", "<script>"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_as_bytes() {
        assert_eq!(visible_bytes(b"ok\xff\xc3("), "ok⟨FF⟩⟨C3⟩(");
    }
}

//! Texts as headers of letters take them: ASCII only, in lines of bounded length, with no line end of their own.

use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::Address;

/// Bytes of one encoded word, which may be 75 characters long (RFC 2047, section 2).
const WORD: usize = 45;
/// A line may be 998 characters long (RFC 5322, section 2.1.1).
const PLAIN: usize = 900;

/// A text that people read, such as a subject. What is not plain ASCII is encoded (RFC 2047), and so is what would be read
/// as such an encoding.
pub(super) fn text(text: &str) -> String {
    let plain = |c: char| c == ' ' || c.is_ascii_graphic();
    if text.chars().all(plain) && !text.contains("=?") && text.len() <= PLAIN {
        return text.to_owned();
    }
    let (mut words, mut word) = (Vec::new(), String::new());
    for c in text.chars() {
        // A character is never cut in two.
        if word.len() + c.len_utf8() > WORD {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let encode = |word: &String| format!("=?utf-8?B?{}?=", STANDARD.encode(word));
    // The line end and the space between two such words belong to neither.
    words.iter().map(encode).collect::<Vec<_>>().join("\r\n ")
}

/// Who sends: an address, perhaps with a name before it. Only ASCII addresses: not every server takes others.
pub(super) fn mailbox(text: &str) -> Option<(String, Address)> {
    if text.contains(char::is_control) {
        return None;
    }
    let Some((name, rest)) = text.trim().rsplit_once('<') else {
        return address(text).map(|address| (String::new(), address));
    };
    let address = address(rest.strip_suffix('>')?)?;
    let name = name.trim();
    let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    Some((bare.to_owned(), address))
}

pub(super) fn address(text: &str) -> Option<Address> {
    let text = text.trim();
    text.is_ascii().then(|| text.parse().ok()).flatten()
}

/// A mailbox as `From` takes it.
pub(super) fn from(name: &str, address: &Address) -> String {
    match name {
        "" => address.to_string(),
        name if name.chars().all(|c| c == ' ' || c.is_ascii_alphanumeric()) => format!("{name} <{address}>"),
        // In quotes, any ASCII stands for itself.
        name if name.is_ascii() => {
            format!("\"{}\" <{address}>", name.replace('\\', "\\\\").replace('"', "\\\""))
        }
        name => format!("{} <{address}>", text(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_and_the_rest_is_encoded_in_words_of_bounded_length() {
        assert_eq!(text("[warning] No events on prod"), "[warning] No events on prod");
        assert_eq!(text("Größe"), "=?utf-8?B?R3LDtsOfZQ==?=");
        assert_eq!(text("=?x"), "=?utf-8?B?PT94?=");
        let long = text(&"ü🙂".repeat(100));
        assert!(long.lines().count() > 5 && long.is_ascii());
        assert!(long.lines().all(|line| line.trim().len() <= 75), "{long}");
        let decoded: Vec<u8> = long
            .lines()
            .flat_map(|line| {
                STANDARD.decode(line.trim().trim_start_matches("=?utf-8?B?").trim_end_matches("?=")).unwrap()
            })
            .collect();
        assert_eq!(String::from_utf8(decoded).unwrap(), "ü🙂".repeat(100));
        assert!(!text("a\r\nBcc: b").contains("Bcc"));
    }

    #[test]
    fn a_mailbox_is_an_address_with_or_without_a_name() {
        let read = |text| mailbox(text).map(|(name, address)| from(&name, &address));
        assert_eq!(read("a@b.example").as_deref(), Some("a@b.example"));
        assert_eq!(read(" Hookpost <a@b.example> ").as_deref(), Some("Hookpost <a@b.example>"));
        assert_eq!(read("\"Ops, night\" <a@b.example>").as_deref(), Some("\"Ops, night\" <a@b.example>"));
        assert_eq!(read("a\"b <a@b.example>").as_deref(), Some("\"a\\\"b\" <a@b.example>"));
        assert_eq!(read("Größe <a@b.example>").as_deref(), Some("=?utf-8?B?R3LDtsOfZQ==?= <a@b.example>"));
        for wrong in [
            "",
            "nobody",
            "a@b.example>",
            "x <y>",
            "a\r\nBcc: x <a@b.example>",
            "ü@b.example",
            "a@b.example, c@d.example",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}

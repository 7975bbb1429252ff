//! Splitting a command into words as a POSIX shell does, with the `$'…'` that browsers copy.

/// The words, each as its bytes. Line continuations are passed over; nothing is expanded.
///
/// # Errors
/// A quote is not closed.
pub(crate) fn split(text: &str) -> Result<Vec<Vec<u8>>, String> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some(c) => push(&mut word, c),
            },
            '\'' => quoted(&mut chars, word.get_or_insert_default())?,
            '"' => double_quoted(&mut chars, word.get_or_insert_default())?,
            '$' if chars.peek() == Some(&'\'') => {
                chars.next();
                escaped(&mut chars, word.get_or_insert_default())?;
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => push(&mut word, c),
        }
    }
    words.extend(word);
    Ok(words)
}

fn push(word: &mut Option<Vec<u8>>, c: char) {
    append(word.get_or_insert_default(), c);
}

fn append(word: &mut Vec<u8>, c: char) {
    word.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

fn quoted(chars: &mut impl Iterator<Item = char>, word: &mut Vec<u8>) -> Result<(), String> {
    for c in chars {
        if c == '\'' {
            return Ok(());
        }
        append(word, c);
    }
    Err("unclosed '".into())
}

fn double_quoted(chars: &mut impl Iterator<Item = char>, word: &mut Vec<u8>) -> Result<(), String> {
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok(()),
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some(c @ ('"' | '\\' | '$' | '`')) => append(word, c),
                Some(c) => {
                    word.push(b'\\');
                    append(word, c);
                }
            },
            c => append(word, c),
        }
    }
    Err("unclosed \"".into())
}

/// ANSI-C quoting.
fn escaped(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut Vec<u8>) -> Result<(), String> {
    while let Some(c) = chars.next() {
        match c {
            '\'' => return Ok(()),
            '\\' => match chars.next() {
                Some('n') => word.push(b'\n'),
                Some('r') => word.push(b'\r'),
                Some('t') => word.push(b'\t'),
                Some('x') => word.push(u8::try_from(digits(chars, 2)).unwrap_or_default()),
                Some('u') => append(word, char::from_u32(digits(chars, 4)).unwrap_or('\u{fffd}')),
                Some('U') => append(word, char::from_u32(digits(chars, 8)).unwrap_or('\u{fffd}')),
                Some(c) => append(word, c),
                None => break,
            },
            c => append(word, c),
        }
    }
    Err("unclosed $'".into())
}

/// Up to `most` hexadecimal digits.
fn digits(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize) -> u32 {
    let mut value = 0_u32;
    for _ in 0..most {
        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else { break };
        chars.next();
        value = value.wrapping_mul(16).wrapping_add(digit);
    }
    value
}

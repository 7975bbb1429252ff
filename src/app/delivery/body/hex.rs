//! Bytes as a hex dump.

use std::fmt::Write;

const PER_LINE: usize = 16;

/// Lines of offset, sixteen bytes and their printable ASCII, as `hexdump -C` prints them.
pub(crate) fn dump(bytes: &[u8]) -> String {
    // offset, two blanks, 3 per byte, the gap, the characters
    let mut out = String::with_capacity(bytes.len().div_ceil(PER_LINE) * 80);
    for (number, line) in bytes.chunks(PER_LINE).enumerate() {
        // Writing to a String does not fail.
        let _written = write!(out, "{:08x} ", number * PER_LINE);
        for place in 0..PER_LINE {
            if place % 8 == 0 {
                out.push(' ');
            }
            let _written = match line.get(place) {
                Some(byte) => write!(out, "{byte:02x} "),
                None => write!(out, "   "),
            };
        }
        out.push_str(" |");
        out.extend(line.iter().map(|&b| if (0x20..0x7f).contains(&b) { char::from(b) } else { '.' }));
        out.push_str("|\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::dump;

    #[test]
    fn a_dump_has_offsets_bytes_and_characters() {
        let expected = "00000000  7b 22 61 22 3a 31 7d 0a  00 ff 3c 62 3e 20 7e 7f  |{\"a\":1}...<b> ~.|\n\
                        00000010  41                                                |A|\n";
        assert_eq!(dump(b"{\"a\":1}\n\x00\xff<b> ~\x7fA"), expected);
    }

    #[test]
    fn nothing_dumps_to_nothing() {
        assert_eq!(dump(b""), "");
    }
}

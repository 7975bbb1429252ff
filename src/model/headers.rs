//! The headers of one request, in order, as bytes.

/// Request headers in wire form (`name: value\r\n` per line), in the order they came, repeats kept.
///
/// What is verified is what is stored: this is the very value of the `headers` column, so a stored
/// delivery can be verified again from the same bytes. Names are lower case (HTTP/2 demands it and
/// hyper folds HTTP/1 names); values are arbitrary bytes except CR, LF and NUL, which no HTTP parser
/// lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderList(Vec<u8>);

impl HeaderList {
    /// An empty list with room for `bytes` bytes of wire form.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Takes over headers in wire form, as stored. Lines without a colon are passed over by [`Self::iter`].
    pub fn from_wire(wire: Vec<u8>) -> Self {
        Self(wire)
    }

    /// The wire form.
    pub fn as_wire(&self) -> &[u8] {
        &self.0
    }

    /// Appends one header. The name is folded to lower case; CR, LF and NUL in the value become spaces,
    /// so that one header can never be read back as two.
    pub fn push(&mut self, name: &str, value: &[u8]) {
        self.0.extend(name.bytes().map(|b| b.to_ascii_lowercase()));
        self.0.extend_from_slice(b": ");
        self.0.extend(value.iter().map(|&b| if matches!(b, b'\r' | b'\n' | 0) { b' ' } else { b }));
        self.0.extend_from_slice(b"\r\n");
    }

    /// Name and value of each header, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.split(|&b| b == b'\n').filter_map(|line| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let colon = line.iter().position(|&b| b == b':')?;
            let name = std::str::from_utf8(&line[..colon]).ok()?;
            let value = &line[colon + 1..];
            Some((name, value.strip_prefix(b" ").unwrap_or(value)))
        })
    }

    /// Values of every header called `name` (lower case), in order.
    pub fn get_all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        self.iter().filter(move |(n, _)| *n == name).map(|(_, v)| v)
    }

    /// Value of the first header called `name` (lower case).
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.iter().find(|(n, _)| *n == name).map(|(_, v)| v)
    }

    /// How many headers there are.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a header's value is a secret in itself: GitLab's token, and what a sender may prove itself with besides.
pub fn is_secret(name: &str) -> bool {
    ["x-gitlab-token", "authorization", "proxy-authorization", "cookie"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_repeats_and_bytes_survive() {
        let mut list = HeaderList::default();
        list.push("X-One", b"a: b");
        list.push("x-two", b"\xff\xfe");
        list.push("X-ONE", b"");
        let back = HeaderList::from_wire(list.as_wire().to_vec());
        let got: Vec<_> = back.iter().collect();
        assert_eq!(got, [("x-one", &b"a: b"[..]), ("x-two", &b"\xff\xfe"[..]), ("x-one", &b""[..])]);
        assert_eq!(back.get_all("x-one").count(), 2);
    }

    #[test]
    fn a_line_end_in_a_value_cannot_smuggle_a_header() {
        let mut list = HeaderList::default();
        list.push("a", b"1\r\nb: 2");
        assert_eq!(list.len(), 1);
        assert_eq!(list.get("b"), None);
    }
}

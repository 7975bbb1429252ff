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

    /// The wire form, to be kept.
    pub fn into_wire(self) -> Vec<u8> {
        self.0
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

    /// The same with a mark in the place of each value that `is_credential` says to be one, and those values apart. None:
    /// there is none.
    pub fn conceal(&self, is_credential: impl Fn(&str) -> bool) -> Option<Concealed> {
        if !self.iter().any(|(name, _)| is_credential(name)) {
            return None;
        }
        let (mut shown, mut values) = (Self::with_capacity(self.0.len()), Self::default());
        for (name, value) in self.iter() {
            if is_credential(name) {
                shown.push(name, SEALED);
                values.push(name, value);
            } else {
                shown.push(name, value);
            }
        }
        Some(Concealed { shown, values })
    }

    /// The list as it was before [`Self::conceal`], with the values that it took out.
    #[must_use]
    pub fn reveal(&self, values: &Self) -> Self {
        let mut values = values.iter().peekable();
        let mut list = Self::with_capacity(self.0.len());
        for (name, value) in self.iter() {
            let taken = if value == SEALED { values.next_if(|(of, _)| *of == name) } else { None };
            list.push(name, taken.map_or(value, |(_, value)| value));
        }
        list
    }
}

/// Headers without the values that are credentials.
#[derive(Debug)]
pub struct Concealed {
    /// With [`SEALED`] in their place.
    pub shown: HeaderList,
    /// Those values, in order.
    pub values: HeaderList,
}

/// Stands in the place of a value that is sealed. No request brings it: the byte at its end is none that a header may have.
pub const SEALED: &[u8] = b"(sealed)\x7f";

/// Headers whose values are credentials whatever their name looks like.
const CREDENTIALS: [&str; 10] = [
    "cookie",
    "cookie2",
    "set-cookie",
    "set-cookie2",
    "authentication",
    "x-auth",
    "x-amzn-oidc-data",
    "x-functions-key",
    "x-master-key",
    "php-auth-pw",
];
/// And those whose names end in one of these, such as `x-gitlab-token`, `x-api-key`, `x-telegram-bot-api-secret-token`,
/// `x-webhook-secret` or `proxy-authorization`.
const ENDINGS: [&str; 15] = [
    "authorization",
    "token",
    "secret",
    "password",
    "passwd",
    "passcode",
    "credentials",
    "api-key",
    "apikey",
    "access-key",
    "secret-key",
    "auth-key",
    "private-key",
    "subscription-key",
    "jwt-assertion",
];

/// Whether a header (lower case) by its name holds a credential: GitLab's token, and what senders and proxies prove
/// themselves with besides. A token that makes a repetition known is none.
pub fn is_secret(name: &str) -> bool {
    let ends = |ending: &&str| {
        let at = name.len().checked_sub(ending.len());
        // `x_api_key` is as good as `x-api-key`.
        at.and_then(|at| name.as_bytes().get(at..)).is_some_and(|end| {
            end.iter()
                .zip(ending.bytes())
                .all(|(have, want)| *have == want || (*have == b'_' && want == b'-'))
        })
    };
    CREDENTIALS.contains(&name) || (ENDINGS.iter().any(ends) && !name.contains("idempotency"))
}

/// Whether a header of a stored request is shown without its value: its name says so, or it was sealed.
pub fn is_hidden(name: &str, value: &[u8]) -> bool {
    value == SEALED || is_secret(name)
}

/// Names that an endpoint may have of its own.
const MOST_NAMES: usize = 20;
const LONGEST_NAME: usize = 100;
/// Without these a request could not be read, told apart or forwarded.
const NEEDED: [&str; 8] = [
    "content-length",
    "content-type",
    "host",
    "svix-id",
    "svix-timestamp",
    "user-agent",
    "webhook-id",
    "webhook-timestamp",
];

/// Reads the names of headers whose values are credentials, separated by commas, spaces or line ends: lower case, each once.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn parse_secret_names(text: &str) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in text.split(|c: char| c == ',' || c.is_whitespace()).filter(|name| !name.is_empty()) {
        let name = name.trim_end_matches(':').to_ascii_lowercase();
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(is_name) {
            return Err("must be header names separated by commas, such as x-partner-key".into());
        }
        if NEEDED.contains(&name.as_str()) {
            return Err(format!("{name} is needed to read requests and can't be secret"));
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > MOST_NAMES {
        return Err(format!("must be at most {MOST_NAMES} names"));
    }
    Ok(names)
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

    #[test]
    fn credentials_are_known_by_their_names_and_ids_are_none() {
        for name in [
            "authorization",
            "proxy-authorization",
            "x-forwarded-authorization",
            "cookie",
            "set-cookie",
            "x-gitlab-token",
            "x-api-key",
            "x_api_key",
            "api-key",
            "x-telegram-bot-api-secret-token",
            "x-webhook-secret",
            "x-goog-channel-token",
            "x-buildkite-token",
            "x-hook-secret",
            "cf-access-client-secret",
            "ocp-apim-subscription-key",
            "cf-access-jwt-assertion",
            "x-vault-token",
            "password",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in [
            "webhook-id",
            "webhook-signature",
            "x-hub-signature-256",
            "stripe-signature",
            "x-slack-signature",
            "x-shopify-hmac-sha256",
            "x-twilio-signature",
            "i-twilio-idempotency-token",
            "idempotency-key",
            "content-type",
            "user-agent",
            "key",
            "",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }

    #[test]
    fn what_is_concealed_is_revealed_as_it_was() {
        let mut list = HeaderList::default();
        for (name, value) in [
            ("x-gitlab-token", &b"one"[..]),
            ("host", b"h"),
            ("x-partner", b"\xff two"),
            ("x-gitlab-token", b""),
            ("x-empty", b""),
        ] {
            list.push(name, value);
        }
        let own = |name: &str| is_secret(name) || name == "x-partner";
        let Concealed { shown, values } = list.conceal(own).unwrap();
        assert_eq!(shown.reveal(&values), list);
        assert_eq!(shown.get_all("x-gitlab-token").collect::<Vec<_>>(), [SEALED, SEALED]);
        assert_eq!(shown.get("host"), Some(&b"h"[..]));
        assert!(shown.iter().all(|(name, value)| own(name) == is_hidden(name, value)));
        assert!(shown.conceal(|name| name == "x-other").is_none());
        // Without the values it stays as it is, and a second look with a wider rule takes in the rest.
        assert_eq!(shown.reveal(&HeaderList::default()), shown);
        let Concealed { shown: narrow, values } = list.conceal(is_secret).unwrap();
        let wide = narrow.reveal(&values).conceal(own).unwrap();
        assert_eq!((&wide.shown, wide.shown.reveal(&wide.values)), (&shown, list));
    }

    #[test]
    fn names_are_read_strictly_and_those_that_are_needed_refused() {
        assert_eq!(parse_secret_names(" X-One, x-two:\nx-one ").unwrap(), ["x-one", "x-two"]);
        assert_eq!(parse_secret_names("").unwrap(), Vec::<String>::new());
        for wrong in ["x-one\u{7f}", "é", ":", "content-type", "webhook-id", &"x".repeat(101)] {
            assert!(parse_secret_names(wrong).is_err(), "{wrong}");
        }
        let many: Vec<String> = (0..21).map(|n| format!("x-{n}")).collect();
        assert!(parse_secret_names(&many.join(",")).is_err());
    }
}

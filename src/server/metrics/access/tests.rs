use super::*;
use axum::body::Body;

const TOKEN: &str = "a-token-of-some-length";

/// Asks from a peer for a client with these headers.
fn ask(token: Option<&str>, peer: &str, client: &str, headers: &[(&str, &str)]) -> Result<(), Denied> {
    let mut request = Request::get("/metrics");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let token = token.map(|token| SecretString::from(token.to_owned()));
    check(token.as_ref(), Some(peer.parse().unwrap()), ClientAddr(client.parse().unwrap()), &request)
}

#[test]
fn this_machine_may_read_them_by_any_of_its_own_addresses() {
    for (peer, host) in [
        ("127.0.0.1", "127.0.0.1:3000"),
        ("127.0.0.1", "localhost:3000"),
        ("::1", "[::1]:3000"),
        ("::ffff:127.0.0.1", "LOCALHOST"),
    ] {
        assert_eq!(ask(None, peer, peer, &[("host", host)]), Ok(()), "{peer} {host}");
        assert_eq!(ask(Some(TOKEN), peer, peer, &[("host", host)]), Ok(()), "{peer} {host}");
    }
}

#[test]
fn nobody_else_may_without_a_token() {
    let local = ("host", "127.0.0.1:3000");
    assert_eq!(ask(None, "192.0.2.1", "192.0.2.1", &[local]), Err(Denied::NoToken));
    // A trusted proxy on this machine, which said for whom it asks.
    assert_eq!(ask(None, "127.0.0.1", "192.0.2.1", &[local]), Err(Denied::NoToken));
    for mark in ["x-forwarded-for", "X-Forwarded-Proto", "x-real-ip", "forwarded", "via"] {
        let answer = ask(None, "127.0.0.1", "127.0.0.1", &[local, (mark, "127.0.0.1")]);
        assert_eq!(answer, Err(Denied::NoToken), "{mark}");
    }
    for host in ["hooks.example.com", "evil.example:3000", "192.0.2.1:3000", "", "local host"] {
        assert_eq!(ask(None, "127.0.0.1", "127.0.0.1", &[("host", host)]), Err(Denied::NoToken), "{host}");
    }
    assert_eq!(ask(None, "127.0.0.1", "127.0.0.1", &[]), Err(Denied::NoToken));
}

#[test]
fn with_the_token_anybody_may_and_with_a_wrong_one_nobody() {
    let given = |given: &str| {
        let header = format!("Bearer {given}");
        ask(Some(TOKEN), "192.0.2.1", "192.0.2.1", &[("authorization", header.as_str()), ("via", "a proxy")])
    };
    assert_eq!(given(TOKEN), Ok(()));
    for wrong in ["", "a", "a-token-of-some-lengtH", "a-token-of-some-length-and-more"] {
        assert_eq!(given(wrong), Err(Denied::WrongToken), "{wrong}");
    }
    assert_eq!(ask(Some(TOKEN), "192.0.2.1", "192.0.2.1", &[]), Err(Denied::WrongToken));
    let basic = [("authorization", "Basic YTpi"), ("host", "localhost")];
    assert_eq!(ask(Some(TOKEN), "127.0.0.1", "127.0.0.1", &basic), Ok(()));
    let wrong = [("authorization", "Bearer wrong"), ("host", "localhost")];
    assert_eq!(ask(Some(TOKEN), "127.0.0.1", "127.0.0.1", &wrong), Err(Denied::WrongToken));
}

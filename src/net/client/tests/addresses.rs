//! Which addresses are connected to.

use crate::net::{
    client::tests::{server::Server, *},
    samples::{DENIED_RANGES, FakeLookup},
};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

async fn code(client: &GuardedClient, url: &str) -> &'static str {
    client.send(post(url)).await.map_or_else(|error| error.code(), |_| "sent")
}

#[tokio::test]
async fn names_in_every_denied_range_are_blocked() {
    for (range, addresses) in DENIED_RANGES {
        let client = client_with(FakeLookup::always(addresses), &[]);
        let error = client.send(post("https://crm.example/")).await.unwrap_err();
        assert_eq!(error.code(), "blocked-address", "{range}: {error}");
        assert!(error.to_string().contains(range), "{range}: {error}");
        assert!(error.to_string().ends_with("HOOKPOST_ALLOW_OUTBOUND=crm.example:443"), "{error}");
    }
}

#[tokio::test]
async fn nothing_is_connected_to_when_the_address_is_blocked() {
    let server = Server::answering(OK).await;
    let port = server.port;
    let system = GuardedClient::new(AllowList::default()).unwrap();
    for host in
        ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "127.0.0.1.", "[::ffff:127.0.0.1]", "[::1]"]
    {
        for scheme in ["http", "https"] {
            assert_eq!(
                code(&system, &format!("{scheme}://{host}:{port}/")).await,
                "blocked-address",
                "{host}"
            );
        }
    }
    // Not every system knows `localhost.`, but one that does, or a DNS server, may answer this.
    let loopback = client_with(FakeLookup::always(&["127.0.0.1"]), &[]);
    for host in ["localhost", "LOCALHOST", "localhost.", "LocalHost."] {
        assert_eq!(code(&loopback, &format!("https://{host}:{port}/")).await, "blocked-address", "{host}");
    }
    assert_eq!(code(&system, &format!("https://LocalHost:{port}/")).await, "blocked-address");
    let mixed = client_with(FakeLookup::always(&["8.8.8.8", "127.0.0.1"]), &[]);
    assert_eq!(code(&mixed, &format!("https://mixed.example:{port}/")).await, "blocked-address");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn an_address_or_name_allowed_with_a_port_is_reached_on_that_port_only() {
    let (open, closed) = (Server::answering(OK).await, Server::answering(OK).await);
    let entries = [format!("127.0.0.1:{}", open.port), format!("crm.example:{}", open.port)];
    let client = client_with(FakeLookup::always(&["127.0.0.1"]), &[&entries[0], &entries[1]]);
    for host in ["127.0.0.1", "crm.example", "CRM.Example."] {
        assert_eq!(code(&client, &open.url(host)).await, "sent", "{host}");
    }
    for host in ["127.0.0.1", "crm.example", "other.example"] {
        for url in [closed.url(host), closed.url(host).replace("http:", "https:")] {
            assert_eq!(code(&client, &url).await, "blocked-address", "{url}");
        }
    }
    assert_eq!(closed.connections(), 0);
}

#[tokio::test]
async fn an_allowed_port_does_not_open_other_addresses() {
    let server = Server::answering(OK).await;
    let entry = format!("127.0.0.1:{}", server.port);
    let client = client_with(FakeLookup::always(&["127.0.0.2"]), &[&entry]);
    for host in ["crm.example", "127.0.0.2"] {
        let url = server.url(host).replace("http:", "https:");
        assert_eq!(code(&client, &url).await, "blocked-address", "{host}");
    }
    assert_eq!(server.connections(), 0);
}

/// The address is allowed at first. Plain http would need the name to be allowed, and with it any address; so this is
/// https, and a connection shows as a handshake that the server does not take up.
#[tokio::test]
async fn a_name_whose_address_changes_is_checked_at_each_connection() {
    let server = Server::answering(OK).await;
    let lookup = FakeLookup::in_turn(&["127.0.0.1", "127.0.0.2"]);
    let entry = format!("127.0.0.1:{}", server.port);
    let client = client_with(Arc::clone(&lookup) as Arc<dyn Lookup>, &[&entry]);
    let url = server.url("rebinding.example").replace("http:", "https:");
    assert_eq!(code(&client, &url).await, "tls");
    assert_eq!(code(&client, &url).await, "blocked-address");
    assert_eq!((server.connections(), lookup.asked()), (1, 2));
}

#[tokio::test]
async fn connections_are_reused_without_another_lookup() {
    let server = Server::answering(OK).await;
    let lookup = FakeLookup::always(&["127.0.0.1"]);
    let client = client_with(Arc::clone(&lookup) as Arc<dyn Lookup>, &["crm.example"]);
    for _ in 0..3 {
        assert_eq!(code(&client.clone(), &server.url("crm.example")).await, "sent");
    }
    assert_eq!((server.connections(), server.requests().len(), lookup.asked()), (1, 3, 1));
}

#[tokio::test]
async fn redirects_are_answers_and_are_not_followed() {
    let inside = Server::answering(OK).await;
    for status in [301, 302, 303, 307, 308] {
        let location = inside.url("127.0.0.1");
        let head = format!("HTTP/1.1 {status} Moved\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n");
        let outside = Server::answering(head).await;
        let response = local_client().send(post(&outside.url("127.0.0.1"))).await.unwrap();
        assert_eq!(response.status, status);
        assert_eq!(response.headers["location"], location.as_str());
    }
    assert_eq!(inside.connections(), 0);
}

//! Clients that only hold on to what they have got, each kind with a genuine sender beside it.

use crate::{
    harness::{Scenario, is_long},
    http::{Connection, once, request},
    process::Workspace,
    sender::Endpoint,
    server::{Launch, Server},
    stored::run,
};
use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};
use tokio::net::TcpSocket;

/// A connection from another address of this machine.
pub fn connect_from(from: Ipv4Addr, to: &str, within: Duration) -> std::io::Result<TcpStream> {
    let to: SocketAddr = to.parse().unwrap();
    run(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        socket.set_recv_buffer_size(8_192)?;
        let stream =
            tokio::time::timeout(within, socket.connect(to)).await.map_err(|_| ErrorKind::TimedOut)??;
        let stream = stream.into_std()?;
        stream.set_nonblocking(false)?;
        Ok(stream)
    })
}

/// What a client does wrong.
#[derive(Clone, Copy, Debug)]
enum Hostile {
    /// Says nothing.
    Silent,
    /// Says a part of what may become HTTP/2.
    HalfPreface,
    /// Sends half of the headers.
    HalfHead,
    /// Sends half of the body.
    HalfBody,
    /// Sends its headers a byte at a time.
    TricklingHead,
    /// Sends its body a byte at a time.
    TricklingBody,
    /// Asks for a file again and again, and takes none of the answers.
    NeverReads,
    /// Speaks HTTP/2 and asks for nothing but answers to pings.
    Pings,
}

const ALL: [Hostile; 8] = [
    Hostile::Silent,
    Hostile::HalfPreface,
    Hostile::HalfHead,
    Hostile::HalfBody,
    Hostile::TricklingHead,
    Hostile::TricklingBody,
    Hostile::NeverReads,
    Hostile::Pings,
];

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

impl Hostile {
    /// What it sends at first, and then again and again.
    fn says(self, endpoint: &Endpoint) -> (Vec<u8>, Vec<u8>) {
        let head = format!("POST {} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n", endpoint.path);
        let text = |text: &str| text.as_bytes().to_vec();
        match self {
            Self::Silent => (Vec::new(), Vec::new()),
            Self::HalfPreface => (PREFACE[..9].to_vec(), Vec::new()),
            Self::HalfHead => (text(&head), Vec::new()),
            Self::HalfBody => (text(&format!("{head}\r\n{}", "x".repeat(500_000))), Vec::new()),
            Self::TricklingHead => (text(&head), text("x")),
            Self::TricklingBody => (text(&format!("{head}\r\n")), text("x")),
            Self::NeverReads => (Vec::new(), request("GET", "/pkg/hookpost.css", &[], b"").repeat(20)),
            Self::Pings => {
                let settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
                let ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
                ([PREFACE, &settings].concat(), ping.to_vec())
            }
        }
    }

    /// How many of them are as much as `each` of the others: it takes megabytes of answers until one is stuck.
    fn share(self, each: usize) -> usize {
        if matches!(self, Self::NeverReads) { each.div_ceil(4) } else { each }
    }

    /// Holds on until it is cut off. Says after how long; none: it never was.
    fn hold(self, mut stream: TcpStream, endpoint: &Endpoint, patience: Duration) -> Option<Duration> {
        let begun = Instant::now();
        let step = Some(Duration::from_millis(150));
        stream.set_read_timeout(step).unwrap();
        stream.set_write_timeout(step).unwrap();
        let (first, again) = self.says(endpoint);
        let (mut next, mut buffer) = (first, [0; 4_096]);
        while begun.elapsed() < patience {
            if stream.write_all(&next).is_err_and(|error| error.kind() != ErrorKind::WouldBlock) {
                return Some(begun.elapsed());
            }
            next.clone_from(&again);
            if matches!(self, Self::NeverReads) {
                continue;
            }
            match stream.read(&mut buffer) {
                Ok(0) => return Some(begun.elapsed()),
                Err(error) if error.kind() != ErrorKind::WouldBlock => return Some(begun.elapsed()),
                // An answer such as 408: what follows is the end.
                _ => {}
            }
        }
        None
    }
}

/// A genuine sender for a while, with a connection of its own for each event. Of the address that the others hold all places
/// of, it may be turned away; then it tries again, as senders do. Says how often that was, and how long the slowest took.
fn genuine(
    server: &Server,
    endpoint: &Endpoint,
    may_retry: bool,
    lasting: Duration,
) -> (usize, usize, Duration) {
    let (begun, mut count, mut retries, mut slowest) = (Instant::now(), 0, 0, Duration::ZERO);
    while begun.elapsed() < lasting {
        let asked = Instant::now();
        let send = || endpoint.send(&server.address, &format!("wh_{count}"));
        while let said = send()
            && !said.as_ref().is_ok_and(|answer| answer.status == 200)
        {
            assert!(may_retry, "after {:?}: {said:?}\n{}", asked.elapsed(), server.log());
            assert!(asked.elapsed() < Duration::from_secs(10), "{said:?}\n{}", server.log());
            retries += 1;
            thread::sleep(Duration::from_millis(100));
        }
        slowest = slowest.max(asked.elapsed());
        count += 1;
        thread::sleep(Duration::from_millis(50));
    }
    (count, retries, slowest)
}

/// Holds a server with few places against these clients. All of them come from one address; `same` says that the genuine
/// sender does so, too.
fn hold_against(kinds: &[Hostile], each: usize, same: bool, lasting: Duration, patience: Duration) -> String {
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "beside");
    let server = Launch::new(&workspace).args(&["--max-connections", "32", "--request-timeout", "2"]).start();
    let from = if same { Ipv4Addr::LOCALHOST } else { Ipv4Addr::new(127, 0, 0, 66) };
    let (cut, lingering, (count, retries, slowest)) = thread::scope(|scope| {
        let (address, endpoint) = (&server.address, &endpoint);
        let clients: Vec<_> = kinds
            .iter()
            .flat_map(|kind| std::iter::repeat_n(*kind, kind.share(each)))
            .map(|kind| {
                scope.spawn(move || match connect_from(from, address, Duration::from_secs(5)) {
                    Ok(stream) => kind.hold(stream, endpoint, patience).map(|took| (kind, took)).ok_or(kind),
                    // Not even let in.
                    Err(_) => Ok((kind, Duration::ZERO)),
                })
            })
            .collect();
        thread::sleep(Duration::from_millis(300));
        let seen = genuine(&server, endpoint, same, lasting);
        let ended: Vec<_> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        let (cut, lingering): (Vec<_>, Vec<_>) = ended.into_iter().partition(Result::is_ok);
        let longest = cut.into_iter().flatten().map(|(_, took)| took).max().unwrap_or_default();
        (longest, lingering.into_iter().filter_map(Result::err).collect::<Vec<_>>(), seen)
    });
    assert!(lingering.is_empty(), "not cut off within {patience:?}: {lingering:?}");
    assert!(slowest < Duration::from_secs(10), "{kinds:?}: a genuine sender waited {slowest:?}");
    assert_eq!(server.get("/healthz").status, 200);
    server.stop();
    format!(
        "{} clients on 32 places, the last one cut off after {:.1} s; {count} genuine webhooks beside them, each 200, \
         after {retries} further tries in all, the slowest after {} ms",
        kinds.iter().map(|kind| kind.share(each)).sum::<usize>(),
        cut.as_secs_f64(),
        slowest.as_millis()
    )
}

#[test]
fn clients_that_hold_on_are_cut_off_and_no_genuine_sender_waits_for_them() {
    if is_long() {
        for kind in ALL {
            for same in [false, true] {
                let scenario = Scenario::begin("hostile clients");
                let seen = hold_against(&[kind], 60, same, Duration::from_secs(6), Duration::from_secs(100));
                scenario.saw(format_args!(
                    "{kind:?}, genuine sender at {} address: {seen}",
                    if same { "the same" } else { "another" }
                ));
            }
        }
        return;
    }
    let scenario = Scenario::begin("hostile clients");
    let seen = hold_against(&ALL, 8, true, Duration::from_secs(5), Duration::from_secs(60));
    scenario.saw(format_args!("of every kind at once: {seen}"));
}

#[test]
fn a_client_that_is_still_sending_can_read_that_its_body_is_too_large() {
    let scenario = Scenario::begin("413 while still sending");
    let workspace = Workspace::new();
    let endpoint = Endpoint::add(&workspace, "large");
    let server = Launch::new(&workspace).args(&["--body-limit", "100000"]).start();
    let (mut told, sizes) = (0, [100_001, 400_000, 5_000_000]);
    for size in sizes {
        for chunked in [false, true] {
            for piece in [16_384, size] {
                let mut client = Connection::open(&server.address).unwrap();
                let length = if chunked {
                    "transfer-encoding: chunked".to_owned()
                } else {
                    format!("content-length: {size}")
                };
                client
                    .write(
                        format!("POST {} HTTP/1.1\r\nhost: x\r\n{length}\r\n\r\n", endpoint.path).as_bytes(),
                    )
                    .unwrap();
                for part in vec![b'x'; size].chunks(piece) {
                    let part = if chunked {
                        [format!("{:x}\r\n", part.len()).as_bytes(), part, b"\r\n"].concat()
                    } else {
                        part.to_vec()
                    };
                    client.write(&part).unwrap();
                    thread::sleep(Duration::from_millis(1));
                }
                let answer = client.answer().unwrap_or_else(|error| panic!("{size} bytes: {error}"));
                assert_eq!(answer.status, 413, "{size}: {}", answer.text());
                told += 1;
            }
        }
    }
    let genuine = once(&server.address, &endpoint.webhook("wh_1", b"{}")).unwrap();
    assert_eq!(genuine.status, 200);
    server.stop();
    scenario.saw(format_args!(
        "{told} bodies of up to {} bytes over a limit of 100,000: each sender read its 413",
        sizes[2]
    ));
}

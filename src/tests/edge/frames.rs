//! Frames of HTTP/2, by hand: clients that behave as no library would.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// One frame.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut out = length[1..].to_vec();
    out.extend([kind, flags]);
    out.extend(stream.to_be_bytes());
    out.extend(payload);
    out
}

/// What a client says first; no answer may send more than `window` bytes before it is asked for more.
pub fn hello(window: u32) -> Vec<u8> {
    let mut settings = vec![0, 4];
    settings.extend(window.to_be_bytes());
    [PREFACE, &frame(4, 0, 0, &settings)].concat()
}

/// A GET on a stream.
pub fn get(stream: u32, path: &str) -> Vec<u8> {
    let mut head = vec![0x82, 0x86, 0x04, u8::try_from(path.len()).unwrap()];
    head.extend(path.as_bytes());
    head.extend([0x01, 1, b'x']);
    // END_HEADERS and END_STREAM.
    frame(1, 0x4 | 0x1, stream, &head)
}

/// A ping.
pub fn ping() -> Vec<u8> {
    frame(6, 0, 0, &[7; 8])
}

/// Pings ten times a second and reads what comes, until the server closes; says how long that took.
pub fn ping_until_closed(mut socket: TcpStream, longest: Duration) -> Duration {
    let begun = Instant::now();
    socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut scrap = [0; 64 * 1024];
    loop {
        assert!(begun.elapsed() < longest, "still open");
        if socket.write_all(&ping()).is_err() {
            return begun.elapsed();
        }
        match socket.read(&mut scrap) {
            Ok(0) => return begun.elapsed(),
            Ok(_) => std::thread::sleep(Duration::from_millis(100)),
            Err(error)
                if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => return begun.elapsed(),
        }
    }
}

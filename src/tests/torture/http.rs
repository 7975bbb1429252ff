//! HTTP/1.1 as a sender speaks it, on a socket of its own: so that it is known which answers were read to their end.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

/// Senders wait about this long for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, or empty.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A connection that is kept open.
pub struct Connection(BufReader<TcpStream>);

impl Connection {
    /// Connects to `address:port`.
    pub fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address.parse().map_err(io::Error::other)?, PATIENCE)?;
        // While nobody listens there, a socket may be given the very port that it asks for, and talks to itself.
        if stream.local_addr()? == stream.peer_addr()? {
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request and reads its answer.
    pub fn exchange(&mut self, request: &[u8]) -> io::Result<Answer> {
        self.0.get_mut().write_all(request)?;
        self.answer()
    }

    /// Writes without waiting for an answer.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(bytes)
    }

    /// Reads an answer.
    pub fn answer(&mut self) -> io::Result<Answer> {
        let (first, headers) = read_head(&mut self.0)?;
        let status = first.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(|| bad(&first))?;
        let mut answer = Answer { status, headers, body: Vec::new() };
        if answer.header("transfer-encoding") == "chunked" {
            while self.read_chunk(&mut answer.body)? {}
        } else {
            answer.body = vec![0; answer.header("content-length").parse().unwrap_or(0)];
            self.0.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }

    fn read_chunk(&mut self, body: &mut Vec<u8>) -> io::Result<bool> {
        let line = read_line(&mut self.0)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(|_| bad(&line))?;
        let start = body.len();
        body.resize(start + size + 2, 0);
        self.0.read_exact(&mut body[start..])?;
        body.truncate(start + size);
        Ok(size > 0)
    }
}

fn bad(line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, line.to_owned())
}

fn read_line(from: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    if from.read_line(&mut line)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

/// The first line and the headers, of a request or an answer.
pub fn read_head(from: &mut impl BufRead) -> io::Result<(String, Vec<(String, String)>)> {
    let first = read_line(from)?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(from)?;
        let Some((name, value)) = line.split_once(':') else { return Ok((first, headers)) };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// The bytes of a request.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    let host = [("host", "hookpost.test")];
    let host = if headers.iter().any(|(name, _)| *name == "host") { &[][..] } else { &host };
    for (name, value) in host.iter().chain(headers) {
        head += &format!("{name}: {value}\r\n");
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// One request on a connection of its own.
pub fn once(address: &str, request: &[u8]) -> io::Result<Answer> {
    Connection::open(address)?.exchange(request)
}

//! A connection that does no more than the benchmark needs of HTTP/1.1: one request at a time, kept alive.

use std::{io, net::SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// No answer of a webhook receiver is longer.
const LONGEST_ANSWER: usize = 16 * 1024;

/// A connection to the target, opened when first needed and again whenever the server closed it.
#[derive(Debug)]
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    answer: Vec<u8>,
}

impl Connection {
    /// Not open yet.
    pub fn new(address: SocketAddr) -> Self {
        Self { address, stream: None, answer: Vec::with_capacity(LONGEST_ANSWER) }
    }

    /// Sends a request and reads its answer whole: the status.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address).await?,
        };
        stream.write_all(request).await?;
        self.answer.clear();
        loop {
            if stream.read_buf(&mut self.answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if let Some(answer) = Answer::read(&self.answer)? {
                if !answer.closes {
                    self.stream = Some(stream);
                }
                return Ok(answer.status);
            }
            if self.answer.len() >= LONGEST_ANSWER {
                return Err(invalid("an answer that is too long"));
            }
        }
    }
}

async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    /// The server will close the connection.
    closes: bool,
}

impl Answer {
    /// None as long as a part is missing.
    fn read(bytes: &[u8]) -> io::Result<Option<Self>> {
        let Some(head_end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
        let head = std::str::from_utf8(&bytes[..head_end]).map_err(|_| invalid("a head that is no text"))?;
        let status = head.get(9..12).and_then(|digits| digits.parse().ok());
        let status = status.ok_or_else(|| invalid("an answer without a status"))?;
        let (mut length, mut closes) = (None, false);
        for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse::<usize>().ok();
            } else if name.eq_ignore_ascii_case("connection") {
                closes = value.trim().eq_ignore_ascii_case("close");
            }
        }
        let length = length.ok_or_else(|| invalid("an answer without a length"))?;
        Ok((bytes.len() >= head_end + 4 + length).then_some(Self { status, closes }))
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("the server sent {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_complete_with_the_last_byte_of_its_body() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nconnection: close\r\n\r\nok";
        for end in 0..whole.len() {
            assert_eq!(Answer::read(&whole[..end]).unwrap(), None);
        }
        assert_eq!(Answer::read(whole).unwrap(), Some(Answer { status: 200, closes: true }));
    }
}

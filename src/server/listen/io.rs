//! The socket of a connection, which notes whether the client takes what is written and closes so that an answer is read.
//!
//! Closing a socket while the client still sends makes its system throw away what it has not read yet: the answer, too.
//! So the writing half is closed first, and what still comes is thrown away for a while (RFC 9112, section 9.6).

use super::pulse::Pulse;
use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Instant, Sleep},
};

/// More is not thrown away: well above what senders send by mistake, such as GitHub's 25 MB.
const MOST_DISCARDED: usize = 64 * 1024 * 1024;
/// Times of the setting that throwing away may take in all.
const LONGEST_LINGER: u32 = 6;

/// A socket that tells [`Pulse`] how it fares.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    pulse: Arc<Pulse>,
    /// How long a client may send nothing while it lingers.
    timeout: Duration,
    linger: Option<Linger>,
}

#[derive(Debug)]
struct Linger {
    discarded: usize,
    until: Instant,
    /// The end, or the end of a pause, whichever comes first.
    gives_up: Pin<Box<Sleep>>,
}

impl Socket {
    pub(super) fn new(stream: TcpStream, pulse: Arc<Pulse>, timeout: Duration) -> Self {
        Self { stream, pulse, timeout, linger: None }
    }

    fn note<T>(&self, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        self.pulse.wrote(written.is_ready());
        written
    }

    /// Throws away what comes, until the client closes, pauses for too long, or too much came.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (timeout, pulse) = (self.timeout, &self.pulse);
        let linger = self.linger.get_or_insert_with(|| {
            pulse.linger();
            let now = Instant::now();
            Linger {
                discarded: 0,
                until: now + timeout * LONGEST_LINGER,
                gives_up: Box::pin(tokio::time::sleep_until(now + timeout)),
            }
        });
        let mut scrap = [0; 16 * 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut scrap);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {
                    linger.discarded += buffer.filled().len();
                    let now = Instant::now();
                    if linger.discarded >= MOST_DISCARDED || now >= linger.until {
                        return Poll::Ready(());
                    }
                    linger.gives_up.as_mut().reset((now + timeout).min(linger.until));
                }
                Poll::Ready(_) => return Poll::Ready(()),
                Poll::Pending => return linger.gives_up.as_mut().poll(cx),
            }
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bytes);
        self.note(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.linger.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
            if !self.pulse.has_unread() {
                return Poll::Ready(Ok(()));
            }
        }
        ready!(self.poll_linger(cx));
        Poll::Ready(Ok(()))
    }
}

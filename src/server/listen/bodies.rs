//! The bodies of requests and answers on their way through a connection, watched for clients that stop sending or taking.

use super::pulse::{Pulse, UnderWay};
use axum::body::{Body as AnyBody, Bytes};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// Over HTTP/2 an answer is handed over in pieces of this size: what was handed over cannot be watched any more.
const PIECE: usize = 16 * 1024;

/// The body of a request: says when it is left before its end.
#[derive(Debug)]
pub(super) struct Received {
    body: Incoming,
    /// Told when it is left; none: the protocol itself ends the body alone, without the connection.
    pulse: Option<Arc<Pulse>>,
    is_over: bool,
}

impl Received {
    pub(super) fn new(body: Incoming, pulse: Option<Arc<Pulse>>) -> Self {
        Self { body, pulse, is_over: false }
    }
}

impl Body for Received {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        self.is_over |= !matches!(frame, Some(Ok(_)));
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        if let Some(pulse) = &self.pulse
            && !self.is_over
            && !self.body.is_end_stream()
        {
            pulse.left_unread();
        }
    }
}

/// The body of an answer; while it lives the request is under way.
#[derive(Debug)]
pub(super) struct Sent {
    body: AnyBody,
    under_way: UnderWay,
    is_multiplexed: bool,
    /// What is left of a frame that is handed over in pieces.
    rest: Bytes,
}

impl Sent {
    pub(super) fn new(
        body: AnyBody,
        mut under_way: UnderWay,
        is_multiplexed: bool,
        is_endless: bool,
    ) -> Self {
        under_way.answers(is_endless);
        Self { body, under_way, is_multiplexed, rest: Bytes::new() }
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
            match frame.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(other))) => return Poll::Ready(Some(Ok(other))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let most = if self.is_multiplexed { PIECE } else { usize::MAX };
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(self.rest.len().min(most))))))
    }
}

impl Body for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let next = self.next(cx);
        // Over HTTP/1 what the client takes is seen at the socket.
        if self.is_multiplexed {
            self.under_way.offers(next.is_ready());
        }
        next
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (mut hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint.set_lower(hint.lower().saturating_add(rest));
        hint
    }
}

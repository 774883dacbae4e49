//! From a reply to what hyper writes, including replies that are meant to break.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::reply::{Delivery, HangUp, Reply};

/// Into how many pieces a slow body is cut.
const PIECES: usize = 8;

/// The body of a reply on its way.
pub(crate) struct Outgoing {
    rest: Bytes,
    /// Bytes that leave at a time.
    piece: usize,
    delivery: Delivery,
    wait: Option<Pin<Box<Sleep>>>,
    /// The length that the head of the reply tells.
    announced: u64,
    /// Whether what was written before the cut had its chance to leave.
    flushed: bool,
}

/// The connection ends here, because that was asked for.
#[derive(Debug, thiserror::Error)]
#[error("the reply breaks off, as asked for")]
pub(crate) struct BrokenOff(pub(crate) HangUp);

impl Reply {
    /// The response for hyper, or how to hang up without one.
    pub(crate) fn into_response(self) -> Result<http::Response<Outgoing>, BrokenOff> {
        if let Some(how) = self.delivery.hang_up {
            return Err(BrokenOff(how));
        }
        let mut response = http::Response::new(Outgoing::new(self.body, self.delivery));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        Ok(response)
    }
}

impl Outgoing {
    fn new(mut body: Bytes, delivery: Delivery) -> Self {
        let whole = body.len();
        if delivery.cut {
            body.truncate(whole / 2);
        }
        // A cut must be seen even where there is nothing to cut.
        let announced = whole.max(usize::from(delivery.cut));
        let pieces = if delivery.pause.is_some() { PIECES } else { 1 };
        Self {
            piece: body.len().div_ceil(pieces).max(1),
            rest: body,
            delivery,
            wait: delivery.pause.map(|pause| Box::pin(sleep(pause))),
            announced: announced as u64,
            flushed: false,
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if let Some(wait) = &mut self.wait {
            ready!(wait.as_mut().poll(context));
            self.wait = None;
        }
        if !self.rest.is_empty() {
            let length = self.piece.min(self.rest.len());
            let piece = self.rest.split_to(length);
            self.wait = self.delivery.pause.map(|pause| Box::pin(sleep(pause)));
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        if !self.delivery.cut {
            return Poll::Ready(None);
        }
        if !self.flushed {
            // hyper sends what it holds when a body has nothing ready, and drops it on an error.
            self.flushed = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(BrokenOff(HangUp::Close))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && !self.delivery.cut
    }

    fn size_hint(&self) -> SizeHint {
        if self.delivery.chunked {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.announced)
    }
}

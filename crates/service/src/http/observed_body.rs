//! A body wrapper that notifies an observer of each frame and of the drop.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

/// Observes a body while it is read.
pub(crate) trait Observer<B>: Unpin {
    /// Called before the body is polled for a frame.
    fn polling(&mut self) {}

    /// Called after a frame or the end came. `is_last` says whether the body is complete.
    fn received(&mut self, _is_last: bool) {}

    /// Called when the body is dropped, complete or not.
    fn dropped(&mut self, _body: &mut B) {}
}

/// A body with its observer.
pub(crate) struct Observed<B, O: Observer<B>> {
    body: B,
    observer: O,
}

impl<B, O: Observer<B>> Observed<B, O> {
    /// `body`, watched by `observer`.
    pub(crate) fn new(body: B, observer: O) -> Self {
        Self { body, observer }
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin, O: Observer<B>> HttpBody for Observed<B, O> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        this.observer.polling();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        this.observer.received(frame.is_none() || this.body.is_end_stream());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B, O: Observer<B>> Drop for Observed<B, O> {
    fn drop(&mut self) {
        self.observer.dropped(&mut self.body);
    }
}

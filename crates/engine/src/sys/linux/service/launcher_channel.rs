//! The launcher's messages about one run.

use std::io;
use std::os::fd::{AsFd, OwnedFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::sys::linux::fd_passing;
use crate::sys::linux::protocol::{self, LauncherMessage};

/// The service's end of the channel. Only the launcher has the other end.
pub(crate) struct LauncherChannel(AsyncFd<OwnedFd>);

impl LauncherChannel {
    /// Wraps `socket`. Must be called within a tokio runtime.
    pub(crate) fn of(socket: OwnedFd) -> io::Result<Self> {
        fd_passing::do_not_wait(&socket)?;
        Ok(Self(fd_passing::waitable(socket)?))
    }

    /// The next message with the descriptor passed along; `None` if the launcher is gone. Cancel safe.
    pub(crate) async fn next(&self) -> io::Result<Option<(LauncherMessage, Option<OwnedFd>)>> {
        let message = self.0.async_io(Interest::READABLE, |socket| fd_passing::receive(socket.as_fd())).await?;
        let Some(message) = message else { return Ok(None) };
        Ok(Some((protocol::parse(&message.bytes)?, message.descriptors.into_iter().next())))
    }
}

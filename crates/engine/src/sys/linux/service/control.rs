//! The service's end of one run's control socket.

use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream as StdStream;

use nix::sys::socket::{self, MsgFlags};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::sys::linux::protocol::{self, ControlMessage, MOST_REPORT, Report, RunSpec};

/// The socket, and what has come of a report so far.
pub(crate) struct Control {
    socket: UnixStream,
    received: Vec<u8>,
}

impl Control {
    /// Of `socket`. Must be called within a tokio runtime.
    pub(crate) fn of(socket: StdStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self { socket: UnixStream::from_std(socket)?, received: Vec::new() })
    }

    /// Sends the job; a large one waits until the supervisor reads it.
    pub(crate) async fn send_spec(&mut self, spec: &RunSpec) -> io::Result<()> {
        self.socket.write_all(&protocol::frame(spec)?).await
    }

    /// Sends an order; one that does not fit into the socket at once finds a supervisor that does not answer anyway.
    pub(crate) fn send(&self, message: ControlMessage) -> io::Result<()> {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        socket::send(self.socket.as_raw_fd(), &protocol::frame(&message)?, flags)?;
        Ok(())
    }

    /// Tells the supervisor to end the run.
    pub(crate) fn end(&self) {
        let _ = socket::shutdown(self.socket.as_raw_fd(), socket::Shutdown::Write);
    }

    /// The next report. `UnexpectedEof` when the other end is closed, and another error for what is no report. Cancel safe.
    pub(crate) async fn report(&mut self) -> io::Result<Report> {
        loop {
            if let Some(report) = protocol::take(&mut self.received, MOST_REPORT)? {
                return Ok(report);
            }
            match self.socket.read_buf(&mut self.received).await {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err(ErrorKind::UnexpectedEof.into()),
                read => drop(read?),
            }
        }
    }
}

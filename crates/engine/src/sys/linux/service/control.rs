//! The service's end of a run's control socket.

use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream as StdStream;

use nix::sys::socket::{self, MsgFlags};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

use crate::sys::linux::protocol::{self, ControlMessage, MOST_REPORT, Report, RunSpec};

/// The socket, and the received part of a report.
pub(crate) struct Control {
    socket: UnixStream,
    received: Vec<u8>,
}

impl Control {
    /// Wraps `socket`. Must be called within a tokio runtime.
    pub(crate) fn of(socket: StdStream) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Ok(Self { socket: UnixStream::from_std(socket)?, received: Vec::new() })
    }

    /// Sends the spec, waiting for the supervisor if it is large.
    pub(crate) async fn send_spec(&mut self, spec: &RunSpec) -> io::Result<()> {
        self.socket.write_all(&protocol::frame(spec)?).await
    }

    /// Sends a control message. It fails if the socket's buffer is full: then the supervisor does not read, and will be found
    /// to hang.
    pub(crate) fn send(&self, message: ControlMessage) -> io::Result<()> {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        socket::send(self.socket.as_raw_fd(), &protocol::frame(&message)?, flags)?;
        Ok(())
    }

    /// Tells the supervisor to end the run.
    pub(crate) fn end(&self) {
        let _ = socket::shutdown(self.socket.as_raw_fd(), socket::Shutdown::Write);
    }

    /// The next report. `UnexpectedEof` if the other end is closed, another error for an invalid report. Cancel safe.
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

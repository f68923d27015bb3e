//! Receives the service's control messages in the supervisor.

use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, recv, send};

use crate::sys::linux::protocol::{self, ControlMessage, Report};

/// Bytes read at once, and the longest message.
const CHUNK: usize = 256;

/// The supervisor's end of a control socket.
pub(crate) struct ControlReader {
    control: UnixStream,
    received: Vec<u8>,
}

impl ControlReader {
    /// Reads from `control`.
    pub(crate) fn of(control: UnixStream) -> Self {
        Self { control, received: Vec::new() }
    }

    /// For polling.
    pub(crate) fn socket(&self) -> &UnixStream {
        &self.control
    }

    /// The messages received so far, without blocking; `None` when the run must end.
    pub(crate) fn take(&mut self) -> io::Result<Option<Vec<ControlMessage>>> {
        let mut chunk = [0; CHUNK];
        match recv(self.control.as_raw_fd(), &mut chunk, MsgFlags::MSG_DONTWAIT) {
            Ok(0) | Err(Errno::ECONNRESET) => return Ok(None),
            Ok(count) => self.received.extend_from_slice(&chunk[..count]),
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut messages = Vec::new();
        while let Some(message) = protocol::take(&mut self.received, CHUNK)? {
            messages.push(message);
        }
        Ok(Some(messages))
    }

    /// Answers without blocking; a service that does not read will notice the silence.
    pub(crate) fn answer(&self, report: &Report) {
        let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
        let _ = protocol::frame(report).map(|frame| send(self.control.as_raw_fd(), &frame, flags));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    use super::ControlReader;
    use crate::sys::linux::protocol::{ControlMessage, frame};

    #[test]
    fn messages_are_complete_whatever_the_pieces() {
        let (mut service, control) = UnixStream::pair().expect("a pair");
        let mut reader = ControlReader::of(control);
        assert_eq!(reader.take().expect("nothing"), Some(Vec::new()));
        let bytes =
            [frame(&ControlMessage::Signal(2)).expect("a frame"), frame(&ControlMessage::Signal(15)).expect("a frame")]
                .concat();
        service.write_all(&bytes[..3]).expect("the first bytes");
        assert_eq!(reader.take().expect("a part"), Some(Vec::new()));
        service.write_all(&bytes[3..]).expect("the rest");
        assert_eq!(reader.take().expect("both"), Some(vec![ControlMessage::Signal(2), ControlMessage::Signal(15)]));
        drop(service);
        assert_eq!(reader.take().expect("the end"), None);
    }
}

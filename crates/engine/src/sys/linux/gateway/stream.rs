//! One TCP connection: the program's end in the stack, and the machine's.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::poll::PollFlags;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrStorage, connect, socket};
use smoltcp::socket::tcp::{Socket, State};

use super::packet::Refusal;
use super::questions::Questions;

/// The most bytes that are read for questions at once.
const CHUNK: usize = 4096;

/// The machine's end of a connection, and the bytes that wait for it.
pub(super) struct Stream {
    host: TcpStream,
    /// Whether the machine's end takes no more bytes for now.
    is_full: bool,
    /// Whether the other side sends no more.
    host_ended: bool,
    /// Whether the other side knows that the program sends no more.
    told_end: bool,
    /// For a connection to a name server: the received part of the next question, and the questions to send.
    questions: Option<(Questions, Vec<u8>)>,
}

impl Stream {
    /// Begins to connect to `address`.
    pub(super) fn connect(address: SocketAddr, is_resolver: bool) -> Result<Self, Refusal> {
        let host = begin(address).map_err(refusal)?;
        let questions = is_resolver.then(Default::default);
        Ok(Self { host, is_full: false, host_ended: false, told_end: false, questions })
    }

    /// For polling.
    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.host.as_fd()
    }

    /// Checks that the machine's socket, whose state has changed, is connected.
    pub(super) fn connected(&self) -> Result<(), Refusal> {
        match self.host.take_error() {
            Ok(None) => {
                let _ = self.host.set_nodelay(true);
                Ok(())
            }
            Ok(Some(error)) => {
                Err(error.raw_os_error().map_or(Refusal::NoWay, |number| refusal(Errno::from_raw(number))))
            }
            Err(_) => Err(Refusal::NoWay),
        }
    }

    /// The events to wait for at the machine's side.
    pub(super) fn interest(&self, program: &Socket<'_>) -> PollFlags {
        let mut interest = PollFlags::empty();
        interest.set(PollFlags::POLLIN, !self.host_ended && program.can_send());
        interest.set(PollFlags::POLLOUT, self.is_full);
        interest
    }

    /// Transfers the bytes that can be transferred now; `ready` are the events of the machine's socket. After an error the
    /// program's end is reset.
    pub(super) fn pass(&mut self, program: &mut Socket<'_>, ready: PollFlags) {
        let trouble = PollFlags::POLLERR | PollFlags::POLLHUP;
        self.is_full &= !ready.intersects(PollFlags::POLLOUT | trouble);
        let mut passed = if self.is_full { Ok(()) } else { self.outward(program) };
        if passed.is_ok() && ready.intersects(PollFlags::POLLIN | trouble) {
            passed = self.inward(program);
        }
        if passed.is_err() {
            program.abort();
        }
    }

    /// From the program to the other side.
    fn outward(&mut self, program: &mut Socket<'_>) -> io::Result<()> {
        let sent = match self.questions.take() {
            None => self.send_bytes(program),
            Some((mut questions, mut unsent)) => {
                let sent = self.send_questions(program, &mut questions, &mut unsent);
                self.questions = Some((questions, unsent));
                sent
            }
        };
        match sent {
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.is_full = true,
            sent => sent?,
        }
        // Once everything was sent on, the program's end of sending is passed on too.
        let has_ended = matches!(program.state(), State::CloseWait | State::LastAck | State::Closing | State::TimeWait);
        if has_ended && !program.can_recv() && !self.is_full && !self.told_end {
            self.told_end = true;
            self.host.shutdown(Shutdown::Write)?;
        }
        Ok(())
    }

    fn send_bytes(&mut self, program: &mut Socket<'_>) -> io::Result<()> {
        while program.can_recv() {
            let host = &mut self.host;
            program.recv(|bytes| counted(host.write(bytes))).map_err(io::Error::other)??;
        }
        Ok(())
    }

    fn send_questions(
        &mut self,
        program: &mut Socket<'_>,
        questions: &mut Questions,
        unsent: &mut Vec<u8>,
    ) -> io::Result<()> {
        loop {
            while !unsent.is_empty() {
                let count = self.host.write(unsent)?;
                unsent.drain(..count);
            }
            if !program.can_recv() {
                return Ok(());
            }
            let taken = program.recv(|bytes| {
                let length = bytes.len().min(CHUNK);
                (length, questions.take(&bytes[..length]))
            });
            *unsent = taken.map_err(io::Error::other)?.map_err(|_| ErrorKind::InvalidData)?;
        }
    }

    /// From the other side to the program.
    fn inward(&mut self, program: &mut Socket<'_>) -> io::Result<()> {
        while !self.host_ended && program.can_send() {
            let host = &mut self.host;
            match program.send(|room| counted(host.read(room))).map_err(io::Error::other)? {
                Ok(0) => {
                    self.host_ended = true;
                    program.close();
                }
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A socket that is being connected to `address`, and does not block.
pub(super) fn begin(address: SocketAddr) -> nix::Result<TcpStream> {
    let family = if address.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let descriptor = socket(family, SockType::Stream, flags, None)?;
    match connect(descriptor.as_raw_fd(), &SockaddrStorage::from(address)) {
        Ok(()) | Err(Errno::EINPROGRESS) => Ok(descriptor.into()),
        Err(error) => Err(error),
    }
}

/// The number of bytes that a buffer moves on by, and the result.
fn counted(result: io::Result<usize>) -> (usize, io::Result<usize>) {
    (*result.as_ref().unwrap_or(&0), result)
}

/// The refusal that the program gets for an error of the machine's side.
pub(super) fn refusal(error: Errno) -> Refusal {
    if error == Errno::ECONNREFUSED { Refusal::NoPort } else { Refusal::NoWay }
}

//! Connections to services of the machine's loopback that the user allowed, one by one.
//!
//! The run's own loopback has a listening socket at the same address and port, which its process made and handed over. So a
//! program connects to `localhost` as it would outside.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};

use nix::poll::PollFlags;

use super::stream;

/// The most connections at a time; a further one waits to be accepted.
const MOST: usize = 64;
/// Bytes that a connection buffers in each direction.
const BUFFER: usize = 32 << 10;
/// How often a connection passes on a full buffer before others get their turn.
const AT_ONCE: usize = 16;

/// One of the sockets to poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Socket {
    /// A listening one, by its place.
    Listener(usize),
    /// An end of a connection, by its number.
    End(u64),
}

/// The listening sockets and the connections.
pub(super) struct Forwards {
    listeners: Vec<TcpListener>,
    table: HashMap<u64, Forward>,
    next: u64,
}

/// A connection: its ends and its directions.
struct Forward {
    program: TcpStream,
    host: TcpStream,
    outward: Direction,
    inward: Direction,
}

/// The bytes that were not passed on yet in one direction.
#[derive(Default)]
struct Direction {
    bytes: Vec<u8>,
    has_ended: bool,
}

impl Forwards {
    /// For listening sockets that do not block.
    pub(super) fn new(listeners: Vec<TcpListener>) -> Self {
        Self { listeners, table: HashMap::new(), next: 0 }
    }

    /// The sockets to poll, with the events to wait for.
    pub(super) fn interests(&self) -> impl Iterator<Item = (Socket, BorrowedFd<'_>, PollFlags)> {
        let has_room = self.table.len() < MOST;
        let listeners = self.listeners.iter().enumerate().filter(move |_| has_room);
        let listeners = listeners.map(|(place, it)| (Socket::Listener(place), it.as_fd(), PollFlags::POLLIN));
        let ends = self.table.iter().flat_map(|(number, forward)| {
            forward.interests().map(|(descriptor, interest)| (Socket::End(*number), descriptor, interest))
        });
        // Without an interest, `poll` would still report a closed end, again and again.
        listeners.chain(ends.filter(|(_, _, interest)| !interest.is_empty()))
    }

    /// Serves a socket that is ready.
    pub(super) fn go_on(&mut self, socket: Socket) {
        match socket {
            Socket::Listener(place) => self.accept(place),
            Socket::End(number) => {
                if self.table.get_mut(&number).is_some_and(|forward| !forward.pass()) {
                    self.table.remove(&number);
                }
            }
        }
    }

    /// Accepts a connection, and connects to the same address of the machine. If that fails, the program's end is closed.
    fn accept(&mut self, place: usize) {
        let Some(listener) = self.listeners.get(place) else { return };
        let (Ok((program, _)), Ok(address)) = (listener.accept(), listener.local_addr()) else { return };
        let Ok(host) = stream::begin(address) else { return };
        if program.set_nonblocking(true).and_then(|()| program.set_nodelay(true)).is_ok() {
            let forward = Forward { program, host, outward: Direction::default(), inward: Direction::default() };
            self.table.insert(self.next, forward);
            self.next += 1;
        }
    }
}

impl Forward {
    fn interests(&self) -> [(BorrowedFd<'_>, PollFlags); 2] {
        let flags = |reads: &Direction, writes: &Direction| {
            let mut flags = PollFlags::empty();
            flags.set(PollFlags::POLLIN, reads.bytes.is_empty() && !reads.has_ended);
            flags.set(PollFlags::POLLOUT, !writes.bytes.is_empty());
            flags
        };
        [
            (self.program.as_fd(), flags(&self.outward, &self.inward)),
            (self.host.as_fd(), flags(&self.inward, &self.outward)),
        ]
    }

    /// Transfers the bytes that can be transferred now; false when the connection is over.
    fn pass(&mut self) -> bool {
        let passed =
            [self.outward.pass(&mut self.program, &mut self.host), self.inward.pass(&mut self.host, &mut self.program)];
        let failed = passed.iter().any(|it| it.as_ref().is_err_and(|error| error.kind() != ErrorKind::WouldBlock));
        let has_ended = self.outward.has_ended && self.inward.has_ended;
        !(failed || has_ended)
    }
}

impl Direction {
    fn pass(&mut self, from: &mut TcpStream, to: &mut TcpStream) -> io::Result<()> {
        for _ in 0..AT_ONCE {
            while !self.bytes.is_empty() {
                let count = to.write(&self.bytes)?;
                self.bytes.drain(..count);
            }
            if self.has_ended {
                return Ok(());
            }
            self.bytes.resize(BUFFER, 0);
            let read = from.read(&mut self.bytes);
            self.bytes.truncate(*read.as_ref().unwrap_or(&0));
            // Everything before the end was passed on.
            if read? == 0 {
                self.has_ended = true;
                to.shutdown(Shutdown::Write)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};
    use std::thread;
    use std::time::Duration;

    use nix::poll::{PollFd, PollTimeout, poll};

    use super::super::stream;
    use super::{Forward, Forwards, Socket};

    /// A connection whose ends are sockets of this test.
    fn forward() -> (Forwards, TcpStream, TcpStream) {
        let server = TcpListener::bind("127.0.0.1:0").expect("a server");
        let entrance = TcpListener::bind("127.0.0.1:0").expect("an entrance");
        let outside = TcpStream::connect(entrance.local_addr().expect("an address")).expect("the program's end");
        let (program, _) = entrance.accept().expect("a connection");
        program.set_nonblocking(true).expect("no blocking");
        let host = stream::begin(server.local_addr().expect("an address")).expect("the machine's end");
        let (inside, _) = server.accept().expect("a connection");
        let mut forwards = Forwards::new(Vec::new());
        forwards.table.insert(7, Forward { program, host, outward: Default::default(), inward: Default::default() });
        (forwards, outside, inside)
    }

    /// Passes on until the connection is over.
    fn until_the_end(forwards: &mut Forwards) {
        while !forwards.table.is_empty() {
            let mut list: Vec<PollFd<'_>> =
                forwards.interests().map(|(_, descriptor, interest)| PollFd::new(descriptor, interest)).collect();
            let changed = poll(&mut list, PollTimeout::try_from(Duration::from_secs(10)).expect("a time"));
            assert!(changed.expect("a poll") > 0, "nothing happened for ten seconds");
            forwards.go_on(Socket::End(7));
        }
    }

    #[test]
    fn both_directions_pass_on_everything_and_end_on_their_own() {
        let (mut forwards, mut outside, mut inside) = forward();
        let sent: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
        let expected = sent.clone();
        let program = thread::spawn(move || {
            outside.write_all(&sent).expect("to send");
            outside.shutdown(Shutdown::Write).expect("the end");
            let mut answer = Vec::new();
            outside.read_to_end(&mut answer).expect("an answer");
            answer
        });
        let service = thread::spawn(move || {
            let mut received = Vec::new();
            inside.read_to_end(&mut received).expect("to receive");
            inside.write_all(b"thanks").expect("to answer");
            received
        });
        until_the_end(&mut forwards);
        assert!(service.join().expect("the service") == expected);
        assert_eq!(program.join().expect("the program"), b"thanks");
    }
}

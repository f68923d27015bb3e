//! The TCP connections of a run.
//!
//! A connection is first made from the machine; only then the stack answers the program. So the program learns at once that
//! nothing listens, and tries the next address.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use nix::poll::PollFlags;
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::tcp::{Socket, SocketBuffer, State};
use smoltcp::wire::{IpEndpoint, IpListenEndpoint};

use super::packet::{Pair, Refusal};
use super::rules::Target;
use super::stream::Stream;

/// The most connections at a time. At the limit the program's kernel repeats the opening packet until there is room.
const MOST: usize = 256;
/// Bytes that a connection buffers in each direction.
const BUFFER: usize = 128 << 10;
/// How long making a connection may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// The connections.
#[derive(Default)]
pub(super) struct Streams {
    table: HashMap<Pair, Entry>,
}

struct Entry {
    stream: Stream,
    stage: Stage,
}

enum Stage {
    /// The packet that opens it waits until the machine is connected.
    Connecting { opening: Vec<u8>, since: Instant },
    /// The program's end is in the stack.
    Open(SocketHandle),
}

/// The next step of a connection, after the machine has made it or failed to.
pub(super) enum Made {
    /// The stack gets the packet that opens it.
    Open(Vec<u8>),
    /// The program gets the refusal in answer to that packet.
    Refused(Vec<u8>, Refusal),
}

impl Streams {
    /// Whether the packet of `pair` is for a connection of which the machine's side is still being made.
    pub(super) fn is_connecting(&self, pair: &Pair) -> bool {
        self.table.get(pair).is_some_and(|entry| matches!(entry.stage, Stage::Connecting { .. }))
    }

    /// Whether the stack has the program's end of `pair`.
    pub(super) fn is_open(&self, pair: &Pair) -> bool {
        self.table.get(pair).is_some_and(|entry| matches!(entry.stage, Stage::Open(_)))
    }

    /// Begins a connection to `target`, which the packet `opening` opens. If there are too many, it is ignored.
    pub(super) fn begin(&mut self, pair: Pair, target: &Target, opening: &[u8]) -> Result<(), Refusal> {
        if self.table.len() >= MOST {
            return Ok(());
        }
        let stream = match target {
            Target::Address(address) => Stream::connect(*address, false)?,
            Target::Resolver(servers) => Stream::connect(*servers.first().ok_or(Refusal::NoWay)?, true)?,
        };
        let stage = Stage::Connecting { opening: opening.to_vec(), since: Instant::now() };
        self.table.insert(pair, Entry { stream, stage });
        Ok(())
    }

    /// The connections whose socket on the machine's side is to be polled, with the events to wait for.
    pub(super) fn interests<'a>(
        &'a self,
        sockets: &'a SocketSet<'_>,
    ) -> impl Iterator<Item = (Pair, &'a Stream, PollFlags)> {
        self.table.iter().filter_map(|(pair, entry)| {
            let interest = match entry.stage {
                Stage::Connecting { .. } => PollFlags::POLLOUT,
                Stage::Open(handle) => entry.stream.interest(sockets.get::<Socket>(handle)),
            };
            // Without an interest, `poll` would still report a closed end, again and again.
            (!interest.is_empty()).then_some((*pair, &entry.stream, interest))
        })
    }

    /// The result of connecting the machine's side of `pair`, whose socket has the events `ready`. A failed connection is
    /// removed.
    pub(super) fn made(&mut self, pair: Pair) -> Option<Made> {
        let entry = self.table.get(&pair)?;
        let Stage::Connecting { opening, .. } = &entry.stage else { return None };
        let opening = opening.clone();
        Some(match entry.stream.connected() {
            Ok(()) => Made::Open(opening),
            Err(refusal) => {
                self.table.remove(&pair);
                Made::Refused(opening, refusal)
            }
        })
    }

    /// Adds the program's end of `pair` to the stack, where it waits for the packet that opens it.
    pub(super) fn open(&mut self, pair: Pair, sockets: &mut SocketSet<'_>) {
        let Some(entry) = self.table.get_mut(&pair) else { return };
        let buffer = || SocketBuffer::new(vec![0; BUFFER]);
        let mut socket = Socket::new(buffer(), buffer());
        socket.set_nagle_enabled(false);
        socket.set_ack_delay(None);
        let endpoint = IpListenEndpoint::from(IpEndpoint::from(pair.1));
        if socket.listen(endpoint).is_ok() {
            entry.stage = Stage::Open(sockets.add(socket));
        }
    }

    /// Transfers the bytes of connection `pair` that can be transferred now.
    pub(super) fn pass(&mut self, pair: &Pair, ready: PollFlags, sockets: &mut SocketSet<'_>) {
        if let Some(Entry { stream, stage: Stage::Open(handle) }) = self.table.get_mut(pair) {
            stream.pass(sockets.get_mut(*handle), ready);
        }
    }

    /// Removes connections that are over, and those that take too long to be made.
    pub(super) fn remove_ended(&mut self, sockets: &mut SocketSet<'_>) {
        self.table.retain(|_, entry| match &entry.stage {
            Stage::Connecting { since, .. } => since.elapsed() < PATIENCE,
            Stage::Open(handle) => {
                let state = sockets.get::<Socket>(*handle).state();
                // A socket that still listens: the stack did not accept the packet that opened its connection.
                let is_over = matches!(state, State::Closed | State::TimeWait | State::Listen);
                if is_over {
                    sockets.remove(*handle);
                }
                !is_over
            }
        });
    }
}

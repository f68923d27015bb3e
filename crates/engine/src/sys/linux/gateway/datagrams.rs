//! The UDP flows of a run: each has a socket of the machine that is connected to its destination.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use nix::errno::Errno;

use super::packet::{self, Pair, Refusal};
use super::questions;
use super::rules::Target;
use super::stream::refusal;

/// The most flows at a time; a further one replaces the one that was idle longest.
const MOST: usize = 256;
/// A flow without datagrams ends after this time.
const IDLE: Duration = Duration::from_secs(60);
/// The most datagrams that are received from a flow in a row.
const AT_ONCE: usize = 16;

/// The flows.
pub(super) struct Datagrams {
    table: HashMap<Pair, Flow>,
    buffer: Box<[u8]>,
}

struct Flow {
    host: UdpSocket,
    used: Instant,
    /// For questions to name servers.
    asked: Option<Asked>,
}

/// The name server in use, and the last question.
struct Asked {
    servers: Vec<SocketAddr>,
    current: usize,
    id: Option<u16>,
}

/// The immediate answer to a datagram of the program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing.
    Nothing,
    /// A datagram with this content.
    Content(Vec<u8>),
    /// The message that it was not delivered.
    Refused(Refusal),
}

impl Datagrams {
    pub(super) fn new() -> Self {
        Self { table: HashMap::new(), buffer: vec![0; 1 << 16].into_boxed_slice() }
    }

    /// Sends a datagram of the program to `target`.
    pub(super) fn send(&mut self, pair: Pair, content: &[u8], target: Target) -> Answer {
        let sent = match target {
            Target::Address(address) => self.flow(pair, address, None).and_then(|flow| flow.send(content)),
            Target::Resolver(servers) => {
                let Some(question) = questions::anew(content) else {
                    return questions::refusal(content).map_or(Answer::Nothing, Answer::Content);
                };
                let first = servers.first().copied().unwrap_or((Ipv4Addr::LOCALHOST, 53).into());
                let asked = Asked { servers, current: 0, id: None };
                self.flow(pair, first, Some(asked)).and_then(|flow| flow.ask(&question))
            }
        };
        match sent {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Answer::Refused(told(&error)),
            _ => Answer::Nothing,
        }
    }

    /// The flow `pair`; a new one is connected to `address`.
    fn flow(&mut self, pair: Pair, address: SocketAddr, asked: Option<Asked>) -> io::Result<&mut Flow> {
        if !self.table.contains_key(&pair) {
            self.make_room();
            let any: IpAddr =
                if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
            let host = UdpSocket::bind((any, 0))?;
            host.set_nonblocking(true)?;
            host.connect(address)?;
            self.table.insert(pair, Flow { host, used: Instant::now(), asked });
        }
        self.table.get_mut(&pair).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn make_room(&mut self) {
        if self.table.len() >= MOST {
            let oldest = self.table.iter().min_by_key(|(_, flow)| flow.used).map(|(pair, _)| *pair);
            oldest.and_then(|pair| self.table.remove(&pair));
        }
    }

    /// The sockets to poll for reading.
    pub(super) fn interests(&self) -> impl Iterator<Item = (Pair, BorrowedFd<'_>)> {
        self.table.iter().map(|(pair, flow)| (*pair, flow.host.as_fd()))
    }

    /// Receives datagrams of flow `pair`, and gives each to `deliver` as a packet for the program.
    pub(super) fn receive(&mut self, pair: Pair, mut deliver: impl FnMut(&[u8])) {
        let Some(flow) = self.table.get_mut(&pair) else { return };
        let (program, destination) = pair;
        for _ in 0..AT_ONCE {
            match flow.host.recv(&mut self.buffer) {
                Ok(length) => {
                    flow.used = Instant::now();
                    deliver(&packet::datagram(destination, program, &self.buffer[..length]));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) => {
                    // The message is about a datagram that the program sent; it names only the flow.
                    let sent = packet::datagram(program, destination, &[]);
                    if let Some(message) = packet::unreachable(&sent, told(&error)) {
                        deliver(&message);
                    }
                    return;
                }
            }
        }
    }

    /// Ends idle flows.
    pub(super) fn remove_ended(&mut self) {
        self.table.retain(|_, flow| flow.used.elapsed() < IDLE);
    }
}

impl Flow {
    fn send(&mut self, content: &[u8]) -> io::Result<()> {
        self.used = Instant::now();
        match self.host.send(content) {
            // An earlier datagram was refused; this one was not sent yet.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => self.host.send(content).map(drop),
            sent => sent.map(drop),
        }
    }

    /// Sends a question; one that is repeated goes to the next name server.
    fn ask(&mut self, question: &[u8]) -> io::Result<()> {
        if let Some(asked) = &mut self.asked {
            let id = questions::id(question);
            if asked.id == id && asked.servers.len() > 1 {
                asked.current = (asked.current + 1) % asked.servers.len();
                self.host.connect(asked.servers[asked.current])?;
            }
            asked.id = id;
        }
        self.send(question)
    }
}

fn told(error: &io::Error) -> Refusal {
    error.raw_os_error().map_or(Refusal::NoWay, |number| refusal(Errno::from_raw(number)))
}

//! The gateway's loop: packets of the program, the machine's sockets, and the stack's timers.

use std::fs::File;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout};
use smoltcp::iface::{Config, Interface, PollResult, SocketSet};
use smoltcp::time::Instant as Time;
use smoltcp::wire::HardwareAddress;

use super::datagrams::{Answer, Datagrams};
use super::device::Device;
use super::forwards::{self, Forwards};
use super::packet::{self, Packet, Pair, Refusal};
use super::rules::Rules;
use super::streams::{Made, Streams};
use crate::sys::linux::own_process::wait;

/// The most packets that are read in a row before the machine's sockets get their turn.
const AT_ONCE: usize = 64;
/// How often the stack sends in a row.
const SENDS: usize = 64;
/// The longest wait: idle flows are ended about as often.
const LONGEST: Duration = Duration::from_secs(5);

/// The owner of a descriptor.
#[derive(Clone, Copy)]
enum Source {
    Device,
    Stream(Pair),
    Datagrams(Pair),
    Forward(forwards::Socket),
}

/// The state of the loop.
pub(super) struct Stack {
    device: Device,
    interface: Interface,
    sockets: SocketSet<'static>,
    streams: Streams,
    datagrams: Datagrams,
    forwards: Forwards,
    rules: Rules,
    began: Instant,
}

impl Stack {
    /// For the run whose device this is.
    pub(super) fn new(device: File, listeners: Vec<TcpListener>, rules: Rules) -> io::Result<Self> {
        let mut device = Device::new(device);
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = RandomState::new().build_hasher().finish();
        let mut interface = Interface::new(config, &mut device, Time::ZERO);
        // The interface answers for every address.
        interface.set_any_ip(true);
        Ok(Self {
            device,
            interface,
            sockets: SocketSet::new(Vec::new()),
            streams: Streams::default(),
            datagrams: Datagrams::new(),
            forwards: Forwards::new(listeners),
            rules,
            began: Instant::now(),
        })
    }

    /// Works until the device is gone.
    pub(super) fn run(mut self) -> io::Result<()> {
        loop {
            for (source, ready) in self.wait()? {
                match source {
                    Source::Device => self.read_packets()?,
                    Source::Stream(pair) if self.streams.is_connecting(&pair) => self.made(pair),
                    Source::Stream(pair) => self.streams.pass(&pair, ready, &mut self.sockets),
                    Source::Datagrams(pair) => self.datagrams.receive(pair, |packet| self.device.send(packet)),
                    Source::Forward(socket) => self.forwards.go_on(socket),
                }
            }
            self.send();
            self.streams.remove_ended(&mut self.sockets);
            self.datagrams.remove_ended();
        }
    }

    /// Waits for work, and returns the ready sources with their events.
    fn wait(&mut self) -> io::Result<Vec<(Source, PollFlags)>> {
        let now = self.now();
        let delay = self.interface.poll_delay(now, &self.sockets).map_or(LONGEST, Duration::from).min(LONGEST);
        // Rounded up: a poll of 0 ms would be repeated until the time has come.
        let rounded = if delay.is_zero() { delay } else { delay + Duration::from_millis(1) };
        let mut sources = vec![Source::Device];
        let mut list = vec![PollFd::new(self.device.descriptor(), PollFlags::POLLIN)];
        let mut add = |source, fd| {
            sources.push(source);
            list.push(fd);
        };
        for (pair, stream, interest) in self.streams.interests(&self.sockets) {
            add(Source::Stream(pair), PollFd::new(stream.descriptor(), interest));
        }
        for (pair, descriptor) in self.datagrams.interests() {
            add(Source::Datagrams(pair), PollFd::new(descriptor, PollFlags::POLLIN));
        }
        for (socket, descriptor, interest) in self.forwards.interests() {
            add(Source::Forward(socket), PollFd::new(descriptor, interest));
        }
        wait(&mut list, PollTimeout::try_from(rounded).map_err(io::Error::other)?)?;
        let ready = list.iter().map(|fd| fd.revents().unwrap_or(PollFlags::empty()));
        Ok(sources.into_iter().zip(ready).filter(|(_, ready)| !ready.is_empty()).collect())
    }

    fn now(&self) -> Time {
        Time::from_micros(i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn read_packets(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        for _ in 0..AT_ONCE {
            if !self.device.read(&mut bytes)? {
                break;
            }
            match packet::parse(&bytes) {
                Some(Packet::Stream { pair, opens }) => self.on_stream(pair, opens, &bytes),
                Some(Packet::Datagram { pair, content }) => self.on_datagram(pair, content, &bytes),
                None => {}
            }
        }
        Ok(())
    }

    /// A part of a TCP connection. One that opens a known connection is a repetition.
    fn on_stream(&mut self, pair: Pair, opens: bool, bytes: &[u8]) {
        if self.streams.is_open(&pair) {
            self.give(bytes);
            self.streams.pass(&pair, PollFlags::empty(), &mut self.sockets);
        } else if opens && !self.streams.is_connecting(&pair) {
            // A new connection: the rules decide, then it is made from the machine.
            let begun = match self.rules.target(pair.1) {
                Some(target) => self.streams.begin(pair, &target, bytes),
                None => Err(Refusal::Closed),
            };
            if let Err(refusal) = begun {
                self.refuse(bytes, refusal);
            }
        } else if !opens {
            // A packet of a connection that is over: the stack answers with a reset.
            self.give(bytes);
        }
    }

    fn on_datagram(&mut self, pair: Pair, content: &[u8], bytes: &[u8]) {
        let answer = match self.rules.target(pair.1) {
            Some(target) => self.datagrams.send(pair, content, target),
            None => Answer::Refused(Refusal::Closed),
        };
        match answer {
            Answer::Nothing => {}
            Answer::Content(content) => self.device.send(&packet::datagram(pair.1, pair.0, &content)),
            Answer::Refused(refusal) => self.refuse(bytes, refusal),
        }
    }

    /// Continues a connection after its socket on the machine's side was connected or failed.
    fn made(&mut self, pair: Pair) {
        match self.streams.made(pair) {
            Some(Made::Open(opening)) => {
                self.streams.open(pair, &mut self.sockets);
                self.give(&opening);
            }
            Some(Made::Refused(opening, refusal)) => self.refuse(&opening, refusal),
            None => {}
        }
    }

    /// Tells the program that its packet was not delivered.
    fn refuse(&mut self, packet: &[u8], refusal: Refusal) {
        if let Some(message) = packet::unreachable(packet, refusal) {
            self.device.send(&message);
        }
    }

    /// Gives the stack a packet.
    fn give(&mut self, packet: &[u8]) {
        self.device.offer(packet);
        let now = self.now();
        self.interface.poll_ingress_single(now, &mut self.device, &mut self.sockets);
    }

    /// Lets the stack send the packets that it can send now.
    fn send(&mut self) {
        for _ in 0..SENDS {
            let now = self.now();
            if self.interface.poll_egress(now, &mut self.device, &mut self.sockets) == PollResult::None {
                return;
            }
        }
    }
}

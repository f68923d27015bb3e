//! A network of the run's own: nothing in it but its loopback, and for a run with a network a device that leads to its gateway.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::AddressFamily;

use super::tun;
use crate::sys::linux::{fd_passing, own_process};

/// The socket on which the program's process gives the gateway the run's device. Closed by exec.
pub(crate) struct Handover {
    gateway: OwnedFd,
    /// Addresses of the loopback at which the gateway listens.
    listen: Vec<SocketAddr>,
}

impl Handover {
    /// To the gateway at the other end of `gateway`, of a run that may also reach `allow`.
    pub(crate) fn new(gateway: OwnedFd, allow: &[SocketAddr]) -> Self {
        let listen = allow.iter().filter(|address| address.ip().is_loopback()).copied().collect();
        Self { gateway, listen }
    }

    /// Makes the device and the listening sockets, in this process's network, and sends them.
    fn hand_over(&self) -> io::Result<()> {
        let device = tun::create()?;
        self.send(&device)?;
        for address in &self.listen {
            match TcpListener::bind(address) {
                Ok(listener) => self.send(&listener)?,
                // Without IPv6 in the kernel no service listens there either.
                Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn send(&self, descriptor: &impl AsFd) -> io::Result<()> {
        // The kernel keeps few packets, and the gateway reads them.
        while let Err(error) = fd_passing::send(self.gateway.as_fd(), b"open", &[descriptor.as_fd().as_raw_fd()]) {
            if error != Errno::EAGAIN {
                return Err(error.into());
            }
            own_process::wait(&mut [PollFd::new(self.gateway.as_fd(), PollFlags::POLLOUT)], PollTimeout::NONE)?;
        }
        Ok(())
    }
}

/// Moves this process into a new network. Its loopback is not the machine's; programs use it to reach themselves. With a
/// `handover` the run reaches the addresses that its gateway allows.
pub(super) fn enter(handover: Option<&Handover>) -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    // Without a loopback the run has no network at all, which is as safe.
    let _ = tun::inet(AddressFamily::Inet).and_then(|socket| tun::raise(&socket, b"lo"));
    handover.map_or(Ok(()), Handover::hand_over)
}

/// Tries in this process whether a run can be given the device; the error is the system's number.
pub(super) fn try_device() -> io::Result<()> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    tun::create().map(drop)
}

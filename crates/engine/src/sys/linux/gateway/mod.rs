//! The gateway of a run with a network: carries its connections to the machine's network, and decides which are allowed.
//!
//! A run has a network namespace of its own, which contains only its loopback and a TUN device. Every packet for another address
//! arrives here, in a process that the supervisor forks, in the machine's network. `stack` answers the program's TCP by a TCP/IP
//! stack of its own (smoltcp) and connects to the same address from the machine; `datagrams` does it for UDP. So the program
//! never has a socket of the machine's network. `rules` decides by the destination address: `closed` lists the addresses that are
//! not public, `interfaces` and `routes` know the machine's other networks, and `translators` finds the IPv4 addresses behind
//! IPv6 addresses. `questions` and `resolver` answer DNS by the machine's name servers. `forwards` carries connections to those
//! services of the machine's loopback that the user allowed.
//!
//! The process is in the run's PID namespace and control group: it ends with the run, and its CPU time and memory count as the
//! run's. It may read `resolv.conf` and use internet sockets, no more. Connections, datagram flows and bytes are
//! bounded; a full buffer stops the side that fills it.

mod closed;
mod datagrams;
mod device;
mod forwards;
mod interfaces;
mod packet;
mod questions;
mod resolver;
mod routes;
mod rules;
mod stack;
mod stream;
mod streams;
mod translators;

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::{ForkResult, Pid, dup2_raw, fork};

use super::fd_passing;
use super::own_process;
use super::sandbox::capabilities;
use super::sandbox::isolation::{self, Handover};
use crate::isolation::Outward;
use rules::Rules;
use stack::Stack;

/// The socket's number in the gateway; everything above is closed.
const SOCKET: i32 = 3;

/// Forks the gateway of a run that may reach public addresses and `outward`. It waits for the run's device, which the program's
/// process hands over.
///
/// # Errors
/// The process cannot be forked.
pub(crate) fn start(outward: &Outward) -> io::Result<(Pid, Handover)> {
    let (ours, theirs) = fd_passing::pair()?;
    // SAFETY: the supervisor has one thread, so no lock is held by another and the child may go on as usual.
    #[expect(unsafe_code, reason = "the gateway is a copy of this process")]
    match unsafe { fork() }? {
        ForkResult::Parent { child } => Ok((child, Handover::new(ours, &outward.allow))),
        ForkResult::Child => {
            // A panic must not unwind into the copied supervisor.
            let served = catch_unwind(AssertUnwindSafe(|| serve(&theirs, outward)));
            own_process::end(i32::from(!matches!(served, Ok(Ok(())))))
        }
    }
}

/// Carries connections until the process is killed with its run; returns early if the program was not started.
fn serve(socket: &OwnedFd, outward: &Outward) -> io::Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    capabilities::hide()?;
    let socket = keep_only(socket)?;
    let Some((device, listeners)) = receive(&socket)? else { return Ok(()) };
    drop(socket);
    prctl::set_no_new_privs()?;
    capabilities::give_up()?;
    isolation::confine_gateway(resolver::file().into_iter().collect())?;
    Stack::new(device, listeners, Rules::new(&outward.allow))?.run()
}

/// Closes everything but `socket`: the run's streams must not stay open here.
fn keep_only(socket: &OwnedFd) -> io::Result<OwnedFd> {
    // SAFETY: the number is free to be replaced, because nothing else of this process is used from here on.
    #[expect(unsafe_code, reason = "the descriptors of the supervisor's copy are known by number only")]
    let kept = unsafe { dup2_raw(socket, SOCKET) }?;
    let first = SOCKET as libc::c_uint + 1;
    // SAFETY: the closed descriptors belong to the copied supervisor, of which nothing runs in this process.
    #[expect(unsafe_code, reason = "nix has no close_range")]
    Errno::result(unsafe { libc::syscall(libc::SYS_close_range, first, libc::c_uint::MAX, 0) })?;
    Ok(kept)
}

/// The run's device, and the listening sockets of its loopback; `None` if the program's process ended before.
fn receive(socket: &OwnedFd) -> io::Result<Option<(File, Vec<TcpListener>)>> {
    let mut descriptors = Vec::new();
    while let Some(packet) = fd_passing::receive(socket.as_fd())? {
        descriptors.extend(packet.descriptors);
    }
    let mut descriptors = descriptors.into_iter();
    let Some(device) = descriptors.next() else { return Ok(None) };
    fd_passing::do_not_wait(&device)?;
    let listeners: Vec<TcpListener> = descriptors.map(TcpListener::from).collect();
    listeners.iter().try_for_each(|listener| listener.set_nonblocking(true))?;
    Ok(Some((device.into(), listeners)))
}

//! Passes file descriptors between processes (SCM_RIGHTS).

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, sendmsg, socketpair,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The most descriptors in a packet.
const MOST: usize = 5;
/// The most bytes in a packet.
const BYTES: usize = 64;

/// Both ends of a socket that keeps packets apart.
pub(crate) fn pair() -> nix::Result<(OwnedFd, OwnedFd)> {
    socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
}

/// Makes `socket` non-blocking.
pub(crate) fn do_not_wait(socket: &OwnedFd) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(socket, FcntlArg::F_GETFL)?);
    fcntl(socket, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).map(drop)
}

/// Registers a descriptor with tokio. Must be called within a tokio runtime.
pub(crate) fn waitable(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an owned descriptor stays the same open one for as long as it lives.
    #[expect(unsafe_code, reason = "the safe constructor is deprecated")]
    unsafe {
        Ok(AsyncFd::register_with_interest(descriptor, Interest::READABLE)?)
    }
}

/// A packet.
pub(crate) struct Packet {
    /// Its content, at most a few bytes.
    pub(crate) bytes: Vec<u8>,
    /// The descriptors passed with it.
    pub(crate) descriptors: Vec<OwnedFd>,
}

/// Sends a packet without blocking.
pub(crate) fn send(socket: BorrowedFd<'_>, bytes: &[u8], descriptors: &[RawFd]) -> nix::Result<()> {
    let rights = [ControlMessage::ScmRights(descriptors)];
    let rights = if descriptors.is_empty() { &rights[..0] } else { &rights[..] };
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(bytes)], rights, flags, None).map(drop)
}

/// Receives a packet, blocking unless the socket is non-blocking; `None` if no sender is left. Fails if the descriptors would
/// exceed this process's limit of open files; they are lost then.
pub(crate) fn receive(socket: BorrowedFd<'_>) -> io::Result<Option<Packet>> {
    let mut bytes = [0; BYTES];
    let mut data = [IoSliceMut::new(&mut bytes)];
    let mut space = nix::cmsg_space!([RawFd; MOST]);
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut data, Some(&mut space), MsgFlags::MSG_CMSG_CLOEXEC)?;
    let length = message.bytes;
    let numbers = message.cmsgs()?.filter_map(|part| match part {
        ControlMessageOwned::ScmRights(numbers) => Some(numbers),
        _ => None,
    });
    // SAFETY: the kernel has just made these descriptors for us, and nothing else in this process owns them.
    #[expect(unsafe_code, reason = "taking ownership of received descriptors")]
    let descriptors: Vec<OwnedFd> = numbers.flatten().map(|fd| unsafe { OwnedFd::from_raw_fd(fd) }).collect();
    if length == 0 && descriptors.is_empty() {
        return Ok(None);
    }
    Ok(Some(Packet { bytes: bytes[..length].to_vec(), descriptors }))
}

//! Descriptors that are handed from one process to another: those of a run, and those that tell of it.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{
    AddressFamily, ControlMessage, ControlMessageOwned, MsgFlags, SockFlag, SockType, recvmsg, sendmsg, socketpair,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The most descriptors in one message.
const MOST: usize = 5;
/// The most bytes beside them.
const BYTES: usize = 64;

/// Two ends of a socket that keeps messages apart.
pub(crate) fn pair() -> nix::Result<(OwnedFd, OwnedFd)> {
    socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC)
}

/// Makes reading from `socket` fail where it would wait.
pub(crate) fn do_not_wait(socket: &OwnedFd) -> nix::Result<()> {
    let flags = OFlag::from_bits_retain(fcntl(socket, FcntlArg::F_GETFL)?);
    fcntl(socket, FcntlArg::F_SETFL(flags | OFlag::O_NONBLOCK)).map(drop)
}

/// A descriptor that asynchronous code can wait on. Must be called within a tokio runtime.
pub(crate) fn waitable(descriptor: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an owned descriptor stays the same open one for as long as it lives.
    #[expect(unsafe_code, reason = "the safe constructor is deprecated")]
    unsafe {
        Ok(AsyncFd::register_with_interest(descriptor, Interest::READABLE)?)
    }
}

/// One message.
pub(crate) struct Packet {
    /// At most a few bytes.
    pub(crate) bytes: Vec<u8>,
    /// What was handed over with them.
    pub(crate) descriptors: Vec<OwnedFd>,
}

/// Sends a message without waiting.
pub(crate) fn send(socket: BorrowedFd<'_>, bytes: &[u8], descriptors: &[RawFd]) -> nix::Result<()> {
    let rights = [ControlMessage::ScmRights(descriptors)];
    let rights = if descriptors.is_empty() { &rights[..0] } else { &rights[..] };
    let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
    sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(bytes)], rights, flags, None).map(drop)
}

/// Takes one message, waiting for it unless the socket does not wait; `None` when nobody can send any more. It is an error when
/// this process may not have so many descriptors open; those that came are lost then.
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

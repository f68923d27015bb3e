//! The content of sockets and pipes: their buffers, and descriptors in flight, which were sent through a socket and which no
//! process has received yet.
//!
//! A file in memory whose only descriptor is in flight belongs to no process. The sockets whose queues hold descriptors say so in
//! their fdinfo. A duplicate of such a socket is peeked at, which leaves its queue as it is. Only UNIX sockets are duplicated,
//! which are those with that line: closing the last duplicate of another one may wait for its network.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::libc;
use nix::unistd::Pid;

use super::buffers::Buffers;
use super::{pidfd, procfs};

/// Room for everything that the kernel writes about a message: at most 253 descriptors, the sender's identity, times, and a
/// security label.
const CONTROL_BYTES: usize = 8 << 10;
/// The type of a control message with a descriptor of the sending process (Linux 6.5).
const SCM_PIDFD: libc::c_int = 4;
/// Messages of a queue that are read.
const MESSAGES: usize = 1024;
/// Bytes of a queue that are read at once.
const BYTES: usize = 64 << 10;
/// The most sockets that are read in one look.
const SOCKETS: usize = 4096;

/// Calls `found` with the files that are in flight between `processes`; with one that was sent twice perhaps twice. Returns
/// the buffers of their sockets and pipes.
pub(crate) fn each_file(processes: &[Pid], found: &mut dyn FnMut(&File)) -> Buffers {
    let mut flight = Flight { found, unread: Vec::new(), seen: HashSet::new(), buffers: Buffers::default() };
    for pid in processes {
        let looked = flight.add_descriptors_of(*pid);
        // A process that is ending does not show its descriptors either.
        let is_alive = || procfs::row(*pid).is_ok_and(|row| row.is_some_and(|row| row.is_alive()));
        if looked.is_err_and(|error| !procfs::is_gone(&error)) && is_alive() {
            flight.buffers.unseen.push(*pid);
        }
    }
    while let Some(socket) = flight.unread.pop() {
        flight.read(&socket);
    }
    flight.buffers
}

struct Flight<'a> {
    found: &'a mut dyn FnMut(&File),
    /// Sockets whose queues were not read yet.
    unread: Vec<OwnedFd>,
    /// Devices and inodes of all sockets and pipes that were found. One may be in several processes, and in its own queue.
    seen: HashSet<(u64, u64)>,
    buffers: Buffers,
}

impl Flight<'_> {
    /// Fails if a part of the process cannot be examined.
    fn add_descriptors_of(&mut self, pid: Pid) -> io::Result<()> {
        let mut process = None;
        for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
            let entry = entry?;
            let Ok(file) = fs::metadata(entry.path()) else { continue };
            let Some(number) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let Some(kind) = self.kind(&file, || PathBuf::from(format!("/proc/{pid}/fdinfo/{number}"))) else {
                continue;
            };
            let process = process.get_or_insert_with(|| pidfd::open(pid));
            let duplicate = process.as_ref().map_err(|error| *error).and_then(|it| duplicate(it.as_fd(), number));
            match duplicate {
                Ok(duplicate) => self.measure(duplicate.into(), kind)?,
                Err(error @ (Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM)) => return Err(error.into()),
                // The descriptor was closed meanwhile, or this system, such as Docker's, does not allow duplicating descriptors.
                Err(_) => {}
            }
        }
        Ok(())
    }

    /// The kind of a file that is found for the first time; `None` if it is not measured. `fdinfo` is the place of its fdinfo.
    fn kind(&mut self, file: &Metadata, fdinfo: impl FnOnce() -> PathBuf) -> Option<Kind> {
        let (is_socket, is_pipe) = (file.file_type().is_socket(), file.file_type().is_fifo());
        if !(is_socket || is_pipe) || !self.seen.insert((file.dev(), file.ino())) {
            return None;
        }
        if is_pipe {
            return Some(Kind::Pipe);
        }
        self.buffers.sockets += 1;
        descriptors(&fdinfo()).map(Kind::Socket)
    }

    /// Adds a socket or pipe.
    ///
    /// # Errors
    /// Too many sockets have descriptors in their queues.
    fn measure(&mut self, file: File, kind: Kind) -> io::Result<()> {
        match kind {
            Kind::Pipe => self.buffers.add_pipe(&file),
            Kind::Socket(0) => self.buffers.add_socket(&file),
            Kind::Socket(_) if self.unread.len() >= SOCKETS => return Err(Errno::EMFILE.into()),
            Kind::Socket(_) => {
                self.buffers.add_socket(&file);
                self.unread.push(file.into());
            }
        }
        Ok(())
    }

    /// Reads a queue without taking anything from it. The offset of peeking belongs to the socket, so it is put back.
    fn read(&mut self, socket: &OwnedFd) {
        if set_peek_offset(socket, 0).is_err() {
            return;
        }
        let mut bytes = vec![0; BYTES];
        for _ in 0..MESSAGES {
            let Some(descriptors) = peek(socket, &mut bytes) else { break };
            descriptors.into_iter().for_each(|descriptor| self.add(descriptor.into()));
        }
        let _ = set_peek_offset(socket, -1);
    }

    /// Adds a file that was in flight.
    fn add(&mut self, file: File) {
        let Ok(found) = file.metadata() else { return };
        if found.is_file() {
            return (self.found)(&file);
        }
        let number = file.as_raw_fd();
        if let Some(kind) = self.kind(&found, || format!("/proc/self/fdinfo/{number}").into()) {
            // Sockets beyond the limit are counted as full.
            if self.measure(file, kind).is_err() {
                self.buffers.add_unseen(1);
            }
        }
    }
}

/// A file that is measured.
#[derive(Clone, Copy)]
enum Kind {
    Pipe,
    /// A UNIX socket, and how many descriptors are in its queue.
    Socket(u64),
}

/// The number of descriptors in the queue of a UNIX socket, from its fdinfo; `None` for other files.
fn descriptors(fdinfo: &Path) -> Option<u64> {
    let text = procfs::text(fdinfo).ok()?;
    text.lines().find_map(|line| line.strip_prefix("scm_fds:"))?.trim().parse().ok()
}

/// A process's descriptor as one of ours.
fn duplicate(process: BorrowedFd<'_>, number: RawFd) -> nix::Result<OwnedFd> {
    // SAFETY: the call takes numbers only.
    #[expect(unsafe_code, reason = "nix has no pidfd_getfd")]
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), number, 0) };
    let descriptor = Errno::result(descriptor)?;
    // SAFETY: the kernel has just made this descriptor for us.
    #[expect(unsafe_code, reason = "taking ownership of a new descriptor")]
    Ok(unsafe { OwnedFd::from_raw_fd(i32::try_from(descriptor).unwrap_or(i32::MAX)) })
}

fn set_peek_offset(socket: &OwnedFd, offset: libc::c_int) -> nix::Result<()> {
    let size = libc::socklen_t::try_from(size_of_val(&offset)).unwrap_or_default();
    // SAFETY: the option is an int, which lives until the call returns.
    #[expect(unsafe_code, reason = "nix has no SO_PEEK_OFF")]
    let set = unsafe {
        libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, libc::SO_PEEK_OFF, (&raw const offset).cast(), size)
    };
    Errno::result(set).map(drop)
}

/// The descriptors of the next message behind the offset of peeking; `None` at the end of the queue. A datagram may be empty.
///
/// The program can make the kernel add more to a message, such as the sender's identity (`SO_PASSCRED`), so there may be no room
/// for all of it. The kernel has made the descriptors that it did write, and those that are not owned here stay open.
fn peek(socket: &OwnedFd, bytes: &mut [u8]) -> Option<Vec<OwnedFd>> {
    let mut data = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let mut control = [0_u64; CONTROL_BYTES / size_of::<u64>()];
    // SAFETY: all zeros is a valid value of this structure of numbers and pointers.
    #[expect(unsafe_code, reason = "the structure has private fields on some systems, and no constructor")]
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    (message.msg_iov, message.msg_iovlen) = (&raw mut data, 1);
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(&control) as _;
    let flags = libc::MSG_PEEK | libc::MSG_DONTWAIT | libc::MSG_CMSG_CLOEXEC;
    // SAFETY: the buffers outlive the call, and their sizes are given.
    #[expect(unsafe_code, reason = "nix reads no control messages if some had no room")]
    Errno::result(unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut message, flags) }).ok()?;
    Some(received(&message))
}

/// Takes ownership of every descriptor that the kernel has made for `message`, whose buffers must still be there.
fn received(message: &libc::msghdr) -> Vec<OwnedFd> {
    let mut descriptors = Vec::new();
    // SAFETY: the kernel has filled the control buffer up to the length in the message. The macros keep within it.
    #[expect(unsafe_code, reason = "control messages are read with the system's macros")]
    let mut part = unsafe { libc::CMSG_FIRSTHDR(message) };
    // SAFETY: as above; the buffer is aligned for the header.
    #[expect(unsafe_code, reason = "control messages are read with the system's macros")]
    while let Some(header) = unsafe { part.as_ref() } {
        if header.cmsg_level == libc::SOL_SOCKET && [libc::SCM_RIGHTS, SCM_PIDFD].contains(&header.cmsg_type) {
            // SAFETY: the content follows the header; its length is in it.
            let (content, none) = unsafe { (libc::CMSG_DATA(part).cast::<RawFd>(), libc::CMSG_LEN(0) as usize) };
            let count = (header.cmsg_len - none) / size_of::<RawFd>();
            // SAFETY: the kernel has just made these descriptors for us, and nothing else in this process owns them.
            let each = (0..count).map(|place| unsafe { OwnedFd::from_raw_fd(content.add(place).read_unaligned()) });
            descriptors.extend(each);
        }
        // SAFETY: as above.
        part = unsafe { libc::CMSG_NXTHDR(message, part) };
    }
    descriptors
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;
    use std::os::fd::{AsRawFd, OwnedFd};
    use std::os::unix::fs::MetadataExt;
    use std::sync::{Mutex, PoisonError};

    use nix::libc;
    use nix::sys::socket::{AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, recv, sendmsg, socketpair};
    use nix::unistd::Pid;

    use super::each_file;
    use crate::sys::skip::skip;

    /// Each test looks into all sockets of this process, also the other test's, so they run one after the other.
    static ALONE: Mutex<()> = Mutex::new(());

    fn pair(kind: SockType) -> (OwnedFd, OwnedFd) {
        socketpair(AddressFamily::Unix, kind, None, SockFlag::SOCK_CLOEXEC).expect("a pair")
    }

    fn send(socket: &OwnedFd, text: &[u8], descriptor: Option<&OwnedFd>) {
        let numbers: Vec<_> = descriptor.iter().map(|descriptor| descriptor.as_raw_fd()).collect();
        let rights = [ControlMessage::ScmRights(&numbers)];
        let rights = if numbers.is_empty() { &rights[..0] } else { &rights[..] };
        sendmsg::<()>(socket.as_raw_fd(), &[IoSlice::new(text)], rights, MsgFlags::empty(), None).expect("sent");
    }

    /// How many descriptors of this process are `is`.
    fn count(is: impl Fn(&std::path::Path) -> bool) -> usize {
        std::fs::read_dir("/proc/self/fd").expect("a list").flatten().filter(|entry| is(&entry.path())).count()
    }

    fn turn_on(socket: &OwnedFd, option: libc::c_int) -> bool {
        let on: libc::c_int = 1;
        let size = libc::socklen_t::try_from(size_of_val(&on)).expect("a size");
        // SAFETY: the option is an int, which lives until the call returns.
        #[expect(unsafe_code, reason = "nix does not have each of these options")]
        let set =
            unsafe { libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, (&raw const on).cast(), size) };
        set == 0
    }

    /// The kernel's limit of descriptors in one message.
    const MOST: usize = 253;

    #[test]
    fn no_descriptor_is_left_whatever_comes_with_the_file() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        const SO_PASSPIDFD: libc::c_int = 76;
        for options in
            [&[libc::SO_PASSCRED][..], &[SO_PASSPIDFD], &[libc::SO_PASSCRED, SO_PASSPIDFD, libc::SO_TIMESTAMP]]
        {
            let (sender, receiver) = pair(SockType::Datagram);
            if !options.iter().all(|option| turn_on(&receiver, *option)) {
                skip(format_args!("this kernel lacks one of {options:?}"));
                continue;
            }
            let sent = tempfile::tempfile().expect("a file");
            let inode = sent.metadata().expect("metadata").ino();
            let numbers = [sent.as_raw_fd(); MOST];
            let rights = [ControlMessage::ScmRights(&numbers)];
            sendmsg::<()>(sender.as_raw_fd(), &[IoSlice::new(b"x")], &rights, MsgFlags::empty(), None).expect("sent");
            let is_sent = |path: &std::path::Path| std::fs::metadata(path).is_ok_and(|file| file.ino() == inode);
            let is_pidfd = |path: &std::path::Path| {
                std::fs::read_link(path).is_ok_and(|target| target.to_string_lossy().contains("pidfd"))
            };
            let pidfds = count(is_pidfd);
            let mut found = 0;
            for _ in 0..MOST {
                each_file(&[Pid::this()], &mut |file| {
                    found += usize::from(file.metadata().is_ok_and(|it| it.ino() == inode));
                });
            }
            assert_eq!(count(is_sent), 1, "{options:?}");
            assert!(count(is_pidfd) < pidfds + MOST, "{options:?}");
            assert_eq!(found, MOST * MOST, "{options:?}");
        }
    }

    #[test]
    fn a_file_in_flight_is_found_and_the_queue_stays_as_it_is() {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        for kind in [SockType::Stream, SockType::Datagram, SockType::SeqPacket] {
            let ((sender, receiver), (inner_sender, inner_receiver)) = (pair(kind), pair(kind));
            let sent = tempfile::tempfile().expect("a file");
            let inode = sent.metadata().expect("metadata").ino();
            let is_found = || {
                let mut found = false;
                each_file(&[Pid::this()], &mut |file| found |= file.metadata().is_ok_and(|it| it.ino() == inode));
                found
            };
            // It is behind other messages, in the queue of a socket that is itself in flight.
            send(&inner_sender, b"first", None);
            assert!(!is_found(), "{kind:?}");
            send(&inner_sender, b"second", Some(&sent.into()));
            send(&sender, b"first", None);
            send(&sender, b"second", Some(&inner_receiver));
            drop((inner_sender, inner_receiver));
            assert!(is_found() && is_found(), "{kind:?}");
            let mut text = [0; 5];
            recv(receiver.as_raw_fd(), &mut text, MsgFlags::MSG_PEEK).expect("text");
            assert_eq!(&text, b"first", "{kind:?}");
        }
    }
}

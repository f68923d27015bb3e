//! The seccomp filter that tells new processes from new threads.

use std::io;
use std::os::fd::OwnedFd;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
pub(super) use known::install;

/// No filter for architectures that nobody has tried it on.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn install() -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod known {
    use std::mem::offset_of;
    use std::os::fd::FromRawFd;

    use nix::libc::{self, sock_filter};

    use super::{OwnedFd, io};

    #[cfg(target_arch = "x86_64")]
    const ARCHITECTURE: u32 = 0xC000_003E;
    #[cfg(target_arch = "aarch64")]
    const ARCHITECTURE: u32 = 0xC000_00B7;
    /// From here on x86-64 has the numbers of another architecture, x32.
    const FOREIGN: u32 = 0x4000_0000;

    #[cfg(target_arch = "x86_64")]
    const FORKS: &[libc::c_long] = &[libc::SYS_fork, libc::SYS_vfork];
    #[cfg(target_arch = "aarch64")]
    const FORKS: &[libc::c_long] = &[];

    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
    const IF_SET: u16 = (libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

    const fn statement(code: u16, k: u32) -> sock_filter {
        sock_filter { code, jt: 0, jf: 0, k }
    }

    /// Returns `verdict` when the comparison holds, else goes on.
    const fn when(code: u16, k: u32, verdict: u32) -> [sock_filter; 2] {
        [sock_filter { code, jt: 0, jf: 1, k }, statement(RETURN, verdict)]
    }

    /// Where a part of the system call's description is, its lower half for numbers of 64 bits.
    const fn offset(bytes: usize) -> u32 {
        bytes as u32
    }

    /// `clone3` has its flags in memory, where a filter cannot read them. The C libraries take `clone` when they are told that there
    /// is no such call.
    fn program() -> Vec<sock_filter> {
        let (allow, ask) = (libc::SECCOMP_RET_ALLOW, libc::SECCOMP_RET_USER_NOTIF);
        let unknown = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;
        let mut program = vec![
            statement(LOAD, offset(offset_of!(libc::seccomp_data, arch))),
            sock_filter { code: IF_EQUAL, jt: 1, jf: 0, k: ARCHITECTURE },
            statement(RETURN, allow),
            statement(LOAD, offset(offset_of!(libc::seccomp_data, nr))),
        ];
        program.extend(when(IF_AT_LEAST, FOREIGN, allow));
        program.extend(when(IF_EQUAL, libc::SYS_clone3 as u32, unknown));
        for fork in FORKS {
            program.extend(when(IF_EQUAL, *fork as u32, ask));
        }
        program.push(sock_filter { code: IF_EQUAL, jt: 1, jf: 0, k: libc::SYS_clone as u32 });
        program.push(statement(RETURN, allow));
        program.push(statement(LOAD, offset(offset_of!(libc::seccomp_data, args))));
        program.extend(when(IF_SET, libc::CLONE_THREAD as u32, allow));
        program.push(statement(RETURN, ask));
        program
    }

    /// Puts the filter on this process and all that it starts, and gives the descriptor by which the kernel asks.
    pub(in crate::sys::linux) fn install() -> io::Result<OwnedFd> {
        let mut program = program();
        let program = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
        // A thread that waits for an answer is not to be woken by signals: since Linux 5.19. Speculation stays as it is.
        let usual = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW;
        let patient = usual | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
        set(&program, patient).or_else(|_| set(&program, usual))
    }

    fn set(program: &libc::sock_fprog, flags: libc::c_ulong) -> io::Result<OwnedFd> {
        // SAFETY: the kernel reads the program, which says its length, and gives a descriptor that is ours alone.
        #[expect(unsafe_code, reason = "there is no wrapper of seccomp")]
        unsafe {
            let fd = libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const *program);
            let fd = i32::try_from(fd).ok().filter(|fd| *fd >= 0).ok_or_else(io::Error::last_os_error)?;
            Ok(OwnedFd::from_raw_fd(fd))
        }
    }
}

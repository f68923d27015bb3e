//! A seccomp filter without which a program could hide memory from its limit: in a user namespace of its own it may mount file
//! systems in memory, which no list of the supervisor shows.

use std::io;

use nix::errno::Errno;
use nix::libc::{self, sock_filter, sock_fprog};

/// The system calls that mount a new file system, by the numbers of this architecture.
const CALLS: [libc::c_long; 2] = [libc::SYS_mount, libc::SYS_fsopen];
/// The same for programs of 32 bits.
const CALLS_OF_32_BITS: [u32; 2] = [21, 430];
/// Tells the numbers of x32 from those of x86-64, which are the same otherwise.
const X32: u32 = 0x4000_0000;

/// `AUDIT_ARCH_*` of this architecture, if its numbers for 32 bits are known.
const NATIVE: Option<u32> = match () {
    () if cfg!(target_arch = "x86_64") => Some(0xC000_003E),
    () if cfg!(target_arch = "aarch64") => Some(0xC000_00B7),
    () => None,
};

/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;

/// Makes mounting fail with EPERM in this process and its descendants. Kernels without seccomp are left as they are.
pub(crate) fn forbid_mounts() -> io::Result<()> {
    let Some(native) = NATIVE else { return Ok(()) };
    let calls = CALLS.map(|call| u32::try_from(call).unwrap_or(u32::MAX));
    let mut filter = program(native, calls);
    let length = u16::try_from(filter.len()).map_err(io::Error::other)?;
    let program = sock_fprog { len: length, filter: filter.as_mut_ptr() };
    // SAFETY: the kernel reads the program, which lives until the call returns. no_new_privs is set.
    #[expect(unsafe_code, reason = "nix has no seccomp")]
    let result = unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) };
    match Errno::result(result) {
        Ok(_) | Err(Errno::EINVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn program(native: u32, calls: [u32; 2]) -> [sock_filter; 11] {
    let load = |offset| step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0);
    let is = |value, yes, no| step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, value, yes, no);
    let end = |value| step(libc::BPF_RET | libc::BPF_K, value, 0, 0);
    [
        load(ARCHITECTURE),
        is(native, 0, 4),
        load(NUMBER),
        step(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, !X32, 0, 0),
        is(calls[0], 5, 0),
        is(calls[1], 4, 3),
        load(NUMBER),
        is(CALLS_OF_32_BITS[0], 2, 0),
        is(CALLS_OF_32_BITS[1], 1, 0),
        end(libc::SECCOMP_RET_ALLOW),
        end(libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()),
    ]
}

fn step(code: u32, value: u32, yes: u8, no: u8) -> sock_filter {
    sock_filter { code: u16::try_from(code).unwrap_or(u16::MAX), jt: yes, jf: no, k: value }
}

//! Drops capabilities, and protects the supervisor from being inspected.

use std::io;

use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl;

/// A capability set has this many bits.
const CAPABILITIES: libc::c_ulong = 64;
/// `_LINUX_CAPABILITY_VERSION_3` of capset(2): sets of 64 bits, in two halves.
const VERSION: u32 = 0x2008_0522;

/// Drops every capability of this process and its descendants. Not needed without root. A root program could otherwise
/// manipulate the supervisor, mount, or load a kernel module.
pub(crate) fn give_up() -> io::Result<()> {
    for capability in 0..CAPABILITIES {
        match control(libc::PR_CAPBSET_DROP, capability) {
            // Only root may change its bounding set. Nobody else gains anything from it, because no_new_privs is set.
            Ok(()) | Err(Errno::EPERM) => {}
            // The kernel has no more capabilities.
            Err(Errno::EINVAL) => break,
            Err(error) => return Err(error.into()),
        }
    }
    match control(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong) {
        // Before Linux 4.3 there was no ambient set.
        Ok(()) | Err(Errno::EINVAL) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(empty_sets()?)
}

fn control(option: libc::c_int, argument: libc::c_ulong) -> nix::Result<()> {
    let none: libc::c_ulong = 0;
    // SAFETY: these options take numbers only.
    #[expect(unsafe_code, reason = "nix has no capability options of prctl")]
    Errno::result(unsafe { libc::prctl(option, argument, none, none, none) }).map(drop)
}

/// Empties the effective, permitted and inheritable sets.
fn empty_sets() -> nix::Result<()> {
    // `struct __user_cap_header_struct` for this process, and two of `struct __user_cap_data_struct`.
    let (header, data) = ([VERSION, 0], [[0_u32; 3]; 2]);
    // SAFETY: the kernel reads both, which have the layout of that version.
    #[expect(unsafe_code, reason = "nix has no capset")]
    Errno::result(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), data.as_ptr()) }).map(drop)
}

/// Keeps other processes of the user from tracing this one, reading its memory and taking its descriptors.
pub(crate) fn hide() -> io::Result<()> {
    Ok(prctl::set_dumpable(false)?)
}

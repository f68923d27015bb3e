//! The process table, by libproc and sysctl.
#![expect(unsafe_code, reason = "libproc and sysctl fill structures that are given by address")]

use std::ffi::{c_int, c_void};
use std::mem::zeroed;
use std::ptr::null_mut;
use std::sync::OnceLock;
use std::time::Duration;

use nix::libc;
use nix::unistd::{Pid, getsid, getuid};

use crate::sys::descendants::Row;

/// Room for processes that start between counting and listing.
const MARGIN: usize = 64;
/// The longest arguments and environment that the kernel keeps (`ARG_MAX`).
const MOST_ARGUMENTS: usize = 1 << 20;

/// The usage of one process.
pub(super) struct Usage {
    pub(super) cpu: Duration,
    pub(super) memory_bytes: u64,
}

/// The user's living processes.
pub(super) fn rows() -> Vec<Row> {
    pids().into_iter().filter_map(row).collect()
}

/// The usage of `pid`; `None` if it is gone.
pub(super) fn usage(pid: i32) -> Option<Usage> {
    // SAFETY: the structure holds only integers, for which zero is a value.
    let mut info: libc::rusage_info_v0 = unsafe { zeroed() };
    // SAFETY: the flavour fills just this structure, which outlives the call.
    let failed = unsafe { libc::proc_pid_rusage(pid, libc::RUSAGE_INFO_V0, (&raw mut info).cast()) };
    let ticks = info.ri_user_time + info.ri_system_time;
    (failed == 0).then(|| Usage { cpu: in_time(ticks), memory_bytes: info.ri_phys_footprint })
}

/// Whether the initial arguments or environment of `pid` contain `mark`. The system hides the arguments of other users' processes
/// and the environment of Apple's programs.
pub(super) fn bears(pid: i32, mark: &[u8]) -> bool {
    let mut name = [libc::CTL_KERN, libc::KERN_PROCARGS2, pid];
    let mut text = vec![0_u8; MOST_ARGUMENTS];
    let mut size = text.len();
    // SAFETY: the name has as many parts as the given count, and the kernel writes no more than `size` bytes into the text.
    let failed = unsafe {
        libc::sysctl(
            name.as_mut_ptr(),
            name.len() as u32,
            text.as_mut_ptr().cast::<c_void>(),
            &raw mut size,
            null_mut(),
            0,
        )
    };
    failed == 0 && text[..size.min(MOST_ARGUMENTS)].windows(mark.len().max(1)).any(|part| part == mark)
}

fn pids() -> Vec<i32> {
    // SAFETY: without a place to write to, this only counts.
    let count = unsafe { libc::proc_listallpids(null_mut(), 0) };
    let mut pids = vec![0_i32; usize::try_from(count).unwrap_or(0) + MARGIN];
    // SAFETY: the buffer is as large as the given size.
    let listed = unsafe { libc::proc_listallpids(pids.as_mut_ptr().cast::<c_void>(), size_of_val(&*pids) as c_int) };
    pids.truncate(usize::try_from(listed).unwrap_or(0));
    pids
}

/// A living process of the user, including set-user-ID programs that the user started.
fn row(pid: i32) -> Option<Row> {
    // SAFETY: the structure holds only integers, for which zero is a value.
    let mut info: libc::proc_bsdinfo = unsafe { zeroed() };
    let size = size_of_val(&info) as c_int;
    // SAFETY: the flavour fills just this structure, whose size is given.
    let filled = unsafe { libc::proc_pidinfo(pid, libc::PROC_PIDTBSDINFO, 0, (&raw mut info).cast::<c_void>(), size) };
    if filled != size || info.pbi_ruid != getuid().as_raw() || info.pbi_status == libc::SZOMB {
        return None;
    }
    let session = getsid(Some(Pid::from_raw(pid))).ok()?.as_raw();
    let born = info.pbi_start_tvsec * 1_000_000 + info.pbi_start_tvusec;
    Some(Row { pid, parent: info.pbi_ppid.cast_signed(), session, born })
}

/// Kernel ticks are nanoseconds on Intel, and 125/3 of that on Apple's processors.
fn in_time(ticks: u64) -> Duration {
    static RATIO: OnceLock<(u64, u64)> = OnceLock::new();
    let (numerator, denominator) = *RATIO.get_or_init(ratio);
    let nanos = u128::from(ticks) * u128::from(numerator) / u128::from(denominator);
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

fn ratio() -> (u64, u64) {
    let mut ratio = Ratio { numerator: 1, denominator: 1 };
    // SAFETY: the structure has the layout that the call fills, and outlives it.
    let failed = unsafe { mach_timebase_info(&raw mut ratio) };
    if failed == 0 { (ratio.numerator.into(), ratio.denominator.into()) } else { (1, 1) }
}

#[repr(C)]
struct Ratio {
    numerator: u32,
    denominator: u32,
}

// libc's declaration is deprecated in favour of a crate that has little else.
unsafe extern "C" {
    fn mach_timebase_info(ratio: *mut Ratio) -> c_int;
}

//! Finds out whether this machine gives the level `sandbox`, by setting it up as for a run.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};
use nix::sys::wait::{WaitStatus, waitpid};

use super::plan::Plan;
use super::walls::Walls;
use super::{network, paths, ruleset, syscalls};
use crate::isolation::{Lack, NetworkLack, SandboxReport};
use crate::sys::linux::own_process;
use crate::sys::linux::sandbox::granted::Granted;
use crate::sys::linux::sandbox::mode::Mode;
use crate::sys::linux::sandbox::{bind_mount, capabilities, namespaces};

/// The oldest version of Landlock's interface that keeps files from being truncated.
const OLDEST: u32 = 3;
/// The first version that keeps signals inside.
const SIGNALS: u32 = 6;

/// Read by the launcher's descendants.
static REPORT: OnceLock<SandboxReport> = OnceLock::new();

/// The report of [`find`]; before that, a report without a sandbox.
pub(crate) fn report() -> &'static SandboxReport {
    REPORT.get_or_init(|| SandboxReport::lacking(Lack::Refused(Errno::ENOSYS as i32)))
}

/// Finds the sandbox of this machine for runs that are contained by `mode`. Called once, by the launcher, before it forks.
pub(crate) fn find(mode: Mode) -> SandboxReport {
    REPORT.get_or_init(|| look(mode)).clone()
}

fn look(mode: Mode) -> SandboxReport {
    let landlock_abi = ruleset::abi();
    let lack = match landlock_abi {
        0 => Some(Lack::Landlock),
        1..OLDEST => Some(Lack::OldLandlock),
        OLDEST..SIGNALS if !can_mount(mode) => Some(Lack::Signals),
        _ => None,
    };
    if let Some(lack) = lack {
        return SandboxReport { landlock_abi, ..SandboxReport::lacking(lack) };
    }
    // Data that every run shares is computed once here, and its supervisors inherit it.
    syscalls::prepare();
    paths::system();
    Plan::of_system();
    // Kernels and containers refuse namespaces one by one, so the strongest combination that works is used.
    let ways = [(true, true), (true, false), (false, true), (false, false)];
    let mut refused = Errno::ENOSYS as i32;
    for (own_root, own_network) in ways.into_iter().filter(|(root, network)| can_mount(mode) || !(*root || *network)) {
        let report =
            SandboxReport { landlock_abi, own_root, own_network, is_proven: true, lack: None, network_lack: None };
        match attempt(mode, || set_up(mode, &report)) {
            Ok(()) => return SandboxReport { network_lack: network_lack(mode, &report), ..report },
            Err(number) => refused = number,
        }
    }
    SandboxReport { landlock_abi, ..SandboxReport::lacking(Lack::Refused(refused)) }
}

/// Why runs cannot be given a network.
fn network_lack(mode: Mode, report: &SandboxReport) -> Option<NetworkLack> {
    if !(report.own_root && report.own_network) {
        return Some(NetworkLack::Namespaces);
    }
    let tried = attempt(mode, || namespaces::set_up(mode, None).and_then(|_| network::try_device()));
    tried.err().map(NetworkLack::Device)
}

/// Does `work` in a process of its own; the error is the system's number.
fn attempt(mode: Mode, work: impl FnOnce() -> io::Result<()>) -> Result<(), i32> {
    match namespaces::fork(mode) {
        Ok(None) => own_process::end(work().err().map_or(0, |error| number(&error))),
        Ok(Some(pid)) => match waitpid(pid, None) {
            Ok(WaitStatus::Exited(_, 0)) => Ok(()),
            Ok(WaitStatus::Exited(_, number)) => Err(number),
            _ => Err(Errno::ENOSYS as i32),
        },
        Err(error) => Err(error as i32),
    }
}

/// Sets up everything as for a run, and checks that it works.
fn set_up(mode: Mode, report: &SandboxReport) -> io::Result<()> {
    let _prepared = namespaces::set_up(mode, None)?;
    let folder = PathBuf::from(bind_mount::TEMPORARY[1]);
    let walls = Walls::build(Granted::default(), std::slice::from_ref(&folder), Vec::new(), None, report)?;
    walls.enter(&folder)?;
    nix::sys::prctl::set_no_new_privs()?;
    capabilities::give_up()?;
    walls.close()?;
    check()
}

/// Whether the namespaces of `mode` allow mounting.
fn can_mount(mode: Mode) -> bool {
    mode != Mode::Subreaper
}

/// The error number of a failed step.
fn number(error: &io::Error) -> i32 {
    error.raw_os_error().unwrap_or(nix::libc::EIO)
}

/// Fails if something is open that must be closed, or the other way round.
fn check() -> io::Result<()> {
    File::open("/dev/null")?;
    fs::read_dir("/usr")?;
    let is_refused = |error: io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    let is_closed = fs::read_dir("/").err().is_some_and(is_refused);
    let raw = socket(AddressFamily::Netlink, SockType::Raw, SockFlag::empty(), None);
    if is_closed && raw.err() == Some(Errno::EPERM) { Ok(()) } else { Err(Errno::ENOSYS.into()) }
}

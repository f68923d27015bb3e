//! The supervisor process of a run: starts the program, monitors it, and kills the rest of the tree.
//!
//! `monitor` is its loop. `cpu_accounting`, `memory` (with `inspector`) and `shared_memory` measure the tree.
//!
//! The process limit is counted here and not enforced by seccomp's user notification: a signal that arrives before the
//! supervisor has read a notification makes `fork` fail with `EINTR`, and one shell pipeline in five then failed with
//! `Cannot fork`.

mod control_reader;
mod cpu_accounting;
mod inspector;
mod memory;
mod monitor;
mod shared_memory;

use std::fs::{self, File};
use std::io;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use nix::sys::prctl;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, dup2_stdin};

use super::gateway;
use super::own_process;
use super::pid_ranges::PidRange;
use super::protocol::{self, Bounds, ControlMessage, Report, RunSpec};
use super::run_cgroup::RunCgroup;
use super::run_descriptors::RunDescriptors;
use super::sandbox::isolation::{self, Walls};
use super::sandbox::mode::Mode;
use super::sandbox::namespaces::{self, Prepared};
use super::sandbox::{capabilities, limit_filter, mounts, rlimits, signal_scope};
use crate::sys::exit::Exit;
use crate::sys::terminal;
use control_reader::ControlReader;
use cpu_accounting::CpuAccounting;
use memory::Memory;
use monitor::Monitor;
use shared_memory::SharedMemory;

/// Prepares this process for a run. Descriptor 0 is a copy of the launcher's socket; it is closed, so that the service notices
/// the launcher's death.
pub(crate) fn set_up(mode: Mode, pid_range: PidRange, cgroup: Option<RunCgroup>) -> io::Result<Prepared> {
    dup2_stdin(File::open("/dev/null")?)?;
    let prepared = namespaces::set_up(mode, cgroup)?;
    if mode != Mode::Subreaper {
        pid_range.begin();
    }
    Ok(prepared)
}

/// Runs the program to its end, reports, and exits. A failed set-up is reported too.
pub(crate) fn main(run: RunDescriptors, mode: Mode, prepared: io::Result<Prepared>) -> ! {
    let mut control = match run.control.try_clone() {
        Ok(control) => control,
        Err(_) => own_process::end(1),
    };
    let report = match prepared.and_then(|prepared| supervise(run, mode, prepared)) {
        Ok(exit) => Report::Ended(exit),
        Err(error) => Report::NotStarted(error.raw_os_error().unwrap_or(nix::libc::EIO)),
    };
    let _ = protocol::write(&mut control, &report);
    own_process::end(0);
}

fn supervise(mut run: RunDescriptors, mode: Mode, prepared: Prepared) -> io::Result<Exit> {
    // SIGCHLD has been blocked since the launcher's start; the loop polls it as a descriptor.
    let children =
        SignalFd::with_flags(&SigSet::from(Signal::SIGCHLD), SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)?;
    // Nothing is created in the run's folder before Go: the run may be retried with another supervisor.
    let (spec, granted) = mounts::enter(wait_for_go(&mut run.control)?, mode, &run.stdin)?;
    // Forked while this process has one thread, and in the machine's network, which it leaves to the gateway alone.
    let outward = spec.sandbox.as_ref().and_then(|sandbox| sandbox.network.as_ref());
    let (gateway, handover) = outward.map(gateway::start).transpose()?.unzip();
    let report = isolation::probe::report();
    let walls = spec.sandbox.is_some().then(|| Walls::of(&spec, granted, report, handover)).transpose()?;
    let RunSpec { program, args, env, folder, bounds, waits, terminal, .. } = spec;
    namespaces::hold_back(mode, rlimits::most_tasks(&bounds));
    // The kernel's settings are read-only in a root of its own.
    if !walls.as_ref().is_some_and(Walls::has_root) {
        namespaces::close_kernel(mode)?;
    }
    prepared.limit(bounds.memory_bytes);
    let cgroup =
        prepared.cgroup.filter(|cgroup| cgroup.limit(bounds.memory_bytes, rlimits::most_tasks(&bounds)).is_ok());
    let mut command = Command::new(program);
    command.args(args).env_clear().envs(env).current_dir(&folder);
    let mut control = ControlReader::of(run.control.try_clone()?);
    // Opened before the program starts, so that the counter is inherited.
    let cpu = CpuAccounting::open(cgroup.clone());
    capabilities::hide()?;
    let is_counted = cgroup.as_ref().is_some_and(|cgroup| cgroup.memory_bytes().is_some());
    let own_network = walls.as_ref().is_some_and(Walls::has_network);
    let main = start(command, run, prepare(bounds, mode, terminal, is_counted, walls, folder))?;
    // The program's process cannot write this itself: before its exec it is as protected as we are.
    let _ = fs::write(format!("/proc/{main}/oom_score_adj"), "500");
    let mut monitor = Monitor {
        bounds,
        mode,
        main,
        gateway,
        children,
        cpu,
        memory: Memory::new(
            bounds.memory_bytes,
            SharedMemory::new(prepared.in_memory, mode != Mode::Subreaper, own_network.then_some(main)),
            cgroup,
            gateway,
        ),
        began: (!waits).then(Instant::now),
        next_check: Instant::now(),
        blind: None,
        breach: None,
        status: None,
    };
    monitor.until_the_end(&mut control)?;
    monitor.end()?;
    Ok(monitor.exit())
}

/// Receives the spec and waits for Go. From then on the run does not depend on the launcher; the launcher's death only wakes a
/// stopped supervisor, which then checks whether the service is alive.
fn wait_for_go(control: &mut UnixStream) -> io::Result<RunSpec> {
    let spec = protocol::read(control)?;
    protocol::write(control, &Report::Ready)?;
    match protocol::read(control)? {
        ControlMessage::Go => prctl::set_pdeathsig(Signal::SIGCONT)?,
        _ => return Err(io::ErrorKind::InvalidData.into()),
    }
    Ok(spec)
}

/// The steps of the program's process before exec. `is_counted` says that the kernel counts the run's memory.
fn prepare(
    bounds: Bounds,
    mode: Mode,
    has_terminal: bool,
    is_counted: bool,
    walls: Option<Walls>,
    folder: PathBuf,
) -> impl FnMut() -> io::Result<()> + Send + Sync + 'static {
    move || {
        // Before the limits: it opens many files.
        walls.as_ref().map_or(Ok(()), |walls| walls.enter(&folder))?;
        rlimits::apply(&bounds, mode)?;
        // The sandbox's filter has these rules too; a second filter would slow down each system call.
        if walls.is_none() {
            limit_filter::restrict(is_counted)?;
        }
        if has_terminal {
            terminal::take_control()?;
        }
        // The sandbox's ruleset has this scope too, and a second ruleset would forbid moving files between folders.
        if mode == Mode::Subreaper && walls.is_none() {
            signal_scope::keep_signals_inside();
        }
        capabilities::give_up()?;
        walls.as_ref().map_or(Ok(()), Walls::close)
    }
}

/// Starts the program; our copies of its streams are closed when this returns.
fn start(
    mut command: Command,
    run: RunDescriptors,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) -> io::Result<Pid> {
    command.stdin(run.stdin).stdout(run.stdout).stderr(run.stderr);
    // SAFETY: this process has one thread, so the code between fork and exec may do anything.
    #[expect(unsafe_code, reason = "pre_exec is unsafe because of other threads' locks")]
    unsafe {
        command.pre_exec(prepare)
    };
    let child = command.spawn()?;
    Ok(Pid::from_raw(i32::try_from(child.id()).map_err(io::Error::other)?))
}

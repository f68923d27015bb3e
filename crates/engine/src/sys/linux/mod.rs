//! Linux: a launcher process, and under it one supervisor per run.
//!
//! The service never forks once it has threads. It starts its own program once more as the *launcher*, or forks that first of all;
//! small and single-threaded, that forks a *supervisor* for each run, one always ahead of the next run. The supervisor is process 1 of a
//! PID namespace of the run's own where the machine allows that, else a child subreaper. It starts the program, watches its limits and
//! ends all that is left when the program ends or when its control socket closes, which the kernel does when the service dies.
//! Behind its `walls` a run has `/tmp` for itself and sees nothing of other runs or the service.
//!
//! service → launcher: a packet socket, the run's descriptors in each packet. launcher → service: what it knows of a run, over a
//! socket that the supervisor does not have. service ↔ supervisor: the run's control socket (`protocol`).
//!
//! Any of these processes may die, be stopped or hang at any time. Until the service has heard from launcher and supervisor nothing
//! of a run is started, and it is tried once more with another launcher (`client`). From then on the supervisor must answer now and
//! then, and a run's end is believed when the supervisor's process is gone (`tree`).

mod child_status;
mod fd_passing;
mod launcher;
mod own_process;
mod perf_counter;
mod pid_ranges;
mod pidfd;
mod procfs;
mod protocol;
mod run_cgroup;
mod run_descriptors;
mod sandbox;
mod service;
mod subreaper;
mod supervisor;
mod unlinked;

pub use launcher::enter;
pub use service::launcher_process::enter_and_fork;

pub(crate) use service::client::Launcher;
pub(crate) use service::connection_owner::is_own_connection;
pub(crate) use service::open_files::OpenFiles;
pub(crate) use service::tree::Tree;

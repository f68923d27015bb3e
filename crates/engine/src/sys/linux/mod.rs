//! Linux: a launcher process with one supervisor process per run.
//!
//! The service never forks once it has threads. It starts its own program again as the *launcher*, or forks the launcher first
//! of all. The launcher is small and single-threaded; it forks a *supervisor* for each run, and always one in advance for the
//! next run. The supervisor is process 1 of the run's PID namespace, or a child subreaper where namespaces are forbidden. It
//! starts the program, monitors its limits, and kills the rest of the tree when the program ends. It does the same when its
//! control socket closes, which the kernel does when the service dies. In its mount namespace a run has its own `/tmp`, and
//! does not see other runs or the service's folders (`sandbox::mounts`).
//!
//! The folders are named after the processes: `service/`, `launcher/`, `supervisor/`, and `gateway/`, through which a run with a
//! network reaches the machine's. `sandbox/` sets up the restrictions around the program, in the supervisor.
//!
//! Service → launcher: a packet socket with the run's descriptors in each packet. Launcher → service: status of a run, over a
//! socket that the supervisor does not have. Service ↔ supervisor: the run's control socket (`protocol`).
//!
//! Any of these processes may die, be stopped or hang at any time. Until the service has heard from launcher and supervisor,
//! nothing of a run has started, and it is retried twice with another launcher (`client`). From then on the supervisor must
//! answer pings, and the end it reports is accepted only once its process is gone (`tree`).
//!
//! Why a launcher: forking a small process is cheap, and no code runs between fork and exec in a process with threads.

mod buffers;
mod child_status;
mod fd_passing;
mod gateway;
mod in_flight;
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

//! The platform: starts one contained process tree, and ends all of it.
//!
//! `linux`, `macos` and `windows` export the same items: `enter`, `Launcher` (`start`, `launch`, `containment`, `sandbox`,
//! `trouble`), `Tree` (`begin`, `signal`, `kill`, `wait`, `memory_bytes`, `open_files`, `containment`; dropping it kills),
//! `OpenFiles` (`unlinked_bytes`), `is_own_connection`; and `Terminal` (`resize`, `interrupt`), which Linux and macOS share.
//!
//! A tree ends as a whole: when its main process ends, when it is killed, when it exceeds a limit, and when this process dies,
//! even by SIGKILL.

#[cfg(any(target_os = "macos", test))]
mod descendants;
mod exit;
mod inner_pipes;
mod launch;
pub(crate) mod open_file_limit;
mod own_program;
pub(crate) mod peer;
mod pipes;
#[cfg(any(target_os = "macos", all(test, unix)))]
mod seatbelt;
#[cfg(test)]
#[path = "../../../../tests/harness/skip.rs"]
pub(crate) mod skip;
#[cfg(unix)]
mod streams;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod writable;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as platform;

#[cfg(target_os = "macos")]
mod macos;
#[cfg(target_os = "macos")]
use macos as platform;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

pub use platform::enter;
/// Only Linux has a launcher that can be forked.
#[cfg(not(target_os = "linux"))]
pub use platform::enter as enter_and_fork;
#[cfg(target_os = "linux")]
pub use platform::enter_and_fork;
#[cfg(windows)]
pub use platform::{Access, delete_profiles, has_app_containers};
pub(crate) use platform::{Launcher, OpenFiles, Tree, is_own_connection};
#[cfg(windows)]
pub(crate) use platform::{access, close_folder, is_store_program, pipe_client, starting};

pub(crate) use exit::{Breach, Exit};
pub(crate) use inner_pipes::{InnerInput, InnerOutput, inner_pipes};
pub(crate) use launch::{Grants, Launch, RunFolders};
pub(crate) use own_program::own_program;
pub(crate) use pipes::{Input, Pipes};
#[cfg(windows)]
pub(crate) use platform::Terminal;
#[cfg(unix)]
pub(crate) use terminal::Terminal;
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(crate) use writable::Writable;

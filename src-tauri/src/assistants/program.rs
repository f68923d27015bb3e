//! Where the program `runtray` is, which assistants start.

use std::env;
use std::path::PathBuf;

/// The one beside this program, or the one on `PATH`.
pub(super) fn find() -> Option<PathBuf> {
    let name = format!("runtray{}", env::consts::EXE_SUFFIX);
    // The files in an AppImage are gone when it ends.
    let is_mounted = env::var_os("APPDIR").is_some();
    let beside = env::current_exe().ok().filter(|_| !is_mounted).and_then(|own| Some(own.parent()?.join(&name)));
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path = env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(&name));
    beside.into_iter().chain(on_path).find(|candidate| candidate.is_file())
}

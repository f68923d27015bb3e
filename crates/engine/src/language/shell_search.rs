//! Finding the program of a shell.

use std::path::Path;

use super::program::{self, Program};
use super::shell::Shells;
use super::unavailable::Unavailable;
use crate::interpreter::Machine;
use crate::text::sentences;

/// The first of `shells` that is on PATH.
pub(super) async fn find(machine: &Machine, shells: Shells) -> Result<Program, Unavailable> {
    let machine = machine.clone();
    let look = move || first(&machine, shells);
    tokio::task::spawn_blocking(look)
        .await
        .map_err(|error| Unavailable(sentences::SEARCH_BROKE.with("error", error.to_string())))?
}

fn first(machine: &Machine, shells: Shells) -> Result<Program, Unavailable> {
    let mut names = shells.iter().filter_map(|shell| shell.first());
    let found = names.clone().find_map(|name| {
        let found = program::locate(machine, name).ok()?;
        (!is_wsl_launcher(name, &found.path)).then_some(found)
    });
    let wanted = names.next().copied().unwrap_or_default();
    found.ok_or_else(|| Unavailable(sentences::SHELL_NOT_ON_PATH.with("name", wanted)))
}

/// Whether it is Windows' own `bash.exe`, which starts its program in a virtual machine, where no limit of ours holds.
fn is_wsl_launcher(name: &str, path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    cfg!(windows)
        && name == "bash"
        && ["System32", "WindowsApps"].iter().any(|system| folder.eq_ignore_ascii_case(system))
}

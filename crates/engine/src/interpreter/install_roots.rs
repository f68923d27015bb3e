//! The root folders of tools that install both Python and Node.js.

use std::path::PathBuf;

use super::machine::Machine;

/// mise's data folder.
pub(super) fn mise_data(machine: &Machine) -> Option<PathBuf> {
    let data = if machine.is_windows() { machine.folder("LOCALAPPDATA") } else { machine.data_folder() };
    machine.folder("MISE_DATA_DIR").or_else(|| data.map(|data| data.join("mise")))
}

/// Homebrew's prefixes; `/usr/local` on Intel Macs only.
pub(super) fn homebrew_prefixes(machine: &Machine) -> Vec<PathBuf> {
    let usual: &[&str] = if machine.is_macos() {
        &["/opt/homebrew", "/usr/local"]
    } else if machine.is_windows() {
        &[]
    } else {
        &["/home/linuxbrew/.linuxbrew"]
    };
    let named = machine.folder("HOMEBREW_PREFIX");
    named.into_iter().chain(usual.iter().map(|prefix| machine.absolute(prefix))).collect()
}

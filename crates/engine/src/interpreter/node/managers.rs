//! Node.js from version managers.

use std::path::PathBuf;

use crate::interpreter::folder::{node, programs};
use crate::interpreter::install_roots::mise_data;
use crate::interpreter::machine::Machine;

/// nvm, and nvm-windows.
pub(super) fn nvm(machine: &Machine) -> Vec<PathBuf> {
    if machine.is_windows() {
        let home = machine.folder("NVM_HOME").or_else(|| Some(machine.folder("APPDATA")?.join("nvm")));
        return programs(home, |version| node(machine, version));
    }
    let folder = machine.folder("NVM_DIR").or_else(|| machine.below_home(".nvm"));
    programs(folder.map(|folder| folder.join("versions/node")), |version| node(machine, version))
}

/// fnm.
pub(super) fn fnm(machine: &Machine) -> Vec<PathBuf> {
    let folders = if let Some(chosen) = machine.folder("FNM_DIR") {
        [Some(chosen), None, None]
    } else if machine.is_windows() {
        [machine.folder("APPDATA").map(|data| data.join("fnm")), None, None]
    } else {
        let of_macos = machine.below_home("Library/Application Support/fnm").filter(|_| machine.is_macos());
        [machine.data_folder().map(|data| data.join("fnm")), of_macos, machine.below_home(".fnm")]
    };
    let folders = folders.into_iter().flatten().map(|folder| folder.join("node-versions"));
    folders.flat_map(|folder| programs(Some(folder), |version| node(machine, &version.join("installation")))).collect()
}

/// Volta's installations, not the shim that it puts on PATH.
pub(super) fn volta(machine: &Machine) -> Vec<PathBuf> {
    let usual = match machine.is_windows() {
        true => machine.folder("LOCALAPPDATA").map(|data| data.join("Volta")),
        false => machine.below_home(".volta"),
    };
    let home = machine.folder("VOLTA_HOME").or(usual);
    programs(home.map(|home| home.join("tools/image/node")), |version| node(machine, version))
}

/// asdf.
pub(super) fn asdf(machine: &Machine) -> Vec<PathBuf> {
    let data = machine.folder("ASDF_DATA_DIR").or_else(|| machine.below_home(".asdf"));
    programs(data.map(|data| data.join("installs/nodejs")), |version| node(machine, version))
}

/// mise.
pub(super) fn mise(machine: &Machine) -> Vec<PathBuf> {
    let installs = mise_data(machine).map(|data| data.join("installs/node"));
    programs(installs, |version| node(machine, version))
}

/// n, which keeps every version that it ever activated.
pub(super) fn n(machine: &Machine) -> Vec<PathBuf> {
    let prefix = machine.folder("N_PREFIX").unwrap_or_else(|| machine.absolute("/usr/local"));
    programs(Some(prefix.join("n/versions/node")), |version| node(machine, version))
}

//! Python from version managers.

use std::path::{Path, PathBuf};

use crate::interpreter::folder::{newest_first, programs, python};
use crate::interpreter::install_roots::mise_data;
use crate::interpreter::machine::Machine;

/// The default folder names of conda's installers, below the home folder and the system's.
const CONDA_NAMES: [&str; 7] =
    ["miniforge3", "miniconda3", "anaconda3", "mambaforge", "micromamba", "Miniconda3", "Anaconda3"];

/// uv: <https://docs.astral.sh/uv/reference/storage>.
pub(super) fn uv(machine: &Machine) -> Vec<PathBuf> {
    let roaming = machine.folder("APPDATA");
    let folders = if let Some(chosen) = machine.folder("UV_PYTHON_INSTALL_DIR") {
        vec![Some(chosen)]
    } else if machine.is_windows() {
        vec![roaming.as_ref().map(|data| data.join("uv/python")), roaming.map(|data| data.join("uv/data/python"))]
    } else {
        vec![machine.data_folder().map(|data| data.join("uv/python"))]
    };
    folders.into_iter().flat_map(|folder| installations(machine, folder)).collect()
}

/// pyenv, and pyenv-win.
pub(super) fn pyenv(machine: &Machine) -> Vec<PathBuf> {
    let root = match machine.is_windows() {
        true => machine.folder("PYENV").or_else(|| machine.below_home(".pyenv/pyenv-win")),
        false => machine.folder("PYENV_ROOT").or_else(|| machine.below_home(".pyenv")),
    };
    installations(machine, root.map(|root| root.join("versions")))
}

/// asdf.
pub(super) fn asdf(machine: &Machine) -> Vec<PathBuf> {
    let data = machine.folder("ASDF_DATA_DIR").or_else(|| machine.below_home(".asdf"));
    installations(machine, data.map(|data| data.join("installs/python")))
}

/// mise.
pub(super) fn mise(machine: &Machine) -> Vec<PathBuf> {
    installations(machine, mise_data(machine).map(|data| data.join("installs/python")))
}

/// conda and similar: the environments that conda recorded, then the default folders and their environments.
pub(super) fn conda(machine: &Machine) -> Vec<PathBuf> {
    let list = machine.below_home(".conda/environments.txt").and_then(|path| std::fs::read_to_string(path).ok());
    let listed = list.iter().flat_map(|list| list.lines()).map(|line| PathBuf::from(line.trim()));
    let usual = conda_roots(machine).into_iter().flat_map(|root| {
        let environments = newest_first(&root.join("envs"));
        std::iter::once(root).chain(environments)
    });
    let prefixes = listed.filter(|prefix| prefix.is_absolute()).chain(usual);
    prefixes.map(|prefix| python(machine, &prefix)).filter(|program| program.exists()).collect()
}

fn conda_roots(machine: &Machine) -> Vec<PathBuf> {
    // `…/bin/conda`, or `…\Scripts\conda.exe`.
    let program = machine.folder("CONDA_EXE");
    let named = program.as_deref().and_then(Path::parent).and_then(Path::parent).map(Path::to_path_buf);
    let parents = if machine.is_windows() {
        vec![machine.home.clone(), machine.folder("LOCALAPPDATA"), machine.folder("PROGRAMDATA")]
    } else {
        vec![machine.home.clone(), Some(machine.absolute("/opt"))]
    };
    let usual = parents.into_iter().flatten().flat_map(|parent| CONDA_NAMES.map(|name| parent.join(name)));
    let others = [machine.folder("MAMBA_ROOT_PREFIX"), Some(machine.absolute("/opt/conda"))];
    let casks = ["miniforge", "miniconda", "anaconda"].map(|cask| format!("/opt/homebrew/Caskroom/{cask}/base"));
    let casks = casks.map(|cask| machine.absolute(&cask));
    named.into_iter().chain(others.into_iter().flatten()).chain(usual).chain(casks).collect()
}

fn installations(machine: &Machine, folder: Option<PathBuf>) -> Vec<PathBuf> {
    programs(folder, |prefix| python(machine, prefix))
}

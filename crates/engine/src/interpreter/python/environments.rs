//! Active environments, and the environment of the current folder's project.

use std::path::PathBuf;

use crate::interpreter::folder::{environment_python, python};
use crate::interpreter::machine::Machine;

/// The virtual environment that a shell activated.
pub(super) fn active(machine: &Machine) -> Vec<PathBuf> {
    machine.folder("VIRTUAL_ENV").iter().map(|prefix| environment_python(machine, prefix)).collect()
}

/// The conda environment that a shell activated.
pub(super) fn conda(machine: &Machine) -> Vec<PathBuf> {
    machine.folder("CONDA_PREFIX").iter().map(|prefix| python(machine, prefix)).collect()
}

/// The `.venv` in the current folder, else in the nearest folder above it.
pub(super) fn project(machine: &Machine) -> Vec<PathBuf> {
    let folders = machine.current_folder.iter().flat_map(|folder| folder.ancestors());
    let mut environments = folders.map(|folder| folder.join(".venv"));
    let nearest = environments.find(|environment| environment.join("pyvenv.cfg").is_file());
    nearest.iter().map(|environment| environment_python(machine, environment)).collect()
}

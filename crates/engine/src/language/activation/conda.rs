//! The variables and folders of an activated conda environment.

use std::path::{Path, PathBuf};

/// The folder of conda's metadata.
const RECORD: &str = "conda-meta";

/// The variables of the environment at `prefix`; none if it is not conda's.
pub(super) fn variables(prefix: &Path) -> Vec<(String, String)> {
    if !prefix.join(RECORD).is_dir() {
        return Vec::new();
    }
    let text = |path: &Path| path.display().to_string();
    let (root, name) = root_and_name(prefix);
    let mut variables = vec![
        ("CONDA_PREFIX".to_owned(), text(prefix)),
        ("CONDA_DEFAULT_ENV".to_owned(), name),
        ("CONDA_SHLVL".to_owned(), "1".to_owned()),
    ];
    let (conda, python) = if cfg!(windows) { ("Scripts/conda.exe", "python.exe") } else { ("bin/conda", "bin/python") };
    for (variable, program) in [("CONDA_EXE", conda), ("CONDA_PYTHON_EXE", python)] {
        if root.join(conda).exists() {
            variables.push((variable.to_owned(), text(&root.join(program))));
        }
    }
    variables
}

/// The folders that the environment at `prefix` adds to PATH, beside its interpreter's.
pub(super) fn folders(prefix: &Path) -> Vec<PathBuf> {
    if !cfg!(windows) || !prefix.join(RECORD).is_dir() {
        return Vec::new();
    }
    ["Library/mingw-w64/bin", "Library/usr/bin", "Library/bin", "Scripts", "bin"]
        .into_iter()
        .map(|below| prefix.join(below))
        .filter(|folder| folder.is_dir())
        .collect()
}

/// The root installation of an environment, and the environment's name: `base`, the folder's name, or its path.
fn root_and_name(prefix: &Path) -> (PathBuf, String) {
    let envs = prefix.parent().filter(|parent| parent.ends_with("envs")).and_then(Path::parent);
    match (envs, prefix.file_name()) {
        (Some(root), Some(name)) => (root.to_path_buf(), name.to_string_lossy().into_owned()),
        _ if prefix.join("condabin").is_dir() => (prefix.to_path_buf(), "base".to_owned()),
        _ => (prefix.to_path_buf(), prefix.display().to_string()),
    }
}

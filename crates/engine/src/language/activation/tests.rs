use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::tools::Tools;
use super::{Activation, conda, joined};
use crate::interpreter::{Found, Source};

/// A temporary folder with programs.
struct Place(tempfile::TempDir);

impl Place {
    fn new(programs: &[&str]) -> Self {
        let place = Self(tempfile::tempdir().expect("a folder"));
        programs.iter().for_each(|program| place.program(program, program));
        place
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn program(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a folder above")).expect("folders");
        fs::write(&path, text).expect("a program");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it may be run");
    }

    fn found(&self, path: &str, virtual_environment: bool) -> Found {
        let (path, executable) = (self.path(path), self.path(path));
        let prefix = path.ancestors().nth(2).expect("a prefix").to_path_buf();
        let (version, implementation) = (String::new(), String::new());
        Found {
            path,
            executable,
            version,
            implementation,
            prefix,
            virtual_environment,
            source: Source::Choice,
            built_in: false,
            science: None,
            unpacked: None,
            in_use: true,
        }
    }

    /// The PATH for a Python, given these folders, and the names of its shims.
    fn around(&self, python: &str, folders: &[&str]) -> (Vec<PathBuf>, Vec<&'static str>) {
        let path = joined(&folders.iter().map(|folder| self.path(folder)).collect::<Vec<_>>(), OsStr::new(""), &[]);
        let found = self.found(python, false);
        let activation = Activation::on(&path, &Tools::of_python(&found), Vec::new());
        let names = activation.shims.iter().map(|command| command.name).collect();
        let path: OsString = activation.search_path(&path, &self.path("RUN"));
        let inside = |folder: PathBuf| folder.strip_prefix(self.0.path()).map(Path::to_path_buf).unwrap_or(folder);
        (std::env::split_paths(&path).filter(|it| !it.as_os_str().is_empty()).map(inside).collect(), names)
    }
}

fn folders(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

#[test]
fn the_interpreter_s_folder_comes_first() {
    let place = Place::new(&["py/bin/python3.12", "other/python", "other/pip"]);
    symlink("python3.12", place.path("py/bin/python3")).expect("a link");
    symlink("python3.12", place.path("py/bin/python")).expect("a link");
    let script = format!("#!{}\n", place.path("py/bin/python3.12").display());
    ["pip", "pip3"].iter().for_each(|name| place.program(&format!("py/bin/{name}"), &script));
    assert_eq!(place.around("py/bin/python3", &["other", "py/bin"]), (folders(&["py/bin", "other"]), vec![]));
}

#[test]
fn a_missing_name_gets_a_shim_behind_the_folder() {
    let place = Place::new(&["py/bin/python3", "other/python", "other/pip3"]);
    let expected = (folders(&["py/bin", "RUN", "other"]), vec!["python", "pip", "pip3"]);
    assert_eq!(place.around("py/bin/python3", &["other"]), expected);
}

#[test]
fn a_name_that_leads_elsewhere_gets_one_before_it() {
    let place = Place::new(&["py/bin/python3.9", "py/bin/python3"]);
    let pip = format!("#!{}\n", place.path("py/bin/python3").display());
    place.program("py/bin/pip", &pip);
    let expected = (folders(&["RUN", "py/bin"]), vec!["python", "python3", "pip", "pip3"]);
    assert_eq!(place.around("py/bin/python3.9", &[]), expected);
}

#[test]
fn scripts_are_known_by_what_runs_them() {
    let place = Place::new(&["py/bin/python"]);
    let python = place.path("py/bin/python").display().to_string();
    for (script, right) in [
        (format!("#!{python}\n"), true),
        (format!("#!{python} -E\nimport sys"), true),
        (format!("#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''"), true),
        ("#!/bin/sh\n'''exec' /usr/bin/env \"$0\" \"$@\"\n".into(), false),
        ("#!/usr/bin/env python3\n".into(), false),
        ("import sys".into(), false),
        (String::new(), false),
    ] {
        place.program("py/bin/pip", &script);
        let names = place.around("py/bin/python", &[]).1;
        assert_eq!(!names.contains(&"pip"), right, "{script}");
    }
}

#[test]
fn a_virtual_environment_is_not_its_base() {
    let place = Place::new(&["base/bin/python", "venv/pyvenv.cfg"]);
    fs::create_dir(place.path("venv/bin")).expect("a folder");
    symlink(place.path("base/bin/python"), place.path("venv/bin/python")).expect("a link");
    symlink("python", place.path("venv/bin/python3")).expect("a link");
    assert_eq!(place.around("venv/bin/python", &[]).1, ["pip", "pip3"]);
    fs::rename(place.path("base/bin/python"), place.path("base/bin/py")).expect("another name");
    fs::remove_file(place.path("venv/bin/python")).expect("a link");
    symlink(place.path("base/bin/py"), place.path("venv/bin/python")).expect("a link");
    assert_eq!(place.around("base/bin/py", &["venv/bin"]).1, ["python", "python3", "pip", "pip3"]);
    let env = Activation::of_python(&place.found("venv/bin/python", true)).env;
    assert_eq!(env, [("VIRTUAL_ENV".to_owned(), place.path("venv").display().to_string())]);
}

#[test]
fn a_shim_executes_the_interpreter() {
    let place = Place::new(&[]);
    place.program("it's here/py", "#!/bin/sh\necho \"$@\"\n");
    let found = place.found("it's here/py", false);
    let activation = Activation::on(OsStr::new(""), &Tools::of_python(&found), Vec::new());
    activation.write_shims(&place.path("RUN")).expect("shims");
    for (name, printed) in
        [("python", "a b\n"), ("python3", "a b\n"), ("pip", "-m pip a b\n"), ("pip3", "-m pip a b\n")]
    {
        let output =
            std::process::Command::new(place.path("RUN").join(name)).args(["a", "b"]).output().expect("a shim");
        assert_eq!(String::from_utf8_lossy(&output.stdout), printed, "{name}");
    }
}

#[test]
fn node_has_its_own_tools() {
    let place = Place::new(&["node/bin/node", "node/bin/npm", "other/node", "other/npx"]);
    let found = place.found("node/bin/node", false);
    let path = place.path("other").into_os_string();
    let activation = Activation::on(&path, &Tools::of_node(&found), Vec::new());
    assert!(activation.shims.is_empty() && activation.env.is_empty(), "{activation:?}");
    let expected = joined(&[place.path("node/bin"), place.path("other")], OsStr::new(""), &[]);
    assert_eq!(activation.search_path(&path, Path::new("RUN")), expected.to_str().expect("text").trim_end_matches(':'));
}

#[test]
fn an_environment_of_conda_s_is_as_when_activated() {
    let place = Place::new(&["conda/bin/conda", "conda/bin/python", "conda/envs/data/bin/python"]);
    for folder in ["conda/conda-meta", "conda/condabin", "conda/envs/data/conda-meta", "elsewhere/conda-meta"] {
        fs::create_dir_all(place.path(folder)).expect("a folder");
    }
    let value = |prefix: &str, name: &str| {
        let variables = conda::variables(&place.path(prefix));
        variables.into_iter().find(|(it, _)| it == name).map(|(_, value)| value)
    };
    let text = |below: &str| Some(place.path(below).display().to_string());
    for (prefix, name) in
        [("conda", Some("base".into())), ("conda/envs/data", Some("data".into())), ("elsewhere", text("elsewhere"))]
    {
        assert_eq!(
            (value(prefix, "CONDA_PREFIX"), value(prefix, "CONDA_DEFAULT_ENV")),
            (text(prefix), name),
            "{prefix}"
        );
    }
    assert_eq!(value("conda/envs/data", "CONDA_EXE"), text("conda/bin/conda"));
    assert_eq!((value("elsewhere", "CONDA_EXE"), value("conda/envs", "CONDA_PREFIX")), (None, None));
}

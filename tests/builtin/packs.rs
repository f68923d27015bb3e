//! Packages that are added to the built-in Python and removed, while a service runs. `crates/packs/tests` has everything about
//! the index; here the packages are files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

use super::{Bare, Running};
use crate::harness::{TempDir, python};

/// The module of the package that needs another.
const MODULE: &str = "import low\nname = f'{__name__} of {low.name}'\n";

/// Two wheels, the first of which needs the second.
struct Wheels(TempDir);

impl Wheels {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        let python = python::base();
        wheel(&python, folder.path(), "top", "Requires-Dist: low\n", MODULE);
        wheel(&python, folder.path(), "low", "", "name = __name__\n");
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn wheel(python: &Path, folder: &Path, name: &str, requires: &str, module: &str) -> PathBuf {
    let (content, file) = (folder.join(name), folder.join(format!("{name}-1.0-py3-none-any.whl")));
    let info = content.join(format!("{name}-1.0.dist-info"));
    fs::create_dir_all(&info).expect("a folder");
    fs::write(content.join(format!("{name}.py")), module).expect("a module");
    fs::write(info.join("METADATA"), format!("Name: {name}\nVersion: 1.0\n{requires}")).expect("metadata");
    let mut zip = Command::new(python);
    zip.current_dir(&content).args(["-m", "zipfile", "-c"]).arg(&file).arg(format!("{name}.py"));
    assert!(zip.arg(info.file_name().expect("a name")).status().expect("a Python").success());
    fs::remove_dir_all(content).expect("a folder");
    file
}

/// `runtray packs` on the machine of a service.
fn packs(service: &Running, arguments: &[&str]) -> Output {
    let mut command = service.machine.runtray();
    command.arg("packs").args(arguments).arg("--json").output().expect("runtray runs")
}

fn names(output: &Output) -> Vec<String> {
    let listed: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"));
    let packages = listed["packages"].as_array().expect("a list");
    packages.iter().map(|package| package["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn packages_are_there_from_the_next_program_until_they_are_removed() {
    let Some(bare) = Bare::new("[warm]\npython = 1\n") else { return };
    let service = bare.start();
    let wheels = Wheels::new();
    let run = |code: &str| {
        // An interpreter waits that was started before the next change.
        service.until_waiting("python", 1);
        service.execute(&json!({"code": code}))
    };
    let failed = run("import top");
    assert!(failed["error"].as_str().is_some_and(|text| text.contains("No module named 'top'")), "{failed}");
    let from = wheels.path().to_str().expect("a path");
    let added = packs(&service, &["add", "top", "--from", from]);
    assert_eq!(names(&added), ["low", "top"], "{added:?}");
    let answer = run("import top; print(top.name, top.__spec__.cached is not None)");
    assert_eq!((&answer["output"], &answer["isolation"]), (&json!("top of low True\n"), &json!("wasm")), "{answer}");
    let code = "import importlib.metadata, os, top\nprint(importlib.metadata.version('top'))\n\
        print(os.path.exists(top.__cached__))\nopen(top.__file__, 'w')";
    let answer = run(code);
    assert_eq!(answer["output"], "1.0\nTrue\n", "{answer}");
    assert!(answer["error"].as_str().is_some_and(|text| text.contains("Error")), "it was written to: {answer}");
    let output = service.machine.runtray().args(["packs", "list"]).output().expect("runtray runs");
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(listed.contains("low  1.0") && listed.contains("needed by others"), "{listed}");
    assert!(listed.contains("MB on the disk"), "{listed}");
    let refused = packs(&service, &["remove", "low"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("top needs low. Remove top first"), "{refused:?}");
    assert_eq!(names(&packs(&service, &["remove", "top"])), Vec::<String>::new());
    let failed = run("import low");
    assert!(failed["error"].as_str().is_some_and(|text| text.contains("No module named 'low'")), "{failed}");
}

#[test]
fn runs_without_a_service_have_them_too() {
    let Some(bare) = Bare::new("") else { return };
    let wheels = Wheels::new();
    let added = bare.runtray().args(["packs", "add", "--from"]).arg(wheels.path()).output().expect("runtray runs");
    assert!(added.status.success(), "{added:?}");
    let file = wheels.path().join("program.py");
    fs::write(&file, "import low; print(low.name)").expect("a program");
    let ran = bare.runtray().arg("run").arg(&file).output().expect("runtray runs");
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "low\n", "{ran:?}");
}

#[test]
fn without_a_built_in_python_or_an_index_the_remedy_is_told() {
    let home = crate::harness::Home::without_interpreters("");
    let refused = crate::harness::runtray(&home).args(["packs", "add", "a"]).output().expect("runtray runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("not part of this installation"), "{refused:?}");
    let Some(bare) = Bare::new("") else { return };
    let mut add = bare.runtray();
    let refused = add.args(["packs", "add", "a"]).env("PIP_INDEX_URL", "http://127.0.0.1:9/simple").output();
    let refused = refused.expect("runtray runs");
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("the package index on 127.0.0.1 was not reached") && told.contains("as files"), "{told}");
}

//! The files and the process of the built-in Python: changed files are not run, and each process is confined.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Bare, Running};
use crate::harness::TempDir;
use crate::harness::warm::{COLD, ONE_EACH};

/// A copy of the program and of the files beside it, which has unpacked nothing.
struct Copy {
    folder: TempDir,
    program: PathBuf,
}

impl Copy {
    fn of(program: &Path) -> Self {
        let folder = TempDir::new().expect("a folder");
        let (shipped, copy) = (program.with_file_name("builtin-python"), folder.path().join("builtin-python"));
        fs::create_dir(&copy).expect("a folder");
        for entry in fs::read_dir(shipped).expect("it is there").flatten().filter(|entry| entry.path().is_file()) {
            fs::copy(entry.path(), copy.join(entry.file_name())).expect("a file");
        }
        let place = folder.path().join("runtray-python");
        // Another process writes the copy: otherwise a process of another test could inherit the open file, and the program could
        // not be started.
        std::process::Command::new("cp").arg(program).arg(&place).status().expect("cp runs");
        Self { folder, program: place }
    }

    /// The one folder that is unpacked.
    fn unpacked(&self) -> PathBuf {
        let unpacked = fs::read_dir(self.folder.path().join("builtin-python/unpacked")).expect("it has unpacked");
        unpacked.flatten().map(|entry| entry.path()).find(|path| path.is_dir()).expect("a folder")
    }

    /// A service with it.
    fn start(&self, settings: &str) -> Option<Running> {
        Some(Bare { program: self.program.clone(), ..Bare::new(settings)? }.start())
    }
}

fn copy() -> Option<Copy> {
    super::program().map(|program| Copy::of(&program))
}

/// Changes one byte of `file`, and restores the time of modification, as a program could.
fn change(file: &Path) -> Vec<u8> {
    let good = fs::read(file).expect("a file");
    let mut content = good.clone();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    let time = fs::metadata(file).and_then(|it| it.modified()).expect("a time");
    // Root can write to read-only files; any other user has to make them writable first.
    std::process::Command::new("chmod").arg("u+w").arg(file).status().expect("chmod runs");
    fs::write(file, content).expect("a file");
    fs::File::options().write(true).open(file).and_then(|it| it.set_modified(time)).expect("a time");
    good
}

#[test]
fn machine_code_that_was_changed_since_the_service_began_is_not_run() {
    let Some(copy) = copy() else { return };
    let Some(service) = copy.start(COLD) else { return };
    let hello = || service.execute(&json!({"code": "print('hi')"}))["output"].clone();
    assert_eq!(hello(), "hi\n");
    let code = copy.unpacked().join("python.cwasm");
    let good = change(&code);
    // The record that earlier versions trusted.
    fs::write(code.with_file_name("checked"), "forged").expect("a file");
    assert_eq!(hello(), "hi\n");
    assert!(fs::read(&code).expect("a file") == good, "the changed file was not replaced");
    // The service learns the identity of the new files.
    assert_eq!(hello(), "hi\n");
}

#[test]
fn a_library_that_was_changed_before_the_service_began_is_not_used() {
    let Some(copy) = copy() else { return };
    let hello = |service: &Running| service.execute(&json!({"code": "import colorsys; print('hi')"}))["output"].clone();
    let Some(first) = copy.start(COLD) else { return };
    assert_eq!(hello(&first), "hi\n");
    drop(first);
    let code = copy.unpacked().join("python.cwasm");
    let library = fs::read_dir(copy.unpacked()).expect("a list").flatten().map(|entry| entry.path());
    let module = library.map(|path| path.join("colorsys.py")).find(|path| path.is_file()).expect("a module");
    let good = change(&module);
    let Some(second) = copy.start(COLD) else { return };
    assert_eq!(hello(&second), "hi\n");
    assert!(code.is_file() && fs::read(&module).expect("a file") == good, "the changed file was not replaced");
}

/// The processes of the program at `program`: their states, and the arguments that they were started with.
fn processes(program: &Path) -> Vec<(String, String)> {
    let all = fs::read_dir("/proc").expect("processes").flatten().map(|entry| entry.path());
    let its_own = all.filter(|process| fs::read_link(process.join("exe")).is_ok_and(|exe| exe == program));
    let read = |file: PathBuf| fs::read(file).map(|text| String::from_utf8_lossy(&text).into_owned());
    its_own
        .filter_map(|process| Some((read(process.join("status")).ok()?, read(process.join("cmdline")).ok()?)))
        .collect()
}

#[test]
fn one_that_waits_is_shut_in_and_was_told_what_its_files_are_known_by() {
    let Some(copy) = copy() else { return };
    let Some(service) = copy.start(ONE_EACH) else { return };
    service.execute(&json!({"code": ""}));
    service.until_waiting("python", 1);
    let shut_in = |state: &str| {
        let has = |line: &str| state.lines().any(|it| it.split_whitespace().eq(line.split_whitespace()));
        has("Seccomp: 2") && has("NoNewPrivs: 1")
    };
    // An interpreter counts as waiting a moment before it waits.
    let found = crate::harness::eventually("a process that is shut in", || {
        let found = processes(&copy.program);
        (!found.is_empty() && found.iter().all(|(state, _)| shut_in(state))).then_some(found)
    });
    assert!(found.iter().all(|(_, arguments)| arguments.contains("\0--checked\0")), "{found:?}");
    assert_eq!(service.execute_warm("python", &json!({"code": "print('hi')"}))["output"], "hi\n");
}

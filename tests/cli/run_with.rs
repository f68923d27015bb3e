//! `runtray run` with files beside the program and variables in its environment.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::harness::{Home, Service, runtray};

/// Makes a folder with a program and the files it needs.
fn project(home: &Home, program: &str) -> PathBuf {
    let folder = home.path().join("project");
    fs::create_dir_all(folder.join("data/deep")).expect("folders");
    for (path, content) in [
        ("program.txt", program.as_bytes()),
        ("beside.txt", b"beside"),
        ("data/a.txt", b"a"),
        ("data/deep/b.bin", b"\xff\xfe"),
        ("../elsewhere.txt", b"elsewhere"),
    ] {
        fs::write(folder.join(path), content).expect(path);
    }
    folder
}

fn run(home: &Home, folder: &Path, arguments: &[impl AsRef<OsStr>]) -> Output {
    let mut command: Command = runtray(home);
    command.arg("run").args(arguments).current_dir(folder).stdin(Stdio::null());
    command.output().expect("runtray runs")
}

/// Runs the program from its folder and from the folder above. FILES in an option stands for the path to the program's folder.
fn check(home: &Home, program: &str, options: &[&str], expected: &str) {
    let folder = project(home, program);
    for (from, files) in [(folder.as_path(), "."), (home.path(), "project")] {
        let mut arguments: Vec<String> = options.iter().map(|option| option.replace("FILES", files)).collect();
        arguments.push(format!("{files}/program.txt"));
        let ran = run(home, from, &arguments);
        let (told, printed) = (String::from_utf8_lossy(&ran.stderr), String::from_utf8_lossy(&ran.stdout));
        assert!(ran.status.success() && printed == expected, "{arguments:?}: {printed} {told}");
    }
}

#[test]
fn files_have_the_same_relative_paths_in_the_run() {
    let check_all = |home: &Home| {
        check(
            home,
            "show beside.txt\nshow data/a.txt",
            &["--file", "FILES/beside.txt", "--file", "FILES/data"],
            "besidea",
        );
        check(home, "show data/deep/b.bin", &["--file", "FILES/."], "\u{fffd}\u{fffd}");
        check(home, "show elsewhere.txt", &["--file", "FILES/../elsewhere.txt"], "elsewhere");
        check(home, "variable WORD\nvariable EMPTY", &["--env", "WORD=a=b c", "--env=EMPTY="], "a=b c\n\n");
    };
    check_all(&Home::new(""));
    let service = Service::start();
    check_all(service.home());
    let ran = service.get("/executions").json();
    assert_eq!(ran["items"].as_array().map(Vec::len), Some(8), "the service ran them");
}

#[test]
fn files_and_variables_that_cannot_be_sent_are_reported() {
    let home = Home::new("[limits]\nbody_bytes = 4096");
    let folder = project(&home, "print no");
    fs::write(folder.join("main.txt"), "").expect("a file");
    fs::write(folder.join("large.bin"), [0; 5000]).expect("a file");
    fs::create_dir(folder.join("many")).expect("a folder");
    for number in 0..1001 {
        fs::write(folder.join("many").join(number.to_string()), "").expect("a file");
    }
    for (option, value, code, expected) in [
        ("--file", "missing.txt", 1, "could not open"),
        ("--file", "main.txt", 1, "`main.txt` is the name of the program"),
        ("--file", "large.bin", 1, "more than 4096 bytes together"),
        ("--file", "many", 1, "1000 files at most"),
        ("--env", "WORD", 2, "NAME=VALUE"),
        ("--env", "=x", 2, "NAME=VALUE"),
    ] {
        let refused = run(&home, &folder, &[option, value, "program.txt"]);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert!(refused.status.code() == Some(code) && told.contains(expected), "{option} {value}: {told}");
        assert!(refused.stdout.is_empty(), "{option} {value} ran");
    }
}

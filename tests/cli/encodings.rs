//! Encodings of programs, and files beside a program that `runtray run` sends along: as `python FILE` finds them.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::json;

use crate::harness::{Home, Service, fake_interpreter, runtray, skip};

fn run(home: &Home, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = runtray(home);
    command.arg("run").args(arguments).current_dir(folder).stdin(Stdio::null());
    command.output().expect("runtray runs")
}

/// Whether the machine has no interpreter of a language; says so.
fn lacks(language: &str) -> bool {
    let languages = Service::start().get("/languages").json();
    let row = languages.as_array().and_then(|rows| rows.iter().find(|row| row["language"] == language));
    let row = row.unwrap_or_else(|| panic!("no {language} in {languages}"));
    let lacks = row["available"] == false;
    if lacks {
        skip(&row["detail"]);
        assert!(std::env::var_os("CI").is_none() || cfg!(windows), "{language} is missing");
    }
    lacks
}

/// Settings that let the fake interpreter run a language, to test behaviour that does not depend on the real interpreter.
fn played(language: &str, extension: &str) -> String {
    let program = fake_interpreter().expect("a fake interpreter").display().to_string();
    format!("[[language]]\nname = \"{language}\"\ncommand = ['{program}']\nextension = \"{extension}\"\n")
}

/// Runs programs of a folder: from that folder without a service, and from the folder above with one.
fn check_runs(settings: &str, files: &[(&str, &[u8])], programs: &[(&str, &str)]) {
    let service = Service::start_with(settings);
    for (home, above) in [(&Home::new(settings), ""), (service.home(), "project/")] {
        let folder = home.path().join("project");
        for (path, content) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
            fs::write(path, content).expect("a file");
        }
        let from = if above.is_empty() { folder.as_path() } else { home.path() };
        for (program, expected) in programs {
            let ran = run(home, from, &[&format!("{above}{program}")]);
            let (told, printed) = (String::from_utf8_lossy(&ran.stderr), String::from_utf8_lossy(&ran.stdout));
            assert_eq!((printed.as_ref(), told.as_ref()), (*expected, ""), "{program}");
        }
    }
    let ran = service.get("/executions").json()["items"].as_array().map(Vec::len);
    assert_eq!(ran, Some(programs.len()), "the service ran them");
}

#[test]
fn a_program_may_have_any_encoding_that_python_accepts() {
    if lacks("python") {
        return;
    }
    check_runs(
        "",
        &[
            ("latin.py", b"# -*- coding: latin-1 -*-\nprint('caf\xe9', len('\xe9'))\n"),
            ("windows.py", b"#!/usr/bin/env python\n# vim: set fileencoding=cp1252 :\nprint('\x80')\n"),
            ("mark.py", b"\xef\xbb\xbfprint('m\xc3\xa4rk')\n"),
            ("japanese.py", b"# coding: shift_jis\nprint('\x93\xfa')\n"),
        ],
        &[("latin.py", "café 1\n"), ("windows.py", "€\n"), ("mark.py", "märk\n"), ("japanese.py", "日\n")],
    );
}

#[test]
fn python_itself_reports_a_program_that_is_not_text() {
    if lacks("python") {
        return;
    }
    let home = Home::new("");
    fs::write(home.path().join("bad.py"), b"print('\xe9')\n").expect("a file");
    let ran = run(&home, home.path(), &["bad.py"]);
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.code() == Some(1) && told.contains("SyntaxError") && told.to_lowercase().contains("utf-8"),
        "{told}"
    );
}

#[test]
fn modules_packages_and_named_files_beside_a_program_are_found() {
    if lacks("python") {
        return;
    }
    check_runs(
        "",
        &[
            ("app.py", b"import helper, pack.inner\nprint(helper.WORD, pack.inner.WORD, open('words.txt').read())\n"),
            ("helper.py", b"# coding: latin-1\nimport deeper\nWORD = deeper.WORD + '\xe9'\n"),
            ("deeper.py", b"WORD = 'deep'\n"),
            ("pack/__init__.py", b""),
            ("pack/inner.py", b"WORD = 'inner'\n"),
            ("words.txt", b"words"),
            ("unrelated.bin", &[0; 64]),
        ],
        &[("app.py", "deepé inner words\n")],
    );
    check_runs(
        "",
        &[("main.py", b"from helper import say\nsay()\n"), ("helper.py", b"def say(): print('said')\n")],
        &[("main.py", "said\n")],
    );
}

#[test]
fn a_javascript_program_requires_what_is_beside_it() {
    if lacks("javascript") {
        return;
    }
    check_runs(
        "",
        &[
            (
                "app.js",
                b"const { word } = require('./helper');\nconst shop = require('shop');\nconsole.log(word, shop);\n",
            ),
            ("helper.js", b"exports.word = require('./lib/deep').word;\n"),
            ("lib/deep.js", b"exports.word = 'deep';\n"),
            ("node_modules/shop/index.js", b"module.exports = 'shop';\n"),
        ],
        &[("app.js", "deep shop\n")],
    );
}

#[test]
fn files_beside_a_program_are_sent_along_in_every_language() {
    check_runs(
        &played("python", "py"),
        &[
            ("app.py", b"show helper.py\nshow deeper.py\nshow pack/inner.py\nshow words.txt"),
            ("helper.py", b"caf\xc3\xa9 "),
            ("deeper.py", b"deep "),
            ("pack/__init__.py", b""),
            ("pack/inner.py", b"inner "),
            ("words.txt", b"words"),
            ("main.py", b"show unrelated.bin"),
            ("unrelated.bin", &[b'x'; 3]),
        ],
        &[("app.py", "caf\u{e9} deep inner words"), ("main.py", "xxx")],
    );
    check_runs(
        &played("javascript", "js"),
        &[
            ("app.js", b"# shop\nshow helper.js\nshow lib/deep.js\nshow node_modules/shop/index.js"),
            ("helper.js", b"require('./lib/deep') "),
            ("lib/deep.js", b"deep "),
            ("node_modules/shop/index.js", b"shop"),
        ],
        &[("app.js", "require('./lib/deep') deep shop")],
    );
}

#[test]
fn files_over_the_limit_are_reported_and_alone_sends_none() {
    let settings = format!("[limits]\nbody_bytes = 4096\n{}", played("python", "py"));
    let home = Home::new(&settings);
    let folder = home.path().join("project");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("app.py"), "print app\nshow helper.py").expect("a file");
    fs::write(folder.join("helper.py"), "x".repeat(5000)).expect("a file");
    let ran = run(&home, &folder, &["app.py"]);
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(told.contains("helper.py") && told.contains("--file") && ran.stdout == b"app\n", "{told}");
    fs::write(folder.join("helper.py"), "here").expect("a file");
    assert_eq!(run(&home, &folder, &["app.py"]).stdout, b"app\nhere");
    assert_eq!(run(&home, &folder, &["--alone", "app.py"]).stdout, b"app\n");
    let request = json!({"code": "", "code_encoding": "base32"});
    let service = Service::start();
    let refused = service.post("/execute", &request);
    assert!(refused.status == 400 && refused.body.contains("`code_encoding` cannot be used"), "{}", refused.body);
}

#[test]
fn a_file_that_has_the_program_s_place_is_said() {
    let home = Home::new(&played("python", "py"));
    let folder = home.path().join("project");
    fs::create_dir(&folder).expect("a folder");
    fs::write(folder.join("main.py"), "another").expect("a file");
    for (code, expected) in
        [("print x\nimport main", true), ("print from main import x", true), ("print domain", false)]
    {
        fs::write(folder.join("app.py"), code).expect("a file");
        let told = String::from_utf8_lossy(&run(&home, &folder, &["app.py"]).stderr).into_owned();
        assert_eq!(told.contains("main.py beside the program cannot go along"), expected, "{code}: {told}");
    }
    let told = run(&home, &folder, &["main.py"]).stderr;
    assert!(!String::from_utf8_lossy(&told).contains("beside"), "the program itself");
}

//! Ways out of the working folder: each is refused, and its benign twin works.

mod files;
mod system;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use tempfile::TempDir;

use crate::harness::{Ended, Python, run};

/// An escape attempt, its harmless twin, and the twin's output.
struct Case(&'static str, &'static str, &'static str);

/// The content of the files outside, which must neither change nor be printed.
const SECRET: &str = "S3CRET-of-the-person";

/// The files outside: one of the user, another run, the journal, the token.
const OUTSIDE: [&str; 4] = ["secret", "other-run/main.py", "journal.sqlite3", "token"];

/// The exceptions of refused or missing functions.
const REFUSED: &[&str] = &[
    "PermissionError",
    "FileNotFoundError",
    "OSError",
    "gaierror",
    "URLError",
    "AttributeError",
    "KeyError",
    "ModuleNotFoundError",
    "DatabaseError",
    "OperationalError",
    "ConnectionRefusedError",
    "NotADirectoryError",
];

/// Cases at a time: the cores of a small machine.
const AT_ONCE: usize = 2;

/// The program around an expression.
const PROGRAM: &str = "\
import _socket, asyncio, copy, importlib, io, ipaddress, multiprocessing, os, shutil, signal, socket, sqlite3, subprocess, sys
import tempfile, urllib.parse, urllib.request, zipfile
o = os.environ['OUTSIDE']
def fail():
    raise OSError
try:
    print(EXPRESSION)
except Exception as error:
    print(type(error).__name__)
";

/// A folder `run` beside files that must not be reached.
struct Beside(TempDir);

impl Beside {
    fn new() -> Self {
        let outside = TempDir::new().expect("a folder can be made");
        for folder in ["run/sub", "other-run"] {
            fs::create_dir_all(outside.path().join(folder)).expect("a folder can be made");
        }
        OUTSIDE.iter().for_each(|name| fs::write(outside.path().join(name), SECRET).expect("it can be written"));
        fs::write(outside.path().join("run/own"), "abc").expect("it can be written");
        fs::write(outside.path().join("run/sub/inner"), "x").expect("it can be written");
        Self(outside)
    }

    /// Runs the program around `expression` in the folder `run`.
    fn run(&self, expression: &str) -> Ended {
        let folder = self.0.path().join("run");
        fs::write(folder.join("main.py"), PROGRAM.replace("EXPRESSION", expression)).expect("it can be written");
        let mut command = Python::new().command(&["--variables", "IN_", "main.py"]);
        command.current_dir(folder).env("IN_OUTSIDE", self.0.path()).env("RUNTRAY_TOKEN", SECRET).env("PATH", SECRET);
        run(&mut command, b"")
    }

    /// The changes outside, if any.
    fn damage(&self) -> Option<String> {
        let outside = self.0.path();
        let changed =
            OUTSIDE.iter().find(|name| fs::read_to_string(outside.join(name)).ok().as_deref() != Some(SECRET));
        let count = |folder: &Path| fs::read_dir(folder).map(Iterator::count).unwrap_or_default();
        let more = (count(outside), count(&outside.join("other-run"))) != (OUTSIDE.len() + 1, 1);
        changed.map(|name| format!("{name} was changed")).or_else(|| more.then(|| "something was left".to_owned()))
    }
}

/// The complaint about a case, if any.
fn judge(Case(escape, twin, expected): &Case) -> Option<String> {
    let beside = Beside::new();
    let tried = beside.run(escape);
    let said = tried.stdout.trim_end();
    if !REFUSED.contains(&said) || tried.stderr.contains(SECRET) {
        return Some(format!("{escape}: {tried:?}"));
    }
    if let Some(damage) = beside.damage() {
        return Some(format!("{escape}: {damage}"));
    }
    let beside = Beside::new();
    let ended = beside.run(twin);
    let is_good = ended.stdout.strip_suffix('\n') == Some(*expected) && beside.damage().is_none();
    (!is_good).then(|| format!("the twin {twin}: {ended:?}"))
}

/// Tries all of `cases`, and prints how many there were, past the test's capture.
fn check(of: &str, cases: &[Case]) {
    let queue = Mutex::new(cases.iter());
    let wrong = Mutex::new(Vec::new());
    let next = || queue.lock().expect("the queue").next();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = next() {
                    wrong.lock().expect("what is wrong").extend(judge(case));
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("what is wrong");
    let count = cases.len();
    writeln!(std::io::stderr(), "{of}: {count} ways out, each refused, and {count} benign twins, each works").ok();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn files_outside_cannot_be_reached() {
    check("files", files::FILES);
}

#[test]
fn links_do_not_lead_out() {
    // Windows lets only administrators make links.
    if cfg!(unix) {
        check("links", files::LINKS);
    }
}

#[test]
fn the_library_cannot_be_changed() {
    check("library", files::LIBRARY);
}

#[test]
fn the_system_cannot_be_reached() {
    check("system", system::SYSTEM);
}

#[test]
fn there_are_enough_cases() {
    let count =
        [files::FILES, files::LINKS, files::LIBRARY, system::SYSTEM].iter().map(|cases| cases.len()).sum::<usize>();
    assert!(count >= 40, "{count}");
}

#[cfg(unix)]
#[test]
fn links_that_lie_in_the_folder_do_not_lead_out() {
    let python = Python::new().file("own", "abc");
    for (target, link) in [("/etc", "etc"), ("/etc/passwd", "passwd"), ("own", "inward")] {
        std::os::unix::fs::symlink(target, python.folder.path().join(link)).expect("a link can be made");
    }
    for path in ["etc/passwd", "passwd"] {
        let ended = python.run(&["-c", &format!("open({path:?})")]);
        assert!(ended.stderr.contains("PermissionError"), "{path}: {ended:?}");
    }
    assert_eq!(python.run(&["-c", "print(open('inward').read())"]).stdout, "abc\n");
}

/// A program opens a path while another process puts links in the place of its parts.
#[cfg(unix)]
#[test]
fn a_race_for_a_path_is_not_won() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let beside = Beside::new();
    let folder = beside.0.path().join("run");
    fs::create_dir(folder.join("real")).expect("a folder can be made");
    fs::write(folder.join("real/secret"), "own").expect("it can be written");
    let done = AtomicBool::new(false);
    let code = "
import collections
seen = collections.Counter()
for _ in range(20_000):
    try:
        seen[open('place/secret').read()] += 1
    except OSError:
        seen['refused'] += 1
print(sorted(seen))
";
    fs::write(folder.join("race.py"), code).expect("it can be written");
    let ended = thread::scope(|scope| {
        scope.spawn(|| {
            let place = folder.join("place");
            while !done.load(Ordering::Relaxed) {
                for target in ["real", ".."] {
                    std::os::unix::fs::symlink(target, folder.join("next")).expect("a link can be made");
                    fs::rename(folder.join("next"), &place).expect("a link can be moved");
                }
            }
        });
        let mut command = Python::new().command(&["race.py"]);
        let ended = run(command.current_dir(&folder), b"");
        done.store(true, Ordering::Relaxed);
        ended
    });
    assert_eq!(ended.stdout, "['own', 'refused']\n", "{ended:?}");
}

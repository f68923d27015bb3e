//! Interpreters that are replaced, deleted, broken and repaired while some of them wait for programs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::http::Reply;
use crate::harness::{Home, Service, eventually};

/// Prints the name of the wrapper that started it.
const WHICH: &str = "import os\nprint(os.environ['WHICH'])";

/// Broken interpreters, and the error that the service must report for each.
const BROKEN: [(&str, Option<&str>, &str); 6] = [
    ("deleted", None, "does not exist"),
    ("exits at start", Some("#!/bin/sh\necho no licence >&2\nexit 3\n"), "no licence"),
    ("exits at start without a word", Some("#!/bin/sh\nexit 3\n"), "no description"),
    ("hangs at start", Some("#!/bin/sh\nexec sleep 600\n"), "did not answer"),
    ("prints garbage", Some("#!/bin/sh\necho garbage\n"), "no description"),
    ("is no program", Some("just text"), "Exec format error"),
];

/// A service whose Python is a wrapper script of the test, with interpreters prestarted.
struct Wrapped {
    service: Service,
    /// The path of the interpreter in the settings.
    path: PathBuf,
    /// The interpreter that the wrapper starts.
    real: String,
    _folder: TempDir,
}

impl Wrapped {
    fn start(named: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let status = Service::start().get("/status").json();
        let real = status["python_path"].as_str().expect("there is a Python").to_owned();
        let path = folder.path().join(named);
        put(&path, &wrapper(&real, "one"));
        // Files that a wrapper starts are outside of the interpreter, so programs may read their folder.
        let settings = format!(
            "[python]\npath = '{}'\n[warm]\npython = 2\n[sandbox]\nread = ['{}']\n",
            path.display(),
            folder.path().display()
        );
        let service = Service::start_in(&Home::new(&settings), &[]);
        service.until_waiting("python", 2);
        Self { service, path, real, _folder: folder }
    }

    fn run(&self) -> Reply {
        self.service.post("/execute", &json!({"code": WHICH, "timeout_ms": 20_000}))
    }

    /// Installs a wrapper with the name `which`, waits until it is used, and checks that no other is used afterwards.
    fn mend(&self, which: &str) {
        put(&self.path, &wrapper(&self.real, which));
        let expected = format!("{which}\n");
        eventually(which, || (self.run().json()["output"] == *expected).then_some(()));
        self.service.until_waiting("python", 2);
        assert_eq!(self.service.execute_warm("python", &json!({"code": WHICH}))["output"], *expected);
        self.service.until_waiting("python", 2);
    }
}

fn wrapper(real: &str, which: &str) -> String {
    format!("#!/bin/sh\nWHICH={which} exec '{real}' \"$@\"\n")
}

/// Replaces a program atomically by a rename, as an installer does.
fn put(path: &Path, text: &str) {
    let new = path.with_extension("new");
    fs::write(&new, text).expect("a program");
    fs::set_permissions(&new, fs::Permissions::from_mode(0o755)).expect("a program may be run");
    fs::rename(new, path).expect("a program in place");
}

#[test]
fn a_replaced_interpreter_is_used_at_once() {
    let wrapped = Wrapped::start("python");
    assert_eq!(wrapped.service.execute_warm("python", &json!({"code": WHICH}))["output"], "one\n");
    for which in ["two", "three"] {
        put(&wrapped.path, &wrapper(&wrapped.real, which));
        for _ in 0..4 {
            let reply = wrapped.run();
            assert_eq!(reply.json()["output"], format!("{which}\n"), "{}", reply.body);
        }
        wrapped.service.until_waiting("python", 2);
    }
}

#[test]
fn a_broken_interpreter_is_reported_and_a_repaired_one_used() {
    let wrapped = Wrapped::start("python");
    for (number, (what, text, reason)) in BROKEN.into_iter().enumerate() {
        match text {
            Some(text) => put(&wrapped.path, text),
            None => fs::remove_file(&wrapped.path).expect("a program to delete"),
        }
        let reply = wrapped.run();
        let refusal = reply.json();
        assert_eq!((reply.status, &refusal["code"]), (422, &json!("runtime_not_found")), "{what}: {}", reply.body);
        assert!(reply.body.contains(reason) && reply.body.contains("python"), "{what}: {}", reply.body);
        wrapped.mend(&format!("mended-{number}"));
    }
}

/// The interpreter behind a wrapper can break without a change of the wrapper. The pool then only notices when it starts the next
/// interpreter.
#[test]
fn a_run_reports_an_interpreter_that_broke_behind_its_wrapper() {
    let wrapped = Wrapped::start("python");
    let behind = wrapped.path.with_file_name("behind");
    put(&behind, &wrapper(&wrapped.real, "well"));
    wrapped.mend("well");
    put(&wrapped.path, &format!("#!/bin/sh\nexec '{}' \"$@\"\n", behind.display()));
    eventually("the wrapper", || (wrapped.run().json()["output"] == "well\n").then_some(()));
    wrapped.service.until_waiting("python", 2);
    for (text, status, expected) in [
        ("#!/bin/sh\necho no licence >&2\nexit 3\n", "failed", "no licence"),
        ("#!/bin/sh\necho garbage\nexit 1\n", "failed", "garbage"),
        ("#!/bin/sh\nexec sleep 600\n", "timeout", "timed out"),
    ] {
        put(&behind, text);
        // Interpreters that waited before the change still work and may be used up first.
        let told = eventually(expected, || Some(brief(&wrapped.service)).filter(|answer| answer["output"] != "well\n"));
        assert_eq!(told["status"], status, "{told}");
        assert!(told.to_string().contains(expected), "{told}");
        put(&behind, &wrapper(&wrapped.real, "well"));
        eventually("it to be well", || (brief(&wrapped.service)["output"] == "well\n").then_some(()));
        eventually("those that wait to be well", || {
            (0..3).all(|_| brief(&wrapped.service)["output"] == "well\n").then_some(())
        });
    }
}

fn brief(service: &Service) -> Value {
    service.execute(&json!({"code": WHICH, "timeout_ms": 3000}))
}

#[cfg(target_os = "linux")]
#[test]
fn no_run_is_lost_if_a_waiting_interpreter_dies() {
    use crate::harness::leftovers::is_there;
    use nix::sys::signal::{Signal, kill};
    let wrapped = Wrapped::start("python");
    for signal in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGSEGV] {
        // After a failed interpreter the pool stays empty for a while, unless the interpreter changes.
        wrapped.mend("one");
        let waiting = wrapped.service.at_barriers("python");
        for pid in &waiting {
            kill(nix::unistd::Pid::from_raw(i32::try_from(*pid).expect("a pid")), signal).expect("it can be signalled");
        }
        eventually("their death", || (!waiting.iter().any(|pid| is_there(*pid))).then_some(()));
        for _ in 0..4 {
            let reply = wrapped.run();
            assert_eq!(reply.json()["output"], "one\n", "{signal}: {}", reply.body);
        }
    }
}

//! `runtray update`, with a server of updates on this machine.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minisign::KeyPair;
use serde_json::{Value, json};

use crate::harness::{Home, Service, TempDir, eventually, skip};

/// The version that the server offers.
const NEW: &str = "99.0.0";

/// A program that says that it is the new version.
const PROGRAM: &str = "#!/bin/sh\necho runtray 99.0.0\n";

/// An unpacked archive of the service, its home, and the keys of its publisher.
struct Machine {
    home: Home,
    folder: TempDir,
    keys: KeyPair,
}

impl Machine {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        fs::create_dir(folder.path().join("runtray")).expect("a folder");
        let machine =
            Self { home: Home::new(""), folder, keys: KeyPair::generate_unencrypted_keypair().expect("keys") };
        // A link: a copy could be written while another test forks, and could not be started then.
        fs::hard_link(env!("CARGO_BIN_EXE_runtray"), machine.program()).expect("a program");
        fs::write(machine.installed("package.txt"), "tar\n").expect("a file");
        machine
    }

    fn installed(&self, name: &str) -> PathBuf {
        self.folder.path().join("runtray").join(name)
    }

    fn program(&self) -> PathBuf {
        self.installed("runtray")
    }

    /// Serves a version, signed by the publisher as version `signed`, and writes settings that name the server.
    fn publish(&self, version: &str, signed: &str) {
        self.publish_with(version, signed, "", |_| {});
    }

    /// As [`publish`](Self::publish), with more settings, and with the files that `fill` puts into the folder of the new version.
    fn publish_with(&self, version: &str, signed: &str, settings: &str, fill: impl FnOnce(&Path)) {
        let package = archive(self.folder.path(), fill);
        let target = format!("{}-{}-tar", std::env::consts::OS, std::env::consts::ARCH);
        let comment = format!("version:{signed}\ttarget:{target}");
        let signature = minisign::sign(Some(&self.keys.pk), &self.keys.sk, &*package, Some(&comment), None);
        let signature = BASE64_STANDARD.encode(signature.expect("a signature").into_string());
        let place = json!({ "url": "package", "signature": signature });
        let feed = json!({ "version": version, "notes": "Much better.", "platforms": { target: place } });
        let port = serve(feed.to_string().into_bytes(), package);
        let key = self.keys.pk.to_base64();
        self.home.save_settings(&format!(
            "{settings}[updates]\nfeed = 'http://127.0.0.1:{port}/latest.json'\nkey = '{key}'\n"
        ));
    }

    fn update(&self, options: &[&str]) -> Output {
        self.command(options).output().expect("runtray runs")
    }

    fn command(&self, options: &[&str]) -> Command {
        let mut command = Command::new(self.program());
        command.arg("update").args(options).env("RUNTRAY_HOME", self.home.path()).stdin(Stdio::null());
        command
    }

    fn is_updated(&self) -> bool {
        fs::read(self.program()).expect("the program") == PROGRAM.as_bytes()
    }

    /// The number of files beside the installation.
    fn beside(&self) -> usize {
        fs::read_dir(self.folder.path()).expect("a folder").count()
    }
}

/// The archive of the new version, packed in `folder`, with the files that `fill` adds.
fn archive(folder: &Path, fill: impl FnOnce(&Path)) -> Vec<u8> {
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("runtray-99")).expect("a folder");
    fs::write(tree.join("runtray-99/runtray"), PROGRAM).expect("a program");
    fill(&tree.join("runtray-99"));
    let tar = Command::new("tar").args(["--mode=755", "-czf", "-", "-C"]).arg(&tree).arg("runtray-99").output();
    fs::remove_dir_all(&tree).expect("the tree goes");
    tar.expect("tar runs").stdout
}

/// Serves the feed, and the package under every other path; ends with the test program.
fn serve(feed: Vec<u8>, package: Vec<u8>) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let body = if first.contains("/latest.json ") { &feed } else { &package };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            // A client that has seen enough hangs up.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
        }
    });
    port
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_new_version_is_shown_and_installed_only_after_a_yes() {
    let machine = Machine::new();
    machine.publish(NEW, NEW);
    let check = machine.update(&["--check"]);
    assert_eq!(check.status.code(), Some(5), "{check:?}");
    let printed = text(&check.stdout);
    assert!(printed.contains("99.0.0 is new") && printed.contains("Much better."), "{printed}");
    let json: Value = serde_json::from_slice(&machine.update(&["--check", "--json"]).stdout).expect("JSON");
    assert_eq!((&json["newer"]["version"], &json["newer"]["notes"]), (&json!(NEW), &json!("Much better.")));
    assert_eq!(json["installed"], env!("CARGO_PKG_VERSION"));
    let unasked = machine.update(&[]);
    assert_eq!(unasked.status.code(), Some(1), "nobody was asked: {unasked:?}");
    assert!(text(&unasked.stderr).contains("--yes"), "{unasked:?}");
    assert_ne!(fs::read(machine.program()).expect("the program"), PROGRAM.as_bytes());
    let installed = machine.update(&["--yes"]);
    assert!(installed.status.success(), "{installed:?}");
    assert_eq!((text(&fs::read(machine.program()).expect("the program")), machine.beside()), (PROGRAM.to_owned(), 1));
}

#[test]
fn a_package_of_another_version_changes_nothing() {
    let machine = Machine::new();
    machine.publish(NEW, "0.0.1");
    let before = fs::metadata(machine.program()).expect("the program").len();
    let refused = machine.update(&["--yes"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(text(&refused.stderr).contains("signed as another one"), "{refused:?}");
    assert_eq!((fs::metadata(machine.program()).expect("the program").len(), machine.beside()), (before, 1));
}

#[test]
fn the_newest_version_has_no_update_and_a_build_without_a_feed_says_so() {
    let machine = Machine::new();
    let none = machine.update(&["--check"]);
    assert_eq!(none.status.code(), Some(1), "{none:?}");
    assert!(text(&none.stderr).contains("updates.feed"), "{none:?}");
    machine.publish("0.0.1", "0.0.1");
    let current = machine.update(&["--check"]);
    assert!(current.status.success() && text(&current.stdout).contains("up to date"), "{current:?}");
}

#[test]
fn a_package_of_the_system_leaves_updates_to_it_and_asks_no_server() {
    let machine = Machine::new();
    let bin = machine.folder.path().join("bin");
    let mark = machine.folder.path().join("lib/runtray");
    fs::create_dir_all(&mark).expect("a folder");
    fs::rename(machine.installed(""), &bin).expect("a folder");
    fs::write(mark.join("package.txt"), "deb\n").expect("a file");
    let mut command = Command::new(bin.join("runtray"));
    command.args(["update", "--check"]).env("RUNTRAY_HOME", machine.home.path());
    let output = command.output().expect("runtray runs");
    assert!(output.status.success() && text(&output.stdout).contains("package manager"), "{output:?}");
}

/// Updates while a program runs, and returns the answer to the program, which prints `whole` if it ran to its end. `check` is
/// called with the update, and with a function that ends the program.
fn update_beside_a_program(machine: &Machine, options: &[&str], check: impl FnOnce(Child, &dyn Fn())) -> Value {
    machine.publish(NEW, NEW);
    let service = Service::start_in(&machine.home, &[]);
    let [begun, end] = ["begun", "end"].map(|name| machine.home.shared(name));
    let code = format!(
        "import os, time\nopen({:?}, 'w').close()\nwhile not os.path.exists({:?}): time.sleep(0.01)\nprint('whole')",
        begun.display().to_string(),
        end.display().to_string()
    );
    thread::scope(|scope| {
        let run = scope.spawn(|| service.execute(&json!({ "code": code, "timeout_ms": 60_000 })));
        eventually("a program that runs", || begun.exists().then_some(()));
        let update = machine.command(options).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        check(update.expect("runtray runs"), &|| fs::write(&end, "").expect("a file"));
        run.join().expect("an answer")
    })
}

#[test]
fn an_update_waits_for_programs_that_run() {
    let machine = Machine::new();
    let answer = update_beside_a_program(&machine, &["--yes"], |mut update, end| {
        let mut said = BufReader::new(update.stderr.take().expect("a pipe")).lines().map_while(Result::ok);
        let waits = said.find(|line| line.contains("waiting for the end")).expect("it waits");
        assert!(waits.contains("runs 1 program;") && waits.contains("--now"), "{waits}");
        assert!(!machine.is_updated(), "it was installed beside a program that runs");
        end();
        assert!(update.wait().expect("runtray ends").success());
    });
    assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!("whole\n")), "{answer}");
    assert!(machine.is_updated());
}

#[test]
fn an_update_that_is_to_be_made_now_waits_for_nothing() {
    let machine = Machine::new();
    let answer = update_beside_a_program(&machine, &["--yes", "--now"], |mut update, end| {
        assert!(update.wait().expect("runtray ends").success());
        assert!(machine.is_updated());
        end();
    });
    assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!("whole\n")), "{answer}");
}

#[test]
fn a_service_that_runs_goes_on_with_the_built_in_python_of_the_new_version() {
    let Some(python) = std::env::var_os("RUNTRAY_TEST_BUILTIN_PYTHON").map(PathBuf::from) else {
        skip("RUNTRAY_TEST_BUILTIN_PYTHON does not name the built-in Python");
        return;
    };
    let machine = Machine::new();
    let add_python = |folder: &Path| {
        fs::create_dir(folder.join("builtin-python")).expect("a folder");
        fs::copy(&python, folder.join("runtray-python")).expect("a program");
        let files = fs::read_dir(python.with_file_name("builtin-python")).expect("a folder").flatten();
        for file in files.filter(|file| file.path().is_file()) {
            fs::copy(file.path(), folder.join("builtin-python").join(file.file_name())).expect("a file");
        }
    };
    add_python(&machine.installed(""));
    let settings = "[python]\npath = 'builtin'\n";
    machine.publish_with(NEW, NEW, settings, add_python);
    let mut command = Command::new(machine.program());
    command.args(["serve", "--port", "0"]).env("RUNTRAY_HOME", machine.home.path());
    let service = Service::start_by(command, &machine.home);
    // Modules that no snapshot has: they are read from the files of the version.
    let check = |module: &str| {
        let answer = service.execute(&json!({ "code": format!("import {module}; print({module}.__name__)") }));
        assert_eq!(
            (&answer["output"], &answer["isolation"]),
            (&json!(format!("{module}\n")), &json!("wasm")),
            "{answer}"
        );
    };
    check("colorsys");
    let installed = machine.update(&["--yes"]);
    assert!(installed.status.success() && machine.is_updated(), "{installed:?}");
    check("wave");
    // Changed interpreters: all are looked for again.
    machine.home.save_settings(&format!("{settings}[node]\npath = '/nowhere'\n"));
    for module in ["mailbox", "netrc"] {
        check(module);
    }
}

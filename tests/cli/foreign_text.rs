//! Control characters in text from programs and pages: escaped on a terminal, raw in a pipe.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};

use nix::pty::{OpenptyResult, openpty};
use serde_json::{Value, json};

use crate::harness::{Home, Service, eventually, runtray};

/// Control sequences that set the clipboard and the title, clear the screen and ring, in C0, C1, and a direction override.
const HOSTILE: &str = "\u{1b}]52;c;aGk=\u{7}\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}2J\rover\u{8}\u{7f}\u{202e}";

/// A log with one execution whose code, output and errors contain all of `HOSTILE`.
fn log() -> (Home, String) {
    let home = Home::new("");
    let mut service = Service::start_in(&home, &[]);
    let printed: String = HOSTILE.bytes().map(|byte| format!("{byte:02x}")).collect();
    let code = format!("# {HOSTILE}\nhex {printed}\nwarn {HOSTILE}");
    let id = service.execute(&json!({"language": "fake", "code": code}))["id"].as_str().expect("an id").to_owned();
    eventually("the entry", || (service.get(&format!("/executions/{id}")).json()["status"] != "running").then_some(()));
    service.stop();
    (home, id)
}

/// The output of `command` on a terminal that is its stdout and stderr.
fn on_terminal(mut command: Command) -> String {
    let OpenptyResult { master, slave } = openpty(None, None).expect("a terminal");
    let end = || slave.try_clone().expect("a descriptor");
    let mut child = command.stdin(Stdio::null()).stdout(end()).stderr(end()).spawn().expect("runtray starts");
    drop((command, slave));
    let mut printed = Vec::new();
    // Reading from a terminal whose last program has ended gives an error on Linux instead of the end.
    drop(File::from(master).read_to_end(&mut printed));
    child.wait().expect("an end");
    String::from_utf8(printed).expect("text").replace("\r\n", "\n")
}

fn check_inert(printed: &str, about: &str) {
    let obeyed = |one: char| one.is_control() && one != '\n' && one != '\t' || one == '\u{202e}';
    assert!(!printed.contains(obeyed), "{about}: {printed:?}");
}

#[test]
fn control_characters_are_escaped_on_a_terminal() {
    let (home, id) = log();
    for options in [&["--id", &id][..], &[], &["--json"], &["--id", &id, "--json"], &["--search", "title"]] {
        let mut command = runtray(&home);
        command.arg("logs").args(options);
        let printed = on_terminal(command);
        assert!(printed.contains("52;c;aGk="), "{options:?} shows nothing: {printed:?}");
        check_inert(&printed, &format!("{options:?}"));
    }
    let mut json = runtray(&home);
    json.args(["logs", "--id", &id, "--json"]);
    let entry: Value = serde_json::from_str(&on_terminal(json)).expect("JSON");
    assert!(entry["code"].as_str().is_some_and(|code| code.contains(HOSTILE)), "{entry}");
}

#[test]
fn a_pipe_gets_control_characters_raw() {
    let (home, id) = log();
    let piped = runtray(&home).args(["logs", "--id", &id]).output().expect("runtray runs");
    let text = String::from_utf8_lossy(&piped.stdout);
    assert!(text.matches(HOSTILE).count() >= 2, "{text:?}");
}

#[test]
fn control_characters_in_names_and_messages_are_escaped_too() {
    let home = Home::new("[python]\npath = \"/no/such\\u001b]0;title\\u0007python\"");
    for arguments in [&["pythons"][..], &["pythons", "--all"], &["config", "check"], &["logs", "--id", HOSTILE]] {
        let mut command = runtray(&home);
        command.args(arguments);
        check_inert(&on_terminal(command), &format!("{arguments:?}"));
    }
    let program = home.path().join("\u{1b}]0;title\u{7}.unknown");
    let mut command = runtray(&home);
    command.arg("run").arg(program);
    check_inert(&on_terminal(command), "the name of a program");
}

//! Assistants: the official MCP clients over both transports, and clients that are killed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{CALLS, Script, check, installed, python, serve};
use crate::harness::leftovers::Marker;
use crate::harness::{Home, eventually, runtray};

#[test]
fn the_typescript_client_over_http() {
    let Some(clients) = installed() else { return };
    let (home, service, url) = serve("");
    let script = Script::new(&clients, "mcp.mjs");
    check(typescript(&script, &home).args(["http", &format!("{url}/mcp"), CALLS]));
    eventually("the end of the cancelled call", || service.running().is_empty().then_some(()));
}

/// The TypeScript client, with a file that its programs may write to.
fn typescript(script: &Script, home: &Home) -> Command {
    let mut command = script.command(home);
    command.env("RUNTRAY_TEST_BEATS", home.shared("beats"));
    command
}

#[cfg(unix)]
#[test]
fn a_killed_typescript_client_over_http_leaves_nothing() {
    let Some(clients) = installed() else { return };
    let (home, service, url) = serve("");
    let script = Script::new(&clients, "mcp.mjs");
    let marker = Marker::new();
    let mut command = typescript(&script, &home);
    command.env("RUNTRAY_TEST_VARIABLES", marker.mark(json!({}))["env"].to_string());
    command.args(["http", &format!("{url}/mcp"), "hang"]).stdout(Stdio::piped());
    let mut client = command.spawn().expect("the client starts");
    let mut lines = BufReader::new(client.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("progress").expect("a line"), "on");
    assert_eq!(marker.carriers().len(), 1, "the program that has said so runs");
    client.kill().expect("it runs");
    client.wait().expect("it was started");
    eventually("the end of the run", || service.running().is_empty().then_some(()));
    assert_eq!(marker.carriers(), Vec::<u32>::new());
    eventually("the end of its folder", || service.run_folders().is_empty().then_some(()));
}

#[test]
fn the_typescript_client_over_stdio_without_a_service() {
    let Some(clients) = installed() else { return };
    let home = Home::new("");
    let script = Script::new(&clients, "mcp.mjs");
    check(typescript(&script, &home).args(["stdio", env!("CARGO_BIN_EXE_runtray"), CALLS]));
}

#[test]
fn the_typescript_client_over_stdio_with_a_service() {
    let Some(clients) = installed() else { return };
    let (home, service, _) = serve("");
    let script = Script::new(&clients, "mcp.mjs");
    check(typescript(&script, &home).args(["stdio", env!("CARGO_BIN_EXE_runtray"), "5"]));
    eventually("the end of the cancelled call", || service.running().is_empty().then_some(()));
    let log = service.get("/executions").json();
    assert!(log["items"].as_array().is_some_and(|items| items.len() > 5), "the service ran nothing: {log}");
}

#[test]
fn the_inspector_s_command_line_over_both() {
    let Some(clients) = installed() else { return };
    let (home, _service, url) = serve("");
    let script = Script::new(&clients, "inspector.mjs");
    check(script.command(&home).args(["http", &format!("{url}/mcp")]));
    let alone = Home::new("");
    check(script.command(&alone).args(["stdio", env!("CARGO_BIN_EXE_runtray")]));
}

#[test]
fn the_python_client_over_both() {
    let Some(clients) = installed() else { return };
    let (home, _service, url) = serve("");
    check(python(&clients, "mcp_client.py", &home).args(["http", &format!("{url}/mcp"), "5"]));
    check(python(&clients, "mcp_client.py", &home).args(["stdio", env!("CARGO_BIN_EXE_runtray"), "5"]));
}

/// A running `runtray mcp` after the handshake.
struct Talk {
    child: std::process::Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Talk {
    fn start(home: &Home) -> Self {
        let mut command: Command = runtray(home);
        let mut child =
            command.arg("mcp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut talk = Self { child, lines };
        let client = json!({"name": "test", "version": "1"});
        let params = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client});
        talk.say(&json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}));
        assert_eq!(talk.hear()["result"]["serverInfo"]["name"], "runtray");
        talk.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        talk
    }

    fn say(&mut self, message: &Value) {
        writeln!(self.child.stdin.as_mut().expect("a pipe"), "{message}").expect("it reads");
    }

    fn hear(&mut self) -> Value {
        let line = self.lines.next().expect("it goes on").expect("a line");
        serde_json::from_str(&line).expect("only messages are printed")
    }

    fn run(&mut self, code: &str) {
        self.call(&program(code));
    }

    fn call(&mut self, arguments: &Value) {
        let params = json!({"name": "run_code", "arguments": arguments, "_meta": {"progressToken": 1}});
        self.say(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}));
    }
}

/// The arguments of the tool for a program that may run for a minute.
fn program(code: &str) -> Value {
    json!({"code": code, "language": "fake", "timeout_ms": 60_000})
}

/// Starts a program that would run for a minute, ends the conversation so, and checks that `runtray mcp` and everything of the
/// program are gone within a second.
#[cfg(unix)]
fn nothing_is_left_after(end: impl FnOnce(&mut Talk)) {
    let home = Home::new("");
    let (status, left) = end_of_a_run(&home, end);
    assert!(status.success(), "{status}");
    assert!(left.is_empty(), "left in the runs' folder: {left:?}");
}

/// Runs a program, calls `end`, waits for the program to exit. Returns the exit status of `runtray mcp` and the content of the
/// runs' folder at that time.
#[cfg(unix)]
fn end_of_a_run(home: &Home, end: impl FnOnce(&mut Talk)) -> (std::process::ExitStatus, Vec<std::ffi::OsString>) {
    let (mut talk, marker) = (Talk::start(home), Marker::new());
    talk.call(&marker.mark(program("print on\nhang")));
    assert_eq!(talk.hear()["method"], "notifications/progress");
    assert_eq!(marker.carriers().len(), 1, "the program that has said so runs");
    let begun = std::time::Instant::now();
    end(&mut talk);
    let status = talk.child.wait().expect("it was started");
    let left = runs(home);
    assert!(begun.elapsed() < std::time::Duration::from_secs(1), "it took {:?} to end", begun.elapsed());
    eventually("the program's end", || marker.carriers().is_empty().then_some(()));
    (status, left)
}

/// The content of the runs' folder, without the file that all engines lock in turn.
#[cfg(unix)]
fn runs(home: &Home) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(home.path().join("runs")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).filter(|name| name != "gate").collect()
}

#[cfg(unix)]
fn send(talk: &Talk, signal: nix::sys::signal::Signal) {
    let id = i32::try_from(talk.child.id()).expect("a process id");
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(id), signal).expect("it runs");
}

#[cfg(unix)]
#[test]
fn a_killed_program_leaves_nothing() {
    let home = Home::new("");
    let (status, _) = end_of_a_run(&home, |talk| talk.child.kill().expect("it runs"));
    assert!(!status.success(), "{status}");
    // The folders of the killed one remain, because none of its processes is left to delete them. The next one does.
    let mut next = Talk::start(&home);
    result_of_a_run(&mut next);
    drop(next.child.stdin.take());
    assert!(next.child.wait().expect("it was started").success());
    eventually("the folders of the killed one are deleted", || runs(&home).is_empty().then_some(()));
}

#[cfg(unix)]
#[test]
fn a_killed_program_leaves_nothing_in_the_service() {
    let home = Home::new("");
    let service = crate::harness::Service::start_in(&home, &[]);
    let ways: [&dyn Fn(&mut Talk); 3] =
        [&|talk| talk.child.kill().expect("it runs"), &|talk| drop(talk.child.stdin.take()), &|talk| {
            send(talk, nix::sys::signal::Signal::SIGTERM)
        }];
    for (number, end) in (1..).zip(ways) {
        end_of_a_run(&home, |talk| {
            assert_eq!(service.running().len(), 1, "the service runs it");
            end(talk);
        });
        eventually("the cancelled run in the log", || {
            let log = service.get("/executions").json();
            let items = log["items"].as_array()?;
            (items.len() == number && items[0]["status"] == "cancelled").then_some(())
        });
        eventually("no folder of the run", || service.run_folders().is_empty().then_some(()));
    }
}

#[cfg(unix)]
#[test]
fn a_client_that_leaves_leaves_nothing() {
    nothing_is_left_after(|talk| drop(talk.child.stdin.take()));
}

#[cfg(unix)]
#[test]
fn a_program_that_is_asked_to_end_leaves_nothing() {
    use nix::sys::signal::Signal::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        nothing_is_left_after(|talk| send(talk, signal));
    }
}

/// The result of a program that prints `on`.
fn result_of_a_run(talk: &mut Talk) -> Value {
    talk.run("print on");
    std::iter::repeat_with(|| talk.hear()).find(|message| message["id"] == 1).expect("an answer")["result"].clone()
}

#[test]
fn changed_settings_hold_for_an_assistant_that_is_there_already() {
    let home = Home::new("");
    let mut talk = Talk::start(&home);
    assert_eq!(result_of_a_run(&mut talk)["structuredContent"]["output"], "on\n");
    home.save_settings("isolation = \"sandbx\"");
    let refused = result_of_a_run(&mut talk);
    assert_eq!(refused["isError"], true, "{refused}");
    home.save_settings("[limits]\noutput_bytes = 1024");
    assert_eq!(result_of_a_run(&mut talk)["structuredContent"]["output"], "on\n");
    drop(talk.child.stdin.take());
    assert!(talk.child.wait().expect("it was started").success());
}

#[test]
fn lines_that_are_no_messages_do_not_end_the_conversation() {
    let home = Home::new("");
    let mut talk = Talk::start(&home);
    let huge = "x".repeat(1 << 20);
    let dance = r#"{"jsonrpc":"2.0","id":7,"method":"tools/dance"}"#;
    for line in ["x", "", "[]", "5", "{}", "{", "\0", r#"{"jsonrpc":"2.0"}"#, dance, &huge] {
        writeln!(talk.child.stdin.as_mut().expect("a pipe"), "{line}").expect("it reads");
    }
    talk.child.stdin.as_mut().expect("a pipe").write_all(b"\xff\xfe\n").expect("it reads");
    assert_eq!(result_of_a_run(&mut talk)["structuredContent"]["output"], "on\n");
    drop(talk.child.stdin.take());
    assert!(talk.child.wait().expect("it was started").success());
}

#[test]
fn our_standard_input_does_not_reach_the_program() {
    let home = Home::new("");
    let mut talk = Talk::start(&home);
    talk.run("echo\nprint end");
    let answer = std::iter::repeat_with(|| talk.hear()).find(|message| message["id"] == 1).expect("an answer");
    assert_eq!(answer["result"]["structuredContent"]["output"], "end\n", "{answer}");
    drop(talk.child.stdin.take());
    assert!(talk.child.wait().expect("it was started").success());
}

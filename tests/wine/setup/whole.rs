//! From the installer to the list of leftovers, in one go.

use std::net::TcpListener;
use std::process::Command;
use std::time::Instant;

use super::computer::{Computer, NEWER, VERSION};
use crate::port;
use crate::session::until;
use crate::tray::{Line, choose};

/// The default port.
const USUAL_PORT: u16 = 5000;

/// The most seconds of a silent installation.
const LONGEST: f64 = 15.0;

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn installed_used_updated_and_removed() {
    let mut computer = Computer::of("Jörg Łukasz 王");
    match TcpListener::bind(("127.0.0.1", USUAL_PORT)) {
        Ok(_) => computer.port = USUAL_PORT,
        Err(error) => eprintln!("port {USUAL_PORT} is not free here ({error}), so it is port {}", computer.port),
    }
    computer.save_settings();
    let start = Instant::now();
    assert_eq!(computer.setup(VERSION, &["/START"]), 0);
    let took = start.elapsed().as_secs_f64();
    eprintln!("Setup.exe /S /START: exit code 0 after {took:.1} s; {:?}", computer.running());
    assert!(took <= LONGEST, "a silent installation takes {took:.1} s");
    computer.wait_for_service();
    eprintln!("curl /execute: {}", curl(&computer));
    choose(&computer.session, Line::StartOrStop);
    until("a closed port", || (!port::answers(computer.port)).then_some(()));
    eprintln!("tray, Stop: port {} is closed", computer.port);
    choose(&computer.session, Line::StartOrStop);
    computer.wait_for_service();
    eprintln!("tray, Start: port {} answers", computer.port);
    let run = computer.endless_run();
    assert_eq!(computer.setup(NEWER, &[]), 0);
    let status = run.join().expect("a run")["status"].clone();
    eprintln!("Setup.exe {NEWER} /S while a program runs: exit code 0; the program: {status}");
    computer.wait_for_service();
    assert_eq!(status, "cancelled");
    computer.uninstall(&[]);
    assert!(!port::answers(computer.port));
    computer.check_neighbours();
    let left = computer.left();
    eprintln!("uninstall.exe /S: left are\n    {}", left.join("\n    "));
    assert_eq!(left, computer.kept());
}

/// Posts the seed's program with curl, as a tool outside of Wine does: the built-in Python runs it.
fn curl(computer: &Computer) -> String {
    let mut curl = Command::new("curl");
    curl.args(["-s", "-X", "POST", "-H", "Content-Type: application/json"]);
    curl.args(["-d", r#"{"code": "print(\"Hello from Flask!\")"}"#]);
    let output = curl.arg(format!("http://localhost:{}/execute", computer.port)).output().expect("curl");
    let text = String::from_utf8_lossy(&output.stdout);
    let answer: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(answer["output"], "Hello from Flask!\n", "{answer}");
    assert_eq!((&answer["runtime"], &answer["isolation"]), (&"CPython 3.14 (built in)".into(), &"wasm".into()));
    answer.to_string()
}

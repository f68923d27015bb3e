//! Another program on the port of a dead service: clients send it neither the token nor a program.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::harness::{Home, Service, runtray};

/// A secret in the program.
const SECRET: &str = "only for my own service";

/// The response of the stranger.
#[derive(Clone, Copy, Debug)]
enum Answer {
    /// The answer of a web server without such a page.
    NotFound,
    /// The answer of the service, with a forged proof.
    Forged,
    /// The answer of the real service on another port, to which every request is passed on.
    Passed(u16),
    /// No answer.
    Nothing,
}

/// A listening program that records everything it receives.
struct Stranger {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Stranger {
    fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hears = heard.clone();
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let hears = hears.clone();
                thread::spawn(move || speak(connection, answer, &hears));
            }
        });
        Self { port, heard }
    }

    fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().expect("what was heard")).into_owned()
    }
}

fn speak(mut connection: TcpStream, answer: Answer, heard: &Mutex<Vec<u8>>) {
    connection.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
    let mut part = [0; 65_536];
    while let Ok(count @ 1..) = connection.read(&mut part) {
        heard.lock().expect("what was heard").extend(&part[..count]);
        let response = match answer {
            Answer::Nothing => continue,
            Answer::NotFound => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
            Answer::Forged => {
                let body = format!("{{\"proof\":\"{}\"}}", "A".repeat(43));
                format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            }
            Answer::Passed(port) => passed_on(&part[..count], port),
        };
        if connection.write_all(response.as_bytes()).is_err() {
            return;
        }
    }
}

/// The response of the service on `port`, with the port in it replaced by the stranger's.
fn passed_on(request: &[u8], port: u16) -> String {
    let text = String::from_utf8_lossy(request);
    let lines = text.lines().map(|line| match line.split_once(": ") {
        Some(("Host", _)) => format!("Host: localhost:{port}\r\nConnection: close\r\n"),
        _ => format!("{line}\r\n"),
    });
    let mut service = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("the service listens");
    service.write_all(lines.collect::<String>().as_bytes()).expect("it reads");
    let mut answer = String::new();
    service.read_to_string(&mut answer).expect("it answers");
    answer
}

/// A home whose service was killed, so that its address file remains, with the stranger's port in it.
fn left_behind(stranger: &Stranger) -> Home {
    let home = Home::new("");
    let mut service = Service::start_in(&home, &[]);
    service.kill();
    pretend(&home, stranger);
    home
}

fn pretend(home: &Home, stranger: &Stranger) {
    let address = home.path().join("data").join("address");
    assert!(address.exists(), "a killed service leaves its address");
    fs::write(address, format!("http://localhost:{}\n", stranger.port)).expect("an address");
}

fn run(home: &Home) -> Output {
    let program = home.path().join("program.txt");
    fs::write(&program, format!("print {SECRET}")).expect("a program");
    runtray(home).arg("run").arg(&program).output().expect("runtray runs")
}

fn check_told_nothing(home: &Home, stranger: &Stranger, answer: Answer) {
    let token = fs::read_to_string(home.path().join("data/token")).expect("a token");
    let ran = run(home);
    assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), SECRET, "{answer:?}: it runs without the service: {ran:?}");
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(told.contains("is not your service"), "{answer:?}: {told}");
    let port = stranger.port.to_string();
    let status = runtray(home).args(["status", "--port", &port]).output().expect("runtray runs");
    let told = String::from_utf8_lossy(&status.stderr).into_owned();
    assert!(status.status.code() == Some(1) && told.contains("did not prove"), "{answer:?}: {told}");
    let heard = stranger.heard();
    assert!(heard.contains("/prove"), "{answer:?}: it was asked: {heard}");
    for secret in [token.trim(), SECRET, "Authorization", "authorization"] {
        assert!(!heard.contains(secret), "{answer:?}: it heard {secret:?}: {heard}");
    }
}

#[test]
fn a_stranger_on_the_port_gets_neither_token_nor_program() {
    for answer in [Answer::NotFound, Answer::Forged, Answer::Nothing] {
        let stranger = Stranger::new(answer);
        let home = left_behind(&stranger);
        check_told_nothing(&home, &stranger, answer);
    }
}

#[test]
fn a_stranger_that_relays_to_the_real_service_is_not_trusted() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let answer = Answer::Passed(service.port());
    let stranger = Stranger::new(answer);
    pretend(&home, &stranger);
    check_told_nothing(&home, &stranger, answer);
}

#[test]
fn the_service_itself_is_trusted() {
    for settings in ["", "require_token = true"] {
        let home = Home::new(settings);
        let service = Service::start_in(&home, &[]);
        let ran = run(&home);
        assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), SECRET, "{ran:?}");
        assert_eq!(String::from_utf8_lossy(&ran.stderr), "", "{settings}");
        let token = fs::read_to_string(home.path().join("data/token")).expect("a token");
        let bearer = format!("Bearer {}", token.trim());
        let log = service.get_with("/executions", &[("Authorization", &bearer)]).json();
        assert_eq!(log["items"].as_array().map(Vec::len), Some(1), "the service ran it: {log}");
        let proof = service.get("/prove?nonce=short");
        assert_eq!((proof.status, &proof.json()["code"]), (400, &"invalid_request".into()));
        let foreign = service.get_with("/prove?nonce=x", &[("Origin", "https://evil.example")]);
        assert_eq!(foreign.status, 403);
    }
}

//! Access that is taken away while connections are open: a page is denied, a token becomes required.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::guard::{JSON, PAGE, request};
use crate::harness::conversation::Conversation;
use crate::harness::{Home, Service, eventually};
use crate::service::execute::{program, program_with};

const DENIED: &str = "denied_origins = [\"http://localhost:3001\"]";
const SLOTS: &str = "[admission]\nslots = 4";
/// Less than the time after which a client that reads nothing is disconnected.
const SOON: Duration = Duration::from_secs(40);

/// A page's WebSocket on which an interactive program runs.
fn running(service: &Service, headers: &[(&'static str, &str)], code: &str) -> Conversation {
    let mut talk = service.upgrade(headers).expect("an upgrade");
    talk.run(&program(code));
    assert_eq!(talk.next()["type"], "started");
    talk
}

/// Waits until nothing runs but the programs of these clients.
fn only_runs(service: &Service, origins: &[&str]) {
    let started = Instant::now();
    let left = || -> Vec<Value> {
        let page = service.get("/executions?status=running").json();
        page["items"].as_array().expect("a list").iter().map(|item| item["origin"].clone()).collect()
    };
    eventually("the programs to end", || (left() == origins).then_some(()));
    assert!(started.elapsed() < SOON, "they ended for another reason");
}

#[test]
fn a_denied_page_loses_its_sockets_and_its_programs() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let mut local = running(&service, &[], "echo");
    let (ran, typed) = (home.shared("ran"), home.shared("typed"));
    let mut sockets = [
        service.upgrade(&[PAGE]).expect("an upgrade"),
        running(&service, &[PAGE], &format!("read-line\nsave {} x", typed.display())),
    ];
    let mut piston = service.piston(&[PAGE], "hang");
    let mut jupyter = service.jupyter(&[PAGE], &["hang", &format!("save {} x", ran.display())]);
    eventually("four programs to run", || (service.running().len() == 4).then_some(()));
    home.save_settings(DENIED);
    for socket in &mut sockets {
        let error = socket.next();
        assert_eq!((&error["type"], &error["code"]), (&json!("error"), &json!("origin_not_allowed")), "{error}");
        assert_eq!(socket.close_code(), 1008);
    }
    let error = piston.next();
    assert!(error["message"].as_str().is_some_and(|sentence| sentence.contains("denied")), "{error}");
    assert_eq!((piston.close_code(), jupyter.close_code()), (4002, 1008));
    only_runs(&service, &["local"]);
    assert!(!ran.exists() && !typed.exists());
    local.type_in("still here\n");
    local.send(&json!({"type": "eof"}));
    local.until("still here\n");
    assert_eq!(local.ended(), ("completed".into(), 0.into()));
    let log = service.get("/executions?origin=http://localhost:3001").json();
    let states: Vec<&Value> = log["items"].as_array().expect("a list").iter().map(|item| &item["status"]).collect();
    assert_eq!(states, ["cancelled"; 3], "{log}");
}

#[test]
fn a_page_that_is_taken_off_the_list_loses_its_socket() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let mut talk = running(&service, &[PAGE], "hang");
    home.save_settings("allowed_origins = [\"http://localhost:3000\"]");
    assert_eq!((&talk.next()["code"], talk.close_code()), (&json!("origin_not_allowed"), 1008));
    only_runs(&service, &[]);
}

#[test]
fn a_token_that_becomes_required_ends_what_came_without_it() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let token = std::fs::read_to_string(home.path().join("data/token")).expect("a token");
    let bearer = format!("Bearer {}", token.trim());
    let mut with = running(&service, &[("Authorization", &bearer)], "echo");
    let mut without = running(&service, &[], "hang");
    let posted = service.ask(&program("hang"), "Connection: close\r\n");
    eventually("three programs to run", || (service.running().len() == 3).then_some(()));
    home.save_settings("require_token = true");
    assert_eq!((&without.next()["code"], without.close_code()), (&json!("token_required"), 1008));
    let answer = rest(posted);
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("token_required"), "{answer}");
    with.type_in("a\n");
    with.send(&json!({"type": "eof"}));
    with.until("a\n");
    assert_eq!(with.ended(), ("completed".into(), 0.into()));
}

/// Everything that the service still sends on a connection.
fn rest(mut connection: TcpStream) -> String {
    connection.set_read_timeout(Some(SOON)).expect("a read timeout");
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).expect("the service closes the connection in time");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Reads until `text` has come.
fn until(connection: &mut TcpStream, text: &str) {
    connection.set_read_timeout(Some(SOON)).expect("a read timeout");
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains(text) {
        let mut byte = [0];
        connection.read_exact(&mut byte).expect("more of the answer");
        seen.extend(byte);
    }
}

#[test]
fn answers_to_a_denied_page_break_off() {
    let home = Home::new(SLOTS);
    let service = Service::start_in(&home, &[]);
    let page = format!("{}: {}\r\n", PAGE.0, PAGE.1);
    let stream = format!("{page}Accept: text/event-stream\r\n");
    let plain = service.ask(&program("hang"), &format!("{page}Connection: close\r\n"));
    let mut events = service.ask(&program("print a\nhang"), &stream);
    until(&mut events, "event: stdout");
    let unread = service.ask(&program_with("flood 50000000\nhang", &json!({"timeout_ms": 120_000})), &stream);
    let mut assistant = mcp(&service);
    eventually("three programs to run", || (service.running().len() == 3).then_some(()));
    home.save_settings(&format!("{DENIED}\n{SLOTS}"));
    let answer = rest(plain);
    assert!(answer.starts_with("HTTP/1.1 403") && answer.contains("origin_not_allowed"), "{answer}");
    assert!(!answer.to_ascii_lowercase().contains("access-control-allow-origin"), "{answer}");
    let events = rest(events);
    assert!(!events.contains("finished") && !events.ends_with("0\r\n\r\n"), "{events}");
    only_runs(&service, &[]);
    let mut end = Vec::new();
    assistant.read_to_end(&mut end).expect("the stream of an assistant ends too");
    drop(unread);
}

/// The open stream of an assistant's session, for a page.
fn mcp(service: &Service) -> TcpStream {
    let accept = ("Accept", "application/json, text/event-stream");
    let params =
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).to_string();
    let begun = service.send(&request(service, "POST", "/mcp").headers(&[PAGE, JSON, accept]).body(&hello));
    let session = begun.header("Mcp-Session-Id").expect("a session").to_owned();
    let headers = [PAGE, accept, ("Mcp-Session-Id", &session), ("Connection", "keep-alive")];
    let wanted = request(service, "GET", "/mcp").headers(&headers);
    let mut connection = TcpStream::connect(("127.0.0.1", service.port())).expect("the service listens");
    connection.write_all(wanted.text().as_bytes()).expect("the service reads");
    until(&mut connection, "200 OK");
    connection
}

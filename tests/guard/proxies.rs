//! Proxies between a client and the service: compression, and idle timeouts of proxies and clients.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::raw::{RawRequest, unchunked};
use crate::harness::{Service, eventually};
use crate::service::execute::{program, program_with};

/// The idle timeout of many proxies and clients.
const LIMIT: Duration = Duration::from_secs(5);

/// A proxy that passes one response on as the production server of Next.js does: it compresses, and so collects the whole
/// response, unless `no-transform` forbids it. The compression itself is left out.
fn proxy(service: &Service) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let behind = service.port();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().expect("a client");
        let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, behind)).expect("the service listens");
        let mut request = server.try_clone().expect("a second handle");
        let mut asked = client.try_clone().expect("a second handle");
        thread::spawn(move || std::io::copy(&mut asked, &mut request));
        let mut answer = BufReader::new(&mut server);
        let head = head(&mut answer);
        if !head.to_ascii_lowercase().contains("no-transform") {
            let mut rest = Vec::new();
            answer.read_to_end(&mut rest).expect("an answer");
            client.write_all(&[head.as_bytes(), &rest].concat()).expect("the client reads");
        } else {
            client.write_all(head.as_bytes()).expect("the client reads");
            std::io::copy(&mut answer, &mut client).expect("the client reads");
        }
        client.shutdown(Shutdown::Both).expect("the client is told");
    });
    port
}

/// Reads the status line and the headers, including the empty line after them.
fn head(answer: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(answer.read_line(&mut head).expect("an answer in time") > 0, "the answer ended within its head");
    }
    head
}

/// Sends a program on a connection whose reads fail after [`LIMIT`] without a byte.
fn send(port: u16, service: &Service, accept: &str, request: &Value) -> BufReader<TcpStream> {
    send_to("/execute", port, service, accept, request)
}

fn send_to(route: &str, port: u16, service: &Service, accept: &str, request: &Value) -> BufReader<TcpStream> {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("somebody listens");
    connection.set_read_timeout(Some(LIMIT)).expect("a read timeout");
    let host = format!("localhost:{}", service.port());
    let head = RawRequest::new("POST", route).header("Host", &host).header("Accept", accept);
    let request = head.header("Content-Type", "application/json").body(&request.to_string());
    connection.write_all(request.text().as_bytes()).expect("the request is taken");
    BufReader::new(connection)
}

/// A program that waits for a file, and the path of that file.
fn waits(service: &Service) -> (Value, PathBuf) {
    let flag = service.home().shared("go");
    (
        program_with(&format!("print first\nwait-for {}\nprint last", flag.display()), &json!({"timeout_ms": 60_000})),
        flag,
    )
}

#[test]
fn events_pass_a_compressing_proxy_without_delay() {
    let service = Service::start();
    let (request, flag) = waits(&service);
    let mut answer = send(proxy(&service), &service, "text/event-stream", &request);
    let mut line = String::new();
    while !line.contains("first") {
        line.clear();
        assert!(answer.read_line(&mut line).expect("a line in time") > 0, "the stream ended");
    }
    fs::write(flag, "").expect("a flag");
    let mut rest = String::new();
    answer.read_to_string(&mut rest).expect("the rest");
    assert!(rest.contains("last") && rest.contains("event: finished"), "{rest}");
}

#[test]
fn a_long_run_is_never_silent_and_still_answered_in_json() {
    let service = Service::start();
    for port in [service.port(), proxy(&service)] {
        let (request, flag) = waits(&service);
        let mut answer = send(port, &service, "application/json", &request);
        let head = head(&mut answer).to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200") && head.contains("content-type: application/json"), "{head}");
        let json = once_two_spaces_came(&mut answer, &flag);
        assert_eq!((&json["output"], &json["status"]), (&json!("first\nlast\n"), &json!("completed")));
        fs::remove_file(flag).expect("a flag");
    }
}

/// Reads an answer whose program waits for `flag`, which is written after two spaces: one when the run counts as long, and one
/// after the next idle interval.
fn once_two_spaces_came(answer: &mut impl Read, flag: &Path) -> Value {
    let mut body = String::new();
    while body.matches(' ').count() < 2 {
        let mut byte = [0];
        answer.read_exact(&mut byte).expect("a byte in time");
        body.push(char::from(byte[0]));
    }
    fs::write(flag, "").expect("a flag");
    answer.read_to_string(&mut body).expect("the rest");
    serde_json::from_str(&unchunked(&body)).unwrap_or_else(|error| panic!("{error}: {body}"))
}

#[test]
fn a_long_run_is_never_silent_for_clients_of_piston_either() {
    let service = Service::start();
    let (program, flag) = waits(&service);
    let request = json!({
        "language": "fake", "version": "*", "files": [{ "content": program["code"] }], "run_timeout": 60_000,
    });
    for route in ["/api/v2/execute", "/api/v2/piston/execute"] {
        let mut answer = send_to(route, service.port(), &service, "application/json", &request);
        let head = head(&mut answer).to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200") && head.contains("content-type: application/json"), "{head}");
        let json = once_two_spaces_came(&mut answer, &flag);
        assert_eq!((&json["run"]["output"], &json["run"]["code"]), (&json!("first\nlast\n"), &json!(0)), "{json}");
        fs::remove_file(&flag).expect("a flag");
    }
    let mut answer = send_to("/api/v2/execute", service.port(), &service, "application/json", &request);
    let id = head(&mut answer).lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("an id").to_owned();
    drop(answer);
    eventually("the run to be cancelled", || {
        let entry = service.get(&format!("/executions/{id}")).json();
        (entry["status"] == "cancelled").then_some(())
    });
}

#[test]
fn a_short_run_is_answered_in_one_piece() {
    let service = Service::start();
    let body = program("print hi").to_string();
    let reply = service.post_with("/execute", &[("Content-Type", "application/json")], body.as_bytes());
    assert_eq!((reply.status, reply.header("content-length")), (200, reply.body.len().to_string().as_str()));
}

#[test]
fn a_client_that_leaves_a_long_run_cancels_it() {
    let service = Service::start();
    let (request, _) = waits(&service);
    let mut answer = send(service.port(), &service, "application/json", &request);
    let head = head(&mut answer);
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).expect("an id").to_owned();
    drop(answer);
    eventually("the run to be cancelled", || {
        let entry = service.get(&format!("/executions/{id}")).json();
        (entry["status"] == "cancelled").then_some(())
    });
}

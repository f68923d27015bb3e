//! Requests that are too large or too slow: bodies of a gigabyte, floods of headers, requests that never end.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::{Duration, Instant};

use crate::harness::Service;
use crate::harness::raw::{RawReply, RawRequest};
use crate::service::bad_input::{JSON, check, check_sentence};
use crate::service::execute::program;

const GIGABYTE: usize = 1 << 30;
const PIECE: usize = 1 << 20;
/// Longer than any response takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// A number of connections above the service's limit.
const CROWD: usize = 600;
/// The longest that a run may take. On a busy machine under Wine the service takes seconds to find the owner of a connection
/// among hundreds. It is less than the 30 s for which the service waits for a request.
const AT_ONCE: Duration = Duration::from_secs(25);

#[test]
fn a_client_can_read_the_refusal_of_a_body_over_the_limit() {
    let service = Service::start_with("[limits]\nbody_bytes = 2000");
    let fits = {
        let request = |length: usize| program(&format!("#{}\nprint ran", "x".repeat(length))).to_string();
        request(2000 - request(0).len())
    };
    check(&service, format!("{} ", fits).as_bytes(), 413, "body_too_large", &["2000 bytes", "limits.body_bytes"]);
    assert_eq!(service.post_with("/execute", &[JSON], fits.as_bytes()).status, 200);
}

#[test]
fn a_gigabyte_of_a_known_length_is_refused() {
    let length = GIGABYTE.to_string();
    check_gigabyte(&[("Content-Length", &length)], |connection| {
        let piece = vec![b' '; PIECE];
        (0..GIGABYTE / PIECE).try_for_each(|_| connection.write_all(&piece))
    });
}

#[test]
fn a_gigabyte_of_an_unknown_length_is_refused() {
    check_gigabyte(&[("Transfer-Encoding", "chunked")], |connection| {
        let piece = [format!("{PIECE:x}\r\n").into_bytes(), vec![b' '; PIECE], b"\r\n".to_vec()].concat();
        (0..GIGABYTE / PIECE).try_for_each(|_| connection.write_all(&piece))?;
        connection.write_all(b"0\r\n\r\n")
    });
}

#[test]
fn a_client_that_expects_100_continue_is_refused_at_once() {
    let length = GIGABYTE.to_string();
    check_gigabyte(&[("Content-Length", &length), ("Expect", "100-continue")], |_| Ok(()));
}

/// Sends a head and then a body as simple clients do, which read only after they have sent everything.
fn check_gigabyte(headers: &[(&str, &str)], send: impl FnOnce(&mut TcpStream) -> std::io::Result<()>) {
    let service = Service::start();
    #[cfg(target_os = "linux")]
    let before = service.peak_memory_bytes();
    let mut connection = open(&service);
    let request = RawRequest::new("POST", "/execute").header("Host", &format!("localhost:{}", service.port()));
    connection.write_all(request.headers(&[JSON]).headers(headers).text().as_bytes()).expect("the service reads");
    send(&mut connection).expect("the service takes all of it");
    let reply = read(&mut connection);
    assert_eq!((reply.status, &reply.json()["code"]), (413, &"body_too_large".into()));
    check_sentence(&reply.json(), &["larger than 16777216 bytes", "limits.body_bytes"], "a gigabyte");
    service.assert_nothing_ran("a gigabyte");
    #[cfg(target_os = "linux")]
    {
        let grown = service.peak_memory_bytes() - before;
        assert!(grown < 32 << 20, "{} MiB more", grown >> 20);
    }
}

fn open(service: &Service) -> TcpStream {
    let connection = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
    connection.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
    connection.set_write_timeout(Some(PATIENCE)).expect("a write timeout");
    connection
}

fn read(connection: &mut TcpStream) -> RawReply {
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("an answer that can be read to its end");
    RawReply::parse(&answer)
}

#[test]
fn nothing_runs_when_a_body_breaks_off() {
    let service = Service::start();
    let whole = program("print ran").to_string();
    let request = RawRequest::new("POST", "/execute").header("Host", &format!("localhost:{}", service.port()));
    let text = request.headers(&[JSON]).body(&whole).text();
    for kept in [text.len() - 1, text.len() - whole.len() + 1, text.len() - whole.len()] {
        let mut connection = open(&service);
        connection.write_all(&text.as_bytes()[..kept]).expect("the service reads");
        connection.shutdown(Shutdown::Write).expect("a half-closed connection");
        let mut rest = Vec::new();
        // The service may answer or not; the connection must be closed.
        drop(connection.read_to_end(&mut rest));
        service.assert_nothing_ran("half a request");
    }
}

#[test]
fn floods_of_headers_are_refused() {
    let service = Service::start();
    let request = || RawRequest::new("POST", "/execute").header("Host", &format!("localhost:{}", service.port()));
    let many = (0..1000).fold(request(), |request, number| request.header(&format!("X-{number}"), "x"));
    let long = request().header("X-Long", &"x".repeat(1_000_000));
    let address = RawRequest::new("GET", &format!("/{}", "x".repeat(100_000))).header("Host", "localhost");
    for (request, status) in [(many, "431"), (long, "431"), (address, "414")] {
        let mut connection = open(&service);
        connection.write_all(request.text().as_bytes()).expect("the service takes all of it");
        check_head(&mut connection, status);
        service.assert_nothing_ran("a flood");
    }
}

/// hyper answers such requests itself, on a new connection and on one that has been used.
#[test]
fn no_page_can_embed_the_answer_to_a_request_that_cannot_be_parsed() {
    let service = Service::start();
    let host = format!("Host: localhost:{}\r\n", service.port());
    for (bad, status) in [
        ("GET / HTTP/9.9\r\n\r\n", "400"),
        ("GET /\0 HTTP/1.1\r\n\r\n", "400"),
        (&*format!("GET /{} HTTP/1.1\r\n\r\n", "x".repeat(100_000)), "414"),
        (&*format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1_000_000)), "431"),
    ] {
        for before in [0, 1, 3] {
            let mut connection = open(&service);
            for path in ["/health", "/nowhere", "/status"].into_iter().cycle().take(before) {
                write!(connection, "GET {path} HTTP/1.1\r\n{host}\r\n").expect("the service reads");
                read_answer(&mut connection);
            }
            connection.write_all(bad.as_bytes()).expect("the service takes all of it");
            check_head(&mut connection, status);
        }
    }
}

/// Reads an answer with a body of a known length.
fn read_answer(connection: &mut TcpStream) {
    let head = read_head(connection).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    connection.read_exact(&mut vec![0; length.parse().expect("a number")]).expect("the body");
}

fn read_head(connection: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("text")
}

fn check_head(connection: &mut TcpStream, status: &str) {
    let head = read_head(connection);
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
    assert!(head.contains("\r\ncross-origin-resource-policy: same-origin\r\n"), "{head}");
}

#[test]
fn requests_that_never_end_do_not_delay_others() {
    let service = Service::start();
    let head =
        format!("POST /execute HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/json\r\n", service.port());
    let beginnings = [
        "P",
        &head,
        &format!("{head}Content-Length: 100\r\n\r\n{{"),
        &format!("{head}Transfer-Encoding: chunked\r\n\r\n5\r\n{{"),
    ];
    let begin = |text: &&str| {
        let mut connection = open(&service);
        connection.write_all(text.as_bytes()).expect("the service reads");
        connection
    };
    let stuck: Vec<TcpStream> = beginnings.iter().cycle().take(100).map(begin).collect();
    service.assert_nothing_ran("beginnings of requests");
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
    drop(stuck);
}

/// Opens connections that send nothing or only the beginning of a request.
fn crowd(service: &Service) -> Vec<TcpStream> {
    let beginnings = ["", "", "POST /execute HT", "GET /health HTTP/1.1\r\nHost: "];
    let begin = |text: &&str| {
        let mut connection = open(service);
        connection.write_all(text.as_bytes()).expect("the service reads");
        connection
    };
    beginnings.iter().cycle().take(CROWD).map(begin).collect()
}

#[test]
fn silent_connections_do_not_block_others() {
    let service = Service::start();
    let silent = crowd(&service);
    let began = Instant::now();
    assert_eq!(service.get("/health").status, 200);
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
    assert!(began.elapsed() < AT_ONCE, "it took {:?}", began.elapsed());
    drop(silent);
}

#[test]
fn silent_connections_do_not_evict_one_that_sent_a_request() {
    let service = Service::start();
    let health = RawRequest::new("GET", "/health").header("Host", &format!("localhost:{}", service.port()));
    let mut connection = open(&service);
    for crowds in 0..2 {
        let _silent = (crowds > 0).then(|| crowd(&service));
        let request = health.clone().header("Connection", "keep-alive");
        connection.write_all(request.text().as_bytes()).expect("the service reads");
        let mut start = [0; 12];
        connection.read_exact(&mut start).expect("an answer");
        assert_eq!(String::from_utf8_lossy(&start), "HTTP/1.1 200", "after {crowds} crowds");
        read_body(&mut connection);
    }
}

/// Reads to the end of a JSON object.
fn read_body(connection: &mut TcpStream) {
    let mut byte = [0];
    while byte != *b"}" {
        connection.read_exact(&mut byte).expect("the rest of the answer");
    }
}

#[test]
fn silent_connections_do_not_evict_a_stream() {
    let service = Service::start();
    let folder = crate::harness::TempDir::new().expect("a folder");
    let (running, release) = (folder.path().join("running"), folder.path().join("release"));
    let code = format!("fill {} 1\nwait-for {}\nprint ran", running.display(), release.display());
    std::thread::scope(|scope| {
        let streamed = scope.spawn(|| service.stream(&program(&code)));
        crate::harness::eventually("the program to run", || running.exists().then_some(()));
        let silent = crowd(&service);
        assert_eq!(service.get("/health").status, 200);
        std::fs::write(&release, "").expect("the release");
        assert_eq!(streamed.join().expect("the client lives").stdout, "ran\n");
        drop(silent);
    });
}

//! Responses that no client reads, and bodies and messages that never arrive: their memory is bounded, and they do not block
//! other clients.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::json;

use crate::harness::adapters::{assistant_headers, tool_call};
use crate::harness::conversation::Conversation;
use crate::harness::raw::{RawReply, RawRequest, is_chunked};
use crate::harness::{Service, eventually};
use crate::service::execute::{program, program_with};

/// A number of clients above the service's limits of connections and threads.
const CROWD: usize = 560;
/// The size of an output that does not fit into the buffers of a connection.
const LARGE: usize = 8 << 20;
const PATIENCE: Duration = Duration::from_secs(60);

/// Requests an export of the whole log and does not read it.
fn export(service: &Service) -> TcpStream {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
    connection.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
    let request = format!("GET /executions/export HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", service.port());
    connection.write_all(request.as_bytes()).expect("the service reads");
    connection
}

#[test]
fn unread_exports_do_not_block_others() {
    #[cfg(unix)]
    runtray_engine::raise_open_files();
    let service = Service::start();
    // Make the log larger than the buffers of a connection.
    for _ in 0..8 {
        service.execute(&program("flood 262144"));
    }
    let unread: Vec<TcpStream> = (0..CROWD).map(|_| export(&service)).collect();
    assert_eq!(service.get("/executions?limit=1").status, 200);
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
    drop(unread);
    let whole = service.get("/executions/export").body;
    assert_eq!(whole.lines().count(), 9, "an export that is read has everything");
}

#[test]
fn the_memory_of_unread_responses_is_bounded() {
    let service = Service::start_with("[admission]\nwaiting_bytes = 16777216");
    let large = program(&format!("flood {LARGE}"));
    // Each response is larger than the kernel's buffers; the third one exhausts the service's budget.
    let unread: Vec<TcpStream> = (0..3).map(|_| service.ask(&large, "")).collect();
    let refused = eventually("a refusal", || {
        let reply = service.post("/execute", &program("print ran"));
        (reply.status == 429).then_some(reply)
    });
    assert_eq!((refused.header("retry-after"), &refused.json()["code"]), ("1", &"too_many_executions".into()));
    assert!(refused.json()["error"].as_str().is_some_and(|why| why.contains("waiting_bytes")), "{}", refused.body);
    for mut connection in unread {
        // A client that reads late gets the whole response.
        connection.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
        assert_eq!(read(&mut connection).json()["output"].as_str().map(str::len), Some(LARGE));
    }
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
}

/// Sends a request with JSON, and reads nothing of the answer.
pub(crate) fn unread(service: &Service, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> TcpStream {
    let host = format!("localhost:{}", service.port());
    let request = RawRequest::new("POST", path).header("Host", &host).header("Content-Type", "application/json");
    let request = request.headers(headers).headers(&[("Connection", "keep-alive")]).body(&body.to_string());
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
    connection.write_all(request.text().as_bytes()).expect("the service reads");
    connection
}

/// Checks that three unread answers to the request use up the budget, and that it is free when their clients are gone.
fn check_bounded(what: &str, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) {
    let service = Service::start_with("[admission]\nwaiting_bytes = 16777216");
    let clients: Vec<TcpStream> = (0..3).map(|_| unread(&service, path, headers, body)).collect();
    let refused = || (service.post("/execute", &program("print ran")).status == 429).then_some(());
    eventually(&format!("a refusal while answers of {what} wait"), refused);
    drop(clients);
    let runs = || (service.post("/execute", &program("print ran")).status == 200).then_some(());
    eventually(&format!("room after {what}"), runs);
}

#[test]
fn the_memory_of_unread_streams_and_answers_of_adapters_is_bounded() {
    // The last event of a stream, and the last lines of E2B, hold the files; other output waits in the program.
    let files = program("fill a.png 4000000\nfill b.png 4000000");
    check_bounded("a stream", "/execute", &[("Accept", "text/event-stream")], &files);
    check_bounded("E2B", "/execute", &[("Accept", "application/x-ndjson")], &files);
    let piston = json!({"language": "fake", "version": "*", "files": [{"content": format!("flood {LARGE}")}]});
    check_bounded("Piston", "/api/v2/execute", &[], &piston);
}

#[test]
fn the_memory_of_an_assistant_s_unread_results_is_bounded() {
    let service = Service::start_with("[admission]\nwaiting_bytes = 16777216");
    let session = service.assistant();
    let headers = assistant_headers(&session);
    let call = |id: u32| tool_call(id, &program(&format!("flood {LARGE}")));
    let clients: Vec<TcpStream> = (1..=3).map(|id| unread(&service, "/mcp", &headers, &call(id))).collect();
    let refused = || (service.post("/execute", &program("print ran")).status == 429).then_some(());
    eventually("a refusal while results of an assistant wait", refused);
    drop(clients);
}

/// Reads one response of a connection that stays open.
fn read(connection: &mut TcpStream) -> RawReply {
    let (mut answer, mut chunk) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let count = connection.read(&mut chunk).expect("more of the answer");
        answer.extend_from_slice(&chunk[..count]);
        let text = String::from_utf8_lossy(&answer);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let is_whole = match length {
            Some(length) => body.len() >= length,
            None => is_chunked(head) && body.ends_with("\r\n0\r\n\r\n"),
        };
        if count == 0 || is_whole {
            return RawReply::parse(&text);
        }
    }
}

#[test]
fn the_memory_of_queued_programs_is_bounded() {
    let service = Service::start_with("[admission]\nslots = 1\nqueue = 100\nwaiting_bytes = 16777216");
    let release = service.home().shared("release");
    let (_first, _) = service.begin(&program(&format!("wait-for {}", release.display())));
    let large = program_with("echo", &json!({"stdin": "x".repeat(6 << 20)}));
    let waiting: Vec<TcpStream> = (0..2).map(|_| service.ask(&large, "")).collect();
    eventually("them to wait", || (service.get("/status").json()["queued"] == 2).then_some(()));
    let refused = service.post("/execute", &large);
    assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{}", refused.body);
    let small = service.ask(&program("print ran"), "");
    eventually("a small one to wait", || (service.get("/status").json()["queued"] == 3).then_some(()));
    std::fs::write(&release, "").expect("the release");
    for mut connection in waiting {
        assert_eq!(read(&mut connection).json()["output"].as_str().map(str::len), Some(6 << 20));
    }
    drop(small);
}

#[test]
fn the_memory_of_unfinished_bodies_is_bounded() {
    let service = Service::start_with("[admission]\nwaiting_bytes = 16777216");
    let head = |length: usize| {
        format!(
            "POST /execute HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
            service.port()
        )
    };
    let begin = |sent: usize| {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
        connection.set_read_timeout(Some(PATIENCE)).expect("a read timeout");
        connection.write_all(head(16 << 20).as_bytes()).expect("the service reads");
        // The service may refuse the body while it is being sent.
        drop(connection.write_all(&vec![b' '; sent]));
        connection
    };
    let announced: Vec<TcpStream> = (0..20).map(|_| begin(1)).collect();
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n", "what is only announced holds nothing");
    let mut halves: Vec<TcpStream> = (0..3).map(|_| begin(7 << 20)).collect();
    let refused = eventually("one to be refused", || {
        halves.iter_mut().find_map(|connection| {
            connection.set_read_timeout(Some(Duration::from_millis(50))).expect("a read timeout");
            connection.peek(&mut [0]).is_ok().then(|| read(connection))
        })
    });
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1")), "{}", refused.body);
    drop((announced, halves));
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
}

#[test]
fn the_memory_of_incomplete_messages_is_bounded() {
    let service = Service::start_with("[admission]\nslots = 4\nwaiting_bytes = 16777216");
    let release = service.home().shared("release");
    let waits = program(&format!("wait-for {}", release.display()));
    let mut halves: Vec<_> = (0..3).map(|_| service.converse(&waits)).collect();
    for conversation in &mut halves {
        conversation.send_part(&[b' '; 7 << 20]);
    }
    // Whichever came last is refused, and its program ends with it; then there is room for the other two.
    let refused = eventually("one to be refused", || halves.iter_mut().position(Conversation::has_message));
    let refusal = halves.remove(refused).next();
    assert_eq!((&refusal["type"], &refusal["code"]), (&"error".into(), &"too_many_executions".into()), "{refusal}");
    std::fs::write(&release, "").expect("the release");
    for mut conversation in halves {
        assert_eq!(conversation.next()["type"], "finished");
    }
    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
}

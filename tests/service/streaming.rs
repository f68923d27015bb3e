//! `POST /execute` as a stream of events, as API.md specifies.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::Service;
use crate::harness::raw::RawRequest;
#[cfg(unix)]
use crate::service::execute::redact;
use crate::service::execute::{program, program_with};

#[test]
#[cfg(unix)]
fn the_last_event_is_the_answer_without_its_output() {
    let mut finished = Service::start().stream(&program("print hi\nabort")).finished;
    redact(&mut finished);
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(finished, @r#"
        {
          "containment": "[containment]",
          "cpu_ms": "[cpu_ms]",
          "duration_ms": "[duration_ms]",
          "error_truncated": false,
          "exit_code": null,
          "files": [],
          "id": "[id]",
          "isolation": "[isolation]",
          "language": "fake",
          "output_truncated": false,
          "peak_memory_bytes": "[peak_memory_bytes]",
          "runtime": "[runtime]",
          "signal": "SIGABRT",
          "status": "crashed",
          "success": false
        }
        "#);
    });
}

#[test]
fn events_come_in_their_order() {
    let service = Service::start();
    for (code, names) in [
        ("print a\nexit 1", &["started", "stdout", "finished"][..]),
        ("warn a", &["started", "stderr", "finished"]),
        ("", &["started", "finished"]),
    ] {
        assert_eq!(service.stream(&program(code)).names, names, "{code}");
    }
    let late = service.stream(&program_with("write a\nhang", &json!({"timeout_ms": 300})));
    assert_eq!(late.names, ["started", "stdout", "stderr", "finished"]);
    assert_eq!((late.stdout.as_str(), late.stderr.as_str()), ("a", "Execution timed out after 0.3 s."));
    assert_eq!((&late.finished["status"], &late.finished["success"]), (&"timeout".into(), &false.into()));
}

#[test]
fn output_arrives_while_the_program_runs() {
    let service = Service::start();
    let flag = |name| service.home().shared(name);
    let wait_for = |name| format!("wait-for {}", flag(name).display());
    let code = format!("write first\n{}\nwarn second\n{}\nprint third", wait_for("one"), wait_for("two"));
    let mut events = Events::of(&service, &program(&code));
    assert_eq!(events.next("started")["language"], "fake");
    assert_eq!(events.next("stdout"), json!({"data": "first"}));
    fs::write(flag("one"), "").expect("a flag");
    assert_eq!(events.next("stderr"), json!({"data": "second\n"}));
    fs::write(flag("two"), "").expect("a flag");
    assert_eq!(events.next("stdout"), json!({"data": "third\n"}));
    assert_eq!(events.next("finished")["status"], "completed");
}

#[test]
fn a_run_is_cancelled_by_the_id_of_its_first_event() {
    let service = Service::start();
    let mut events = Events::of(&service, &program("print up\nhang"));
    let started = events.next("started");
    events.next("stdout");
    let reply = service.delete(&format!("/executions/{}", started["id"].as_str().expect("an id")));
    assert!((200..300).contains(&reply.status), "{} {}", reply.status, reply.body);
    assert_eq!(events.next("stderr"), json!({"data": "Execution was cancelled."}));
    let finished = events.next("finished");
    assert_eq!((&finished["status"], &finished["id"]), (&"cancelled".into(), &started["id"]));
}

#[test]
fn a_comment_keeps_silent_streams_open() {
    let service = Service::start();
    let headers = [("Content-Type", "application/json"), ("Accept", "text/event-stream")];
    let reply = service.post_with("/execute", &headers, program("sleep 11000").to_string().as_bytes());
    let lines: Vec<&str> =
        reply.body.lines().filter(|line| line.starts_with("event:") || line.starts_with(':')).collect();
    assert!(lines.len() == 3 && lines[1].starts_with(':'), "{lines:?}");
}

/// A reader of Server-Sent Events, which gives each as it arrives.
struct Events(BufReader<TcpStream>);

impl Events {
    fn of(service: &Service, request: &Value) -> Self {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, service.port())).expect("the service listens");
        connection.set_read_timeout(Some(Duration::from_secs(60))).expect("a read timeout");
        let host = format!("localhost:{}", service.port());
        let head = RawRequest::new("POST", "/execute").header("Host", &host).header("Accept", "text/event-stream");
        let request = head.header("Content-Type", "application/json").body(&request.to_string());
        connection.write_all(request.text().as_bytes()).expect("the service reads");
        Self(BufReader::new(connection))
    }

    /// The data of the next event, which must have this name. Other lines belong to HTTP's chunks.
    #[track_caller]
    fn next(&mut self, name: &str) -> Value {
        let event = self.line_after("event:");
        assert_eq!(event, name);
        serde_json::from_str(&self.line_after("data:")).expect("an event carries JSON")
    }

    fn line_after(&mut self, prefix: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).expect("the stream goes on") > 0, "the stream ended before {prefix}");
            if let Some(rest) = line.strip_prefix(prefix) {
                return rest.trim().to_owned();
            }
        }
    }
}

/// Output that is read in pieces is merged into few events, so that a program that prints much is not slowed down.
#[test]
#[cfg(unix)]
fn many_lines_come_in_few_events() {
    const LINES: usize = 300_000;
    let service = Service::start();
    let code = format!("for number in range({LINES}): print(number)");
    let headers = [("Content-Type", "application/json"), ("Accept", "text/event-stream")];
    let request = json!({"code": code, "timeout_ms": 30_000});
    let reply = service.post_with("/execute", &headers, request.to_string().as_bytes());
    let events = reply.body.matches("event: stdout").count();
    assert!(events < LINES / 30, "{events} events for {LINES} lines");
    let streamed = service.stream(&request);
    let lines: Vec<_> = streamed.stdout.lines().collect();
    assert_eq!((lines.len(), lines.last()), (LINES, Some(&"299999")), "nothing is lost");
}

/// A line that is written in two pieces, as `print` does, is one event. A busy machine may separate some.
#[test]
#[cfg(unix)]
fn a_printed_line_is_one_event() {
    const LINES: usize = 40;
    let code = format!(
        "import os, time\nfor number in range({LINES}):\n    os.write(1, b'1')\n    time.sleep(0.001)\n    os.write(1, b'\\n')\n    time.sleep(0.02)"
    );
    let headers = [("Content-Type", "application/json"), ("Accept", "text/event-stream")];
    let body = json!({"code": code, "timeout_ms": 30_000}).to_string();
    let reply = Service::start().post_with("/execute", &headers, body.as_bytes());
    let printed: Vec<Value> = reply
        .body
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("event: stdout\ndata: "))
        .map(|data| serde_json::from_str(data).expect("JSON"))
        .collect();
    let parted = printed.iter().filter(|event| !event["data"].as_str().expect("text").ends_with('\n')).count();
    assert!(parted < LINES / 2, "{parted} lines of {LINES} came in two events");
}

/// All output before a limit, a crash or an abrupt exit is returned.
#[test]
#[cfg(unix)]
fn output_before_an_early_end_is_kept() {
    let service = Service::start();
    let lines = "for number in range(1000): print(number)\nprint('partial', end='')\n";
    let expected: String = (0..1000).map(|number| format!("{number}\n")).collect::<String>() + "partial";
    for end in [
        "while True: pass",
        "import os; os._exit(3)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import os; os.execv('/bin/sh', ['sh', '-c', 'exit 0'])",
        "import time; time.sleep(600)",
    ] {
        let answer = service.execute(&json!({"code": format!("{lines}{end}"), "timeout_ms": 2000}));
        assert_eq!(answer["output"], expected, "{end}");
    }
    let inside = service.execute(&json!({"code": "import os\nprint('a')\nos.system('echo b')\nprint('c')"}));
    assert_eq!(inside["output"], "a\nb\nc\n");
}

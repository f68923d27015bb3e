//! `GET /execute/ws` without a terminal: messages, signals, limits, slow readers, disconnects.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::Message;

use crate::harness::conversation::Conversation;
use crate::harness::daemon::ends_with_its_client;
use crate::harness::{Service, eventually};
use crate::service::execute::{program, program_with};

#[test]
fn a_program_is_typed_into_until_the_end_of_its_input() {
    let service = Service::start();
    let mut talk = service.converse(&program("print who\nread-line\nwarn thinking\nterminal\necho"));
    talk.until("who\n");
    talk.type_in("ada\n");
    talk.until("ada\n");
    talk.until("no\nno\nno\n");
    talk.send_raw(Message::binary(b"raw\n".to_vec()));
    talk.until("raw\n");
    talk.send(&json!({"type": "eof"}));
    let finished = talk.finished();
    assert_eq!((&finished["status"], &finished["success"]), (&"completed".into(), &true.into()));
    assert_eq!((talk.errors(), talk.output()), ("thinking\n", ""));
    assert_eq!(talk.close_code(), 1000);
}

#[test]
fn standard_input_of_the_request_is_typed_first() {
    let service = Service::start();
    let mut talk = service.converse(&program_with("read-line\nread-line", &json!({"stdin": "first\n"})));
    talk.type_in("second\n");
    talk.until("first\n");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn output_comes_before_a_line_is_complete() {
    let service = Service::start();
    let flag = service.home().shared("flag");
    let mut talk = service.converse(&program(&format!("write half\nwait-for {}", flag.display())));
    talk.until("half");
    fs::write(&flag, "").expect("a flag");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn bad_messages_are_reported_and_change_nothing() {
    let service = Service::start();
    let mut talk = service.converse(&program("read-line"));
    for (message, expected) in [
        ("nonsense", "not valid JSON"),
        ("{}", "missing field `type`"),
        (r#"{"type":"shout"}"#, "`type` must be"),
        (r#"{"type":"signal","signal":"stop"}"#, "`signal`"),
        (r#"{"type":"resize","columns":0,"rows":1}"#, "`columns` must be"),
        (r#"{"type":"run","code":""}"#, "runs here already"),
    ] {
        talk.send_raw(Message::text(message));
        let told = talk.next();
        assert_eq!((&told["type"], &told["code"]), (&"error".into(), &"invalid_request".into()), "{message}");
        assert!(told["error"].as_str().is_some_and(|sentence| sentence.contains(expected)), "{message}: {told}");
    }
    talk.type_in("still here\n");
    talk.until("still here");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[test]
fn a_request_that_cannot_run_is_refused_and_the_connection_closed() {
    let service = Service::start_with("[limits]\nbody_bytes = 4096");
    let large = json!({"type": "run", "code": "x".repeat(5000)}).to_string();
    for (message, code, closed) in [
        (Message::text("nonsense"), "invalid_request", 1008),
        (Message::binary(vec![1, 2]), "invalid_request", 1008),
        (Message::text(r#"{"type":"stdin","data":"x"}"#), "invalid_request", 1008),
        (Message::text(r#"{"type":"run"}"#), "invalid_request", 1008),
        (Message::text(r#"{"type":"run","code":"","language":"cobol"}"#), "unsupported_language", 1008),
        (Message::text(r#"{"type":"run","code":"","terminal":{"columns":1,"rows":0}}"#), "invalid_request", 1008),
        (Message::text(large), "body_too_large", 1009),
    ] {
        let mut talk = service.upgrade(&[]).expect("an upgrade");
        talk.send_raw(message.clone());
        let told = talk.next();
        assert_eq!((&told["type"], &told["code"]), (&"error".into(), &code.into()), "{message}: {told}");
        assert_eq!(talk.close_code(), closed, "{message}");
    }
    assert_eq!(service.get("/executions").json()["items"], json!([]), "something was run");
}

#[test]
fn a_connection_without_a_first_message_is_closed() {
    let service = Service::start();
    let mut talk = service.upgrade(&[]).expect("an upgrade");
    let began = Instant::now();
    let told = talk.next();
    assert!(told["error"].as_str().is_some_and(|sentence| sentence.contains("10 seconds")), "{told}");
    assert!(began.elapsed() >= Duration::from_secs(9), "{:?}", began.elapsed());
    assert_eq!(talk.close_code(), 1008);
}

#[test]
fn kill_and_delete_cancel_and_keep_the_output() {
    let service = Service::start();
    for by_signal in [true, false] {
        let mut talk = service.converse(&program("ignore-termination\nprint partial\nhang"));
        talk.until("partial\n");
        match by_signal {
            true => talk.signal("kill"),
            false => drop(service.delete(&format!("/executions/{}", service.running()[0]))),
        }
        let finished = talk.finished();
        assert_eq!(finished["status"], "cancelled", "{finished}");
        let entry = entry(&service, &finished);
        assert_eq!((&entry["output"], &entry["error"]), (&"partial\n".into(), &"Execution was cancelled.".into()));
    }
}

/// The log's entry of the execution in the message `finished`, once the entry is complete.
fn entry(service: &Service, finished: &Value) -> Value {
    let path = format!("/executions/{}", finished["id"].as_str().expect("an id"));
    eventually("the entry to end", || {
        Some(service.get(&path).json()).filter(|entry| entry["status"] == finished["status"])
    })
}

#[cfg(unix)]
#[test]
fn signals_reach_the_program() {
    let service = Service::start();
    for (name, signal, expected) in
        [("interrupt", "SIGINT", "Execution was interrupted."), ("terminate", "SIGTERM", "Execution was terminated.")]
    {
        let mut talk = service.converse(&program("print up\nhang"));
        talk.until("up\n");
        talk.signal(name);
        let finished = talk.finished();
        assert_eq!((&finished["status"], &finished["signal"]), (&"cancelled".into(), &signal.into()));
        assert_eq!(talk.errors(), expected);
    }
    let mut talk = service.converse(&program("ignore-termination\nprint up\nread-line"));
    talk.until("up\n");
    talk.signal("interrupt");
    talk.signal("terminate");
    talk.type_in("alive\n");
    talk.until("alive\n");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[cfg(unix)]
#[test]
fn a_signal_bypasses_unread_input() {
    let service = Service::start();
    let mut talk = service.converse(&program("print up\nhang"));
    talk.until("up\n");
    talk.type_in(&"x".repeat(500_000));
    talk.signal("interrupt");
    assert_eq!(talk.finished()["signal"], "SIGINT");
}

/// Types 12 MB into a program that reads nothing.
fn crammed(service: &Service, code: &str) -> Conversation {
    let mut talk = begun(service, code);
    cram(&mut talk, 24);
    talk
}

fn cram(talk: &mut Conversation, pieces: usize) {
    let piece = "x".repeat(500_000);
    (0..pieces).for_each(|_| talk.type_in(&piece));
}

fn begun(service: &Service, code: &str) -> Conversation {
    let mut talk = service.converse(&program(code));
    talk.until("up\n");
    talk
}

#[test]
fn a_kill_bypasses_megabytes_of_unread_input() {
    let service = Service::start();
    let mut talk = crammed(&service, "ignore-termination\nprint up\nhang");
    talk.signal("kill");
    assert_eq!(talk.finished()["status"], "cancelled");
    let talk = crammed(&service, "ignore-termination\nprint up\nhang");
    drop(talk);
    eventually("the run to be gone", || service.running().is_empty().then_some(()));
}

#[test]
fn a_kill_bypasses_more_unread_input_than_memory_takes() {
    let service = Service::start_with("[admission]\nwaiting_bytes = 4194304");
    let code = "ignore-termination\nprint up\nhang";
    let mut talks = [begun(&service, code), begun(&service, code)];
    // The first one uses up the memory that all clients share.
    talks.iter_mut().for_each(|talk| cram(talk, 128));
    for mut talk in talks {
        talk.signal("kill");
        assert_eq!(talk.finished()["status"], "cancelled");
    }
    let hidden = fs::read_dir(service.home().path().join("data")).expect("a folder").flatten();
    let large: Vec<_> = hidden.filter(|file| file.metadata().is_ok_and(|file| file.len() > 10_000_000)).collect();
    assert!(large.is_empty(), "{large:?} is left");
}

#[test]
fn a_kill_of_a_piston_client_bypasses_more_unread_input_than_memory_takes() {
    let service = Service::start_with("[admission]\nwaiting_bytes = 4194304");
    let mut talk = service.piston(&[], "ignore-termination\nhang");
    let data = json!({"type": "data", "stream": "stdin", "data": "x".repeat(500_000)});
    (0..128).for_each(|_| talk.send(&data));
    talk.send(&json!({"type": "signal", "signal": "SIGKILL"}));
    let ended = std::iter::repeat_with(|| talk.next()).find(|message| message["type"] != "data").expect("an end");
    assert_eq!((&ended["type"], &ended["signal"]), (&json!("exit"), &json!("SIGKILL")), "{ended}");
}

#[test]
fn input_that_memory_does_not_take_arrives_in_order() {
    let service = Service::start_with("[admission]\nwaiting_bytes = 1048576");
    let flag = service.home().shared("flag");
    let mut talk = service.converse(&program(&format!("print up\nwait-for {}\necho", flag.display())));
    talk.until("up\n");
    let lines = |from: usize| (from..from + 50_000).map(|number| format!("{number:09}\n")).collect::<String>();
    let pieces: Vec<String> = (0..10).map(|piece| lines(piece * 50_000)).collect();
    pieces.iter().for_each(|piece| talk.type_in(piece));
    talk.type_in("end");
    talk.send(&json!({"type": "eof"}));
    fs::write(&flag, "").expect("a flag");
    assert!(talk.until("end") == pieces.concat(), "the input came in another order");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

#[cfg(unix)]
#[test]
fn signals_and_sizes_bypass_megabytes_of_unread_input() {
    let service = Service::start();
    for (name, signal) in [("interrupt", "SIGINT"), ("terminate", "SIGTERM")] {
        let mut talk = crammed(&service, "print up\nhang");
        talk.send(&json!({"type": "resize", "columns": 1, "rows": 1}));
        talk.signal(name);
        assert_eq!(talk.finished()["signal"], signal);
    }
}

#[test]
fn queued_input_arrives_in_order() {
    let service = Service::start();
    let flag = service.home().shared("flag");
    let mut talk = crammed(&service, &format!("print up\nwait-for {}\necho", flag.display()));
    talk.type_in("end");
    talk.send(&json!({"type": "eof"}));
    fs::write(&flag, "").expect("a flag");
    let echoed = talk.until("end");
    assert!(echoed.len() == 12_000_000 && echoed.bytes().all(|byte| byte == b'x'), "{} bytes", echoed.len());
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
}

/// The input queue is bounded: a client that types without end is slowed down.
#[cfg(target_os = "linux")]
#[test]
fn typing_without_end_never_grows_memory() {
    let service = Service::start_with("[limits]\nterminal_idle_ms = 5000");
    let mut talk = service.converse(&program("print up\nhang"));
    talk.until("up\n");
    let (before, piece) = (resident(service.pid()), "x".repeat(1_000_000));
    // Once the client is slowed down, nothing more is typed, and the idle limit ends the run.
    for _ in 0..500 {
        if !talk.try_type_in(&piece) {
            break;
        }
    }
    let grown = resident(service.pid()).saturating_sub(before);
    assert!(grown < 128 << 20, "{} MiB more", grown >> 20);
    eventually("the run to be gone", || service.running().is_empty().then_some(()));
}

#[test]
fn idle_runs_and_long_runs_are_ended() {
    let service = Service::start_with("[limits]\nterminal_idle_ms = 2000");
    let mut quiet = service.converse(&program("print up\nhang"));
    assert_eq!(quiet.ended().0, "timeout");
    assert_eq!(quiet.errors(), "Execution timed out: nothing was typed and nothing printed for 2 s.");
    let busy = "sleep 100\nprint x\n".repeat(100);
    let mut busy = service.converse(&program_with(&busy, &json!({"timeout_ms": 3000})));
    assert_eq!(busy.ended().0, "timeout");
    assert_eq!(busy.errors(), "Execution timed out after 3 s.");
    let short = Service::start_with("[limits]\nterminal_total_ms = 300");
    let mut late = short.converse(&program_with("hang", &json!({"timeout_ms": null})));
    assert_eq!((late.ended().0.as_str(), late.errors()), ("timeout", "Execution timed out after 0.3 s."));
}

#[test]
fn a_disconnect_ends_the_whole_process_tree() {
    let service = Service::start();
    let beat = service.home().shared("beat");
    let code = format!("ignore-termination\ndaemon heartbeat {} 10\nhang", beat.display());
    ends_with_its_client(&service, program(&code), &beat);
}

#[test]
fn several_sessions_run_at_once_and_leave_room_for_others() {
    let service = Service::start_with("[admission]\nslots = 1\nqueue = 0\nterminals = 5");
    let mut talks: Vec<_> = (0..5).map(|_| service.converse(&program("read-line"))).collect();
    assert_eq!(service.execute(&program("print hi"))["output"], "hi\n");
    assert_eq!(service.get("/status").json()["running"], 5);
    let mut sixth = service.upgrade(&[]).expect("an upgrade");
    sixth.run(&program(""));
    let refused = sixth.next();
    assert_eq!(refused["code"], "too_many_executions");
    assert!(refused["error"].as_str().is_some_and(|why| why.contains("`[admission] terminals`")), "{refused}");
    for (index, talk) in talks.iter_mut().enumerate().rev() {
        talk.type_in(&format!("line {index}\n"));
        talk.until(&format!("line {index}\n"));
        assert_eq!(talk.ended(), ("completed".into(), 0.into()));
    }
}

/// A slow reader slows the program down; neither the service nor the connection buffers the unread output.
#[cfg(target_os = "linux")]
#[test]
fn a_slow_reader_never_grows_memory() {
    const PRINTED: usize = 64 << 20;
    /// The buffers together have more bytes than this.
    const BUFFERED: u64 = 256 << 10;
    /// The service reads fewer bytes than this for other reasons meanwhile.
    const NOISE: u64 = 32 << 10;
    const QUIET: Duration = Duration::from_millis(300);
    let service = Service::start();
    let done = service.home().shared("done");
    let first = bytes_read(service.pid());
    let mut talk = service.converse(&program(&format!("flood {PRINTED}\nsave {} .", done.display())));
    let before = resident(service.pid());
    // When every buffer between the program and the reader is full, the service stops reading.
    let mut last = (Instant::now(), first);
    eventually("the service to stop reading", || {
        let read = bytes_read(service.pid());
        if read > last.1 + NOISE {
            last = (Instant::now(), read);
        }
        (read > first + BUFFERED && last.0.elapsed() > QUIET).then_some(())
    });
    let grown = resident(service.pid()).saturating_sub(before);
    assert!(grown < 24 << 20, "{grown} bytes more while nobody read");
    assert!(!done.exists(), "the program did not wait for its reader");
    assert_eq!(talk.ended(), ("completed".into(), 0.into()));
    assert!(talk.output().len() == PRINTED && done.exists(), "{} bytes", talk.output().len());
}

/// The bytes that a process has read so far, from pipes too.
#[cfg(target_os = "linux")]
fn bytes_read(pid: u32) -> u64 {
    let io = fs::read_to_string(format!("/proc/{pid}/io")).expect("a process");
    let line = io.lines().find_map(|line| line.strip_prefix("rchar: ")).expect("a count");
    line.parse().expect("bytes")
}

#[cfg(target_os = "linux")]
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("a size");
    line.split_ascii_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("KiB") << 10
}

#[cfg(unix)]
#[test]
fn a_stopping_service_closes_its_sessions_properly() {
    let mut service = Service::start_with("stop_grace_ms = 100");
    let mut talk = service.converse(&program("ignore-termination\nprint up\nhang"));
    talk.until("up\n");
    let mut silent = service.upgrade(&[]).expect("an upgrade");
    let stopped = std::thread::scope(|scope| {
        let stopping = scope.spawn(|| service.stop());
        assert_eq!(talk.finished()["status"], "cancelled");
        assert_eq!((talk.close_code(), silent.close_code()), (1001, 1001));
        stopping.join().expect("the service stops")
    });
    assert!(stopped.success(), "{stopped}");
}

//! Each type is read as it is written, and unknown fields are ignored.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::*;

/// Writes `value`, expects `json`, and reads it again with a field that is not known.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: Value) {
    let mut written = serde_json::to_value(value).expect("JSON");
    assert_eq!(written, json);
    if let Value::Object(members) = &mut written {
        members.insert("added_later".to_owned(), json!({ "a": [1] }));
    }
    assert_eq!(serde_json::from_value::<T>(written).expect("the same type"), *value);
}

fn words() -> Words {
    let cause = Words { code: "b".into(), values: BTreeMap::new(), text: "it is a folder".into() };
    let values = BTreeMap::from([
        ("cause".to_owned(), Filling::Words(cause.clone())),
        ("list".to_owned(), Filling::List(vec![cause])),
        ("path".to_owned(), Filling::Text("/x".into())),
    ]);
    Words { code: "a".into(), values, text: "/x: it is a folder".into() }
}

fn finished() -> Finished {
    let file = ResultFile { path: "a".into(), size_bytes: 1, media_type: "text/plain".into(), content: None };
    let ending = Ending {
        status: RunStatus::MemoryLimit,
        id: "01J".into(),
        language: "python".into(),
        runtime: "CPython 3".into(),
        exit_code: Some(-1),
        signal: None,
        duration_ms: 1.5,
        cpu_ms: 1.0,
        peak_memory_bytes: 7,
        output_truncated: false,
        error_truncated: true,
        isolation: "a later level".into(),
        granted: None,
        containment: None,
        files: vec![file],
        ignored: Vec::new(),
    };
    Finished { success: false, ending }
}

fn finished_json() -> Value {
    json!({
        "success": false, "status": "memory_limit", "id": "01J", "language": "python", "runtime": "CPython 3", "exit_code": -1,
        "signal": null, "duration_ms": 1.5, "cpu_ms": 1.0, "peak_memory_bytes": 7, "output_truncated": false,
        "error_truncated": true, "isolation": "a later level", "containment": null,
        "files": [{ "path": "a", "size_bytes": 1, "media_type": "text/plain" }],
    })
}

/// `json` with further members.
fn with(mut json: Value, members: &[(&str, &str)]) -> Value {
    members.iter().for_each(|(name, value)| json[*name] = Value::from(*value));
    json
}

#[test]
fn results_are_read_as_they_are_written() {
    check(&finished(), finished_json());
    let Finished { success, ending } = finished();
    let response = ExecuteResponse { success, output: "o".into(), error: "e".into(), ending };
    check(&response, with(finished_json(), &[("output", "o"), ("error", "e")]));
}

#[test]
fn messages_of_the_service_are_told_apart_by_their_type() {
    check(&ServerMessage::Finished(Box::new(finished())), with(finished_json(), &[("type", "finished")]));
    check(&ServerMessage::Stderr(Printed { data: "x".into() }), json!({ "type": "stderr", "data": "x" }));
    let error = ErrorBody::new(Code::TooManyExecutions, "Wait.".into(), None);
    let written = json!({
        "type": "error", "success": false, "output": "", "error": "Wait.", "status": "rejected", "code": "too_many_executions",
    });
    check(&ServerMessage::Error(error), written);
}

#[test]
fn the_name_of_an_event_is_the_type_of_its_message() {
    let messages = [
        ServerMessage::Started(Started { id: "01J".into(), language: "python".into(), runtime: "CPython 3".into() }),
        ServerMessage::Stdout(Printed { data: "x".into() }),
        ServerMessage::Stderr(Printed { data: "x".into() }),
        ServerMessage::Finished(Box::new(finished())),
        ServerMessage::Error(ErrorBody::new(Code::Internal, "Wait.".into(), None)),
    ];
    for message in messages {
        let mut data = serde_json::to_value(&message).expect("JSON");
        let name = data["type"].take();
        let read = ServerMessage::from_event(name.as_str().expect("a name"), data).expect("its data");
        assert_eq!(read, Some(message));
    }
    assert_eq!(ServerMessage::from_event("added_later", json!({})).expect("no data is read"), None);
    ServerMessage::from_event("stdout", json!({ "data": 1 })).expect_err("a number is no text");
}

#[test]
fn a_status_is_shown_by_its_name_in_json() {
    for status in [RunStatus::Completed, RunStatus::MemoryLimit] {
        assert_eq!(json!(status), json!(status.to_string()));
    }
}

#[test]
fn messages_of_clients_hold_the_fields_that_are_given() {
    let request = ExecuteRequest { code: "x".into(), timeout_ms: Some(WholeNumber(9)), ..ExecuteRequest::default() };
    let run = Run { request, terminal: Some(TerminalSize { columns: 80, rows: 24 }) };
    let written = json!({ "type": "run", "code": "x", "timeout_ms": 9, "terminal": { "columns": 80, "rows": 24 } });
    check(&ClientMessage::Run(Box::new(run)), written);
    check(&ClientMessage::Eof, json!({ "type": "eof" }));
    check(
        &ClientMessage::Signal(SentSignal { signal: SignalName::Kill }),
        json!({ "type": "signal", "signal": "kill" }),
    );
}

#[test]
fn whole_numbers_may_be_written_as_decimals() {
    for (text, expected) in [("1000", Some(1000)), ("1e3", Some(1000)), ("0.0", Some(0)), ("1.5", None), ("-1", None)] {
        assert_eq!(serde_json::from_str::<WholeNumber>(text).ok().map(|number| number.0), expected, "{text}");
    }
}

#[test]
fn records_are_read_as_they_are_written() {
    let summary = ExecutionSummary {
        id: "01J".into(),
        started_at: OffsetDateTime::UNIX_EPOCH,
        language: "python".into(),
        runtime: "CPython 3".into(),
        status: "lost".into(),
        duration_ms: None,
        origin: "local".into(),
        exit_code: None,
        isolation: Some("sandbox".into()),
        first_line: "x".into(),
    };
    let row = json!({
        "id": "01J", "started_at": "1970-01-01T00:00:00Z", "language": "python", "runtime": "CPython 3", "status": "lost",
        "duration_ms": null, "origin": "local", "exit_code": null, "isolation": "sandbox", "first_line": "x",
    });
    check(&ExecutionsPage { items: vec![summary], next: None }, json!({ "items": [row], "next": null }));
    let file = GivenFile { path: "a".into(), size_bytes: 1, content: None, encoding: Encoding::Base64 };
    let given = Given { files: vec![file], missing: vec![Missing::Files], ..Given::default() };
    let file = json!({ "path": "a", "size_bytes": 1, "content": null, "encoding": "base64" });
    check(&given, json!({ "stdin": "", "args": [], "env": [], "files": [file], "missing": ["files"] }));
    assert_eq!(serde_json::from_str::<Given>("{}").expect("what an older version kept"), Given::default());
}

#[test]
fn sentences_hold_sentences() {
    let cause = json!({ "code": "b", "values": {}, "text": "it is a folder" });
    let values = json!({ "cause": cause, "list": [cause], "path": "/x" });
    check(&words(), json!({ "code": "a", "values": values, "text": "/x: it is a folder" }));
}

#[test]
fn questions_about_the_network_have_a_program_and_an_answer() {
    let program = PendingProgram { language: None, code: "x".into(), more_lines: 1 };
    let question =
        NetworkQuestion { id: "01J".into(), caller: "mcp".into(), asked_at: OffsetDateTime::UNIX_EPOCH, program };
    let program = json!({ "language": null, "code": "x", "more_lines": 1 });
    let expected = json!({ "id": "01J", "caller": "mcp", "asked_at": "1970-01-01T00:00:00Z", "program": program });
    check(&question, expected);
    for (answer, name) in [
        (NetworkAnswer::Once, "once"),
        (NetworkAnswer::Always, "always"),
        (NetworkAnswer::Without, "without"),
        (NetworkAnswer::Never, "never"),
    ] {
        check(&answer, json!(name));
    }
}

#[test]
fn an_examination_has_checks() {
    let found = Examination {
        isolation: "sandbox".into(),
        checks: vec![Check { name: "own network".into(), ok: true, details: vec![words()] }],
    };
    let details = serde_json::to_value([words()]).expect("JSON");
    let checks = json!([{ "name": "own network", "ok": true, "details": details }]);
    check(&found, json!({ "isolation": "sandbox", "checks": checks }));
    let check_in_english = ReportedCheck { name: "own network".into(), ok: true, detail: "yes".into() };
    let report = DoctorReport { isolation: "sandbox".into(), checks: vec![check_in_english] };
    let checks = json!([{ "name": "own network", "ok": true, "detail": "yes" }]);
    check(&report, json!({ "isolation": "sandbox", "checks": checks }));
}

//! `POST /execute` answered as JSON, as API.md specifies.
//!
//! Most programs are for the fake interpreter, so that they are tested where there is no Python too.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::harness::Service;
#[cfg(unix)]
use crate::harness::raw::RawRequest;

/// A request for the fake interpreter.
pub(crate) fn program(code: &str) -> Value {
    json!({"language": "fake", "code": code, "timeout_ms": 60_000})
}

/// The same with further fields.
pub(crate) fn program_with(code: &str, fields: &Value) -> Value {
    let mut request = program(code);
    let fields = fields.as_object().expect("an object").clone();
    request.as_object_mut().expect("an object").extend(fields);
    request
}

#[track_caller]
fn check(answer: &Value, status: &str, output: &str, error: &str) {
    let found = (&answer["status"], &answer["output"], &answer["error"]);
    assert_eq!(found, (&status.into(), &output.into(), &error.into()), "{answer:#}");
    assert_eq!(answer["success"], status == "completed", "{answer:#}");
}

/// Checks the fields that differ from run to run, and replaces their values by placeholders.
#[cfg(unix)]
pub(crate) fn redact(answer: &mut Value) {
    assert_eq!(answer["id"].as_str().map(str::len), Some(26), "{answer:#}");
    assert!(answer["duration_ms"].as_f64().is_some_and(|time| time > 0.0), "{answer:#}");
    assert!(answer["cpu_ms"].as_f64().is_some_and(|time| time >= 0.0), "{answer:#}");
    assert!(answer["peak_memory_bytes"].is_u64(), "{answer:#}");
    for field in ["id", "duration_ms", "cpu_ms", "peak_memory_bytes", "runtime", "isolation", "containment"] {
        answer[field] = format!("[{field}]").into();
    }
    // The folders that the harness grants.
    answer.as_object_mut().expect("an object").remove("granted");
}

#[test]
#[cfg(unix)]
fn the_answer_has_this_shape() {
    let mut answer = Service::start().execute(&program("print hi\nwarn oops\nsave plot.png x\nexit 3"));
    redact(&mut answer);
    insta::with_settings!({sort_maps => true}, {
        insta::assert_json_snapshot!(answer, @r#"
        {
          "containment": "[containment]",
          "cpu_ms": "[cpu_ms]",
          "duration_ms": "[duration_ms]",
          "error": "oops\n",
          "error_truncated": false,
          "exit_code": 3,
          "files": [
            {
              "content": "eA==",
              "media_type": "image/png",
              "path": "plot.png",
              "size_bytes": 1
            }
          ],
          "id": "[id]",
          "isolation": "[isolation]",
          "language": "fake",
          "output": "hi\n",
          "output_truncated": false,
          "peak_memory_bytes": "[peak_memory_bytes]",
          "runtime": "[runtime]",
          "signal": null,
          "status": "failed",
          "success": false
        }
        "#);
    });
}

#[test]
#[cfg(unix)]
fn the_three_calls_of_the_seed_are_answered() {
    let service = Service::start();
    let curl = |method, path| {
        let request = RawRequest::new(method, path).header("Host", &format!("localhost:{}", service.port()));
        request.header("User-Agent", "curl/8.14.1").header("Accept", "*/*")
    };
    let post =
        |body| service.send(&curl("POST", "/execute").header("Content-Type", "application/json").body(body)).json();
    let health = service.send(&curl("GET", "/health")).json();
    assert_eq!((&health["status"], &health["platform"]), (&"ok".into(), &"posix".into()));
    check(&post(r#"{"code": "print(\"Hello from Flask!\")"}"#), "completed", "Hello from Flask!\n", "");
    let wrong = post(r#"{"code": "print('a"}"#);
    assert_eq!(
        (&wrong["success"], &wrong["status"], &wrong["exit_code"]),
        (&false.into(), &"failed".into(), &1.into())
    );
    let error = wrong["error"].as_str().expect("an error");
    assert!(error.contains("main.py\", line 1") && error.contains("SyntaxError: "), "{error}");
}

#[test]
fn languages_are_known_by_name_and_alias_in_any_case() {
    let service = Service::start();
    let mut tried = 0;
    for row in service.get("/languages").json().as_array().expect("languages") {
        let aliases = row["aliases"].as_array().expect("aliases").iter();
        for name in aliases.chain([&row["language"]]).map(|name| name.as_str().expect("a name")) {
            for name in [name.to_owned(), name.to_uppercase()] {
                tried += usize::from(answers_to(&service, row, &name));
            }
        }
    }
    assert!(tried >= 2, "no language is there");
}

/// Whether the language is available. Checks the answer to a request that names it `name` in either case.
fn answers_to(service: &Service, row: &Value, name: &str) -> bool {
    let reply = service.post("/execute", &json!({"language": name, "code": ""}));
    let available = row["available"] == true;
    match available {
        true => assert_eq!((reply.status, &reply.json()["language"]), (200, &row["language"]), "{name}"),
        false => assert_eq!((reply.status, &reply.json()["code"]), (422, &"runtime_not_found".into()), "{name}"),
    }
    available
}

#[test]
fn unknown_fields_are_ignored_and_null_means_absent() {
    let service = Service::start();
    let extras = json!({"user": "ada", "version": 3, "options": {"deep": [1]}, "stdin": null, "args": null, "env": null, "files": null});
    check(&service.execute(&program_with("arguments\nprint hi", &extras)), "completed", "hi\n", "");
}

#[test]
fn fields_of_other_services_are_named_in_the_answer_and_in_the_log() {
    let service = Service::start();
    let body =
        r#"{"code":"print hi","language":"fake","timeout":5,"env_vars":{},"source_code":"","script":"","input":""}"#;
    let reply = service.post_with("/execute", &[("Content-Type", "application/json")], body.as_bytes());
    let names = ["timeout", "env_vars", "source_code", "script", "input"];
    assert_eq!((&reply.json()["output"], &reply.json()["ignored"]), (&"hi\n".into(), &json!(names)), "{}", reply.body);
    service.says(&names.join(", "));
}

#[test]
fn programs_get_their_input_arguments_and_variables() {
    let service = Service::start();
    for (code, fields, output) in [
        ("echo", json!({"stdin": "one\ntwo 😀"}), "one\ntwo 😀"),
        ("read-line\nread-line", json!({"stdin": "one\ntwo\nthree\n"}), "one\ntwo\n"),
        ("echo\nprint end", json!({}), "end\n"),
        ("echo", json!({"stdin": "\u{0}"}), "\u{0}"),
        ("arguments", json!({"args": ["a b", "", "é", "--flag"]}), "a b\n\né\n--flag\n"),
        ("variable COLOUR", json!({"env": {"COLOUR": "blue = 😀"}}), "blue = 😀\n"),
        ("variable COLOUR", json!({}), "(unset)\n"),
        ("show in/a.txt", json!({"files": [{"path": "in/a.txt", "content": "né"}]}), "né"),
        ("show a", json!({"files": [{"path": "a", "content": "bsOpCg==", "encoding": "base64"}]}), "né\n"),
        ("show a", json!({"files": [{"path": "a", "content": "bsOp", "encoding": "utf8"}]}), "bsOp"),
        (r"show in\a.txt", json!({"files": [{"path": r"in\a.txt", "content": ""}]}), ""),
    ] {
        if cfg!(windows) || !code.contains('\\') {
            check(&service.execute(&program_with(code, &fields)), "completed", output, "");
        }
    }
}

#[test]
fn output_is_valid_text_whatever_bytes_are_printed() {
    let service = Service::start();
    for (code, output) in [
        ("hex ff41", "\u{fffd}A"),
        ("hex f09f98\nhex 80", "😀"),
        ("hex f09f98\nprint x", "\u{fffd}x\n"),
        ("write no line end", "no line end"),
        ("hex 00", "\u{0}"),
    ] {
        check(&service.execute(&program(code)), "completed", output, "");
    }
}

#[test]
fn files_that_a_run_makes_or_changes_are_returned() {
    let service = Service::start_with("[limits]\nresult_file_bytes = 100");
    let given = json!({"files": [{"path": "same.txt", "content": "a"}, {"path": "changed.json", "content": "a"}]});
    let code = "save changed.json b\nsave plot.png \\u{1F600}\nsave-many 1 folder\nsave same.txt a\nfill large 101\nfill empty.csv 0";
    let answer = service.execute(&program_with(code, &given));
    check(&answer, "completed", "", "");
    let mut files = answer["files"].as_array().expect("files").clone();
    files.sort_by_key(|file| file["path"].to_string());
    let file = |path: &str, media_type: &str, content: &str| {
        let (size, content) = (content.len(), BASE64_STANDARD.encode(content));
        json!({"path": path, "size_bytes": size, "media_type": media_type, "content": content})
    };
    let expected = [
        file("changed.json", "application/json", "b"),
        file("empty.csv", "text/csv", ""),
        file("folder/0", "application/octet-stream", "0"),
        json!({"path": "large", "size_bytes": 101, "media_type": "application/octet-stream"}),
        file("plot.png", "image/png", "😀"),
    ];
    assert_eq!(files, expected);
}

#[test]
fn no_more_files_are_returned_than_the_settings_allow() {
    let service = Service::start_with("[limits]\nresult_files = 3");
    let answer = service.execute(&program("save-many 50 folder"));
    assert_eq!(answer["files"].as_array().map(Vec::len), Some(3), "{answer:#}");
}

#[test]
#[cfg(unix)]
fn links_and_pipes_are_never_read() {
    let service = Service::start();
    let code = "import os, socket\nos.symlink('/etc/passwd', 'link.txt')\nos.symlink('/etc', 'etc')\nos.symlink('real', 'alias')\n\
        os.mkfifo('pipe')\nsocket.socket(socket.AF_UNIX).bind('socket')\nopen('real', 'w').write('real')\nos.symlink('.', 'loop')";
    let answer = service.execute(&json!({"code": code}));
    check(&answer, "completed", "", "");
    let paths: Vec<&str> =
        answer["files"].as_array().expect("files").iter().filter_map(|f| f["path"].as_str()).collect();
    assert_eq!(paths, ["real"]);
}

#[test]
fn output_before_a_timeout_is_kept() {
    let service = Service::start();
    for (code, output, error) in [
        ("print before\nhang", "before\n", "Execution timed out after 0.5 s."),
        ("write half\nwarn oops\nhang", "half", "oops\nExecution timed out after 0.5 s."),
        ("hex e282\nhang", "\u{fffd}", "Execution timed out after 0.5 s."),
    ] {
        let answer = service.execute(&program_with(code, &json!({"timeout_ms": 500})));
        check(&answer, "timeout", output, error);
        assert_eq!(answer["exit_code"], Value::Null);
        assert!(answer["duration_ms"].as_f64().is_some_and(|time| time >= 500.0), "{answer:#}");
    }
}

#[test]
fn every_ending_has_its_status() {
    let service =
        Service::start_with("[limits]\noutput_bytes = 100_000\nfolder_bytes = 1_000_000\nmemory_bytes = 67_108_864");
    for (code, status, exit_code, sentence) in [
        ("print", "completed", json!(0), ""),
        ("exit 3", "failed", json!(3), ""),
        ("abort", "crashed", json!(null), "Execution crashed: "),
        ("null", "crashed", json!(null), "Execution crashed: "),
        (
            "flood 200000\nhang",
            "output_limit",
            json!(null),
            "Execution was stopped: it wrote more than 97 KiB of output.",
        ),
        ("fill big 2000000\nhang", "output_limit", json!(null), "Execution was stopped: its files took more than "),
        (
            "memory 500000000\nhang",
            "memory_limit",
            json!(null),
            "Execution was stopped: it used more than 64 MiB of memory.",
        ),
    ] {
        if cfg!(windows) && status == "memory_limit" {
            // Wine does not enforce this limit; the engine's own tests ask Windows for it.
            continue;
        }
        let answer = service.execute(&program(code));
        assert_eq!((&answer["status"], &answer["exit_code"]), (&status.into(), &exit_code), "{code}: {answer:#}");
        assert_eq!(answer["success"], status == "completed");
        let last = answer["error"].as_str().expect("an error").lines().last().unwrap_or_default();
        assert!(last.starts_with(sentence), "{code}: {last}");
        assert!(answer["signal"].is_string() || status != "crashed", "{code}: {answer:#}");
    }
}

#[test]
fn a_program_that_prints_a_gigabyte_costs_no_memory() {
    let service = Service::start();
    service.execute(&program("print warm"));
    #[cfg(target_os = "linux")]
    let before = service.peak_memory_bytes();
    // Under Wine every write passes two more processes and is slow; a tenth of the output is enough there.
    let bytes = if cfg!(windows) { 100_000_000 } else { 1_000_000_000 };
    let answer = service.execute(&program(&format!("flood {bytes}")));
    assert_eq!((&answer["status"], &answer["output_truncated"]), (&"completed".into(), &true.into()));
    assert_eq!(answer["output"].as_str().map(str::len), Some(8 << 20));
    assert_eq!(answer["error_truncated"], false);
    #[cfg(target_os = "linux")]
    {
        let grown = service.peak_memory_bytes() - before;
        assert!(grown < 32 << 20, "{} MiB more", grown >> 20);
    }
}

#[test]
fn every_answer_carries_the_headers_that_callers_need() {
    let service = Service::start();
    let json = ("Content-Type", "application/json; charset=utf-8");
    let origin = ("Origin", "http://localhost:3000");
    let body = program("print hi").to_string();
    for (accept, media_type) in [("*/*", "application/json"), ("text/event-stream", "text/event-stream")] {
        let reply = service.post_with("/execute", &[json, origin, ("Accept", accept)], body.as_bytes());
        assert_eq!((reply.status, reply.header("content-type")), (200, media_type));
        assert_eq!((reply.header("access-control-allow-origin"), reply.header("vary")), (origin.1, "Origin"));
        assert_eq!(
            (reply.header("cache-control"), reply.header("x-content-type-options")),
            ("no-store, no-transform", "nosniff")
        );
        let id = reply.header("x-request-id");
        assert!(id.len() == 26 && reply.body.contains(&format!("\"id\":\"{id}\"")), "{id}: {}", reply.body);
    }
}

//! Bad input of every kind is refused with a clear answer, and nothing is run, lost or left behind.

use std::thread;

use serde_json::{Value, json};

use crate::harness::{Home, Service, skip};
use crate::service::execute::{program, program_with};

pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Posts a body that must be refused with a sentence that contains `words`, and checks that nothing was started.
#[track_caller]
pub(crate) fn check(service: &Service, body: &[u8], status: u16, code: &str, words: &[&str]) {
    let excerpt = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    let reply = service.post_with("/execute", &[JSON], body);
    assert_eq!((reply.status, &reply.json()["code"]), (status, &code.into()), "{excerpt}: {}", reply.body);
    check_sentence(&reply.json(), words, &excerpt);
    service.assert_nothing_ran(&excerpt);
}

/// Checks the JSON body of an error.
#[track_caller]
pub(crate) fn check_sentence(answer: &Value, words: &[&str], about: &str) {
    let seed = (&answer["success"], &answer["output"], &answer["status"]);
    assert_eq!(seed, (&false.into(), &"".into(), &"rejected".into()), "{about}: {answer}");
    let sentence = answer["error"].as_str().expect("a sentence");
    assert!(sentence.ends_with('.') && sentence.len() < 500, "{about}: {sentence}");
    for word in words {
        assert!(sentence.contains(word), "{about}: `{word}` is not in {sentence:?}");
    }
}

/// Posts a valid program with these fields added or replaced, and checks that it is refused.
#[track_caller]
fn check_fields(service: &Service, fields: &Value, words: &[&str]) {
    check(service, program_with("print ran", fields).to_string().as_bytes(), 400, "invalid_request", words);
}

#[test]
fn bodies_that_are_not_a_json_object_are_refused() {
    let service = Service::start();
    let deep = "[".repeat(1_000_000);
    for (body, words) in [
        (&b""[..], &["not valid JSON", "empty"][..]),
        (b" \r\n", &["not valid JSON", "empty"]),
        (b"{", &["not valid JSON", "line 1 column 1"]),
        (b"{\"code\": \"print(1)\"", &["not valid JSON", "line 1"]),
        (b"{\"code\": \"a\",}", &["not valid JSON", "line 1"]),
        (b"{'code': 'a'}", &["not valid JSON", "line 1"]),
        (b"code=print(1)", &["not valid JSON", "line 1"]),
        (b"{\"code\": \"a\"} {}", &["not valid JSON", "trailing characters"]),
        (b"{\"code\": \"a\nb\"}", &["not valid JSON", "control character"]),
        (b"{\"code\": \"\xff\xfe\"}", &["not valid JSON", "invalid unicode"]),
        (b"\xff\xfe{\0}", &["not valid JSON", "UTF-16"]),
        (b"{\"code\": \"\\ud800\"}", &["not valid JSON", "line 1"]),
        (b"{\"code\": \"\\ud83d\"}", &["not valid JSON", "half of a UTF-16 surrogate pair", "send both halves"]),
        (b"{\"code\": \"\\udfff x\"}", &["not valid JSON", "surrogate"]),
        (b"{\"code\": \"\\ud83d\\ud83d\"}", &["not valid JSON", "surrogate"]),
        (deep.as_bytes(), &["not valid JSON"]),
    ] {
        check(&service, body, 400, "invalid_json", words);
    }
    for body in [&b"[]"[..], b"null", b"\"print(1)\"", b"5"] {
        check(&service, body, 400, "invalid_request", &["must be a JSON object"]);
    }
}

#[test]
fn an_error_about_a_wrong_type_names_the_field_and_the_expected_type() {
    let service = Service::start();
    check(&service, b"{}", 400, "invalid_request", &["missing field `code`"]);
    for name in ["source_code", "script"] {
        let body = json!({name: "print ran", "language": "fake"}).to_string();
        let words = ["missing field `code`", &format!("there is no field `{name}`")];
        check(&service, body.as_bytes(), 400, "invalid_request", &words);
    }
    for (fields, words) in [
        (json!({"code": null}), &["`code`", "string", "null"][..]),
        (json!({"code": 5}), &["`code`", "string", "5"]),
        (json!({"code": ["print"]}), &["`code`", "string"]),
        (json!({"language": 3}), &["`language`", "string", "3"]),
        (json!({"stdin": {}}), &["`stdin`", "string"]),
        (json!({"args": "one"}), &["`args`", "a sequence", "one"]),
        (json!({"args": ["one", 2]}), &["`args[1]`", "string", "2"]),
        (json!({"env": []}), &["`env`", "a map"]),
        (json!({"env": {"A": 1}}), &["`env.A`", "string", "1"]),
        (json!({"files": {}}), &["`files`", "a sequence"]),
        (json!({"files": ["a"]}), &["`files[0]`", "an object with `path` and `content`", "a"]),
        (json!({"files": [{"path": "a"}]}), &["`files[0]`", "missing field `content`"]),
        (json!({"files": [{"content": "a"}]}), &["`files[0]`", "missing field `path`"]),
        (json!({"files": [{"path": "a", "content": 1}]}), &["`files[0].content`", "string", "1"]),
        (
            json!({"files": [{"path": "a", "content": "", "encoding": "hex"}]}),
            &["`files[0].encoding`", "utf8", "base64"],
        ),
        (json!({"files": [{"path": "a", "content": "no!", "encoding": "base64"}]}), &["`files[0].content`", "base64"]),
    ] {
        check_fields(&service, &fields, words);
    }
    check(&service, br#"{"code": "a", "code": "b"}"#, 400, "invalid_request", &["duplicate field `code`"]);
}

#[test]
fn an_error_about_an_invalid_time_limit_names_the_bounds() {
    let service = Service::start();
    for time in
        ["0", "-1", "1.5", "0.0", "300001", "1e300", "1e999", "99999999999999999999", "\"10\"", "true", "[1]", "{}"]
    {
        let body = format!(r#"{{"code":"print ran","language":"fake","timeout_ms":{time}}}"#);
        check(&service, body.as_bytes(), 400, "invalid_request", &["`timeout_ms`", "whole number", "1 to 300000"]);
    }
}

#[test]
fn errors_about_unknown_languages_and_missing_interpreters_say_what_to_do() {
    let missing = if cfg!(windows) { r"C:\nowhere\python.exe" } else { "/nowhere/python" };
    let service = Service::start_with(&format!("[python]\npath = '{missing}'"));
    for language in ["cobol", "", "python ", "py\u{0}thon", "😀"] {
        let body = json!({"code": "print ran", "language": language}).to_string();
        check(&service, body.as_bytes(), 422, "unsupported_language", &["is not known", "GET /languages"]);
    }
    let words = [missing, "does not exist", "settings"];
    check(&service, br#"{"code": "print(1)"}"#, 422, "runtime_not_found", &words);
    let rows = service.get("/languages").json();
    let python = rows.as_array().expect("rows").iter().find(|row| row["language"] == "python").expect("Python's row");
    let detail = python["detail"].as_str().expect("a reason");
    assert!(python["available"] == false && words.iter().all(|word| detail.contains(word)), "{python}");
}

#[test]
fn a_version_that_is_not_here_is_refused_or_told() {
    let service = Service::start();
    let run = |language: &str| service.post("/execute", &json!({"code": "print('ran')", "language": language}));
    let rows = service.get("/languages").json();
    let Some(runtime) = rows[0]["runtime"].as_str().map(str::to_owned) else {
        return skip("there is no Python here");
    };
    let version = runtime.split(' ').nth(1).expect("a version").to_owned();
    let short = version.rsplit_once('.').expect("three numbers").0;
    for language in ["python2", "python2.7"] {
        let body = json!({"code": "", "language": language}).to_string();
        check(&service, body.as_bytes(), 422, "runtime_not_found", &["version 2", &runtime, "`python`"]);
    }
    for language in ["python3", "py", "ipython", &format!("python{short}"), &format!("Python {version}")] {
        let reply = run(language);
        assert!(reply.json()["output"] == "ran\n" && reply.json()["ignored"].is_null(), "{language}: {}", reply.body);
    }
    let told = run("python3.99").json();
    let expected = json!([format!("language version 3.99, as {runtime} is here")]);
    assert_eq!((&told["output"], &told["ignored"]), (&json!("ran\n"), &expected), "{told}");
    let piston = |language: &str| {
        let files = json!([{"content": ""}]);
        service.post("/api/v2/execute", &json!({"language": language, "version": "*", "files": files})).json()
    };
    assert_eq!(piston("python3.99")["ignored"], expected);
    let service = Service::start_with("isolation = \"none\"");
    let body = json!({"language": "bash", "version": "*", "files": [{"content": ""}]});
    let refused = service.post("/api/v2/execute", &body).json()["message"].as_str().expect("a message").to_owned();
    assert!(refused.starts_with("bash-* runtime is unknown: ") && refused.contains("allow_shells"), "{refused}");
}

/// The names in an answer of `GET /languages` that can run.
fn runnable(service: &Service) -> Vec<String> {
    let rows = service.get("/languages").json();
    let rows = rows.as_array().expect("rows").iter().filter(|row| row["available"] == true);
    rows.map(|row| row["language"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn an_unknown_language_is_told_what_runs_here_and_what_a_setting_would_add() {
    let body = json!({"code": "", "language": "cobol"}).to_string();
    let off = Service::start_with("isolation = \"none\"");
    let known = runnable(&off).join(", ");
    assert!(!known.contains("sh"), "{known}");
    let [none, shells] = [off, Service::start_with("isolation = \"none\"\nallow_shells = true")];
    let with_shells = runnable(&shells);
    let added: Vec<&str> = with_shells.iter().map(String::as_str).filter(|name| !known.contains(name)).collect();
    assert!(!added.is_empty(), "every machine has a shell");
    let sentence =
        format!("There are: {known}. With `allow_shells = true` in the settings also: {}. GET", added.join(", "));
    check(&none, body.as_bytes(), 422, "unsupported_language", &[&sentence]);
    let sentence = format!("There are: {}. GET", with_shells.join(", "));
    check(&shells, body.as_bytes(), 422, "unsupported_language", &[&sentence]);
}

#[test]
fn nothing_runs_if_the_requested_isolation_is_not_available() {
    let body = program("print ran").to_string();
    for level in ["\"jail\"", "\"sandboxed\"", "3"] {
        let service = Service::start_with(&format!("isolation = {level}"));
        check(&service, body.as_bytes(), 422, "isolation_unavailable", &["`isolation`", level, "\"none\""]);
    }
}

#[test]
fn files_never_leave_their_folder() {
    let service = Service::start();
    for (path, word) in [
        ("", "empty"),
        (".", "file"),
        ("..", "`..`"),
        ("../a", "`..`"),
        ("a/../../b", "`..`"),
        (r"..\a", "`..`"),
        (r"a\..\..\b", "`..`"),
        ("/etc/cron.d/a", "absolute"),
        (r"\a", "absolute"),
        (r"\\host\share\a", "absolute"),
        ("//host/share", "absolute"),
        (r"C:\a", "Windows"),
        ("c:a", "Windows"),
        ("a:stream", "Windows"),
        ("a\u{0}b", "Windows"),
        ("a\nb", "Windows"),
        ("NUL", "device"),
        ("aux.txt", "device"),
        ("a/com1/b", "device"),
        ("a.", "Windows"),
        ("a ", "Windows"),
        ("a//b", "empty"),
        ("a/", "empty"),
    ] {
        let file = json!({"path": path, "content": "x"});
        check_fields(&service, &json!({"files": [{"path": "fine", "content": ""}, file]}), &["`files[1].path`", word]);
    }
    let long = json!({"files": [{"path": "a/".repeat(600) + "b", "content": ""}]});
    check_fields(&service, &long, &["`files[0].path`", "longer than 1024 bytes"]);
}

#[test]
fn files_whose_paths_conflict_are_refused() {
    let service = Service::start();
    for (first, second, words) in [
        ("a.txt", "a.txt", &["`files[1].path`", "already"][..]),
        ("a.txt", "A.TXT", &["`files[1].path`", "already"]),
        ("a.txt", "./a.txt", &["`files[1].path`", "already"]),
        ("a", "a/b", &["`files[1].path`", "folder"]),
        ("fine", "main.txt", &["`files[1].path`", "`main.txt`", "`code`"]),
        ("fine", "MAIN.txt", &["`files[1].path`", "`main.txt`", "`code`"]),
        ("fine", "main.txt/a", &["`files[1].path`", "`main.txt`", "`code`"]),
    ] {
        let files = json!({"files": [{"path": first, "content": ""}, {"path": second, "content": ""}]});
        check_fields(&service, &files, words);
    }
    let many: Vec<Value> = (0..1001).map(|number| json!({"path": number.to_string(), "content": ""})).collect();
    check_fields(&service, &json!({"files": many}), &["`files`", "1000"]);
}

#[test]
fn arguments_and_variables_that_no_system_accepts_are_refused() {
    let service = Service::start();
    for (fields, words) in [
        (json!({"args": ["a", "b\u{0}c"]}), &["`args[1]`", "NUL"][..]),
        (json!({"args": ["x".repeat(200_000)]}), &["`args[0]`", "longer than"]),
        (json!({"args": vec!["x".repeat(90_000); 20]}), &["`args`", "bytes in all"]),
        (json!({"env": {"": "a"}}), &["name"]),
        (json!({"env": {"A=B": "a"}}), &["`env.A=B`", "`=`"]),
        (json!({"env": {"A": "b\u{0}"}}), &["`env.A`", "NUL"]),
    ] {
        check_fields(&service, &fields, words);
    }
}

#[test]
fn unusual_programs_are_run_unchanged() {
    let service = Service::start();
    let long = format!("# {}\nprint end", "x".repeat(10 << 20));
    let nested = json!({"extra": (0..100).fold(json!(1), |inner, _| json!([inner]))});
    for (request, output) in [
        (program("print a\u{0}b"), "a\u{0}b\n"),
        (program(&long), "end\n"),
        (program_with("print end", &nested), "end\n"),
    ] {
        let answer = service.execute(&request);
        assert_eq!((&answer["status"], &answer["output"]), (&"completed".into(), &output.into()), "{answer}");
    }
}

#[test]
#[cfg(unix)]
fn python_itself_reports_nul_in_programs() {
    let answer = Service::start().execute(&json!({"code": "print('ran')\u{0}"}));
    assert_eq!((&answer["status"], &answer["output"]), (&"failed".into(), &"".into()), "{answer}");
    let error = answer["error"].as_str().expect("an error");
    assert!(error.contains("null bytes"), "{error}");
}

#[test]
fn deeply_nested_json_is_refused_or_ignored() {
    let service = Service::start();
    let (open, close) = ("[".repeat(1_000_000), "]".repeat(1_000_000));
    check(&service, format!("{{\"code\":{open}{close}}}").as_bytes(), 400, "invalid_request", &["`code`", "string"]);
    check(&service, format!("{open}{close}").as_bytes(), 400, "invalid_request", &["must be a JSON object"]);
    let ignored = format!(r#"{{"code":"print ran","language":"fake","extra":{open}{close}}}"#);
    assert_eq!(service.post_with("/execute", &[JSON], ignored.as_bytes()).json()["output"], "ran\n");
}

#[test]
fn bad_requests_do_not_disturb_concurrent_good_ones() {
    let home = Home::new("[admission]\nslots = 2\nqueue = 100");
    let service = Service::start_in(&home, &[]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10 {
                    assert_eq!(service.post("/execute", &json!({"code": 5})).status, 400);
                    assert_eq!(service.execute(&program("print ran"))["output"], "ran\n");
                }
            });
        }
    });
    let runs = service.get("/executions?limit=1000").json();
    assert_eq!(runs["items"].as_array().map(Vec::len), Some(40));
}

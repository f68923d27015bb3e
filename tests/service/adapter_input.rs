//! Bad input for each adapter, and clients that go away: a clear answer, nothing hangs, and nothing is run or left.

use serde_json::{Value, json};
use tungstenite::Message;

use crate::harness::adapters::{ACCEPT, assistant_headers, block, tool_call};
use crate::harness::conversation::Conversation;
use crate::harness::{Home, Service, eventually};
use crate::service::bad_input::JSON;
use crate::service::execute::program;
use crate::service::unread::unread;

const E2B: (&str, &str) = ("E2b-Sandbox-Id", "debug_sandbox_id");
/// More than the limit of a body.
const HUGE: usize = 17 << 20;
/// The longest sentence about a mistake.
const LONGEST: usize = 2000;

/// A text that is longer than any name.
fn long() -> String {
    "x".repeat(1 << 20)
}

/// Posts a body that must be refused in few words.
#[track_caller]
fn check_refused(service: &Service, path: &str, headers: &[(&str, &str)], body: &[u8]) {
    let reply = service.post_with(path, &[&[JSON], headers].concat(), body);
    let excerpt = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
    assert!((400..500).contains(&reply.status), "{path}: {excerpt}: {} {}", reply.status, reply.body);
    assert!((1..LONGEST).contains(&reply.body.len()), "{path}: {excerpt}: {} bytes", reply.body.len());
}

#[test]
fn what_is_no_request_is_refused_by_each_adapter() {
    let service = Service::start();
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let huge = format!("{{\"code\":\"{}\"}}", "x".repeat(HUGE)).into_bytes();
    let nowhere: [&[u8]; 9] =
        [b"[]", b"null", b"5", b"\"x\"", b"{", b"code=print(1)", b"\0\0\0\0", b"\xff\xfe\0", &deep];
    // A kernel is made from an empty body too, and its client may send any fields beside the name.
    let empty: [&[u8]; 4] = [b"", b"{}", b"{\"code\":\"\\ud800\"}", b"{\"code\":\"\xff\"}"];
    for (path, header) in [
        ("/execute", E2B),
        ("/api/v2/execute", ACCEPT),
        ("/api/v2/piston/execute/", ACCEPT),
        ("/mcp", ACCEPT),
        ("/api/kernels", ACCEPT),
    ] {
        for body in nowhere.into_iter().chain([&huge[..]]) {
            check_refused(&service, path, &[header], body);
        }
        for body in empty.into_iter().filter(|_| path != "/api/kernels") {
            check_refused(&service, path, &[header], body);
        }
    }
    service.assert_nothing_ran("bodies that are no requests");
}

/// Posts `base` with each of these values of a field.
#[track_caller]
fn check_fields(service: &Service, path: &str, headers: &[(&str, &str)], base: &Value, fields: &[(&str, Vec<Value>)]) {
    for (name, values) in fields {
        for value in values {
            let mut request = base.clone();
            request[*name] = value.clone();
            check_refused(service, path, headers, request.to_string().as_bytes());
        }
    }
    service.assert_nothing_ran(path);
}

#[test]
fn piston_s_fields_are_checked() {
    let service = Service::start();
    let base = json!({"language": "fake", "version": "*", "files": [{"content": "print ran"}]});
    let named = |name: &str| json!([{"content": "print ran"}, {"content": "", "name": name}]);
    let of_file = |field: &str, value: Value| {
        let mut file = json!({"content": "print ran"});
        file[field] = value;
        json!([file])
    };
    let files = vec![
        json!([]),
        json!({}),
        json!("print ran"),
        json!([null]),
        json!([5]),
        of_file("content", Value::Null),
        of_file("content", json!(["print ran"])),
        of_file("encoding", json!("base64")),
        of_file("encoding", json!(64)),
        of_file("name", json!({})),
        named("../x"),
        named("/x"),
        named("a/../../b"),
        named("a\0b"),
        named(&long()),
        json!([{"content": "print ran"}, {"content": "", "name": "a"}, {"content": "", "name": "a"}]),
    ];
    let numbers = || vec![json!("1"), json!(-2), json!(1e300), json!({}), json!([1])];
    let fields = [
        ("language", vec![Value::Null, json!(5), json!(""), json!("\0"), json!("cobol"), json!(long())]),
        ("version", vec![Value::Null, json!(3), json!(""), json!("not a version"), json!(long())]),
        ("files", files),
        ("args", vec![json!("one"), json!({"a": 1}), json!(["\0"])]),
        ("stdin", vec![json!(5), json!(["in"])]),
        ("run_timeout", numbers()),
        ("compile_timeout", numbers()),
        ("run_cpu_time", numbers()),
        ("run_memory_limit", numbers()),
    ];
    check_fields(&service, "/api/v2/execute", &[], &base, &fields);
    assert_eq!(service.post("/api/v2/execute", &base).json()["run"]["stdout"], "ran\n");
}

#[test]
fn e2b_s_fields_are_checked() {
    let service = Service::start();
    let base = json!({"language": "fake", "code": "print ran"});
    let fields = [
        ("code", vec![Value::Null, json!(5), json!(["print ran"])]),
        ("language", vec![json!(5), json!(""), json!("\0"), json!("cobol"), json!(long())]),
        (
            "env_vars",
            vec![json!(5), json!(["A"]), json!({"A": 5}), json!({"A=B": ""}), json!({"": ""}), json!({"A": "\0"})],
        ),
        ("context_id", vec![json!(5), json!(""), json!(long())]),
    ];
    check_fields(&service, "/execute", &[E2B], &base, &fields);
    assert!(service.post_with("/execute", &[JSON, E2B], base.to_string().as_bytes()).body.contains("ran"));
}

#[test]
fn ignored_fields_are_named_by_each_adapter_and_in_the_log() {
    let home = Home::new("");
    let service = Service::start_in(&home, &[]);
    let piston = json!({"language": "fake", "version": "*", "files": [{"content": "print ran"}], "run_timeout": 3000,
        "compile_memory_limit": -1, "code": "", "input": ""});
    let answer = service.post("/api/v2/execute", &piston).json();
    assert_eq!(
        (&answer["ignored"], &answer["run"]["stdout"]),
        (&json!(["code", "input"]), &json!("ran\n")),
        "{answer}"
    );
    let body = json!({"code": "print ran", "language": "fake", "cwd": "/", "context_id": null}).to_string();
    let reply = service.post_with("/execute", &[JSON, E2B], body.as_bytes());
    assert!(reply.body.contains(r#"{"ignored":["cwd"],"type":"end_of_execution"}"#), "{}", reply.body);
    let session = service.assistant();
    let headers = [&assistant_headers(&session)[..], &[JSON]].concat();
    let mut arguments = program("print ran");
    arguments["timeout"] = json!(5);
    let reply = service.post_with("/mcp", &headers, tool_call(1, &arguments).to_string().as_bytes());
    assert!(reply.body.contains("ran\\n[ignored: timeout]"), "{}", reply.body);
    eventually("the log's warnings", || {
        let files = std::fs::read_dir(home.path().join("data/log")).ok()?.flatten();
        let log: String = files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).collect();
        ["\"code, input\"", "\"cwd\"", "\"timeout\""].iter().all(|fields| log.contains(fields)).then_some(())
    });
}

#[test]
fn what_is_no_message_is_answered_by_an_error_of_json_rpc() {
    let service = Service::start();
    let session = service.assistant();
    let headers = [&assistant_headers(&session)[..], &[JSON]].concat();
    for (status, code, body) in [
        (400, -32700, String::new()),
        (400, -32700, "{".to_owned()),
        (400, -32600, "[]".to_owned()),
        (400, -32600, json!([{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]).to_string()),
        (200, -32602, tool_call(1, &json!("print ran")).to_string()),
        (200, -32602, tool_call(1, &json!([])).to_string()),
        (200, -32602, json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call"}).to_string()),
        (200, -32601, json!({"jsonrpc": "2.0", "id": 1, "method": "tools/dance"}).to_string()),
    ] {
        let reply = service.post_with("/mcp", &headers, body.as_bytes());
        assert!(reply.status == status && reply.body.contains(&format!("\"code\":{code}")), "{body}: {}", reply.body);
    }
}

#[test]
fn an_assistant_s_arguments_are_checked() {
    let service = Service::start();
    let session = service.assistant();
    let headers = [&assistant_headers(&session)[..], &[JSON]].concat();
    let ask = |message: &Value| service.post_with("/mcp", &headers, message.to_string().as_bytes());
    let file = |path: &str| json!([{"path": path, "content": ""}]);
    for (name, value) in [
        ("code", Value::Null),
        ("code", json!(5)),
        ("language", json!(5)),
        ("language", json!("cobol")),
        ("language", json!(long())),
        ("args", json!("one")),
        ("args", json!(["\0"])),
        ("env", json!({"A=B": ""})),
        ("files", file("../x")),
        ("files", file("a\0b")),
        ("timeout_ms", json!(0)),
        ("timeout_ms", json!(1e300)),
    ] {
        let mut arguments = program("print ran");
        arguments[name] = value;
        let reply = ask(&tool_call(1, &arguments));
        assert_eq!(reply.status, 200, "{name}: {}", reply.body);
        assert!(reply.body.contains("\"isError\":true") && reply.body.len() < 2 * LONGEST, "{name}: {}", reply.body);
        assert!(!reply.body.contains("GET /") && !reply.body.contains("body"), "{name}: {}", reply.body);
    }
    for message in [
        tool_call(1, &json!("print ran")),
        tool_call(1, &json!([])),
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": long(), "arguments": {}}}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call"}),
        json!({"jsonrpc": "2.0", "id": 1, "method": "tools/dance", "params": {}}),
        json!({"jsonrpc": "1.0", "id": 1, "method": "tools/list"}),
        json!({"jsonrpc": "2.0", "id": {}, "method": "tools/list"}),
        json!([{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]),
    ] {
        let reply = ask(&message);
        let is_refused = (400..500).contains(&reply.status) || reply.body.contains("\"error\"");
        assert!(is_refused && reply.status < 500, "{message}: {} {}", reply.status, reply.body);
        assert!(reply.status == 200 || reply.json()["error"]["code"] == -32600, "{message}: {}", reply.body);
    }
    for stranger in ["", "nobody", &long()[..4000]] {
        let headers = [&assistant_headers(stranger)[..], &[JSON]].concat();
        let call = tool_call(1, &program("print ran")).to_string();
        let reply = service.post_with("/mcp", &headers, call.as_bytes());
        assert!((400..500).contains(&reply.status), "{stranger}: {} {}", reply.status, reply.body);
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8", "{stranger}: {}", reply.body);
    }
    service.assert_nothing_ran("an assistant's mistakes");
    assert!(ask(&tool_call(2, &program("print ran"))).body.contains("ran"));
}

#[test]
fn a_long_request_for_a_kernel_is_told_of_no_setting() {
    let service = Service::start();
    let reply = service.post("/api/kernels", &json!({"name": "x".repeat(64 << 10)}));
    assert_eq!((reply.status, reply.json()["code"].as_str()), (413, Some("body_too_large")), "{}", reply.body);
    assert!(reply.body.contains("65536 bytes") && !reply.body.contains("settings"), "{}", reply.body);
}

#[test]
fn kernels_are_checked() {
    let service = Service::start();
    let names = vec![json!(5), json!(["python"]), json!("\0"), json!("cobol"), json!("../python"), json!(long())];
    check_fields(&service, "/api/kernels", &[], &json!({}), &[("name", names)]);
    let huge = "x".repeat(4000);
    for id in ["nobody", "..%2F..", "%00", "%ff", huge.as_str()] {
        let reply = service.delete(&format!("/api/kernels/{id}"));
        assert!(
            (400..500).contains(&reply.status) && reply.body.len() < LONGEST,
            "{id}: {} {}",
            reply.status,
            reply.body
        );
        assert!(
            service.upgrade_at(&format!("/api/kernels/{id}/channels"), &[]).is_err_and(|status| status < 500),
            "{id}"
        );
    }
}

/// The answer of a kernel to one block: its status and its error.
#[track_caller]
fn reply(talk: &mut Conversation) -> (Value, String) {
    loop {
        let message = talk.next();
        if message["msg_type"] == "execute_reply" {
            let content = &message["content"];
            return (content["status"].clone(), content["evalue"].as_str().unwrap_or_default().to_owned());
        }
    }
}

#[test]
fn a_kernel_answers_each_block_that_it_cannot_run_and_goes_on() {
    let service = Service::start();
    let kernel = service.post("/api/kernels", &json!({"name": "fake"})).json();
    let path = format!("/api/kernels/{}/channels", kernel["id"].as_str().expect("an id"));
    let mut talk = service.upgrade_at(&path, &[]).expect("an upgrade");
    // Messages that need no answer get none.
    for text in [
        "x",
        "[]",
        "5",
        "{}",
        "{\"header\":5}",
        "{\"header\":{\"msg_type\":5}}",
        "{\"header\":{\"msg_type\":\"dance\"}}",
    ] {
        talk.send_raw(Message::text(text));
    }
    talk.send_raw(Message::binary(vec![0xff; 100]));
    let header = json!({"msg_id": "a", "msg_type": "execute_request"});
    let long = json!({"msg_id": "a", "msg_type": "execute_request", "session": long()});
    for (message, words) in [
        (json!({"header": header}), "content.code"),
        (json!({"header": header, "content": 5}), "content.code"),
        (json!({"header": header, "content": {}}), "content.code"),
        (json!({"header": header, "content": {"code": ["print ran"]}}), "content.code"),
        (json!({"header": long, "content": {"code": "print ran"}}), "header is longer"),
    ] {
        talk.send(&message);
        let (status, why) = reply(&mut talk);
        assert!(status == "error" && why.contains(words), "{words}: {status} {why}");
    }
    service.assert_nothing_ran("blocks without code");
    talk.send(&block(1, "print ran"));
    assert_eq!(reply(&mut talk).0, "ok");
}

#[test]
fn piston_s_web_socket_closes_at_each_mistake() {
    let service = Service::start();
    let closes = |messages: &[Message], expected: u16| {
        let mut talk = service.upgrade_at("/api/v2/connect", &[]).expect("an upgrade");
        for message in messages {
            talk.send_raw(message.clone());
        }
        assert_eq!(talk.close_code(), expected, "{messages:?}");
    };
    let text = |value: Value| Message::text(value.to_string());
    let files = json!([{"content": "hang"}]);
    let init = || text(json!({"type": "init", "language": "fake", "version": "*", "files": files}));
    for (first, expected) in [
        (Message::text("x"), 4002),
        (Message::text("[]"), 4002),
        (Message::binary(vec![0xff; 100]), 4002),
        (text(json!({"type": 5})), 4003),
        (text(json!({"type": "init"})), 4002),
        (text(json!({"type": "init", "language": "fake", "version": "*", "files": [5]})), 4002),
        (text(json!({"type": "init", "language": long(), "version": "*", "files": files})), 4002),
    ] {
        closes(&[first], expected);
    }
    service.assert_nothing_ran("mistakes in the first message");
    for (second, expected) in [
        (Message::text("x"), 4002),
        (text(json!({"type": "dance"})), 4002),
        (text(json!({"type": "data", "stream": "stdin", "data": 5})), 4002),
        (text(json!({"type": "data", "stream": 5, "data": ""})), 4004),
        (text(json!({"type": "signal", "signal": 9})), 4005),
    ] {
        closes(&[init(), second], expected);
    }
    nothing_is_left(&service);
}

/// Waits until no run and no folder of one is there.
#[track_caller]
fn nothing_is_left(service: &Service) {
    eventually("the end of every run", || service.running().is_empty().then_some(()));
    eventually("the end of every folder", || service.run_folders().is_empty().then_some(()));
}

#[test]
fn a_client_that_goes_away_takes_its_program_along_in_each_adapter() {
    let service = Service::start();
    let runs = || eventually("the program to run", || (service.running().len() == 1).then_some(()));
    let session = service.assistant();
    let piston = json!({"language": "fake", "version": "*", "files": [{"content": "hang"}], "run_timeout": 60_000});
    for (path, headers, body) in [
        ("/execute", vec![E2B], program("hang")),
        ("/api/v2/execute", vec![], piston),
        ("/mcp", assistant_headers(&session).to_vec(), tool_call(1, &program("hang"))),
    ] {
        let client = unread(&service, path, &headers, &body);
        runs();
        drop(client);
        nothing_is_left(&service);
    }
    for open in [|service: &Service| service.piston(&[], "hang"), |service: &Service| service.jupyter(&[], &["hang"])] {
        let client = open(&service);
        runs();
        drop(client);
        nothing_is_left(&service);
    }
}

//! Very long and forged names in requests: they are shortened in answers, logs and lists.

use std::fs;

use serde_json::json;

use crate::guard::{JSON, execute, request};
use crate::harness::{Home, Service};

/// The longest header that the service accepts here.
const LONG: usize = 60_000;
/// An upper bound of the length of an error sentence with a shortened name in it.
const MOST_BYTES: usize = 1500;

fn log_of(home: &Home) -> String {
    let files = fs::read_dir(home.path().join("data/log")).expect("the log").flatten();
    files.map(|file| fs::read_to_string(file.path()).unwrap_or_default()).collect()
}

#[test]
fn long_headers_are_shortened_in_answers_the_log_and_the_list_of_pages() {
    let service = Service::start();
    let host = format!("{}.example", "a".repeat(LONG));
    let labels = format!("{}example", "abc.".repeat(LONG / 4));
    let headers = [
        ("Origin", format!("http://{host}")),
        ("Origin", format!("http://{labels}")),
        ("Origin", "x".repeat(LONG)),
        ("X-Forwarded-Host", host.clone()),
        ("X-Forwarded-Host", labels),
        ("Forwarded", format!("host={host}")),
        ("X-Original-URL", format!("http://{host}/")),
    ];
    for (name, value) in &headers {
        let reply = service.send(&execute(&service, &[(name, value)]));
        assert!((400..=403).contains(&reply.status), "{name}: {}", reply.status);
        let sentence = reply.json()["error"].as_str().expect("a sentence").to_owned();
        assert!(sentence.len() < MOST_BYTES && sentence.ends_with('.'), "{name}: {} bytes", reply.body.len());
    }
    let foreign = crate::harness::raw::RawRequest::new("GET", "/status").header("Host", &host);
    assert!(service.send(&foreign).body.len() < MOST_BYTES);
    let status = service.get("/status");
    assert_eq!(status.json()["pending_origins"], json!([]), "no page has such an origin");
    assert!(log_of(service.home()).len() < 20 * MOST_BYTES, "the log has all of it");
}

#[test]
fn long_names_are_shortened_everywhere() {
    let service = Service::start();
    let name = "n".repeat(1 << 20);
    let field = |value| [("code", json!("")), value].into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let bodies: [serde_json::Map<_, _>; 9] = [
        field(("language", json!(name))),
        field(("timeout_ms", json!(name))),
        field(("env", json!({ (&name): 1 }))),
        field(("env", json!({ (format!("{name}=")): "x" }))),
        field(("files", json!([{ "path": name, "content": "" }]))),
        field(("files", json!([{ "path": "a", "content": "", "encoding": name }]))),
        field(("args", json!([{ (&name): 1 }]))),
        field(("code", json!([name]))),
        field(("stdin", json!({ (&name): name }))),
    ];
    for body in bodies {
        let body = serde_json::Value::Object(body);
        let reply = service.post("/execute", &body);
        assert!([400, 422].contains(&reply.status), "{}", reply.status);
        assert!(reply.body.len() < MOST_BYTES, "{} bytes", reply.body.len());
    }
    // The same over a WebSocket.
    let mut talk = service.upgrade(&[]).expect("an upgrade");
    talk.send(&json!({ "type": name }));
    let told = talk.next();
    assert!(told["type"] == "error" && told.to_string().len() < MOST_BYTES, "{} bytes", told.to_string().len());
    // Names in the path and in the query.
    let long = "p".repeat(LONG);
    for path in [format!("/{long}"), format!("/executions/{long}"), format!("/executions?status={long}")] {
        let reply = service.get(&path);
        assert!([400, 404].contains(&reply.status) && reply.body.len() < MOST_BYTES, "{}", reply.status);
    }
    assert!(log_of(service.home()).len() < 40 * MOST_BYTES, "the log has all of it");
}

#[test]
fn no_name_forges_a_line_of_the_log_or_controls_a_terminal() {
    let service = Service::start();
    let reply = service.post("/execute", &json!({ "code": "", "language": "py\u{1b}[2J\r\nforged\u{202e}" }));
    let sentence = reply.json()["error"].as_str().expect("a sentence").to_owned();
    assert!(sentence.contains("py\\u{1b}[2J\\r\\nforged\\u{202e}"), "{sentence}");
    let line = request(&service, "GET", "/%0d%0aforged").headers(&[JSON]);
    assert_eq!(service.send(&line).status, 404);
    assert!(!log_of(service.home()).lines().any(|line| line.starts_with("forged")));
}

#[test]
fn the_list_of_refused_pages_is_short_and_shows_each_origin_whole() {
    let service = Service::start();
    for number in 0..100 {
        let origin = format!("https://{number}.{}.example", "a.".repeat(100) + "a");
        let origin = origin.as_str();
        let reply = service.send(&execute(&service, &[("Origin", origin)]));
        assert!(reply.status == 403 && reply.body.contains(origin), "{}", reply.body);
    }
    let pending = service.get("/status").json()["pending_origins"].as_array().map(Vec::len);
    assert!(pending.is_some_and(|count| (1..=20).contains(&count)), "{pending:?}");
}

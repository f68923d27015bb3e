//! The log over HTTP: pages, filters, searches, entries, cancelling, export.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::harness::{Service, eventually};

fn fake(code: &str) -> Value {
    json!({ "language": "fake", "code": code })
}

fn run(service: &Service, code: &str) -> String {
    service.execute(&fake(code))["id"].as_str().expect("an id").to_owned()
}

/// Waits until the log shows `id` as ended: the entry is written shortly after the response.
fn logged(service: &Service, id: &str) -> Value {
    let entry = || Some(service.get(&format!("/executions/{id}"))).filter(|entry| entry.status == 200);
    eventually(&format!("the log of {id}"), || Some(entry()?.json()).filter(|entry| entry["status"] != "running"))
}

fn list(service: &Service, query: &str) -> Value {
    let page = service.get(&format!("/executions?{query}"));
    assert_eq!(page.status, 200, "{query}: {}", page.body);
    page.json()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().expect("a list");
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

/// `text` with every byte percent-encoded, for a query string.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        write!(escaped, "%{byte:02X}").expect("a text grows");
        escaped
    })
}

#[test]
fn pages_give_every_execution_once_and_newest_first() {
    let service = Service::start();
    let mut expected: Vec<String> = (0..120).map(|number| run(&service, &format!("print {number}"))).collect();
    logged(&service, &expected[119]);
    expected.reverse();
    for (limit, sizes) in [("", vec![50, 50, 20]), ("&limit=120", vec![120]), ("&limit=119", vec![119, 1])] {
        let (mut found, mut pages, mut before) = (Vec::new(), Vec::new(), String::new());
        loop {
            let page = list(&service, &format!("{before}{limit}"));
            pages.push(ids(&page).len());
            found.extend(ids(&page));
            let Some(next) = page["next"].as_str() else { break };
            before = format!("before={next}");
        }
        assert_eq!((pages, &found), (sizes, &expected), "limit {limit:?}");
    }
    assert_eq!(ids(&list(&service, "limit=0")).len(), 1, "the nearest that there is");
    for wrong in ["limit=many", "limit=-1", "status=finished"] {
        let refused = service.get(&format!("/executions?{wrong}"));
        assert_eq!((refused.status, &refused.json()["code"]), (400, &json!("invalid_request")), "{}", refused.body);
    }
}

/// Runs four executions that differ in every property that can be filtered by, and gives their ids.
fn different_ones(service: &Service) -> [String; 4] {
    let headers = [("Content-Type", "application/json"), ("Origin", "http://localhost:3000")];
    let from_page = service.post_with("/execute", &headers, fake("print grüße and 100%").to_string().as_bytes());
    let failed = run(service, "warn ValueError: \"quoted\" (x)\nexit 3");
    let limited = service.execute(&json!({ "language": "fake", "code": "hang", "timeout_ms": 50 }));
    let other = service.execute(&json!({ "language": "second", "code": "print C:\\\\temp; DROP TABLE execution" }));
    let id = |answer: &Value| answer["id"].as_str().expect("an id").to_owned();
    let found = [id(&from_page.json()), failed, id(&limited), id(&other)];
    found.iter().for_each(|id| drop(logged(service, id)));
    found
}

fn service_with_a_second_language() -> Service {
    let command = crate::harness::fake_interpreter().expect("a fake interpreter").display().to_string();
    let row = format!("[[language]]\nname = \"second\"\ncommand = ['{command}']\nextension = \"tx\"\n");
    Service::start_with(&row)
}

#[test]
fn filters_and_searches_find_exactly_the_matching_executions() {
    let service = service_with_a_second_language();
    let [page, failed, limited, other] = different_ones(&service);
    let cases: [(&str, &str, &[&String]); 15] = [
        ("status", "completed", &[&other, &page]),
        ("status", "failed", &[&failed]),
        ("status", "timeout", &[&limited]),
        ("status", "lost", &[]),
        ("language", "second", &[&other]),
        ("language", "nothing", &[]),
        ("origin", "http://localhost:3000", &[&page]),
        ("origin", "local", &[&other, &limited, &failed]),
        ("q", "valueerror", &[&failed]),
        ("q", "Value", &[&failed]),
        ("q", "GRÜSSE", &[]),
        ("q", "grüße and", &[&page]),
        ("q", "\"quoted\" (x)", &[&failed]),
        ("q", "100%", &[&page]),
        ("q", "drop table", &[&other]),
    ];
    for (name, value, expected) in cases {
        let found = ids(&list(&service, &format!("{name}={}", escaped(value))));
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{name}={value}");
    }
    let both = list(&service, "status=completed&language=second&q=temp");
    assert_eq!(ids(&both), [other]);
}

#[test]
fn hostile_search_texts_are_only_text() {
    let service = service_with_a_second_language();
    let all = different_ones(&service).len();
    let long = "a".repeat(5000);
    let many = "word ".repeat(1000);
    // Syntax of SQLite's full-text search and of SQL, control characters, and very long queries.
    let hostile = [
        "\"",
        "'",
        "\\",
        "(",
        ")",
        "*",
        "^",
        "-",
        "+",
        ":",
        "NEAR(",
        "AND",
        "OR NOT",
        "a AND",
        "code:print",
        "{a b}: c",
        "\0",
        "print\0",
        "%",
        "_",
        "' OR 1=1 --",
        "\"; DROP TABLE execution; --",
        "😀",
        "\u{202E}",
        "\u{FEFF}",
        &long,
        &many,
    ];
    for q in hostile {
        let page = list(&service, &format!("q={}", escaped(q)));
        assert!(ids(&page).len() <= all, "{q:?}");
    }
    assert_eq!(ids(&list(&service, "q=")).len(), all, "no search");
    // Ids and queries that are not valid text or not ids.
    let not_text = service.get("/executions?q=%FF%FE");
    assert!([200, 400].contains(&not_text.status), "{}", not_text.body);
    for id in ["..%2F..%2Fetc%2Fpasswd", "%00", "%27%20OR%201%3D1", "x"] {
        assert_eq!(service.get(&format!("/executions/{id}")).status, 404, "{id}");
    }
}

#[test]
fn an_entry_has_everything_about_its_execution() {
    let service = Service::start();
    let code = "\n# the first line that says something\nprint to output\nwarn to errors\nexit 7";
    let id = run(&service, code);
    let entry = logged(&service, &id);
    let expected = [
        ("id", json!(id)),
        ("language", json!("fake")),
        ("origin", json!("local")),
        ("status", json!("failed")),
        ("exit_code", json!(7)),
        ("signal", Value::Null),
        ("code", json!(code)),
        ("code_truncated", json!(false)),
        ("output", json!("to output\n")),
        ("output_truncated", json!(false)),
        ("error", json!("to errors\n")),
        ("error_truncated", json!(false)),
    ];
    for (name, value) in expected {
        assert_eq!(entry[name], value, "{name}");
    }
    assert!(entry["duration_ms"].as_f64().is_some_and(|ms| ms > 0.0) && entry["cpu_ms"].is_number(), "{entry}");
    assert!(entry["started_at"].as_str().is_some_and(|time| time.ends_with('Z')), "{entry}");
    let row = list(&service, "")["items"][0].clone();
    assert_eq!(row["first_line"], "# the first line that says something");
    for name in ["id", "started_at", "language", "runtime", "status", "duration_ms", "origin", "exit_code"] {
        assert_eq!(row[name], entry[name], "{name}");
    }
}

#[test]
fn running_executions_are_listed_and_can_be_cancelled() {
    let service = Service::start();
    let begun = service.home().shared("begun");
    let code = format!("print begun\nsave {}\nhang", begun.display());
    let request = json!({ "language": "fake", "code": code, "timeout_ms": 120_000 });
    let (_connection, id) = service.begin(&request);
    eventually("the program to print", || begun.exists().then_some(()));
    let entry = service.get(&format!("/executions/{id}")).json();
    assert_eq!((&entry["status"], &entry["code"]), (&json!("running"), &request["code"]));
    assert_eq!(service.get("/status").json()["running"], 1);
    let path = format!("/executions/{id}");
    let cancelled = service.delete(&path);
    assert_eq!((cancelled.status, cancelled.json()), (200, json!({ "id": id, "status": "cancelling" })));
    let entry = logged(&service, &id);
    assert_eq!((&entry["status"], &entry["output"]), (&json!("cancelled"), &json!("begun\n")), "{entry}");
    let again = service.delete(&path);
    assert_eq!((again.status, &again.json()["code"]), (409, &json!("execution_finished")), "{}", again.body);
    let unknown = service.delete("/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV");
    assert_eq!((unknown.status, &unknown.json()["code"]), (404, &json!("not_found")), "{}", unknown.body);
    assert_eq!(service.post("/executions", &json!({})).status, 405);
}

#[test]
fn an_export_can_be_parsed_and_has_every_value() {
    let service = Service::start();
    let codes = ["print plain", "print a,\"b\"\\nc;\\r\\n😀", "print =1+1", "warn @x\nexit 1"];
    let ran: Vec<String> = codes.iter().map(|code| run(&service, code)).collect();
    let entries: Vec<Value> = ran.iter().rev().map(|id| logged(&service, id)).collect();
    let lines = service.get("/executions/export");
    assert_eq!(lines.header("content-type"), "application/jsonl");
    let exported: Vec<Value> =
        lines.body.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    assert_eq!(exported, entries);
    let table = service.get("/executions/export?format=csv");
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").contains("runtray-executions.csv"));
    let mut reader = csv::Reader::from_reader(table.body.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), entries.len());
    for (row, entry) in rows.iter().zip(&entries) {
        for (name, value) in entry.as_object().expect("an object") {
            if let Some(number) = value.as_f64() {
                // JSON writes `0.0` where the table writes `0`.
                assert_eq!(row[name].parse::<f64>().ok(), Some(number), "{name}");
                continue;
            }
            let value = value.as_str().map_or_else(|| value.to_string().replace("null", ""), str::to_owned);
            let inert = if value.starts_with(['=', '@']) { format!("'{value}") } else { value };
            assert_eq!(row[name], inert, "{name}");
        }
    }
    let failed = service.get("/executions/export?status=failed").body;
    assert_eq!(failed.lines().count(), 1, "{failed}");
    assert_eq!(service.get("/executions/export?format=xml").status, 400);
}

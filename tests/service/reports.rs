//! Reports of the service: languages, metrics, status, the description of its API.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Value, json};

use crate::harness::{Home, Service, eventually, skip};

#[test]
fn languages_are_listed_with_the_reason_if_one_is_unavailable() {
    let row = "[[language]]\nname = \"absent\"\ncommand = [\"no-such-program-here\"]\nextension = \"no\"\n";
    let service = Service::start_with(row);
    let languages = service.get("/languages").json();
    let find = |name: &str| {
        let found = languages.as_array().expect("a list").iter().find(|one| one["language"] == name);
        found.unwrap_or_else(|| panic!("{name} in {languages}"))
    };
    for (name, alias) in [("python", "py"), ("javascript", "js"), ("typescript", "ts")] {
        assert!(find(name)["aliases"].as_array().is_some_and(|all| all.contains(&json!(alias))), "{name}");
    }
    let there = find("fake");
    assert_eq!((&there["available"], &there["detail"]), (&json!(true), &json!("")));
    let absent = find("absent");
    assert_eq!((&absent["available"], &absent["path"]), (&json!(false), &Value::Null));
    let detail = absent["detail"].as_str().expect("a detail");
    assert!(detail.contains("no-such-program-here"), "{detail}");
    let refused = service.post("/execute", &json!({ "language": "absent", "code": "" }));
    let sentence = refused.json()["error"].as_str().expect("a sentence").to_owned();
    assert!(refused.status == 422 && sentence.contains(detail), "{sentence}");
}

/// The metrics by name and labels. Panics at a line that is not Prometheus text.
fn figures(service: &Service) -> BTreeMap<String, f64> {
    let answer = service.get("/metrics");
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = answer.body.strip_suffix("# EOF\n").expect("the end is marked");
    let label = r#"[a-z_]+="(?:[^"\\\n]|\\.)*""#;
    let line = Regex::new(&format!(r"^([a-z_:]+(?:\{{{label}(?:,{label})*\}})?) (\S+)$")).expect("an expression");
    let comment = Regex::new(r"^# (HELP|TYPE|UNIT) [a-z_]+ .+$").expect("an expression");
    let (comments, samples): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    comments.iter().for_each(|text| assert!(comment.is_match(text), "{text}"));
    let parse = |text: &str| {
        let sample = line.captures(text).unwrap_or_else(|| panic!("no sample: {text}"));
        (sample[1].to_owned(), sample[2].parse().expect("a number"))
    };
    samples.into_iter().map(parse).collect()
}

#[test]
fn metrics_are_prometheus_text_and_change() {
    let service = Service::start();
    assert!(!figures(&service).keys().any(|name| name.starts_with("runtray_executions_total")));
    for code in ["print x", "print y", "print z", "exit 1"] {
        service.execute(&json!({ "language": "fake", "code": code }));
    }
    service.get_with("/status", &[("Origin", "http://evil.example")]);
    let (_connection, _) = service.begin(&json!({ "language": "fake", "code": "hang", "timeout_ms": 120_000 }));
    let figures = figures(&service);
    for (name, value) in [
        ("runtray_executions_total{language=\"fake\",status=\"completed\"}", 3.0),
        ("runtray_executions_total{language=\"fake\",status=\"failed\"}", 1.0),
        ("runtray_execution_duration_seconds_count{language=\"fake\"}", 4.0),
        ("runtray_refused_requests_total{rule=\"origin\"}", 1.0),
        ("runtray_running_executions", 1.0),
        ("runtray_queued_executions", 0.0),
        ("runtray_journal_writing", 1.0),
    ] {
        assert_eq!(figures.get(name), Some(&value), "{name} in {figures:#?}");
    }
}

#[test]
fn the_description_names_every_route() {
    let service = Service::start();
    let document = service.get("/openapi.json").json();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
    let routes: BTreeMap<String, Vec<String>> = serde_json::from_value(json!({
        "/api/kernelspecs": ["get"], "/api/kernels": ["post"], "/api/kernels/{id}": ["delete"], "/api/kernels/{id}/channels": ["get"],
        "/api/v2/connect": ["get"], "/api/v2/execute": ["post"], "/api/v2/runtimes": ["get"],
        "/contexts": ["get", "post"], "/contexts/{id}": ["delete"], "/contexts/{id}/restart": ["post"],
        "/mcp": ["delete", "get", "post"],
        "/execute": ["post"], "/execute/ws": ["get"], "/executions": ["get"], "/executions/export": ["get"],
        "/executions/{id}": ["delete", "get"],
        "/health": ["get"], "/languages": ["get"], "/metrics": ["get"], "/openapi.json": ["get"], "/prove": ["get"],
        "/status": ["get"],
    }))
    .expect("routes");
    let described = document["paths"].as_object().expect("paths");
    let methods = |item: &Value| item.as_object().expect("methods").keys().cloned().collect::<Vec<_>>();
    assert_eq!(described.iter().map(|(path, item)| (path.clone(), methods(item))).collect::<BTreeMap<_, _>>(), routes);
    let plain =
        ["/api/v2/runtimes", "/executions", "/executions/export", "/health", "/languages", "/metrics", "/status"];
    for path in plain {
        assert_eq!(service.get(path).status, 200, "{path}");
    }
}

#[test]
fn the_languages_have_the_isolation_that_a_run_gets() {
    for settings in ["", "isolation = \"none\"", "isolation = \"sandbox\""] {
        let service = Service::start_with(settings);
        // At once: the report about the machine's isolation follows a little later.
        let rows = service.get("/languages").json();
        let rows = rows.as_array().expect("rows").iter().filter(|row| row["available"] == true);
        for row in rows {
            let reply = service.post("/execute", &json!({"code": "", "language": row["language"]}));
            let answer = reply.json();
            if cfg!(not(target_os = "linux")) && answer["code"] == "isolation_unavailable" {
                skip(format_args!("{settings}: {}", answer["error"]));
                continue;
            }
            assert_eq!(row["isolation"], answer["isolation"], "{settings}: {row} {answer}");
        }
    }
}

#[test]
fn the_status_describes_the_running_service() {
    let home = Home::new("[admission]\nslots = 3");
    let service = Service::start_in(&home, &[]);
    let ready = || {
        Some(service.get("/status").json())
            .filter(|status| status["journal"] != "opening" && !status["containment"].is_null())
    };
    let mut status = eventually("the journal to be open", ready);
    let uptime = status["uptime_ms"].take();
    assert!(uptime.as_f64().is_some_and(|ms| ms > 0.0), "{uptime}");
    for (name, value) in [
        ("state", json!("running")),
        ("url", json!(format!("http://localhost:{}", service.port()))),
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("isolation", json!(if cfg!(target_os = "linux") { "sandbox" } else { "none" })),
        ("token_required", json!(false)),
        ("running", json!(0)),
        ("queued", json!(0)),
        ("slots", json!(3)),
        ("journal", json!("ok")),
        ("journal_detail", Value::Null),
        ("problems", json!([])),
        ("localized_problems", json!([])),
        ("restart_needed", json!([])),
        ("journal_dropped", json!(0)),
        ("pending_origins", json!([])),
    ] {
        assert_eq!(status[name], value, "{name}");
    }
    let addresses = status["addresses"].as_array().expect("addresses").len();
    assert_eq!(addresses, if status["missing_address"].is_null() { 2 } else { 1 }, "{status}");
}

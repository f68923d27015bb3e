//! The input of executions in the log (arguments, variables, files, stdin), and long programs.

use serde_json::{Value, json};

use crate::harness::{Home, Service, eventually, runtray};
use crate::service::execute::{program, program_with};

/// Runs a program to its end and gives its entry in the log.
fn entry(service: &Service, request: &Value) -> Value {
    let id = service.execute(request)["id"].as_str().expect("an id").to_owned();
    ended(service, &id)
}

fn ended(service: &Service, id: &str) -> Value {
    let path = format!("/executions/{id}");
    eventually("the entry to end", || Some(service.get(&path).json()).filter(|one| one["status"] != "running"))
}

fn given() -> Value {
    json!({
        "stdin": "typed ahead\n",
        "args": ["-v", "two words"],
        "env": {"TOKEN": "secret", "MODE": "fast"},
        "files": [
            {"path": "data/a.txt", "content": "text"},
            {"path": "b.bin", "content": "/w==", "encoding": "base64"},
        ],
    })
}

#[test]
fn the_input_of_a_program_is_kept_so_that_it_can_be_run_again() {
    let service = Service::start_with("[journal]\nenv_values = true");
    let entry = entry(&service, &program_with("echo\narguments\nvariable TOKEN\nshow data/a.txt", &given()));
    assert_eq!(entry["given"]["missing"], json!([]), "{entry}");
    let kept = &entry["given"];
    let again = json!({
        "language": entry["language"], "code": entry["code"], "stdin": kept["stdin"], "args": kept["args"],
        "env": kept["env"].as_array().expect("a list").iter()
            .map(|one| (one["name"].as_str().expect("a name").to_owned(), one["value"].clone()))
            .collect::<serde_json::Map<_, _>>(),
        "files": kept["files"],
    });
    assert_eq!(service.execute(&again)["output"], entry["output"]);
    assert_eq!(entry["output"], "typed ahead\n-v\ntwo words\nsecret\ntext");
}

#[test]
fn values_of_variables_are_logged_only_if_the_settings_ask_for_it() {
    let home = Home::new("");
    let mut service = Service::start_in(&home, &[]);
    let entry = entry(&service, &program_with("print ran", &given()));
    assert_eq!(entry["given"]["missing"], json!(["env"]));
    assert_eq!(entry["given"]["env"], json!([{"name": "MODE", "value": null}, {"name": "TOKEN", "value": null}]));
    let exported = service.get("/executions/export").body + &service.get("/executions/export?format=csv").body;
    assert!(exported.contains("typed ahead") && exported.contains("TOKEN") && !exported.contains("secret"));
    let id = entry["id"].as_str().expect("an id");
    let printed = runtray(&home).args(["logs", "--id", id]).output().expect("runtray runs");
    let printed = String::from_utf8_lossy(&printed.stdout);
    for part in ["-v\ntwo words", "TOKEN (its value is not kept)", "data/a.txt (4 bytes)", "typed ahead"] {
        assert!(printed.contains(part), "`{part}` is not in {printed}");
    }
    service.stop();
    for file in ["journal.sqlite3", "journal.sqlite3-wal"] {
        let bytes = std::fs::read(home.path().join("data").join(file)).unwrap_or_default();
        assert!(!bytes.windows(6).any(|part| part == b"secret"), "a value is in {file}");
    }
}

#[test]
fn input_that_is_not_kept_is_named() {
    let service = Service::start_with("[journal]\nmax_input_bytes = 20\nenv_values = true");
    let large = json!({"stdin": "x".repeat(21), "args": ["a"], "files": [{"path": "a.txt", "content": "text"}]});
    let kept = entry(&service, &program_with("print ran", &large))["given"].take();
    assert_eq!((&kept["missing"], &kept["args"], &kept["stdin"]), (&json!(["stdin"]), &json!(["a"]), &json!("")));
    let mut talk = service.converse(&program("read-line"));
    talk.type_in("typed\n");
    let id = talk.finished()["id"].as_str().expect("an id").to_owned();
    assert_eq!(ended(&service, &id)["given"]["missing"], json!(["typed"]));
    let off = Service::start_with("[journal]\nmax_input_bytes = 0");
    assert_eq!(entry(&off, &program_with("print ran", &large))["given"], Value::Null);
    assert_eq!(
        entry(&off, &program("print ran"))["given"]["missing"],
        json!([]),
        "nothing was given, nothing is missing"
    );
}

#[test]
fn a_long_program_is_kept_whole_and_a_cut_one_says_so() {
    let long = format!("print ran\n#{}", "x".repeat(1 << 20));
    let service = Service::start();
    let entry_of_long = entry(&service, &program(&long));
    assert_eq!(entry_of_long["code_truncated"], false);
    assert_eq!(entry_of_long["code"].as_str().map(str::len), Some(long.len()));
    assert_eq!(service.execute(&json!({"language": "fake", "code": entry_of_long["code"]}))["output"], "ran\n");
    let home = Home::new("[journal]\nmax_code_bytes = 2000");
    let service = Service::start_in(&home, &[]);
    let cut = entry(&service, &program(&long));
    assert_eq!((&cut["code_truncated"], cut["code"].as_str().map(str::len)), (&json!(true), Some(2000)));
    let printed =
        runtray(&home).args(["logs", "--id", cut["id"].as_str().expect("an id")]).output().expect("runtray runs");
    assert!(String::from_utf8_lossy(&printed.stdout).contains("--- code (only the beginning is kept)"), "{printed:?}");
    let whole = entry(&service, &program(&format!("#{}", "x".repeat(1999))));
    assert_eq!(whole["code_truncated"], false);
}

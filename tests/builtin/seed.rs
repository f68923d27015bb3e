//! The first requests of every client: a program, its output, its error, its input, its files.

use serde_json::{Value, json};

use super::{NAME, start};

/// Runs `request` and compares the fields of `expected`.
fn check(request: &Value, expected: &Value) {
    let Some(service) = start("") else { return };
    let answer = service.execute(request);
    for (field, value) in expected.as_object().expect("fields") {
        assert_eq!(&answer[field], value, "{field} of {answer}");
    }
    assert_eq!((&answer["runtime"], &answer["isolation"]), (&json!(NAME), &json!("wasm")), "{answer}");
}

#[test]
fn the_seed_s_calls_are_answered() {
    let Some(service) = start("") else { return };
    assert_eq!(service.get("/health").json()["status"], "ok");
    let hello = service.execute(&json!({"code": "print(\"Hello from Flask!\")"}));
    assert_eq!(
        (&hello["success"], &hello["output"], &hello["error"]),
        (&json!(true), &json!("Hello from Flask!\n"), &json!(""))
    );
    let broken = service.execute(&json!({"code": "print(undefined_variable)"}));
    let error = broken["error"].as_str().expect("text");
    assert_eq!((&broken["success"], &broken["status"]), (&json!(false), &json!("failed")));
    assert!(
        error.starts_with("Traceback (most recent call last):\n  File \"") && error.contains("main.py\", line 1"),
        "{error}"
    );
    assert!(error.ends_with("NameError: name 'undefined_variable' is not defined\n"), "{error}");
}

#[test]
fn input_is_read() {
    let code = "name = input('Who? ')\nprint('Hello', name)\nimport sys\nprint(sys.stdin.read().split())";
    check(
        &json!({"code": code, "stdin": "Ada\n1 2\n3"}),
        &json!({"output": "Who? Hello Ada\n['1', '2', '3']\n", "exit_code": 0}),
    );
}

#[test]
fn files_go_in_and_come_out() {
    let code = "import json, os\ndata = json.load(open('in/data.json'))\nos.makedirs('out')\nopen('out/sum.txt', 'w').write(str(sum(data)))";
    let files = json!([{"path": "in/data.json", "content": "[1, 2, 3]"}]);
    let left = json!([{"path": "out/sum.txt", "size_bytes": 1, "media_type": "text/plain", "content": "Ng=="}]);
    check(&json!({"code": code, "files": files}), &json!({"status": "completed", "files": left}));
}

#[test]
fn temporary_files_are_no_result() {
    let code = "import tempfile\nf = tempfile.NamedTemporaryFile('w', delete=False)\nf.write('x')\nf.close()\nprint(open(f.name).read())";
    check(&json!({"code": code}), &json!({"output": "x\n", "files": []}));
}

#[test]
fn arguments_variables_and_exit_codes_are_the_request_s() {
    let code = "import os, sys\nprint(sys.argv[1:], os.environ['GREETING'], 'LD_PRELOAD' in os.environ)\nsys.exit(3)";
    let env = json!({"GREETING": "hej", "LD_PRELOAD": "/nowhere.so"});
    let expected = json!({"output": "['a b', ''] hej True\n", "error": "", "status": "failed", "exit_code": 3});
    check(&json!({"code": code, "args": ["a b", ""], "env": env}), &expected);
}

#[test]
fn a_missing_import_says_what_to_do() {
    let Some(service) = start("") else { return };
    let answer = service.execute(&json!({"code": "import numpy"}));
    // Where the science pack can be had, a line about that follows.
    let told = "ModuleNotFoundError: No module named 'numpy'\nnumpy is not available in the built-in Python; choose your own Python in Settings\n";
    assert!(answer["error"].as_str().is_some_and(|error| error.contains(told)), "{answer}");
}

#[test]
fn it_is_streamed() {
    let Some(service) = start("") else { return };
    let answer = service.stream(&json!({"code": "for i in range(3): print(i)"}));
    assert_eq!(answer.stdout, "0\n1\n2\n");
}

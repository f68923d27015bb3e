//! Limits, waiting interpreters and streams of programs in the built-in Python.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::start;
use crate::harness::warm::{COLD, ONE_EACH};
use crate::harness::{Service, skip};

/// Runs `code`, which ends by a limit: its status, and the last line of its error.
fn check(settings: &str, request: &Value, status: &str, sentence: &str) -> Value {
    let Some(service) = start(settings) else { return Value::Null };
    let answer = service.execute(request);
    assert_eq!(answer["status"], status, "{answer}");
    let error = answer["error"].as_str().unwrap_or_default();
    assert!(error.trim_end().ends_with(sentence), "{answer}");
    let after = service.execute(&json!({"code": "print('still here')"}));
    assert_eq!(after["output"], "still here\n", "{after}");
    answer
}

#[test]
fn time_ends_loops_waits_and_work_in_c() {
    let sentence = "Execution timed out after 1 s.";
    for code in [
        "print('begun', flush=True)\nwhile True: pass",
        "print('begun', flush=True)\nimport time; time.sleep(60)",
        "print('begun', flush=True)\nsum(range(10 ** 12))",
        "print('begun', flush=True)\nimport re; re.match('(a+)+$', 'a' * 64 + 'b')",
    ] {
        let begun = Instant::now();
        let answer = check("", &json!({"code": code, "timeout_ms": 1000}), "timeout", sentence);
        assert!(answer.is_null() || answer["output"] == "begun\n", "{answer}");
        assert!(begun.elapsed() < Duration::from_secs(30), "{code}");
    }
}

#[test]
fn input_that_never_comes_ends_with_the_input() {
    let Some(service) = start("") else { return };
    let answer = service.execute(&json!({"code": "input()"}));
    assert!(
        answer["error"].as_str().is_some_and(|error| error.ends_with("EOFError: EOF when reading a line\n")),
        "{answer}"
    );
}

/// Wine does not enforce the job's limit: there the second one, of the built-in Python itself, holds.
#[cfg(windows)]
#[test]
fn memory_is_limited() {
    let Some(service) = start("[limits]\nmemory_bytes = 201326592\n") else { return };
    let code = "held = []\nwhile True: held.append(bytearray(1 << 20))";
    let answer = service.execute(&json!({"code": code}));
    let by_python = answer["error"].as_str().is_some_and(|error| error.ends_with("MemoryError\n"));
    assert!(by_python || answer["status"] == "memory_limit", "{answer}");
    assert_eq!(service.execute(&json!({"code": "print('still here')"}))["output"], "still here\n");
}

#[cfg(unix)]
#[test]
fn memory_is_limited() {
    let settings = "[limits]\nmemory_bytes = 201326592\n";
    let code = "held = []\nwhile True: held.append(bytearray(1 << 20))";
    check(
        settings,
        &json!({"code": code}),
        "memory_limit",
        "Execution was stopped: it used more than 192 MiB of memory.",
    );
}

#[test]
fn no_program_has_more_than_webassembly_can_address() {
    let settings = "[limits]\nmemory_bytes = 17179869184\n";
    let Some(service) = start(settings) else { return };
    let answer = service.execute(
        &json!({"code": "try: bytearray(5 << 30)\nexcept (MemoryError, OverflowError) as e: print('refused')"}),
    );
    assert_eq!(answer["output"], "refused\n", "{answer}");
}

#[test]
fn output_is_limited() {
    let settings = "[limits]\noutput_bytes = 1048576\n";
    let code = "while True: print('x' * 1000)";
    check(
        settings,
        &json!({"code": code}),
        "output_limit",
        "Execution was stopped: it wrote more than 1 MiB of output.",
    );
}

#[test]
fn files_are_limited() {
    let settings = "[limits]\nfolder_bytes = 16777216\n";
    let code = "f = open('big', 'wb')\nwhile True: f.write(b'x' * (1 << 20))";
    check(settings, &json!({"code": code}), "output_limit", "");
}

#[test]
fn recursion_without_end_is_an_error_of_python() {
    let Some(service) = start("") else { return };
    for code in ["def f(): f()\nf()", "x = []\nfor _ in range(10 ** 6): x = [x]\nrepr(x)"] {
        let answer = service.execute(&json!({"code": code}));
        let error = answer["error"].as_str().unwrap_or_default();
        assert_eq!((&answer["status"], &answer["exit_code"]), (&json!("failed"), &json!(1)), "{code}: {answer}");
        assert!(error.contains("RecursionError") && !error.contains("wasm"), "{code}: {error}");
    }
}

#[test]
fn a_hundred_run_in_a_row() {
    let Some(service) = start("") else { return };
    for number in 0..100 {
        let answer = service.execute(&json!({"code": format!("print({number})")}));
        assert_eq!(
            (&answer["output"], &answer["isolation"]),
            (&json!(format!("{number}\n")), &json!("wasm")),
            "{answer}"
        );
    }
}

/// Whether this is Wine, where the first interpreter that waits is used and later ones are not always. Prints a line if so.
fn is_excused() -> bool {
    let wine = cfg!(windows) && std::path::Path::new(r"C:\windows\system32\winecfg.exe").exists();
    if wine {
        skip("under Wine 8 an interpreter that waits counts as touched, and a new one is started");
    }
    wine
}

#[test]
fn one_waits_and_is_used_once() {
    if is_excused() {
        return;
    }
    let Some(service) = start(ONE_EACH) else { return };
    service.execute(&json!({"code": ""}));
    for number in 0..5 {
        service.until_waiting("python", 1);
        let code = format!("try: print(before)\nexcept NameError: before = {number}\nprint({number})\n");
        let answer = service.execute_warm("python", &json!({"code": code, "files": [{"path": "a", "content": "b"}]}));
        assert_eq!(answer["output"], format!("{number}\n"), "{answer}");
    }
}

#[test]
fn state_is_fresh_in_each_that_waited() {
    if is_excused() {
        return;
    }
    let code = "import random, uuid, time, os, sys\nprint(random.random(), uuid.uuid4(), uuid.uuid1(), os.urandom(4).hex())\n\
                print(abs(time.time() - float(open('now').read())) < 30, '__main__' in sys.modules, sys.argv, file=sys.stderr)";
    let Some(service) = start(ONE_EACH) else { return };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("it is after 1970").as_secs();
    let request = json!({"code": code, "files": [{"path": "now", "content": now.to_string()}]});
    let run = |service: &Service| {
        service.until_waiting("python", 1);
        let answer = service.execute_warm("python", &request);
        let error = answer["error"].as_str().expect("text").to_owned();
        assert!(error.starts_with("True True ['") && error.ends_with("main.py']\n"), "{answer}");
        answer["output"].as_str().expect("text").split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    service.execute(&json!({"code": ""}));
    let (first, second) = (run(&service), run(&service));
    assert_eq!(first.len(), 4);
    assert!(first.iter().zip(&second).all(|(first, second)| first != second), "{first:?} {second:?}");
}

#[test]
fn many_run_at_once() {
    let Some(service) = start(COLD) else { return };
    std::thread::scope(|scope| {
        for number in 0..8 {
            let service = &service;
            scope.spawn(move || {
                let answer = service
                    .execute(&json!({"code": format!("open('n', 'w').write('{number}')\nprint(open('n').read())")}));
                assert_eq!(answer["output"], format!("{number}\n"), "{answer}");
            });
        }
    });
}

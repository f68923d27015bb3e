//! Programs in containers that behave: their streams, files, limits and ends.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::daemon::{FakeDaemon, IMAGE, Manners};
use super::{contained, refused, service_with, settings};
use crate::harness::eventually;

fn answer(code: &str, more: Value) -> Value {
    let (_daemon, service) = contained(Manners::default());
    let mut request = json!({ "code": code });
    request.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    service.execute(&request)
}

#[test]
fn a_program_runs_in_a_container_and_says_so() {
    let (daemon, service) = contained(Manners::default());
    let answer =
        service.execute(&json!({"code": "import sys\nprint('hi')\nprint('oh', file=sys.stderr)\nsys.exit(3)"}));
    let told = |name: &str| answer[name].clone();
    assert_eq!(
        (told("output"), told("error"), told("exit_code")),
        ("hi\n".into(), "oh\n".into(), 3.into()),
        "{answer}"
    );
    assert_eq!((told("isolation"), told("containment")), ("container".into(), "container".into()));
    assert_eq!(
        (told("status"), told("runtime"), told("cpu_ms")),
        ("failed".into(), IMAGE.into(), 30.0.into()),
        "{answer}"
    );
    assert_eq!(service.get("/status").json()["isolation"], "container");
    let lines = daemon.requests();
    let position =
        |part: &str| lines.iter().position(|line| line.contains(part)).unwrap_or_else(|| panic!("{part}: {lines:?}"));
    let order = [
        "/images/",
        "/create",
        "/attach",
        "POST /containers/runtray-",
        "PUT ",
        "/exec",
        "GET /containers/runtray-",
        "DELETE ",
    ];
    assert!(order.iter().is_sorted_by_key(|part| position(part)), "{lines:#?}");
    assert!(lines.iter().all(|line| !line.contains("/images/create")), "an image was asked for");
}

#[test]
fn input_arguments_and_variables_reach_the_program_and_the_input_ends() {
    let code =
        "import os, sys\nprint(sys.stdin.read()[::-1], sys.argv[1:], os.environ['COLOUR'], os.environ['TMPDIR'])";
    let more = json!({"stdin": "olleh", "args": ["a b", "ü"], "env": {"COLOUR": "red"}});
    assert_eq!(answer(code, more)["output"], "hello ['a b', 'ü'] red /tmp\n");
    let long = "x".repeat(2_000_000);
    assert_eq!(answer("print(len(input()))", json!({ "stdin": long }))["output"], "2000000\n");
    assert_eq!(answer("import sys\nprint(repr(sys.stdin.read()))", json!({}))["output"], "''\n");
}

#[test]
fn files_go_in_and_results_come_out() {
    let code = "import os\nprint(open('in/a.txt').read(), len(open('b.bin', 'rb').read()))\nopen('in/a.txt', 'w').write('new')\n\
                os.makedirs('out/deep')\nopen('out/deep/c.txt', 'w').write('made')\nos.symlink('/etc/passwd', 'link')";
    let files = json!([
        {"path": "in/a.txt", "content": "old"},
        {"path": "b.bin", "content": "AAEC", "encoding": "base64"},
        {"path": "same.txt", "content": "same"},
    ]);
    let answer = answer(code, json!({ "files": files }));
    assert_eq!(answer["output"], "old 3\n", "{answer}");
    let files = answer["files"].as_array().expect("files");
    let found: Vec<_> = files.iter().map(|file| (file["path"].as_str(), file["content"].as_str())).collect();
    assert_eq!(found, [(Some("in/a.txt"), Some("bmV3")), (Some("out/deep/c.txt"), Some("bWFkZQ=="))]);
}

#[test]
fn a_program_that_takes_too_long_is_stopped_at_once() {
    let code = "import time\nopen('made', 'w').write('x')\nprint('begun')\ntime.sleep(100)";
    for (is_podman, stop, files) in [(false, "/pause", 1), (true, "/kill", 0)] {
        let (daemon, service) = contained(Manners { is_podman, ..Manners::default() });
        let began = Instant::now();
        let answer = service.execute(&json!({ "code": code, "timeout_ms": 1500 }));
        assert_eq!((&answer["status"], &answer["output"]), (&"timeout".into(), &"begun\n".into()), "{answer}");
        // Docker's archives see the files of a frozen container.
        assert_eq!(answer["files"].as_array().map(Vec::len), Some(files), "{answer}");
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        let lines = daemon.requests();
        assert!(lines.iter().any(|line| line.ends_with(stop)), "{lines:?}");
    }
}

#[test]
fn a_container_that_ran_out_of_memory_is_told_from_a_program_that_was_killed() {
    let code = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)";
    for is_podman in [false, true] {
        let (daemon, service) = contained(Manners { is_podman, is_out_of_memory: true, ..Manners::default() });
        let answer = service.execute(&json!({ "code": code }));
        assert_eq!(answer["status"], "memory_limit", "{answer}");
        assert!(answer["error"].as_str().is_some_and(|error| error.contains("1024 MiB of memory")), "{answer}");
        daemon.behave(Manners { is_podman, ..Manners::default() });
        let answer = service.execute(&json!({ "code": code }));
        assert_eq!((&answer["status"], &answer["signal"]), (&"crashed".into(), &"SIGKILL".into()), "{answer}");
    }
    let answer = answer("import ctypes\nctypes.string_at(0)", json!({}));
    assert_eq!((&answer["status"], &answer["signal"]), (&"crashed".into(), &"SIGSEGV".into()), "{answer}");
}

#[test]
fn a_container_that_used_too_much_time_of_the_processor_is_stopped() {
    let daemon = FakeDaemon::start(Manners { cpu_seconds: 7, ..Manners::default() });
    let service = service_with(&daemon, &settings().replace("[limits]", "[limits]\ncpu_ms = 5000"));
    let answer = service.execute(&json!({"code": "import time\ntime.sleep(60)", "timeout_ms": 50_000}));
    assert_eq!((&answer["status"], &answer["cpu_ms"]), (&"timeout".into(), &7000.0.into()), "{answer}");
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("CPU time")), "{answer}");
}

#[test]
fn a_flood_of_output_is_stopped_and_a_long_output_is_whole() {
    let daemon = FakeDaemon::start(Manners::default());
    let service = service_with(&daemon, &settings().replace("[limits]", "[limits]\noutput_bytes = 1048576"));
    let answer = service.execute(&json!({"code": "while True: print('x' * 1000)", "timeout_ms": 50_000}));
    assert_eq!(answer["status"], "output_limit", "{answer}");
    let code = "import sys\nfor n in range(2000):\n  print('o' * 200)\n  print('e' * 200, file=sys.stderr)";
    let answer = service.execute(&json!({ "code": code }));
    let lengths = ["output", "error"].map(|name| answer[name].as_str().map(str::len));
    assert_eq!(lengths, [Some(402_000); 2]);
}

#[test]
fn a_cancelled_program_ends_with_its_container() {
    let (daemon, service) = contained(Manners::default());
    std::thread::scope(|scope| {
        let run =
            scope.spawn(|| service.execute(&json!({"code": "import time\ntime.sleep(100)", "timeout_ms": 100_000})));
        let id = eventually("a running program", || {
            let page = service.get("/executions?status=running").json();
            page["items"][0]["id"].as_str().map(str::to_owned).filter(|_| daemon.has_running())
        });
        assert_eq!(service.delete(&format!("/executions/{id}")).status, 200);
        assert_eq!(run.join().expect("an answer")["status"], "cancelled");
    });
    eventually("only a waiting container", || (daemon.containers().len() <= 1).then_some(()));
}

#[test]
fn two_programs_have_two_containers_and_the_next_one_waits_in_a_third() {
    let (daemon, service) = contained(Manners::default());
    let code = "import time\ntime.sleep(1)\nopen('mine', 'x')\nprint('done')";
    std::thread::scope(|scope| {
        let runs = [(); 2].map(|()| scope.spawn(|| service.execute(&json!({ "code": code }))));
        for run in runs {
            assert_eq!(run.join().expect("an answer")["output"], "done\n");
        }
    });
    let upload = |name: &str| format!("PUT /containers/{name}/archive");
    let waiting = eventually("one container, which no program has used", || match &daemon.containers()[..] {
        [name] if !daemon.requests().contains(&upload(name)) => Some(name.clone()),
        _ => None,
    });
    let made = daemon.created().len();
    assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
    let lines = daemon.requests();
    assert!(lines.contains(&upload(&waiting)), "it did not run in {waiting}: {lines:#?}");
    eventually("another container that waits", || (daemon.created().len() == made + 1).then_some(()));
    eventually("the used one to be gone", || (!daemon.containers().contains(&waiting)).then_some(()));
}

#[test]
fn every_container_is_closed_in_the_same_way() {
    for is_podman in [false, true] {
        let (daemon, service) = contained(Manners { is_podman, ..Manners::default() });
        service.execute(&json!({"code": ""}));
        let created = daemon.created();
        let mut body = created[0].clone();
        let labels = body["Labels"].take();
        assert!(labels["runtray.runs"].as_str().is_some_and(|runs| runs.contains("runs@")), "{labels}");
        let closed = body["HostConfig"].take();
        assert_eq!((&body["User"], &body["Image"]), (&"1000:1000".into(), &IMAGE.into()));
        for (name, value) in [
            ("NetworkMode", json!("none")),
            ("CapDrop", json!(["ALL"])),
            ("SecurityOpt", json!(["no-new-privileges"])),
            ("ReadonlyRootfs", json!(true)),
            ("Privileged", json!(false)),
            ("PidsLimit", json!(129)),
            ("Memory", json!(1_073_741_824)),
            ("MemorySwap", json!(1_073_741_824)),
        ] {
            assert_eq!(closed[name], value, "{name}");
        }
        assert_eq!(closed.get("Mounts").is_some(), !is_podman);
        assert!(closed.get("Binds").is_none() && closed.get("Devices").is_none(), "{closed}");
    }
}

#[test]
fn a_request_raises_the_level_to_a_container_and_never_lowers_it() {
    let daemon = FakeDaemon::start(Manners::default());
    let service = service_with(&daemon, &settings().replace("\"container\"", "\"sandbox\""));
    assert_eq!(daemon.requests(), [""; 0], "a daemon that nobody asked for is left alone");
    assert_eq!(service.execute(&json!({"code": "", "isolation": "container"}))["isolation"], "container");
    assert_eq!(service.execute(&json!({"code": ""}))["isolation"], "sandbox");
    let service = service_with(&daemon, &settings());
    assert!(refused(&service, &json!({"code": "", "isolation": "sandbox"})).contains("never lower it"));
    assert!(refused(&service, &json!({"code": "", "network": "on"})).contains("containers have no network"));
    let unknown = refused(&service, &json!({"code": "", "language": "fake", "isolation": "wasm"}));
    assert!(unknown.contains("built-in Python"), "{unknown}");
}

//! Containers of a service that died: their first process ends with it, and the next service removes them.

use serde_json::{Value, json};

use super::daemon::{FakeDaemon, Manners};
use super::{service_in, settings};
use crate::harness::{Home, eventually};

/// The labels of the containers that a service with `home` makes.
fn labels(daemon: &FakeDaemon) -> Value {
    daemon.created()[0]["Labels"].clone()
}

#[test]
fn the_containers_of_a_killed_service_end_and_the_next_one_removes_them() {
    let daemon = FakeDaemon::start(Manners::default());
    let home = Home::new(&settings());
    let mut service = service_in(&daemon, &home);
    std::thread::scope(|scope| {
        let port = service.port();
        let run = scope.spawn(move || {
            let body = json!({"code": "import time\ntime.sleep(100)", "timeout_ms": 100_000});
            // It gets no answer: the service is killed.
            let _ = ureq::post(format!("http://localhost:{port}/execute")).send_json(body);
        });
        eventually("a running program", || {
            daemon.requests().iter().any(|line| line.starts_with("POST /exec/")).then_some(())
        });
        service.kill();
        run.join().expect("an end");
    });
    eventually("containers that ended with their service", || (!daemon.has_running()).then_some(()));
    assert_eq!(daemon.containers().len(), 1);
    let _next = service_in(&daemon, &home);
    eventually("no container", || daemon.containers().is_empty().then_some(()));
}

#[test]
fn the_containers_of_living_services_and_of_others_stay() {
    let daemon = FakeDaemon::start(Manners::default());
    let home = Home::new(&settings());
    let first = service_in(&daemon, &home);
    assert_eq!(first.execute(&json!({"code": "print(1)"}))["output"], "1\n");
    let waiting = eventually("a waiting container", || {
        let names = daemon.containers();
        (names.len() == 1 && daemon.created().len() == 2).then(|| names[0].clone())
    });
    let mut dead = labels(&daemon);
    dead["runtray.claim"] = "GONE".into();
    daemon.add("of-a-dead-service", &dead);
    daemon.add("of-nobody", &Value::Null);
    daemon.add("of-another-user", &json!({"runtray.runs": "/elsewhere@here", "runtray.claim": "GONE"}));
    let second = service_in(&daemon, &home);
    assert_eq!(second.execute(&json!({"code": "print(2)"}))["output"], "2\n");
    let names = daemon.containers();
    for name in [waiting.as_str(), "of-nobody", "of-another-user"] {
        assert!(names.iter().any(|one| one == name), "{name}: {names:?}");
    }
    assert!(!names.iter().any(|one| one == "of-a-dead-service"), "{names:?}");
}

#[test]
fn a_service_that_stops_leaves_no_container() {
    let daemon = FakeDaemon::start(Manners::default());
    let mut service = service_in(&daemon, &Home::new(&settings()));
    assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
    eventually("a waiting container", || (daemon.created().len() == 2 && daemon.has_running()).then_some(()));
    service.stop();
    assert_eq!(daemon.containers(), [""; 0]);
}

//! SIGTERM under load: every program that the service has accepted runs to its end and is answered, and no other is run.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Service, TempDir, eventually};

const CLIENTS: usize = 24;

/// Leaves a file with its name at its beginning, works for a while, and prints the name.
const PROGRAM: &str = "import sys, time, pathlib
pathlib.Path(sys.argv[1], sys.argv[2]).touch()
time.sleep(0.15)
print(sys.argv[2])";

/// The answer for one program: its name, and whether it came.
type Answered = (String, bool);

/// Sends one program after the other until the service refuses one.
fn client(number: usize, port: u16, folder: &str, is_over: &AtomicBool) -> Vec<Answered> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(Duration::from_secs(100)))
        .build()
        .into();
    let mut answers = Vec::new();
    for turn in 0.. {
        let name = format!("{number}-{turn}");
        let body = json!({ "code": PROGRAM, "args": [folder, name], "timeout_ms": 60_000 });
        let sent = agent.post(format!("http://127.0.0.1:{port}/execute")).send_json(&body);
        let answer = sent.and_then(|mut answer| answer.body_mut().read_json::<Value>());
        let is_answered = answer.is_ok_and(|answer| match answer["status"].as_str() {
            Some("completed") => answer["output"] == format!("{name}\n"),
            Some("rejected") => false,
            _ => panic!("{name}: {answer}"),
        });
        answers.push((name, is_answered));
        if !is_answered {
            break;
        }
    }
    assert!(is_over.load(Ordering::SeqCst), "the service refused a program before it was asked to stop");
    answers
}

#[test]
fn no_accepted_program_is_lost() {
    let folder = TempDir::new().expect("a folder");
    let started = folder.path().display().to_string();
    let mut service = Service::start_with("stop_grace_ms = 100000\n[admission]\nslots = 2\nqueue = 100");
    let (port, is_over) = (service.port(), Arc::new(AtomicBool::new(false)));
    let all = Mutex::new(Vec::new());
    let waiting = thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (started, is_over, all) = (&started, is_over.clone(), &all);
            scope.spawn(move || {
                let answers = client(number, port, started, &is_over);
                all.lock().expect("the answers").extend(answers);
            });
        }
        let full = || {
            let status = service.get("/status").json();
            let queued = status["queued"].as_u64()?;
            (queued as usize >= CLIENTS - 4 && names(&folder).len() > CLIENTS).then_some(queued as usize)
        };
        let waiting = eventually("a full queue and some answers", full);
        is_over.store(true, Ordering::SeqCst);
        let status = service.stop();
        assert_eq!(status.code(), Some(0), "{}", service.stderr());
        waiting
    });
    let all = all.into_inner().expect("the answers");
    let answered: BTreeSet<String> = all.iter().filter(|(_, ok)| *ok).map(|(name, _)| name.clone()).collect();
    let ran = names(&folder);
    assert_eq!(ran, answered, "what ran and what was answered differ");
    let refused = all.len() - answered.len();
    assert_eq!(refused, CLIENTS, "each client is refused once, at its end");
    // Those that waited when the service was asked to stop are among the last of their clients.
    assert!(answered.len() >= waiting + CLIENTS, "{} were answered, {waiting} waited", answered.len());
}

fn names(folder: &TempDir) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder.path()).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

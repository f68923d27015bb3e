//! Launcher, supervisors and waiting interpreters that are killed, stopped or traced at every step of a run.
//!
//! No accepted run is lost: a run that has not begun is retried, and one that has begun is answered. Its slot is free afterwards.

use std::fs;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::http::Reply;
use crate::harness::leftovers::{Marker, children, launcher};
use crate::harness::tracer::{Blow, Held};
use crate::harness::{Home, Service, eventually, runtray, skip};

/// The longest that a run may take when its launcher or supervisor fails.
const SECONDS: Duration = Duration::from_secs(45);
/// More system calls than a launcher or supervisor makes for one run.
const STEPS: usize = 400;
/// Two slots, and no prestarted interpreter. No sandbox, because programs write outside their folder that they ran.
const COLD: &str = "isolation = \"none\"\n[warm]\nmemory_bytes = 0\n[admission]\nslots = 2\nqueue = 8\n";
/// One prestarted interpreter.
const WARM: &str = "isolation = \"none\"\n[warm]\npython = 1\n[admission]\nslots = 2\nqueue = 8\n";
/// Prints that it ran and appends a line to a file.
const ONCE: &str = "import sys\nprint('ran')\nopen(sys.argv[1], 'a').write('ran\\n')\n";
/// Makes a file and never ends.
const FOREVER: &str = "import sys, time\nopen(sys.argv[1], 'w').close()\ntime.sleep(3600)\n";

fn request(code: &str, file: &Path, timeout_ms: u64) -> Value {
    json!({"code": code, "args": [file.display().to_string()], "timeout_ms": timeout_ms})
}

fn signal(pid: u32, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(pid).expect("a process id")), signal).expect("it can be signalled");
}

/// Stops a process in a tracer. `None`, with a printed reason, if the system forbids that.
fn hold(pid: u32) -> Option<Held> {
    let held = Held::seize(pid);
    held.inspect_err(|error| skip(format_args!("this machine lets no process be traced ({error})"))).ok()
}

/// The idle supervisor for the next run: the child of the launcher that has no children.
fn idle_supervisor(service: &Service) -> u32 {
    eventually("a supervisor to wait", || {
        let below = children(launcher(service.pid()));
        below.into_iter().find(|pid| children(*pid).is_empty())
    })
}

/// The supervisor of a waiting interpreter, and that interpreter.
fn waiting(service: &Service) -> (u32, u32) {
    eventually("an interpreter to wait", || {
        let all = children(launcher(service.pid()));
        all.into_iter().find_map(|pid| Some((pid, *children(pid).first()?))).filter(|_| service.waiting_folders() == 1)
    })
}

/// The answer of a run. If there is none in time, the service is killed, as the test would wait for ever.
fn answer(service: &Service, run: ScopedJoinHandle<'_, Reply>, what: &str) -> Reply {
    let deadline = Instant::now() + SECONDS;
    while !run.is_finished() {
        if Instant::now() > deadline {
            signal(service.pid(), Signal::SIGKILL);
            panic!("{what}: no answer within {SECONDS:?}");
        }
        thread::sleep(Duration::from_millis(2));
    }
    run.join().unwrap_or_else(|_| panic!("{what}: the service did not answer"))
}

/// Checks that every slot is free, nothing runs and nothing is left.
fn check_all_is_well(service: &Service, what: &str) {
    let folder = TempDir::new().expect("a folder");
    let names = ["one", "two"].map(|name| folder.path().join(name));
    let code = "import os, sys, time\nopen(sys.argv[1], 'w').close()\nwhile not os.path.exists(sys.argv[2]): time.sleep(0.002)";
    thread::scope(|scope| {
        let runs = [(0, 1), (1, 0)].map(|(own, other): (usize, usize)| {
            let files = [&names[own], &names[other]].map(|name| name.display().to_string());
            let request = json!({"code": code, "args": files, "timeout_ms": 60_000});
            scope.spawn(move || service.post("/execute", &request))
        });
        for run in runs {
            let reply = answer(service, run, what);
            assert_eq!(reply.json()["status"], "completed", "{what}: the slots are not all there: {}", reply.body);
        }
    });
    eventually(&format!("{what}: nothing to run"), || {
        let status = service.get("/status").json();
        (status["running"] == 0 && status["queued"] == 0 && service.run_folders().is_empty()).then_some(())
    });
    assert_eq!(service.get("/health").json()["status"], "ok", "{what}");
}

/// Deals `blow` to the process `who` after this many steps of a run. `false` if the run takes fewer steps.
fn strike(service: &Service, who: fn(&Service) -> u32, blow: Blow, steps: usize) -> Option<bool> {
    let what = format!("{blow:?} after {steps} steps");
    let (folder, marker) = (TempDir::new().expect("a folder"), Marker::new());
    let file = folder.path().join("ran");
    // Wait until the idle supervisor is ready for its run.
    idle_supervisor(service);
    let held = hold(who(service))?;
    let reached = thread::scope(|scope| {
        let request = marker.mark(request(ONCE, &file, 30_000));
        let run = scope.spawn(move || service.post("/execute", &request));
        let reached = held.step(steps);
        match reached {
            true => held.suffer(blow),
            false => held.release(),
        }
        let reply = answer(service, run, &what);
        assert_eq!(reply.status, 200, "{what}: {}\n{}", reply.body, service.stderr());
        check_answer(&reply, &file, &what);
        reached
    });
    drop(held);
    eventually(&format!("{what}: its processes to be gone"), || marker.carriers().is_empty().then_some(()));
    Some(reached)
}

/// A run that had not begun must be retried; one that had may have crashed with its supervisor. No program runs twice.
fn check_answer(reply: &Reply, file: &Path, what: &str) {
    assert_eq!(reply.status, 200, "{what}: {}", reply.body);
    let (answer, times) = (reply.json(), fs::read_to_string(file).unwrap_or_default().lines().count());
    let error = answer["error"].as_str().unwrap_or_default();
    match answer["status"].as_str() {
        Some("completed") => assert_eq!((&answer["output"], times), (&json!("ran\n"), 1), "{what}: {answer}"),
        Some("crashed") => {
            assert!(error.contains("the process that watches over it") && times <= 1, "{what}: {answer}")
        }
        _ => panic!("{what}: {answer}"),
    }
}

/// Starts a service with the containment mode `mode`, or the default mode if that is empty.
fn start_in(mode: &str, home: &Home) -> Service {
    let mut command = runtray(home);
    command.args(["serve", "--port", "0"]);
    if !mode.is_empty() {
        command.env("RUNTRAY_CONTAINMENT", mode);
    }
    Service::start_by(command, home)
}

/// Deals the blow after more and more steps, until a run takes fewer.
fn strike_at_every_step(mode: &str, who: fn(&Service) -> u32, blow: Blow, every: usize) {
    let service = start_in(mode, &Home::new(COLD));
    for steps in (1..STEPS).step_by(every) {
        match strike(&service, who, blow, steps) {
            Some(true) => {}
            Some(false) => break,
            None => return,
        }
    }
    check_all_is_well(&service, &format!("{blow:?} at every step"));
}

fn the_launcher(service: &Service) -> u32 {
    launcher(service.pid())
}

#[test]
fn no_run_is_lost_if_the_launcher_is_killed_at_any_step() {
    strike_at_every_step("", the_launcher, Blow::Kill, 1);
}

#[test]
fn no_run_is_lost_if_the_launcher_is_stopped_at_any_step() {
    strike_at_every_step("", the_launcher, Blow::Stop, 1);
}

#[test]
fn no_run_is_lost_if_the_launcher_hangs_at_any_step() {
    strike_at_every_step("", the_launcher, Blow::Hold, 5);
}

#[test]
fn a_run_is_answered_if_its_supervisor_is_killed_at_any_step() {
    strike_at_every_step("", idle_supervisor, Blow::Kill, 3);
}

#[test]
fn a_run_is_answered_if_its_supervisor_is_stopped_at_any_step() {
    strike_at_every_step("", idle_supervisor, Blow::Stop, 3);
}

#[test]
fn a_run_is_answered_if_its_supervisor_hangs_at_any_step() {
    strike_at_every_step("", idle_supervisor, Blow::Hold, 25);
}

#[test]
fn without_namespaces_a_run_is_answered_if_its_supervisor_is_killed() {
    strike_at_every_step("subreaper", idle_supervisor, Blow::Kill, 7);
}

#[test]
fn without_namespaces_no_run_is_lost_if_the_launcher_is_killed() {
    strike_at_every_step("subreaper", the_launcher, Blow::Kill, 3);
}

#[test]
fn no_run_is_lost_if_a_waiting_interpreter_or_its_supervisor_dies_or_stops() {
    let folder = TempDir::new().expect("a folder");
    for (number, blow) in [Signal::SIGKILL, Signal::SIGSTOP, Signal::SIGKILL, Signal::SIGSTOP].into_iter().enumerate() {
        // A fresh service for each blow: after a failed interpreter the pool stays empty for a while.
        let service = Service::start_with(WARM);
        let (supervisor, interpreter) = waiting(&service);
        signal([interpreter, supervisor][number / 2], blow);
        let file = folder.path().join(number.to_string());
        let what = format!("{blow} of {}", ["the interpreter", "its supervisor"][number / 2]);
        thread::scope(|scope| {
            let run = scope.spawn(|| service.post("/execute", &request(ONCE, &file, 30_000)));
            let reply = answer(&service, run, &what);
            assert_eq!(reply.json()["output"], "ran\n", "{what}: {}", reply.body);
        });
        check_all_is_well(&service, &what);
    }
}

#[test]
fn a_waiting_interpreter_whose_supervisor_hangs_is_not_used() {
    let service = Service::start_with(WARM);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("ran");
    let Some(held) = hold(waiting(&service).0) else { return };
    thread::scope(|scope| {
        let run = scope.spawn(|| service.post("/execute", &request(ONCE, &file, 30_000)));
        let reply = answer(&service, run, "a supervisor that hangs");
        check_answer(&reply, &file, "a supervisor that hangs");
        assert_eq!(reply.json()["output"], "ran\n", "{}", reply.body);
    });
    drop(held);
    check_all_is_well(&service, "an interpreter whose supervisor hung");
}

/// The processes that remain have no supervisor, so the service itself must find and kill them.
#[test]
fn without_namespaces_a_tree_ends_if_its_launcher_and_supervisor_are_killed() {
    let service = start_in("subreaper", &Home::new(COLD));
    let folder = TempDir::new().expect("a folder");
    let (file, marker) = (folder.path().join("ran"), Marker::new());
    let code = format!("import os\nif os.fork() == 0: os.setsid()\n{FOREVER}");
    thread::scope(|scope| {
        let run = scope.spawn(|| service.post("/execute", &marker.mark(request(&code, &file, 60_000))));
        eventually("a tree", || (file.exists() && marker.carriers().len() == 2).then_some(()));
        let launcher = launcher(service.pid());
        let supervisors = children(launcher).into_iter().filter(|pid| !children(*pid).is_empty());
        [launcher].into_iter().chain(supervisors.collect::<Vec<_>>()).for_each(|pid| signal(pid, Signal::SIGKILL));
        let reply = answer(&service, run, "launcher and supervisor killed");
        check_answer(&reply, &folder.path().join("none"), "launcher and supervisor killed");
        assert_eq!(marker.carriers(), Vec::<u32>::new(), "{}", reply.body);
    });
    check_all_is_well(&service, "a launcher and a supervisor that were killed");
}

#[test]
fn the_time_limit_holds_while_the_launcher_does_not_answer() {
    let service = Service::start_with(COLD);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("ran");
    idle_supervisor(&service);
    let Some(held) = hold(launcher(service.pid())) else { return };
    thread::scope(|scope| {
        let run = scope.spawn(|| service.post("/execute", &request(FOREVER, &file, 200)));
        let reply = answer(&service, run, "a launcher that hangs");
        let answer = reply.json();
        assert_eq!((reply.status, &answer["status"]), (200, &json!("timeout")), "{answer}");
    });
    check_all_is_well(&service, "a run that timed out");
    drop(held);
}

#[test]
fn a_run_is_cancelled_while_the_launcher_does_not_answer() {
    let service = Service::start_with(COLD);
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("ran");
    idle_supervisor(&service);
    let Some(held) = hold(launcher(service.pid())) else { return };
    thread::scope(|scope| {
        // The launcher is stopped, so the run is listed but its program has not been started.
        let run = scope.spawn(|| service.post("/execute", &request(FOREVER, &file, 60_000)));
        let id = eventually("the run to be listed", || service.running().pop());
        assert_eq!(service.delete(&format!("/executions/{id}")).status, 200);
        let answer = answer(&service, run, "a launcher that hangs").json();
        assert_eq!((&answer["status"], &answer["containment"]), (&json!("cancelled"), &Value::Null), "{answer}");
        assert!(!file.exists(), "it was started before it was cancelled");
        let logged = eventually("the log to know the end", || {
            let entry = service.get(&format!("/executions/{id}")).json();
            (entry["status"] != "running").then_some(entry)
        });
        assert_eq!(logged["status"], "cancelled", "{logged}");
    });
    drop(held);
    check_all_is_well(&service, "a run that was cancelled before it was started");
}

#[test]
fn a_service_stops_although_its_launcher_and_supervisor_hang() {
    let mut service = Service::start_with(&format!("stop_grace_ms = 100\n{COLD}"));
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("ran");
    let marker = Marker::new();
    let running = service.ask(&marker.mark(request(FOREVER, &file, 60_000)), "");
    eventually("a program to run", || file.exists().then_some(()));
    let supervisors = children(launcher(service.pid()));
    let supervisor = supervisors.into_iter().find(|pid| !children(*pid).is_empty()).expect("its supervisor");
    let (Some(one), Some(other)) = (hold(supervisor), hold(launcher(service.pid()))) else { return };
    let starting = service.ask(&request(FOREVER, &folder.path().join("never"), 60_000), "");
    eventually("both to be accepted", || (service.get("/status").json()["running"] == 2).then_some(()));
    let began = Instant::now();
    signal(service.pid(), Signal::SIGTERM);
    let ended = eventually("the service to end", || service.ended());
    assert_eq!(ended.code(), Some(0), "{}", service.stderr());
    assert!(began.elapsed() < SECONDS, "it took {:?}", began.elapsed());
    drop((running, starting, one, other));
    eventually("every process to be gone", || marker.carriers().is_empty().then_some(()));
    assert_eq!(service.run_folders(), Vec::<String>::new());
}

#[test]
fn stopped_processes_end_with_a_killed_service() {
    let mut service = Service::start_with(COLD);
    let folder = TempDir::new().expect("a folder");
    let (file, marker) = (folder.path().join("ran"), Marker::new());
    let running = service.ask(&marker.mark(request(FOREVER, &file, 60_000)), "");
    eventually("a program to run", || file.exists().then_some(()));
    let launcher = launcher(service.pid());
    let all: Vec<u32> = [service.pid(), launcher].into_iter().chain(children(launcher)).collect();
    // From the top down: a stopped process cannot wake its children.
    for pid in &all {
        signal(*pid, Signal::SIGSTOP);
        eventually("a process to stop", || is_stopped(*pid).then_some(()));
    }
    service.kill();
    drop(running);
    eventually("launcher and supervisors to be gone", || {
        let is_there = |pid: &u32| Path::new("/proc").join(pid.to_string()).exists();
        (!all[1..].iter().any(is_there)).then_some(())
    });
    eventually("the program to be gone", || marker.carriers().is_empty().then_some(()));
}

#[test]
fn health_says_when_no_program_can_be_started_and_when_one_can_again() {
    let service = Service::start_with(COLD);
    let mut held: Vec<Held> = Vec::new();
    let (mut seen, pid) = (Vec::new(), service.pid());
    let failed = thread::scope(|scope| {
        let run = scope.spawn(|| service.post("/execute", &json!({"code": "print(1)", "timeout_ms": 60_000})));
        // Stop every launcher that the service starts, until the service gives up.
        while !run.is_finished() {
            for launcher in
                children(pid).into_iter().filter(|pid| is_launcher(*pid) && !seen.contains(pid)).collect::<Vec<_>>()
            {
                seen.push(launcher);
                held.extend(Held::seize(launcher));
            }
            thread::sleep(Duration::from_millis(1));
        }
        run.join().expect("the service answers")
    });
    if held.is_empty() {
        return skip("this machine lets no process be traced");
    }
    assert_eq!((failed.status, &failed.json()["code"]), (500, &json!("internal")), "{}", failed.body);
    let health = service.get("/health");
    assert_eq!((health.status, &health.json()["status"]), (503, &json!("failing")), "{}", health.body);
    let problems = service.get("/status").json()["problems"].to_string();
    assert!(problems.contains("programs cannot be started: the launcher process"), "{problems}");
    // Once the launchers continue, the service must recover without another request.
    drop(held);
    eventually("the service to be well by itself", || (service.get("/health").status == 200).then_some(()));
    check_all_is_well(&service, "launchers that hang");
}

fn is_stopped(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).expect("it is there").contains(") T ")
}

fn is_launcher(pid: u32) -> bool {
    fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default().starts_with(b"runtray-launcher")
}

//! Runs that end early: by cancelling, a disconnect, a stop, or the death of the service.

use std::fs;
use std::path::Path;
use std::thread::{self, ScopedJoinHandle};

use serde_json::{Value, json};

use crate::harness::http::Reply;
use crate::harness::{Service, TempDir, eventually};

/// Longer than any test waits.
const LONG: u64 = 120_000;

/// Prints, makes the file `FILE` to show that it runs, and then waits for ever.
const HANGING: &str = "print partial\nsave FILE x\nhang";

fn fake(code: &str, file: &Path) -> Value {
    let code = code.replace("FILE", &file.display().to_string());
    json!({"language": "fake", "code": code, "timeout_ms": LONG})
}

/// Executes `request` in the background and returns once its program has made the file `ready`.
fn begin<'scope>(
    scope: &'scope thread::Scope<'scope, '_>,
    service: &'scope Service,
    request: Value,
    ready: &Path,
) -> ScopedJoinHandle<'scope, Reply> {
    let run = scope.spawn(move || service.post("/execute", &request));
    eventually("a program to run", || (ready.exists() || run.is_finished()).then_some(()));
    run
}

fn running(service: &Service) -> Vec<String> {
    let page = service.get("/executions?status=running").json();
    let items = page["items"].as_array().expect("a list").iter();
    items.map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn a_cancelled_run_keeps_what_it_printed() {
    let (service, folder) = (Service::start(), TempDir::new().expect("a folder"));
    let ready = folder.path().join("ready");
    thread::scope(|scope| {
        let run = begin(scope, &service, fake(HANGING, &ready), &ready);
        let id = running(&service).pop().expect("it is listed");
        let cancelled = service.delete(&format!("/executions/{id}"));
        assert_eq!(cancelled.status, 200, "{}", cancelled.body);
        let answer = run.join().expect("the client lives").json();
        assert_eq!((&answer["status"], &answer["success"]), (&json!("cancelled"), &json!(false)));
        assert_eq!(answer["output"].as_str().map(str::trim_end), Some("partial"));
        assert_eq!(answer["error"], "Execution was cancelled.");
        let again = service.delete(&format!("/executions/{id}"));
        assert_eq!((again.status, &again.json()["code"]), (409, &json!("execution_finished")));
        let logged = eventually("the log to know the end", || {
            let entry = service.get(&format!("/executions/{id}")).json();
            (entry["status"] != "running").then_some(entry)
        });
        assert_eq!(logged["status"], "cancelled", "{logged}");
    });
    assert_eq!(service.delete("/executions/01JD8M3X4Y5Z6A7B8C9D0E1F2G").status, 404);
    assert_eq!(service.delete("/executions/nonsense").status, 404);
}

#[test]
fn requests_beyond_the_queue_are_refused_at_once() {
    let service = Service::start_with("[admission]\nslots = 1\nqueue = 1\n");
    let folder = TempDir::new().expect("a folder");
    let [ready, go] = ["ready", "go"].map(|name| folder.path().join(name));
    let waits = "save FILE x\nwait-for GO\nprint done".replace("GO", &go.display().to_string());
    thread::scope(|scope| {
        let first = begin(scope, &service, fake(&waits, &ready), &ready);
        let second = scope.spawn(|| service.execute(&fake("print second", &ready)));
        eventually("the second to wait", || (service.get("/status").json()["queued"] == 1).then_some(()));
        for _ in 0..3 {
            let third = service.post("/execute", &fake("print third", &ready));
            assert_eq!((third.status, &third.json()["code"]), (429, &json!("too_many_executions")));
            let seconds = third.header("retry-after").parse::<u64>().expect("Retry-After is a number");
            assert!((1..=60).contains(&seconds), "Retry-After: {seconds}");
            assert_eq!(service.get("/health").json()["status"], "ok");
        }
        fs::write(&go, "").expect("a file");
        assert_eq!(first.join().expect("the client lives").json()["status"], "completed");
        assert_eq!(second.join().expect("the client lives")["status"], "completed");
    });
    let last = service.execute(&fake("print last", &ready));
    assert_eq!(last["output"].as_str().map(str::trim_end), Some("last"));
}

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{Read as _, Write as _};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    use std::os::unix::process::ExitStatusExt as _;
    use std::path::PathBuf;
    use std::process::ExitStatus;
    use std::time::Duration;

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::*;
    use crate::harness::leftovers::{Marker, children, launcher, time_until_gone};

    /// Starts a child and a daemon, makes the file in its argument once all of them run, and hangs.
    const TREE: &str = "
import os, sys, time
if os.fork() == 0:
    time.sleep(3600)
daemon = os.fork()
if daemon == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3600)
    os._exit(0)
os.waitpid(daemon, 0)
print('partial', flush=True)
open(sys.argv[1], 'w').close()
time.sleep(3600)
";
    /// No interpreter is prestarted, so that each supervisor and each folder belongs to a run.
    const COLD: &str = "[warm]\nmemory_bytes = 0\n";
    /// The number of processes of `TREE`.
    const MEMBERS: usize = 3;

    /// Makes the file in its first argument, and ends once the file in its second argument exists.
    const WAITING: &str = "
import os, sys, time
open(sys.argv[1], 'w').close()
while not os.path.exists(sys.argv[2]):
    time.sleep(0.005)
print('done')
";

    /// Programs that make the file in their argument, and then each do something different without end.
    const MIXED: [&str; 5] = [
        TREE,
        "import sys\nopen(sys.argv[1], 'w').close()\nwhile True: pass",
        "import os, sys\nopen(sys.argv[1], 'w').close()\nwhile True: os.write(1, b'x' * 4096)",
        "import signal, sys, time\n[signal.signal(s, signal.SIG_IGN) for s in (1, 2, 15)]\nopen(sys.argv[1], 'w').close()\ntime.sleep(3600)",
        "import os, sys, time\nfor n in range(200): open(str(n), 'w').close()\nos.close(0); os.close(1); os.close(2)\nopen(sys.argv[1], 'w').close()\nwhile True:\n    if os.fork() == 0: os._exit(0)\n    os.wait()",
    ];

    fn python(code: &str, marker: &Marker, files: &[&Path]) -> Value {
        let mut request = marker.mark(json!({"code": code, "timeout_ms": LONG}));
        request["args"] = files.iter().map(|file| file.display().to_string()).collect();
        request
    }

    fn signal(pid: u32, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(pid).expect("a process id"));
        kill(pid, signal).expect("it can be signalled");
    }

    fn nothing_carries(marker: &Marker) {
        eventually("every process of the runs to be gone", || marker.carriers().is_empty().then_some(()));
    }

    /// Waits until a service that was asked to stop has ended, without asking again, and gives its exit status.
    fn ended(service: &mut Service) -> ExitStatus {
        until_dead(service.pid());
        service.stop()
    }

    /// Waits until a process has died; its parent may still have to reap it.
    fn until_dead(pid: u32) {
        let state = || fs::read_to_string(format!("/proc/{pid}/stat"));
        eventually("the death of a process", || state().map_or(true, |stat| stat.contains(") Z ")).then_some(()));
    }

    const AS_EVENTS: &str = "Accept: text/event-stream\r\n";

    #[test]
    fn a_disconnect_ends_the_whole_process_tree() {
        let (service, folder) = (Service::start(), TempDir::new().expect("a folder"));
        for (way, headers) in [("JSON", ""), ("a stream", AS_EVENTS)] {
            let mut times: Vec<Duration> = (0..20)
                .map(|round| disconnect(&service, headers, &folder.path().join(format!("{way}-{round}"))))
                .collect();
            times.sort();
            let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
            let text =
                format!("\nfrom disconnect to tree gone, {way}, 20 rounds: p50 {median:.1?}, max {longest:.1?}\n");
            std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written");
            assert!(longest < Duration::from_secs(5), "{way}: {times:?}");
        }
        eventually("the folders to be gone", || service.run_folders().is_empty().then_some(()));
    }

    fn disconnect(service: &Service, headers: &str, ready: &Path) -> Duration {
        let marker = Marker::new();
        let connection = service.ask(&python(TREE, &marker, &[ready]), headers);
        eventually("the tree", || ready.exists().then_some(()));
        let tree = marker.carriers();
        assert_eq!(tree.len(), MEMBERS, "{tree:?}");
        drop(connection);
        let time = time_until_gone(&tree);
        nothing_carries(&marker);
        time
    }

    #[test]
    fn the_program_of_a_client_that_leaves_the_queue_never_runs() {
        let service = Service::start_with("[admission]\nslots = 1\n");
        let folder = TempDir::new().expect("a folder");
        let (ready, never) = (folder.path().join("ready"), folder.path().join("never"));
        let queued = || service.get("/status").json()["queued"].as_u64().expect("a number");
        for headers in ["", AS_EVENTS] {
            let first = service.ask(&python(TREE, &Marker::new(), &[&ready]), "");
            eventually("the slot to be taken", || ready.exists().then_some(()));
            let second = service.ask(&python(TREE, &Marker::new(), &[&never]), headers);
            eventually("the second to wait", || (queued() == 1).then_some(()));
            drop(second);
            eventually("the second to be forgotten", || (queued() == 0).then_some(()));
            drop(first);
            assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
            assert!(!never.exists(), "what nobody waited for was run");
            fs::remove_file(&ready).expect("the file is there");
        }
    }

    #[test]
    fn a_stopping_service_lets_runs_finish_and_accepts_no_more() {
        let mut service = Service::start_with("stop_grace_ms = 60000\n");
        let folder = TempDir::new().expect("a folder");
        let [ready, go] = ["ready", "go"].map(|name| folder.path().join(name));
        let marker = Marker::new();
        let address = (Ipv4Addr::LOCALHOST, service.port());
        thread::scope(|scope| {
            let run = begin(scope, &service, python(WAITING, &marker, &[&ready, &go]), &ready);
            let mut early = TcpStream::connect(address).expect("the service listens");
            signal(service.pid(), Signal::SIGTERM);
            eventually("connections to be refused", || TcpStream::connect(address).is_err().then_some(()));
            drop(TcpListener::bind(address).expect("the port is free at once"));
            // A request on a connection from before the stop is refused, and the run still finishes.
            let late = service.text(&json!({"code": "print('late')"}), "Connection: close\r\n");
            check_refused(&mut early, &late);
            assert!(!run.is_finished(), "the running one was not let finish");
            fs::write(&go, "").expect("a file");
            let answer = run.join().expect("the client lives").json();
            assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!("done\n")));
        });
        assert_eq!(ended(&mut service).code(), Some(0));
        nothing_carries(&marker);
        assert_eq!(service.run_folders(), Vec::<String>::new());
    }

    /// A request on a connection from before the stop gets 503, or the connection is closed.
    fn check_refused(connection: &mut TcpStream, request: &str) {
        let mut answer = String::new();
        let talked = connection.write_all(request.as_bytes()).and_then(|()| connection.read_to_string(&mut answer));
        let refused = answer.is_empty() || (answer.starts_with("HTTP/1.1 503 ") && answer.contains("shutting_down"));
        assert!(refused, "{talked:?}: {answer}");
    }

    #[test]
    fn a_run_longer_than_the_grace_is_cancelled() {
        let mut service = Service::start_with("stop_grace_ms = 100\n");
        let folder = TempDir::new().expect("a folder");
        let (ready, marker) = (folder.path().join("ready"), Marker::new());
        thread::scope(|scope| {
            let run = begin(scope, &service, python(TREE, &marker, &[&ready]), &ready);
            signal(service.pid(), Signal::SIGTERM);
            let answer = run.join().expect("the client lives").json();
            assert_eq!((&answer["status"], &answer["output"]), (&json!("cancelled"), &json!("partial\n")));
        });
        assert_eq!(ended(&mut service).code(), Some(0));
        assert_eq!(marker.carriers(), Vec::<u32>::new());
        assert_eq!(service.run_folders(), Vec::<String>::new());
    }

    #[test]
    fn a_second_request_to_stop_does_not_wait() {
        let mut service = Service::start_with("stop_grace_ms = 600000\n");
        let folder = TempDir::new().expect("a folder");
        let (ready, marker) = (folder.path().join("ready"), Marker::new());
        let _connection = service.ask(&python(TREE, &marker, &[&ready]), "");
        eventually("the tree", || ready.exists().then_some(()));
        signal(service.pid(), Signal::SIGTERM);
        let address = (Ipv4Addr::LOCALHOST, service.port());
        eventually("the stop to begin", || TcpStream::connect(address).is_err().then_some(()));
        signal(service.pid(), Signal::SIGTERM);
        assert_eq!(ended(&mut service).code(), Some(0));
        nothing_carries(&marker);
    }

    #[test]
    fn nothing_outlives_a_killed_service_and_the_next_one_cleans_up() {
        let mut service = Service::start_with(&format!("[admission]\nslots = 10\n{COLD}"));
        let folder = TempDir::new().expect("a folder");
        let marker = Marker::new();
        let ready: Vec<PathBuf> = (0..10).map(|number| folder.path().join(number.to_string())).collect();
        let codes = MIXED.iter().cycle();
        let runs: Vec<_> =
            codes.zip(&ready).map(|(code, file)| service.ask(&python(code, &marker, &[file]), "")).collect();
        eventually("ten programs to run", || ready.iter().all(|file| file.exists()).then_some(()));
        let mut all = marker.carriers();
        assert!(all.len() >= 10, "{all:?}");
        all.push(launcher(service.pid()));
        assert_eq!(service.run_folders().len(), 10);
        assert_eq!(service.kill().signal(), Some(9));
        let time = time_until_gone(&all);
        nothing_carries(&marker);
        drop(runs);
        let text = format!("\nfrom kill -9 of the service to 10 trees and the launcher gone: {time:.1?}\n");
        std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written");
        assert!(!service.run_folders().is_empty(), "there is nothing to sweep");
        let next = Service::start_in(service.home(), &[]);
        assert_eq!(next.execute(&json!({"code": "print('again')"}))["output"], "again\n");
        eventually("the old folders to be swept", || next.run_folders().is_empty().then_some(()));
    }

    #[test]
    fn no_run_is_lost_when_the_launcher_is_killed() {
        let (service, folder) = (Service::start_with(COLD), TempDir::new().expect("a folder"));
        let [ready, go] = ["ready", "go"].map(|name| folder.path().join(name));
        let marker = Marker::new();
        thread::scope(|scope| {
            let run = begin(scope, &service, python(WAITING, &marker, &[&ready, &go]), &ready);
            let old = launcher(service.pid());
            signal(old, Signal::SIGKILL);
            until_dead(old);
            let next = service.execute(&json!({"code": "print('next')"}));
            assert_eq!(next["output"], "next\n", "{next}");
            assert_ne!(launcher(service.pid()), old, "the old launcher is still there");
            fs::write(&go, "").expect("a file");
            let answer = run.join().expect("the client lives").json();
            assert_eq!((&answer["status"], &answer["output"]), (&json!("completed"), &json!("done\n")), "{answer}");
        });
        nothing_carries(&marker);
        eventually("the folders to be gone", || service.run_folders().is_empty().then_some(()));
    }

    #[test]
    fn no_run_is_lost_when_a_waiting_supervisor_is_killed() {
        let service = Service::start_with(COLD);
        let waits = || children(launcher(service.pid())).first().copied();
        for number in 0..5 {
            let waiting = eventually("a supervisor to wait", waits);
            signal(waiting, Signal::SIGKILL);
            until_dead(waiting);
            let answer = service.execute(&json!({"code": format!("print({number})")}));
            assert_eq!(answer["output"], format!("{number}\n"), "{answer}");
        }
    }

    #[test]
    fn a_tree_ends_although_its_supervisor_is_stopped() {
        let (service, folder) = (Service::start_with(COLD), TempDir::new().expect("a folder"));
        let (ready, marker) = (folder.path().join("ready"), Marker::new());
        let mut request = python(TREE, &marker, &[&ready]);
        request["timeout_ms"] = json!(2000);
        thread::scope(|scope| {
            let run = begin(scope, &service, request, &ready);
            let mut supervisors = children(launcher(service.pid()));
            supervisors.retain(|pid| !children(*pid).is_empty());
            assert_eq!(supervisors.len(), 1, "{supervisors:?}");
            signal(supervisors[0], Signal::SIGSTOP);
            let answer = run.join().expect("the client lives");
            assert_eq!(marker.carriers(), Vec::<u32>::new(), "{}", answer.body);
            assert_eq!(answer.status, 200, "{}", answer.body);
            eprintln!("answer of a run whose supervisor was stopped: {}", answer.body);
        });
        assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
        eventually("the folders to be gone", || service.run_folders().is_empty().then_some(()));
    }
}

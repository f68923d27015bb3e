//! The number of waiting interpreters: changed settings, idleness, and the end of the service.

use std::fs;
use std::io::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::footprint::IDLE;
use crate::harness::leftovers::{descendants, is_there, launcher};
use crate::harness::{Home, Service, eventually};

/// Prints the limit of open files.
const OPEN_FILES: &str = "import resource\nprint(resource.getrlimit(resource.RLIMIT_NOFILE)[0])";

/// The time without CPU use after which a process counts as idle.
const WINDOW: Duration = Duration::from_secs(1);

/// Waits until no interpreter is below the service and no folder is left.
fn until_nothing_waits(service: &Service) {
    eventually("nothing to wait", || {
        let alone = descendants(service.pid()).len() == IDLE;
        (alone && service.waiting_folders() == 0 && service.run_folders().is_empty()).then_some(())
    });
    assert_eq!(service.waiting("python"), 0);
}

#[test]
fn sizes_change_while_the_service_runs() {
    let home = Home::new("[warm]\npython = 3\n");
    let service = Service::start_in(&home, &[]);
    service.until_waiting("python", 3);
    for count in [1, 2] {
        home.save_settings(&format!("[warm]\npython = {count}\n"));
        service.until_waiting("python", count);
        eventually("their folders to go", || (service.waiting_folders() as u64 == count).then_some(()));
    }
    for off in ["python = 0", "memory_bytes = 0"] {
        home.save_settings(&format!("[warm]\n{off}\n"));
        until_nothing_waits(&service);
        let before = service.warm_runs("python");
        assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
        assert_eq!(service.warm_runs("python"), before, "with {off}");
        home.save_settings("[warm]\npython = 1\n");
        service.until_waiting("python", 1);
        assert_eq!(service.execute_warm("python", &json!({"code": "print(2)"}))["output"], "2\n");
        // Wait for the refill: only afterwards does an empty pool show that the next settings are in effect.
        service.until_waiting("python", 1);
    }
}

#[test]
fn an_interpreter_that_waits_with_other_limits_is_not_used() {
    let settings = |open_files: u32| format!("[limits]\nopen_files = {open_files}\n[warm]\npython = 2\n");
    let home = Home::new(&settings(100));
    let service = Service::start_in(&home, &[]);
    for open_files in [100, 150, 120] {
        home.save_settings(&settings(open_files));
        let expected = format!("{open_files}\n");
        let run = || service.execute(&json!({"code": OPEN_FILES}));
        eventually("the limit", || (run()["output"] == *expected).then_some(()));
        for _ in 0..3 {
            service.until_waiting("python", 2);
            assert_eq!(service.execute_warm("python", &json!({"code": OPEN_FILES}))["output"], *expected);
        }
    }
}

#[test]
fn waiting_interpreters_stay_within_their_memory() {
    const BUDGET_BYTES: u64 = 48 << 20;
    let service = Service::start_with(&format!("[warm]\npython = 20\nmemory_bytes = {BUDGET_BYTES}\n"));
    eventually("some to wait", || (!service.at_barriers("python").is_empty()).then_some(()));
    for _ in 0..5 {
        service.execute_warm("python", &json!({"code": "pass"}));
        let held: u64 = service.at_barriers("python").into_iter().map(held_bytes).sum();
        assert!(held <= BUDGET_BYTES, "{held} bytes are held by what waits");
        assert!(service.waiting("python") < 20);
    }
}

/// The proportional set size of a process in bytes; 0 if it has ended.
fn held_bytes(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB"));
    line.and_then(|kib| kib.trim().parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[test]
fn an_idle_service_ends_its_interpreters_and_uses_no_cpu() {
    let service = Service::start_with("[warm]\nidle_ms = 1000\n");
    assert_eq!(service.waiting("python"), 0, "one waits that nobody asked for");
    assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
    eventually("one to wait", || (service.waiting("python") == 1).then_some(()));
    until_nothing_waits(&service);
    let tree = [service.pid(), launcher(service.pid())];
    eventually("the service to use no processor", || (used_within(WINDOW, &tree) == 0).then_some(()));
    assert_eq!(service.execute(&json!({"code": "print(2)"}))["output"], "2\n");
}

#[test]
fn a_waiting_interpreter_uses_no_cpu() {
    let service = Service::start_with("[warm]\npython = 2\n");
    service.until_waiting("python", 2);
    let mut tree = descendants(service.pid());
    tree.push(service.pid());
    eventually("all to use no processor", || (used_within(WINDOW, &tree) == 0).then_some(()));
}

/// The CPU time in clock ticks that `processes` use in the next `window`.
fn used_within(window: Duration, processes: &[u32]) -> u64 {
    let used = || processes.iter().map(|pid| ticks(*pid)).sum::<u64>();
    let (before, began) = (used(), Instant::now());
    while began.elapsed() < window {
        thread::sleep(Duration::from_millis(10));
    }
    used() - before
}

fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("the process is there");
    let fields = stat.rsplit(") ").next().expect("fields after the name").split(' ');
    fields.skip(11).take(2).map(|field| field.parse::<u64>().expect("a number of ticks")).sum()
}

#[test]
fn a_stopped_service_leaves_no_interpreter() {
    let mut service = Service::start_with("[warm]\npython = 3\n");
    service.until_waiting("python", 3);
    let below = descendants(service.pid());
    assert!(below.len() > 3, "{below:?}");
    assert_eq!(service.stop().code(), Some(0), "{}", service.stderr());
    eventually("the launcher to follow the service", || (!below.iter().any(|pid| is_there(*pid))).then_some(()));
    assert_eq!((service.run_folders(), service.waiting_folders()), (Vec::new(), 0));
}

#[test]
fn a_killed_service_leaves_no_interpreter() {
    let mut service = Service::start_with("[warm]\npython = 3\n");
    service.until_waiting("python", 3);
    let below = descendants(service.pid());
    service.kill();
    let began = Instant::now();
    eventually("all to be gone", || (!below.iter().any(|pid| is_there(*pid))).then_some(()));
    let text = format!("\nfrom kill -9 of the service to 3 interpreters that waited gone: {:.1?}\n", began.elapsed());
    std::io::stderr().write_all(text.as_bytes()).expect("stderr can be written");
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    assert_eq!(service.waiting_folders(), 3, "there is nothing to sweep");
    service.home().save_settings("[warm]\npython = 0\n");
    let next = Service::start_in(service.home(), &[]);
    until_nothing_waits(&next);
}

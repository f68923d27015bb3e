//! Hostile programs: nothing is left behind by any of them.

#[cfg(target_os = "linux")]
mod above;
#[cfg(target_os = "linux")]
mod cgroups;
#[cfg(target_os = "linux")]
mod disk_limits;
#[cfg(target_os = "linux")]
mod kernel_memory;
#[cfg(target_os = "linux")]
mod limits;
#[cfg(target_os = "linux")]
mod mixed;
#[cfg(target_os = "linux")]
mod neighbours;
#[cfg(target_os = "linux")]
mod rights;
#[cfg(target_os = "linux")]
mod supervision;
#[cfg(target_os = "linux")]
mod temporary;
#[cfg(target_os = "linux")]
mod terminals;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Service, TempDir, eventually};

/// Programs for the fake interpreter, their time limit in milliseconds, and the expected status. `BEAT` is a command that never
/// ends and writes to a file while it lives.
const TREES: [(&str, u64, &str); 6] = [
    ("spawn BEAT\nwait-for FILE", 30_000, "completed"),
    ("daemon BEAT\nwait-for FILE", 30_000, "completed"),
    ("spawn chain 3 BEAT\nwait-for FILE\nexit 3", 30_000, "failed"),
    ("spawn BEAT\nwait-for FILE\nhang", 2000, "timeout"),
    ("ignore-termination\nchain 3 BEAT", 2000, "timeout"),
    ("spawn BEAT\nwait-for FILE\nflood 100000000", 30_000, "output_limit"),
];

#[test]
fn whole_process_trees_end() {
    let service = Service::start_with("[limits]\noutput_bytes = 1048576\nkept_output_bytes = 4096\n");
    let folder = TempDir::new().expect("a folder");
    for (number, (program, timeout_ms, status)) in TREES.into_iter().enumerate() {
        let file = folder.path().join(number.to_string());
        let path = file.display().to_string();
        let code = program.replace("BEAT", &format!("heartbeat {path} 1")).replace("FILE", &path);
        let answer = service.execute(&json!({"language": "fake", "code": code, "timeout_ms": timeout_ms}));
        assert_eq!(answer["status"], status, "{code}: {answer}");
        check_stands_still(&file, &code);
    }
    no_folder_is_left(&service);
}

/// Checks that a heartbeat with an interval of one millisecond has stopped.
fn check_stands_still(file: &Path, code: &str) {
    let size = || fs::metadata(file).ok().map(|metadata| metadata.len());
    let (before, began) = (size(), Instant::now());
    // The process makes the file before its first beat, and may be killed between the two.
    assert!(before.is_some(), "{code}: it never lived");
    while began.elapsed() < Duration::from_millis(200) {
        assert_eq!(size(), before, "{code}: something of it still lives");
        std::thread::yield_now();
    }
}

fn no_folder_is_left(service: &Service) {
    eventually("the runs' folders to be gone", || service.run_folders().is_empty().then_some(()));
}

#[test]
fn floods_are_stopped_and_folders_deleted() {
    let service = Service::start_with(
        "[limits]\noutput_bytes = 1048576\nkept_output_bytes = 4096\nfolder_bytes = 4194304\nprocesses = 16\n",
    );
    let cases = [
        ("flood 100000000", "output_limit", "Execution was stopped: it wrote more than 1 MiB of output."),
        ("flood-errors 100000000", "output_limit", "Execution was stopped: it wrote more than 1 MiB of output."),
        ("fill big 8388608\nhang", "output_limit", "Execution was stopped: its files took more than 4 MiB."),
        ("save-many 500 folder", "completed", ""),
        ("close stdout\nclose stderr\nclose stdin\nsave file text", "completed", ""),
    ];
    for (code, status, ending) in cases {
        let answer = service.execute(&json!({"language": "fake", "code": code, "timeout_ms": 30_000}));
        let error = answer["error"].as_str().expect("text");
        assert!(answer["status"] == status && error.ends_with(ending), "{code}: {answer}");
    }
    no_folder_is_left(&service);
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::PathBuf;
    use std::process::Command;

    use serde_json::Value;

    use super::*;
    use crate::harness::footprint::post;
    use crate::harness::hostile_programs::SETTINGS;
    use crate::harness::{Home, leftovers, nobody, rounds, runtray, skip};

    /// The environment variable that selects the service's containment mode.
    const SWITCH: &str = "RUNTRAY_CONTAINMENT";

    /// Starts `runtray serve` in `home` with the containment mode `mode`.
    fn start_in_mode(home: &Home, mode: &str) -> Service {
        let mut command = runtray(home);
        command.args(["serve", "--port", "0"]).env(SWITCH, mode);
        Service::start_by(command, home)
    }

    #[test]
    fn nothing_is_left_after_a_hundred_rounds() {
        let service = Service::start_with(SETTINGS);
        let has_namespace = runs_in_namespace(&service);
        rounds::run(&service, "as it comes", rounds::count(100), has_namespace);
    }

    #[test]
    fn nothing_is_left_in_user_namespaces() {
        let service = start_in_mode(&Home::new(SETTINGS), "user-namespaces");
        if !runs_in_namespace(&service) {
            return skip("this machine gives no user namespaces");
        }
        rounds::run(&service, "user namespaces", rounds::count(5).min(5), true);
    }

    #[test]
    fn nothing_is_left_without_namespaces() {
        let service = start_in_mode(&Home::new(SETTINGS), "subreaper");
        assert!(!runs_in_namespace(&service));
        rounds::run(&service, "no namespaces", rounds::count(5).min(5), false);
    }

    #[test]
    fn nothing_is_left_and_every_limit_holds_in_the_sandbox() {
        for mode in ["namespaces", "user-namespaces"] {
            let service = start_in_mode(&Home::new(&SETTINGS.replace("\"none\"", "\"sandbox\"")), mode);
            if !runs_in_namespace(&service) {
                skip(format_args!("this machine gives no {mode}"));
                continue;
            }
            rounds::run(&service, &format!("sandbox, {mode}"), rounds::count(5).min(5), true);
        }
    }

    /// Writes its parent's id to a file: without namespaces the supervisor is an ordinary process and the program's parent.
    const ORPHANED: &str = "
import os, sys, time
if os.fork() == 0:
    time.sleep(3600)
print('before', flush=True)
open(sys.argv[1], 'w').write(str(os.getppid()))
time.sleep(3600)
";

    #[test]
    fn a_program_whose_supervisor_is_killed_has_crashed() {
        let service = start_in_mode(&Home::new(SETTINGS), "subreaper");
        let (marker, folder) = (leftovers::Marker::new(), TempDir::new().expect("a folder"));
        let file = folder.path().join("supervisor");
        let request = marker.mark(json!({"code": ORPHANED, "args": [file.display().to_string()]}));
        let answer = std::thread::scope(|scope| {
            let run = scope.spawn(|| service.execute(&request));
            let supervisor = || fs::read_to_string(&file).ok().and_then(|text| text.parse().ok());
            let supervisor = nix::unistd::Pid::from_raw(eventually("the program to say who it is", supervisor));
            nix::sys::signal::kill(supervisor, nix::sys::signal::Signal::SIGKILL).expect("it can be killed");
            run.join().expect("the client lives")
        });
        let error = answer["error"].as_str().expect("text");
        assert_eq!((&answer["status"], &answer["output"]), (&json!("crashed"), &json!("before\n")), "{answer}");
        assert!(error.contains("the process that watches over it was killed"), "{answer}");
        eventually("the program to be gone", || marker.carriers().is_empty().then_some(()));
        assert_eq!(service.execute(&json!({"code": "print(1)"}))["output"], "1\n");
        no_folder_is_left(&service);
    }

    #[test]
    fn nothing_is_left_of_a_user_without_rights() {
        let home = Home::new(&format!("same_user_only = false\n{SETTINGS}[python]\npath = '/usr/bin/python3'\n"));
        if let Some(reason) = nobody::cannot_run() {
            return skip(reason);
        }
        let service = Service::start_by(nobody::serve(&home), &home);
        let has_namespace = runs_in_namespace(&service);
        rounds::run(&service, "a user without rights", rounds::count(5).min(5), has_namespace);
    }

    fn runs_in_namespace(service: &Service) -> bool {
        post(service, &json!({"code": "import os; print(os.getppid())"}))["output"] == "1\n"
    }

    /// Environment variables of the service that no program may see.
    const OURS: [(&str, &str); 8] = [
        ("LD_LIBRARY_PATH", "/nowhere"),
        ("PYTHONPATH", "/nowhere"),
        ("PYTHONHOME", "/nowhere"),
        ("APPDIR", "/nowhere"),
        ("VIRTUAL_ENV", "/nowhere"),
        ("RUNTRAY_TEST_SECRET", "secret"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("NODE_OPTIONS", "--require=/nowhere"),
    ];

    /// Prints the descriptors, variables, folders and signal masks that it was started with.
    const LOOK: &str = "
import json, os, signal
def is_open(number):
    try:
        os.fstat(number)
        return True
    except OSError:
        return False
mode = lambda path: oct(os.stat(path).st_mode & 0o777)
print(json.dumps({
    'open': [number for number in range(1024) if is_open(number)],
    'environment': dict(os.environ),
    'folder': os.getcwd(),
    'modes': [mode('.'), mode('..'), mode('../..')],
    'alone': os.getppid() == 1,
    'hangup': signal.getsignal(signal.SIGHUP) == signal.SIG_DFL,
    'blocked': sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),
}))
";

    #[test]
    fn programs_inherit_nothing() {
        for mode in ["", "user-namespaces", "subreaper"] {
            let home = Home::new("");
            let service = start_burdened(&home, mode);
            let leaked = leftovers::descriptors(service.pid());
            assert!(leaked.contains(&"9 /etc/passwd".to_owned()), "the service itself was not given any: {leaked:?}");
            let answer = service.execute(&json!({"code": LOOK, "env": {"GIVEN": "yes"}}));
            let seen: Value = serde_json::from_str(answer["output"].as_str().expect("text")).expect("JSON");
            check_seen(&seen, &service, mode);
        }
    }

    /// Starts a service with variables, descriptors and an ignored signal that programs must not inherit.
    fn start_burdened(home: &Home, mode: &str) -> Service {
        let script = "trap '' HUP; exec 7<>/dev/null 9</etc/passwd; exec \"$0\" serve --port 0";
        let mut command = Command::new("sh");
        command.args(["-c", script]).arg(runtray(home).get_program()).env("RUNTRAY_HOME", home.path());
        command.envs(OURS);
        if !mode.is_empty() {
            command.env(SWITCH, mode);
        }
        Service::start_by(command, home)
    }

    fn check_seen(seen: &Value, service: &Service, mode: &str) {
        assert_eq!(seen["open"], json!([0, 1, 2]), "descriptors ({mode})");
        let environment = seen["environment"].as_object().expect("variables");
        let ours: Vec<_> = OURS.iter().filter(|(name, _)| environment.contains_key(*name)).collect();
        assert!(ours.is_empty(), "{ours:?} reached the program ({mode})");
        let secret = environment.iter().find(|(name, value)| name.starts_with("RUNTRAY") || *value == "secret");
        assert_eq!(secret, None, "({mode})");
        assert_eq!(environment["GIVEN"], "yes");
        let folder = PathBuf::from(seen["folder"].as_str().expect("a folder"));
        let temporary = environment["TMPDIR"].as_str().map(Path::new).expect("a folder for temporary files");
        if seen["alone"] == true {
            // The folders are mounted at their own paths.
            assert_eq!(folder.parent(), Some(Path::new("/var/tmp")), "({mode})");
            assert_eq!(temporary, Path::new("/tmp"), "TMPDIR ({mode})");
            assert_eq!(seen["modes"], json!(["0o700", "0o777", "0o755"]), "folders' modes ({mode})");
        } else {
            let runs = fs::canonicalize(service.runs_folder()).expect("the runs' folder");
            assert!(folder.starts_with(&runs), "{} is not in {} ({mode})", folder.display(), runs.display());
            assert_eq!(temporary.parent(), folder.parent(), "TMPDIR ({mode})");
            assert_eq!(seen["modes"], json!(["0o700", "0o700", "0o700"]), "folders' modes ({mode})");
        }
        assert_eq!(seen["hangup"], true, "an ignored signal was passed on ({mode})");
        assert_eq!(seen["blocked"], json!([]), "blocked signals were passed on ({mode})");
    }
}

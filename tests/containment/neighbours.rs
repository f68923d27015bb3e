//! Concurrent programs: none reaches another or the service.

use std::fs;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::harness::warm::ONE_EACH;
use crate::harness::{Home, Service, TempDir, skip};

/// The containment modes in which a run has its own mount namespace.
pub(super) const WALLED: [&str; 2] = ["", "user-namespaces"];
/// All containment modes.
pub(super) const ALL: [&str; 3] = ["", "user-namespaces", "subreaper"];

/// Starts a service whose home is at a path that programs can see unless it is hidden from them.
pub(super) fn start(mode: &str) -> Service {
    Service::start_in_mode(&Home::in_sight(&format!("isolation = \"none\"\n{ONE_EACH}")), mode)
}

/// A home that programs can see. Without namespaces the sandbox cannot hide it in the folder that tests grant, and refuses to run
/// programs.
pub(super) fn home_for(mode: &str, settings: &str) -> Home {
    let level = if mode == "subreaper" { "isolation = \"none\"\n" } else { "" };
    Home::in_sight(&format!("{level}{settings}"))
}

/// Whether runs have their own namespaces; prints a line if not.
pub(super) fn is_walled(service: &Service, mode: &str) -> bool {
    let walled = service.execute(&json!({"code": "import os; print(os.getppid())"}))["output"] == "1\n";
    if !walled {
        skip(format_args!("this machine gives no namespaces ({mode:?})"));
    }
    walled
}

/// Runs a Python program in which `HOME_FOLDER` stands for the service's home.
pub(super) fn run(service: &Service, code: &str) -> Value {
    let home = service.home().path().display().to_string();
    service.execute(&json!({"code": code.replace("HOME_FOLDER", &format!("{home:?}")), "timeout_ms": 60_000}))
}

/// Lists all files in the service's folders that it can reach: by path, from its own folder, and through its supervisor.
const LOOK: &str = r"
import glob, json, os
found = set()
for way in [HOME_FOLDER, '/proc/1/root' + HOME_FOLDER, '/proc/1/cwd' + HOME_FOLDER, '/proc/self/root' + HOME_FOLDER]:
    for place in 'runs', 'config', 'data':
        found.update(glob.glob(way + '/' + place + '/**', recursive=True, include_hidden=True)[1:])
for way in '..', '../..', '../../..', '/proc/1/cwd', '/proc/1/cwd/..':
    found.update(glob.glob(way + '/*/work/main.*') + glob.glob(way + '/*/*/work/main.*'))
for number in range(256):
    for way in '', '/..', '/../..', '/../../..':
        found.update(glob.glob(f'/proc/1/fd/{number}{way}/*/work') + glob.glob(f'/proc/1/fd/{number}{way}/settings.toml'))
for place in 'runs', 'config', 'data':
    try:
        open(os.path.join(HOME_FOLDER, place, 'new'), 'w')
        found.add(place + ' takes files')
    except OSError:
        pass
print(json.dumps(sorted(found)))
";

#[test]
fn no_program_sees_another_run_or_the_folders_of_the_service() {
    for mode in WALLED {
        let service = start(mode);
        if !is_walled(&service, mode) {
            continue;
        }
        service.until_waiting("python", 1);
        let home = service.home().path();
        let count = |folder: &str| fs::read_dir(home.join(folder)).expect(folder).count();
        assert!(count("runs") > 0 && count("config") > 0 && count("data") > 0, "there is nothing to hide in {home:?}");
        for warmth in ["warm", "cold"] {
            let argument = if warmth == "cold" { vec!["own"] } else { Vec::new() };
            let code = LOOK.replace("HOME_FOLDER", &format!("{:?}", home.display().to_string()));
            let answer = service.execute(&json!({"code": code, "args": argument, "timeout_ms": 60_000}));
            assert_eq!(answer["output"], "[]\n", "{warmth} ({mode:?}): {answer}");
        }
    }
}

/// Attacks on the interpreters that wait in the same service. `work` is the folder of such an interpreter.
const TAMPERING: [(&str, &str); 6] = [
    ("writes a program", "write(work + '/main.py')"),
    (
        "writes a program and puts the times back",
        "was = os.stat(work + '/main.py')
    write(work + '/main.py')
    os.utime(work + '/main.py', ns=(was.st_atime_ns, was.st_mtime_ns))",
    ),
    ("reads what is meant for it", "kept.append(os.open(work + '/main.py', os.O_RDONLY | os.O_NONBLOCK))"),
    ("puts a module beside it", "open(work + '/json.py', 'w').write(TAKEN)"),
    ("puts a folder that leads elsewhere beside it", "os.symlink(os.getcwd(), work + '/lib')"),
    ("puts a file in its place", "os.remove(work + '/main.py'); open(work + '/main.py', 'w').write(TAKEN)"),
];

/// Attacks all waiting interpreters that it can find by path, and prints how many.
const TAMPER: &str = r#"
import glob, os
TAKEN = "import os\nos.write(1, b'taken\\n')\n"
kept, done = [], 0
def write(path):
    end = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    os.write(end, TAKEN.encode())
    kept.append(end)
for work in {os.path.realpath(path) for path in glob.glob('../../*/work') + glob.glob(HOME_FOLDER + '/runs/*/*/work')}:
    if work == os.getcwd() or not os.path.exists(work + '/main.py'):
        continue
    DO
    done += 1
print(done)
"#;

#[test]
fn a_program_cannot_take_over_an_interpreter_that_waits_for_another() {
    for mode in ALL {
        let service = Service::start_in_mode(&home_for(mode, "[warm]\npython = 2\n"), mode);
        for (what, how) in TAMPERING {
            service.until_waiting("python", 2);
            let answer = run(&service, &TAMPER.replace("DO", how));
            let found = answer["output"].as_str().expect("text");
            assert_eq!(found == "0\n", mode != "subreaper", "{what} ({mode:?}): {answer}");
            let next = json!({"code": "import json\nprint(json.dumps(input()))", "stdin": "secret",
                              "files": [{"path": "lib/data.txt", "content": "MQ=="}]});
            for round in 0..3 {
                let answer = service.execute(&next);
                let error = answer["error"].as_str().expect("text");
                assert_eq!(answer["output"], "\"secret\"\n", "{what}, program {round} after it ({mode:?}): {error}");
            }
        }
    }
}

/// Things that a program does to its own folder and to the folders above.
const RUNAWAYS: [&str; 4] = [
    "os.rename('..', '../../moved')",
    "os.rename('.', '../elsewhere')",
    "os.mkfifo('../../pipe'); os.symlink('/etc', '../../link'); os.mkdir('../../folder')",
    "os.mkfifo('../../../pipe.lock'); os.rename('..', '../../../moved.stale')",
];

#[test]
fn no_program_can_keep_its_folder_or_prevent_the_next_start() {
    for mode in ALL {
        let home = home_for(mode, "");
        let mut service = Service::start_in_mode(&home, mode);
        for code in RUNAWAYS {
            let code =
                format!("import os\nos.chdir(os.getcwd())\ntry:\n    {code}\nexcept OSError:\n    pass\nprint('ran')");
            assert_eq!(run(&service, &code)["output"], "ran\n", "{code} ({mode:?})");
        }
        assert!(service.stop().success(), "({mode:?})");
        let mut next = Service::start_in_mode(&home, mode);
        assert_eq!(run(&next, "print(1)")["output"], "1\n", "({mode:?})");
        assert!(next.stop().success(), "({mode:?})");
        let names = fs::read_dir(next.runs_folder()).expect("the runs' folder").flatten();
        let left: Vec<_> = names.map(|entry| entry.file_name()).filter(|name| name != "gate").collect();
        assert!(left.is_empty(), "{left:?} is left ({mode:?})");
    }
}

/// Moves the service's home away in the first turn, and lists the files there.
const MOVER: &str = "
import os, sys
home, turn = sys.argv[1:]
if turn == 'move':
    os.rename(home, home + '.moved')
print([os.path.join(base, name) for base, _, files in os.walk(home + '.moved') for name in files])
";

#[test]
fn a_program_that_moves_the_service_s_folders_sees_nothing_and_stops_nothing() {
    for mode in WALLED {
        let service = start(mode);
        if !is_walled(&service, mode) {
            continue;
        }
        let home = service.home().path().to_owned();
        let moved = home.with_extension("moved");
        for turn in ["move", "look", "look again"] {
            let answer = service.execute(&json!({"code": MOVER, "args": [home, turn]}));
            assert_eq!(answer["output"], "[]\n", "{mode:?}, {turn}: {answer}");
        }
        assert!(moved.join("data/token").exists(), "nothing was moved");
        fs::remove_dir_all(moved).expect("removed");
    }
}

#[test]
fn a_service_starts_whatever_is_in_the_runs_folder() {
    for mode in ALL {
        let home = home_for(mode, "");
        let (runs, user) = (home.path().join("runs"), home.path().join("user.txt"));
        fs::create_dir(&runs).expect("a folder");
        fs::write(&user, "the user's").expect("a file");
        std::os::unix::fs::symlink(&user, runs.join("gate")).expect("a link");
        nix::unistd::mkfifo(&runs.join("OLD.lock"), nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
        fs::create_dir(runs.join("OLD")).expect("a folder");
        fs::write(runs.join("OLD.stale"), "").expect("a file");
        let service = Service::start_in_mode(&home, mode);
        service.says(&runs.join("gate").display().to_string());
        assert_eq!(run(&service, "print(1)")["output"], "1\n", "({mode:?})");
        assert_eq!(fs::read_to_string(&user).expect("the user's file"), "the user's", "({mode:?})");
    }
}

/// Makes files and sockets named after its process id in the usual folders, then waits until the other program has done so.
const BY_ITS_ID: &str = r"
import os, socket, sys, tempfile, time
me, meeting = os.getpid(), MEETING
names = [f'/tmp/job.{me}', f'/var/tmp/job.{me}', f'/tmp/fixed', tempfile.gettempdir() + '/fixed-too']
for name in names:
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
bound = socket.socket(socket.AF_UNIX)
bound.bind(f'\0runtray-test-{me}')
child = os.fork()
if child == 0:
    own = socket.socket(socket.AF_UNIX)
    own.bind(f'\0runtray-test-{os.getpid()}')
    time.sleep(3600)
open(f'{meeting}/{os.path.basename(os.getcwd())}', 'w').close()
deadline = time.monotonic() + 60
while len(os.listdir(meeting)) < 3 and time.monotonic() < deadline:
    time.sleep(0.005)
print(len(os.listdir(meeting)), me, child)
os.kill(child, 9)
";

#[test]
fn names_made_of_process_ids_do_not_collide_in_parallel_runs() {
    for mode in WALLED {
        let home = Home::in_sight("[warm]\npython = 3\n[admission]\nslots = 4\n");
        let service = Service::start_in_mode(&home, mode);
        if !is_walled(&service, mode) {
            continue;
        }
        let meeting = TempDir::new().expect("a folder");
        let code = BY_ITS_ID.replace("MEETING", &format!("{:?}", meeting.path().display().to_string()));
        let answers: Vec<Value> = thread::scope(|scope| {
            let run = || service.execute(&json!({"code": code, "timeout_ms": 120_000}));
            let runs: Vec<_> = (0..3).map(|_| scope.spawn(run)).collect();
            runs.into_iter().map(|run| run.join().expect("an answer")).collect()
        });
        let mut ids = Vec::new();
        for answer in &answers {
            let output = answer["output"].as_str().expect("text");
            assert!(output.starts_with("3 ") && answer["status"] == "completed", "({mode:?}) {answers:?}");
            ids.extend(output.split_whitespace().skip(1).map(str::to_owned));
        }
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all, "process ids that two runs have ({mode:?}): {answers:?}");
    }
}

/// Servers of the user stay reachable: by a TCP address, and by a name in the abstract socket namespace.
#[test]
fn servers_of_the_user_stay_reachable() {
    let name = format!("runtray-test-{}", std::process::id());
    let address = <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(&name);
    let abstract_one = UnixListener::bind_addr(&address.expect("an address")).expect("an abstract socket");
    let local = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = local.local_addr().expect("an address").port();
    let code = format!(
        "import socket\nsocket.create_connection(('127.0.0.1', {port}))\nsocket.socket(socket.AF_UNIX).connect('\\0{name}')\nprint('both')"
    );
    for mode in ALL {
        assert_eq!(run(&start(mode), &code)["output"], "both\n", "({mode:?})");
    }
    drop((abstract_one, local));
}

/// The other tests here only mean something if a program could see the home at its path.
#[test]
fn the_homes_of_these_tests_are_where_programs_could_see_them() {
    let home = Home::in_sight("");
    assert!(!home.path().starts_with("/tmp") && !home.path().starts_with(Path::new("/var/tmp")), "{:?}", home.path());
}

//! Two runs at the same time in the sandbox: neither finds anything of the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use super::person::Person;
use super::services;
use crate::harness::leftovers::Marker;
use crate::harness::{Service, eventually};

const SECRET: &str = "S3CRET-of-the-neighbour";

/// Puts a secret into all places where programs keep things, and checks that each can be found. Ends when it is told to.
const NEIGHBOUR: &str = r#"
import os, socket, sys, tempfile, threading, time
SECRET = 'S3CRET-of-the-neighbour'
kept = [open('secret.txt', 'w'), open(os.path.join(tempfile.gettempdir(), 'neighbour'), 'w')]
for place in '/tmp/neighbour', '/dev/shm/neighbour':
    try:
        kept.append(open(place, 'w'))
    except OSError:
        pass
for file in kept:
    print(SECRET, file=file, flush=True)
os.mkfifo('queue')
threading.Thread(target=lambda: open('queue', 'w').write(SECRET), daemon=True).start()
def serve(server):
    while True:
        server.accept()[0].sendall(SECRET.encode())
for family, address in (socket.AF_INET, ('127.0.0.1', 21234)), (socket.AF_UNIX, 'socket'), (socket.AF_UNIX, '\0neighbour'):
    try:
        server = socket.socket(family)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(address)
        server.listen()
        threading.Thread(target=serve, args=(server,), daemon=True).start()
    except OSError:
        pass
assert SECRET in open('secret.txt').read() and sys.argv[1] == SECRET
open('ready', 'w').close()
while not os.path.exists('go'):
    time.sleep(0.01)
print('whole', os.environ['NAME'])
"#;

/// Looks in all these places, by path, through processes and through sockets, and prints where it found something.
const ATTACKER: &str = r#"
import glob, os, socket, sys, time
FOLDER, PROCESSES = sys.argv[1], [int(number) for number in sys.argv[2:]]
found = []
def has(where, read):
    try:
        if b'S3CRET-of-the-neighbour' in (read() or b''):
            found.append(where)
    except (OSError, ValueError):
        pass
def content(path):
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 'rb') as file:
        if path.endswith('/queue'):
            time.sleep(0.2)
        return file.read(1 << 16)
for way in FOLDER, '..', '../..', '../../..', '/proc/1/cwd', '/proc/1/root' + FOLDER:
    for name in 'secret.txt', 'queue', '*/secret.txt', '*/*/secret.txt':
        for path in glob.glob(f'{way}/{name}'):
            has(path, lambda: content(path))
for path in [*glob.glob('/tmp/**', recursive=True), *glob.glob('/dev/shm/*'), *glob.glob('/var/tmp/*')]:
    has(path, lambda: content(path))
for process in {*PROCESSES, *range(1, 400)} - {os.getpid()}:
    for name in 'environ', 'cmdline', 'cwd/secret.txt', 'root/tmp/neighbour', 'mem', *[f'fd/{n}' for n in range(3, 12)]:
        has(f'/proc/{process}/{name}', lambda: content(f'/proc/{process}/{name}'))
for process in PROCESSES:
    try:
        os.kill(process, 0)
        found.append(f'signals to {process}')
    except OSError:
        pass
for family, address in [
    (socket.AF_INET, ('127.0.0.1', 21234)), (socket.AF_UNIX, FOLDER + '/socket'), (socket.AF_UNIX, '\0neighbour'),
]:
    def ask():
        with socket.socket(family) as client:
            client.settimeout(1)
            client.connect(address)
            return client.recv(100)
    has(str(address), ask)
for name in 'go', 'ready', 'new':
    try:
        open(f'{FOLDER}/{name}', 'w')
        found.append(f'{name} was written')
    except OSError:
        pass
print(found)
"#;

/// The working folder of the run that is ready.
fn ready(service: &Service) -> Option<PathBuf> {
    let below = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let runs = below(service.runs_folder()).flat_map(below);
    runs.map(|run| run.join("work")).find(|work| work.join("ready").exists())
}

/// Where the attacker found something of the neighbour, as a list of Python's; and the neighbour's own answer.
fn meet(service: &Service) -> (String, Value) {
    let marker = Marker::new();
    let mut request = marker.mark(json!({"code": NEIGHBOUR, "args": [SECRET], "timeout_ms": 60_000}));
    request["env"]["NAME"] = SECRET.into();
    thread::scope(|scope| {
        let run = scope.spawn(|| service.execute(&request));
        let folder = eventually("the neighbour", || ready(service));
        let found = attack(service, &folder, &marker);
        fs::write(folder.join("go"), "").expect("a file");
        (found, run.join().expect("the client lives"))
    })
}

fn attack(service: &Service, folder: &Path, marker: &Marker) -> String {
    let processes = marker.carriers();
    assert!(!processes.is_empty(), "the neighbour has no process");
    let numbers = processes.iter().map(u32::to_string);
    let arguments: Vec<_> = [folder.display().to_string()].into_iter().chain(numbers).collect();
    let answer = service.execute(&json!({"code": ATTACKER, "args": arguments, "timeout_ms": 60_000}));
    assert_eq!(answer["status"], "completed", "{answer}");
    answer["output"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn a_program_finds_nothing_of_another_that_runs() {
    let person = Person::new();
    for (name, service) in services(&person) {
        let (found, neighbour) = meet(&service);
        assert_eq!(found, "[]\n", "{name}");
        assert_eq!(neighbour["output"], format!("whole {SECRET}\n"), "{name}: {neighbour}");
    }
}

#[test]
fn without_walls_it_finds_the_other() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    let [home, own] = folders.each_ref().map(tempfile::TempDir::path);
    let mut neighbour = python(NEIGHBOUR, home).arg(SECRET).env("NAME", SECRET).spawn().expect("python3");
    eventually("the neighbour", || home.join("ready").exists().then_some(()));
    let attacker = python(ATTACKER, own).arg(home).arg(neighbour.id().to_string()).output().expect("python3");
    fs::write(home.join("go"), "").expect("a file");
    neighbour.wait().expect("a child");
    for place in ["/tmp/neighbour", "/dev/shm/neighbour"] {
        fs::remove_file(place).expect("the neighbour has made it");
    }
    let found = String::from_utf8_lossy(&attacker.stdout);
    for place in [
        "/work/secret.txt",
        "/work/queue",
        "/tmp/neighbour",
        "/dev/shm/neighbour",
        "/environ",
        "/cmdline",
        "/cwd/",
        "/fd/",
        "signals to",
        "127.0.0.1",
        "/work/socket",
        "\\x00neighbour",
        "new was written",
    ] {
        let place = place.replace("/work", &home.display().to_string());
        assert!(found.contains(&place), "{place}: {found}");
    }
}

/// A Python outside the sandbox that runs `code` in `folder`.
fn python(code: &str, folder: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args(["-c", code]).current_dir(folder).stdout(Stdio::piped());
    command
}

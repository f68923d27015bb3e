//! The level `sandbox` on Windows: how it is refused where it cannot be given, and the escape table, which needs a real Windows
//! with a Python: the workflow `appcontainer.yml` runs it.

mod cases;
#[path = "../escapes.rs"]
mod escapes;
#[path = "../files.rs"]
mod files;
#[path = "../kernel.rs"]
mod kernel;

use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Home, Service, TempDir, fake_interpreter, runtray, skip};
use escapes::{SECRET, attack, complaint};

/// The files of the user.
const PRIVATE: [&str; 5] = [".ssh/id_ed25519", ".aws/credentials", ".npmrc", ".bashrc", "data.csv"];

/// Programs that must work in an AppContainer.
const WORKS: [(&str, &str); 8] = [
    ("temporary files", "import tempfile, os\nwith tempfile.TemporaryDirectory() as d: open(d + '/a', 'w').write('x')"),
    (
        "subprocesses",
        "import subprocess, sys\nassert subprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True, text=True, check=True).stdout == '1\\n'",
    ),
    (
        "a pool",
        "import multiprocessing as m\nif __name__ == '__main__':\n    with m.Pool(2) as p: assert p.map(abs, [-1, 2]) == [1, 2]",
    ),
    (
        "a queue",
        "import multiprocessing as m\nif __name__ == '__main__':\n    q = m.Queue(); q.put(1); assert q.get(timeout=9) == 1",
    ),
    (
        "a subprocess of asyncio",
        "import asyncio, sys\nasync def main():\n    p = await asyncio.create_subprocess_exec(sys.executable, '-c', 'print(7)', stdout=-1)\n    assert (await p.communicate())[0].strip() == b'7'\nasyncio.run(main())",
    ),
    (
        "threads",
        "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(4) as p: assert list(p.map(abs, [-1, 2])) == [1, 2]",
    ),
    ("sqlite", "import sqlite3\nd = sqlite3.connect('d.db'); d.execute('create table t (a)'); d.commit()"),
    ("certificates", "import ssl\nssl.create_default_context()"),
];

/// Whether this is Wine, which has no AppContainers.
fn is_wine() -> bool {
    Path::new(r"C:\windows\system32\winecfg.exe").exists()
}

fn sandbox(home: &Home, change: &str) -> Output {
    runtray(home).args(["sandbox", change]).output().expect("runtray runs")
}

#[test]
fn what_the_sandbox_cannot_run_is_refused_with_reason_and_remedy() {
    let service = Service::start_with("isolation = \"sandbox\"");
    let reply = service.post("/execute", &json!({"code": "print hello", "language": "fake"}));
    let words =
        if is_wine() { ["no AppContainers", "built-in Python"] } else { ["own Pythons only", "your own rights"] };
    assert_eq!((reply.status, reply.json()["code"].as_str()), (422, Some("isolation_unavailable")), "{}", reply.body);
    assert!(words.iter().all(|word| reply.body.contains(word)), "{}", reply.body);
}

#[test]
fn the_sandbox_is_never_automatic() {
    let run = json!({"code": "print hello", "language": "fake"});
    let answer = Service::start_with("isolation = \"none\"").execute(&run);
    assert_eq!((&answer["isolation"], &answer["status"]), (&"none".into(), &"completed".into()), "{answer}");
    let service = Service::start_with("isolation = \"auto\"");
    let refused = service.post("/execute", &run);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("isolation_unavailable")));
    assert!(refused.body.contains("isolates programs in fake"), "{}", refused.body);
    let reply = service.post("/execute", &json!({"code": "", "language": "fake", "isolation": "sandbox"}));
    assert_eq!(reply.status, 422, "{}", reply.body);
    let detail = service.get("/status").json()["isolation_detail"].clone();
    let expected = if is_wine() { "no AppContainers" } else { "not been proven" };
    assert!(detail.as_str().is_some_and(|detail| detail.contains(expected)), "{detail}");
}

#[test]
fn revoking_where_nothing_was_granted_succeeds_for_uninstallers() {
    let home = Home::new("");
    let revoked = sandbox(&home, "revoke");
    assert!(revoked.status.success(), "{revoked:?}");
    assert!(String::from_utf8_lossy(&revoked.stdout).contains("Access to 0 folders was taken away."), "{revoked:?}");
}

#[test]
fn granting_without_app_containers_says_why_it_cannot() {
    if !is_wine() {
        return skip("this Windows has AppContainers");
    }
    let granted = sandbox(&Home::new(""), "grant");
    assert_eq!(granted.status.code(), Some(1), "{granted:?}");
    assert!(String::from_utf8_lossy(&granted.stderr).contains("no AppContainers"), "{granted:?}");
}

#[test]
#[ignore = "needs a real Windows with a Python: .github/workflows/appcontainer.yml runs it"]
fn nothing_gets_out_of_the_app_container_and_programs_work_in_it() {
    let home = Home::new("isolation = \"sandbox\"\n[sandbox]\n");
    let refused = Service::start_in(&home, &[]).post("/execute", &json!({"code": "print(1)"}));
    assert!(refused.status == 422 && refused.body.contains("runtray sandbox grant"), "{}", refused.body);
    let granted = sandbox(&home, "grant");
    assert!(granted.status.success(), "{granted:?}");
    let service = Service::start_in(&home, &[]);
    let mut person = Person::new();
    let mut failures = escapes(&person, &service);
    failures.extend(person.changes());
    for (name, code) in WORKS {
        let answer = service.execute(&json!({"code": code, "timeout_ms": 60_000}));
        if answer["status"] != "completed" || answer["isolation"] != "sandbox" {
            failures.push(format!("{name}: {answer}"));
        }
    }
    let revoked = sandbox(&home, "revoke");
    assert!(revoked.status.success(), "{revoked:?}");
    let refused = service.post("/execute", &json!({"code": "print(1)"}));
    assert_eq!(refused.status, 422, "the access is still there: {}", refused.body);
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// Tries every case, prints the table, and returns the faults.
fn escapes(person: &Person, service: &Service) -> Vec<String> {
    let cases = cases::all();
    let results = attack(service, &person.context(service), &cases);
    assert_eq!(results.len(), cases.len());
    for result in &results {
        // Past the test's capture, so that the table is always seen.
        let _ = writeln!(std::io::stderr(), "  {:<44} {}", result[0].as_str().unwrap_or_default(), result[1]);
    }
    cases.iter().zip(&results).filter_map(|(case, result)| complaint(case, result)).collect()
}

/// A home with things that a program must not get at.
struct Person {
    home: TempDir,
    victim: Child,
    server: TcpListener,
}

impl Person {
    fn new() -> Self {
        let home = TempDir::new().expect("a folder");
        for folder in [".ssh", ".aws", ".config"] {
            fs::create_dir(home.path().join(folder)).expect("a folder");
        }
        for name in PRIVATE {
            fs::write(home.path().join(name), SECRET).expect("a file");
        }
        let server = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port");
        tell_secrets(server.try_clone().expect("a copy"));
        Self { home, victim: victim(), server }
    }

    /// The input of the attacks: everything that an attacker could know.
    fn context(&self, service: &Service) -> Value {
        let variable = |name| PathBuf::from(std::env::var_os(name).expect(name));
        json!({
            "home": self.home.path(), "runtray": service.home().path(), "port": service.port(), "pid": service.pid(),
            "server": self.server.local_addr().expect("an address").port(), "victim": self.victim.id(),
            "roaming": variable("APPDATA"), "local": variable("LOCALAPPDATA"),
        })
    }

    /// The files that were changed.
    fn changes(&mut self) -> Vec<String> {
        let at = |name: &str| self.home.path().join(name);
        let changed = PRIVATE.iter().filter(|name| fs::read_to_string(at(name)).ok().as_deref() != Some(SECRET));
        let mut changes: Vec<_> = changed.map(|name| format!("{name} was changed")).collect();
        let known = |name: &str| [".ssh", ".aws", ".config"].contains(&name) || PRIVATE.contains(&name);
        let names = fs::read_dir(self.home.path()).expect("the home").flatten().map(|entry| entry.file_name());
        changes.extend(names.filter_map(|name| name.into_string().ok()).filter(|name| !known(name)));
        if self.victim.try_wait().expect("a child").is_some() {
            changes.push("the other process was ended".to_owned());
        }
        changes
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let ended = self.victim.kill().and_then(|()| self.victim.wait());
        drop(ended);
    }
}

/// A process of the user that waits.
fn victim() -> Child {
    let program = fake_interpreter().expect("the fake interpreter");
    Command::new(program).args(["-e", "hang"]).spawn().expect("a process")
}

/// Sends the secret to every client.
fn tell_secrets(server: TcpListener) {
    thread::spawn(move || {
        while let Ok((mut connection, _)) = server.accept() {
            let _ = connection.write_all(SECRET.as_bytes());
        }
    });
}

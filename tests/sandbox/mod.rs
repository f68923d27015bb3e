//! The level `sandbox`: attempts to escape, programs that must work, and how the level is decided.

mod escapes;
mod files;
mod given;
mod grants;
mod internet;
mod kernel;
mod network;
mod planted;
mod science;
mod works;

use std::fs;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;

use serde_json::{Value, json};

use crate::harness::{Home, Service, TempDir, eventually, nobody, runtray};
use escapes::{Escape, SECRET, Where, attack, complaint};

/// Every way of containment.
const MODES: [&str; 3] = ["namespaces", "user-namespaces", "subreaper"];

/// A home with things that a program must not get at.
struct Person {
    home: TempDir,
    tmp: PathBuf,
    shm: PathBuf,
    victim: Child,
    server: TcpListener,
    abstract_name: String,
    _sockets: [UnixListener; 2],
}

impl Person {
    fn new() -> Self {
        let home = TempDir::new().expect("a folder");
        let at = |name: &str| home.path().join(name);
        for folder in [".ssh", ".aws", ".config"] {
            fs::create_dir(at(folder)).expect("a folder");
        }
        for name in [".ssh/id_ed25519", ".aws/credentials", ".npmrc", ".bashrc", "data.csv"] {
            fs::write(at(name), SECRET).expect("a file");
        }
        let name = home.path().file_name().expect("a name").to_string_lossy().into_owned();
        let (tmp, shm) = (std::env::temp_dir().join(&name), Path::new("/dev/shm").join(&name));
        fs::write(&tmp, SECRET).expect("a file");
        fs::write(&shm, SECRET).expect("a file");
        let server = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port");
        tell_secrets(server.try_clone().expect("a copy"));
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let sockets = [
            UnixListener::bind(at("socket")).expect("a socket"),
            UnixListener::bind_addr(&address).expect("an abstract socket"),
        ];
        let victim = Command::new("sleep").arg("600").spawn().expect("a process");
        Self { home, tmp, shm, victim, server, abstract_name: name, _sockets: sockets }
    }

    /// The input of the attacks: everything that an attacker could know.
    fn context(&self, service: &Service) -> Value {
        json!({
            "home": self.home.path(), "host": true, "runtray": service.home().path(), "tmp": self.tmp, "shm": self.shm,
            "port": service.port(), "server": self.server.local_addr().expect("an address").port(),
            "address": own_address(), "abstract": self.abstract_name, "unix": self.home.path().join("socket"),
            "victim": self.victim.id(), "pid": service.pid(),
        })
    }

    /// Fails if anything of the person's was changed.
    fn check_whole(&mut self) {
        let at = |name: &str| self.home.path().join(name);
        for name in [".ssh/id_ed25519", ".aws/credentials", ".npmrc", ".bashrc", "data.csv"] {
            assert_eq!(fs::read_to_string(at(name)).expect(name), SECRET, "{name} was changed");
        }
        let mut names: Vec<_> = fs::read_dir(self.home.path()).expect("the home").flatten().collect();
        names.retain(|entry| {
            ![".ssh", ".aws", ".config", ".npmrc", ".bashrc", "data.csv", "socket"]
                .iter()
                .any(|it| entry.file_name() == *it)
        });
        assert!(names.is_empty(), "new in the home: {names:?}");
        assert!(fs::read_dir(at(".config")).expect("a folder").next().is_none(), "new in .config");
        assert!(self.victim.try_wait().expect("a child").is_none(), "the other process was ended");
        for path in ["/usr/local/bin/runtray-escape", "/etc/cron.d/runtray-escape", "/etc/ld.so.preload"] {
            assert!(!Path::new(path).exists(), "{path} was made");
        }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        for path in [&self.tmp, &self.shm] {
            let _ = fs::remove_file(path);
        }
        let ended = self.victim.kill().and_then(|()| self.victim.wait());
        drop(ended);
    }
}

/// Sends the secret to whoever connects.
fn tell_secrets(server: TcpListener) {
    thread::spawn(move || {
        while let Ok((mut connection, _)) = server.accept() {
            let _ = connection.write_all(SECRET.as_bytes());
        }
    });
}

/// An address of this machine that is not the loopback, if it has one.
fn own_address() -> String {
    let address = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect((Ipv4Addr::new(203, 0, 113, 1), 9))?;
        socket.local_addr()
    });
    address.map_or_else(|_| "127.0.0.1".to_owned(), |address| address.ip().to_string())
}

/// The ways to run a service, each with its name; says which are not tested.
fn services(person: &Person) -> Vec<(String, Service)> {
    let mut services = Vec::new();
    for mode in MODES {
        for other in [false, true] {
            let name = format!("{mode}, {}", if other { "nobody" } else { "the user of this test" });
            if let Some(reason) = nobody::cannot_run().filter(|_| other) {
                eprintln!("not tested: {name}: {reason}");
                continue;
            }
            let home = Home::new("same_user_only = false\nisolation = \"sandbox\"\n[sandbox]\n");
            let mut command = if other {
                nobody::give(person.home.path());
                nobody::serve(&home)
            } else {
                let mut command = runtray(&home);
                command.args(["serve", "--port", "0"]);
                command
            };
            command.env("RUNTRAY_CONTAINMENT", mode).env("HOME", person.home.path());
            services.push((name, Service::start_by(command, &home)));
        }
    }
    services.retain(|(name, service)| {
        let contained =
            eventually("containment", || service.get("/status").json()["containment"].as_str().map(str::to_owned));
        let wanted = name.split(',').next().unwrap_or_default().trim_end_matches('s').replace('-', "_");
        let given = contained == wanted || contained == format!("pid_{}", wanted);
        if !given {
            eprintln!("not tested: {name}: this machine gives {contained}");
        }
        given
    });
    services
}

/// Whether runs have a root folder of their own.
fn is_rooted(service: &Service) -> bool {
    let detail = &service.get("/status").json()["isolation_detail"];
    !detail.as_str().is_some_and(|detail| detail.contains("mount namespaces"))
}

#[test]
fn nothing_gets_out_of_the_sandbox() {
    let mut person = Person::new();
    let mut failures = Vec::new();
    let mut table = String::from("\n");
    for (name, service) in services(&person) {
        let rooted = is_rooted(&service);
        let cases: Vec<&Escape> = escapes::all().filter(|case| rooted || case.2 == Where::Everywhere).collect();
        let results = attack(&service, &person.context(&service), &cases);
        for (case, result) in cases.iter().zip(&results) {
            failures.extend(complaint(case, result).map(|complaint| format!("{name}: {complaint}")));
        }
        person.check_whole();
        table += &format!("{name}: {} attempts held, {} twins worked\n", cases.len(), cases.len());
        if std::env::var_os("RUNTRAY_SHOW_ESCAPES").is_some() {
            for (case, result) in cases.iter().zip(&results) {
                table += &format!(
                    "  {:<36} {:<10} {}\n",
                    case.0,
                    format!("{:?}", case.1),
                    result[1].as_str().unwrap_or_default()
                );
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    // Past the test's capture, so that the count is always seen.
    let _ = writeln!(std::io::stderr(), "{table}");
}

//! A user with files, processes and servers that a program must not reach.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use super::escapes::SECRET;
use crate::harness::{Service, nobody};

/// Files with the secret.
const FILES: [&str; 7] =
    [".ssh/id_ed25519", ".aws/credentials", ".npmrc", ".bashrc", "data.csv", "old.csv", "draft.csv"];
/// Sockets in the places where programs look for the bus of a session, a display, sound, Docker, and the agent of ssh.
const SOCKETS: [&str; 6] = ["socket", "run/bus", "run/wayland-0", "run/pulse/native", "run/docker.sock", ".ssh/agent"];

/// A home with such things, sockets, processes and objects.
pub(super) struct Person {
    pub(super) home: tempfile::TempDir,
    tmp: PathBuf,
    shm: PathBuf,
    x11: PathBuf,
    /// A process of this user and, if there can be one, of the user nobody.
    victims: [Child; 2],
    port: u16,
    abstract_name: String,
    _sockets: Vec<UnixListener>,
    objects: Child,
    names: Value,
}

impl Person {
    pub(super) fn new() -> Self {
        let home = home();
        let at = |name: &str| home.path().join(name);
        for folder in [".ssh", ".aws", ".config", "run/pulse"] {
            fs::create_dir_all(at(folder)).expect("a folder");
        }
        for name in FILES {
            fs::write(at(name), SECRET).expect("a file");
        }
        let name = home.path().file_name().expect("a name").to_string_lossy().into_owned();
        let (tmp, shm) = (std::env::temp_dir().join(&name), Path::new("/dev/shm").join(&name));
        fs::write(&tmp, SECRET).expect("a file");
        fs::write(&shm, SECRET).expect("a file");
        let server = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).expect("a port");
        let port = server.local_addr().expect("an address").port();
        tell_secrets(server);
        // A machine may have no IPv6.
        let _ = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).map(tell_secrets);
        take_datagrams(&at("run/log"));
        let x11 = display(port);
        let abstracts = [name.as_bytes(), x11.as_os_str().as_encoded_bytes()];
        let abstracts = abstracts.map(|name| SocketAddr::from_abstract_name(name).expect("a name"));
        let mut sockets: Vec<_> = SOCKETS.iter().map(|name| UnixListener::bind(at(name)).expect(name)).collect();
        sockets.push(UnixListener::bind(&x11).expect("a display"));
        sockets.extend(abstracts.iter().map(|name| UnixListener::bind_addr(name).expect("an abstract socket")));
        fs::set_permissions(&x11, Permissions::from_mode(0o777)).expect("a socket for everyone");
        let (objects, names) = objects(&at("data.csv"), &name);
        let victims = [sleeper(false), sleeper(nobody::cannot_run().is_none())];
        Self { home, tmp, shm, x11, victims, port, abstract_name: name, _sockets: sockets, objects, names }
    }

    /// The input of the attacks: everything that an attacker could know. `other` says that the attacker is the user nobody.
    pub(super) fn context(&self, service: Option<&Service>, other: bool) -> Value {
        let mut context = json!({
            "home": self.home.path(), "host": true, "tmp": self.tmp, "shm": self.shm, "x11": self.x11,
            "server": self.port, "address": own_address(),
            "abstract": self.abstract_name, "unix": self.home.path().join("socket"),
            "victim": self.victims[usize::from(other)].id(),
        });
        let known = context.as_object_mut().expect("an object");
        known.extend(self.names.as_object().expect("an object").clone());
        if let Some(service) = service {
            let own = json!({"runtray": service.home().path(), "port": service.port(), "pid": service.pid()});
            known.extend(own.as_object().expect("an object").clone());
        }
        context
    }

    /// Fails if anything of the user was changed.
    pub(super) fn check_whole(&mut self) {
        let at = |name: &str| self.home.path().join(name);
        for name in FILES {
            assert_eq!(fs::read_to_string(at(name)).expect(name), SECRET, "{name} was changed");
        }
        let known = FILES.iter().chain(&[".ssh", ".aws", ".config", "run", "socket"]);
        let mut names: Vec<_> = fs::read_dir(self.home.path()).expect("the home").flatten().collect();
        names.retain(|entry| !known.clone().any(|it| entry.file_name() == *it));
        assert!(names.is_empty(), "new in the home: {names:?}");
        assert!(fs::read_dir(at(".config")).expect("a folder").next().is_none(), "new in .config");
        for victim in &mut self.victims {
            assert!(victim.try_wait().expect("a child").is_none(), "another process was ended");
        }
        for path in ["/usr/local/bin/runtray-escape", "/etc/cron.d/runtray-escape", "/etc/ld.so.preload"] {
            assert!(!Path::new(path).exists(), "{path} was made");
        }
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        for path in [&self.tmp, &self.shm, &self.x11] {
            let _ = fs::remove_file(path);
        }
        for victim in &mut self.victims {
            drop(victim.kill().and_then(|()| victim.wait()));
        }
        drop(self.objects.stdin.take());
        let _ = self.objects.wait();
    }
}

/// A folder that everyone may enter if such a folder can be made: then only the sandbox keeps out the user nobody.
fn home() -> tempfile::TempDir {
    let everyones = tempfile::tempdir_in("/var/lib");
    everyones.or_else(|_| tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))).expect("a folder")
}

fn sleeper(as_nobody: bool) -> Child {
    let mut command = if as_nobody { nobody::to_be("sleep") } else { Command::new("sleep") };
    command.arg("600").spawn().expect("a process")
}

/// The socket of a display with that number, a port of this test.
fn display(number: u16) -> PathBuf {
    let folder = Path::new("/tmp/.X11-unix");
    let _ = fs::create_dir(folder).and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o1777)));
    let socket = folder.join(format!("X{number}"));
    let _ = fs::remove_file(&socket);
    socket
}

/// Starts the process with the objects that have no path, and their names.
fn objects(file: &Path, name: &str) -> (Child, Value) {
    let mut command = Command::new("python3");
    command.args(["-c", include_str!("planted.py")]).arg(file).args([SECRET, name]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
    (child, serde_json::from_str(&line).expect("names"))
}

/// Sends the secret to every client.
fn tell_secrets(server: TcpListener) {
    thread::spawn(move || {
        while let Ok((mut connection, _)) = server.accept() {
            let _ = connection.write_all(SECRET.as_bytes());
        }
    });
}

/// Takes datagrams at `place`, as the system's log does.
fn take_datagrams(place: &Path) {
    let socket = UnixDatagram::bind(place).expect("a socket");
    thread::spawn(move || while socket.recv(&mut [0; 9]).is_ok() {});
}

/// An address of this machine that is not the loopback, if it has one.
fn own_address() -> String {
    let address = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).and_then(|socket| {
        socket.connect((Ipv4Addr::new(203, 0, 113, 1), 9))?;
        socket.local_addr()
    });
    address.map_or_else(|_| "127.0.0.1".to_owned(), |address| address.ip().to_string())
}

//! A small internet for tests: a machine with its local network, and beyond it servers at public addresses.
//!
//! Both are network namespaces of this machine; no packet leaves it. A thread of the test is in one of them, and so are the
//! sockets, services and programs that it starts.

use std::fs;
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::os::fd::AsRawFd;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, SockaddrStorage, bind, listen, setsockopt, socket, sockopt,
};

use super::SECRET;
use crate::harness::{TempDir, skip};

/// A server that any program with a network may reach.
pub(super) const PUBLIC: &str = "203.0.113.10";
pub(super) const PUBLIC_V6: &str = "2001:db8:77::10";
/// The router, in the machine's local network, and a machine there that has a public address.
pub(super) const ROUTER: &str = "10.77.0.1";
pub(super) const NEIGHBOUR: &str = "198.51.100.7";
/// The machine itself.
pub(super) const MACHINE: &str = "10.77.0.2";
/// Private addresses beyond the router, as in a provider's network or a cloud.
pub(super) const BEYOND: [&str; 5] = ["192.168.1.1", "100.64.0.9", "169.254.169.254", "172.20.0.1", "fd00:ec2::254"];
/// A network with public addresses to which the machine has a route of its own, as to a company's by a VPN.
pub(super) const COMPANY: [&str; 2] = ["9.1.2.3", "2001:db8:9::3"];
/// The addresses that the site's translator (NAT64) turns into the router's, and into the public server's.
pub(super) const TRANSLATED_ROUTER: &str = "2001:db8:64::a4d:1";
pub(super) const TRANSLATED_PUBLIC: &str = "2001:db8:64::cb00:710a";
/// The ports of the servers: one that sends the secret, one that repeats its input (TCP and UDP), and one without a server.
pub(super) const SECRETS: u16 = 8000;
pub(super) const ECHO: u16 = 7000;
pub(super) const NOTHING: u16 = 9;

/// Commands for the machine's side. `PEER` is a process of the other.
const MACHINE_SET_UP: &str = "
    ip link set lo up
    ip link add up0 type veth peer name down0 netns PEER
    ip address add 10.77.0.2/24 dev up0
    ip address add 198.51.100.2/24 dev up0
    ip address add fd77::2/64 dev up0 nodad
    ip link set up0 up
    ip route add default via 10.77.0.1
    ip route add 9.0.0.0/8 via 10.77.0.1
";
const INTERNET_SET_UP: &str = "
    ip link set lo up
    ip address add 10.77.0.1/24 dev down0
    ip address add 198.51.100.7/24 dev down0
    ip address add fd77::1/64 dev down0 nodad
    ip link set down0 up
    for address in 203.0.113.10 10.77.53.53 192.168.1.1 100.64.0.9 169.254.169.254 172.20.0.1 9.1.2.3; do ip address add $address/32 dev lo; done
    for address in 2001:db8:77::10 fd00:ec2::254 2001:db8:9::3 2001:db8:64::a4d:1 2001:db8:64::cb00:710a; do ip address add $address/128 dev lo nodad; done
";
/// The machine's name server, in its provider's network.
const NAME_SERVER: &str = "10.77.53.53";

/// The names that the name server knows.
const NAMES: [(&str, &str); 5] = [
    ("public.test", PUBLIC),
    ("six.test", PUBLIC_V6),
    ("rebound.test", "127.0.0.1"),
    ("router.test", ROUTER),
    // By this name a name server tells of a translator: it stands for 192.0.0.170.
    ("ipv4only.arpa", "2001:db8:64::c000:aa"),
];

/// Runs `test` on the machine. Prints the reason if it cannot.
pub(super) fn on_the_machine(test: impl FnOnce() + Send + 'static) {
    if !nix::unistd::geteuid().is_root() {
        skip("only root can make an internet");
        return;
    }
    let ended = thread::spawn(move || {
        let beyond = Beyond::new();
        unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS).expect("a network");
        shell(&MACHINE_SET_UP.replace("PEER", &beyond.process.id().to_string()));
        beyond.serve();
        shell("ip route add default via fd77::1; ip route add 2001:db8:9::/48 via fd77::1");
        let folder = TempDir::new().expect("a folder");
        let file = folder.path().join("resolv.conf");
        fs::write(&file, format!("nameserver {NAME_SERVER}\n")).expect("a file");
        let nothing = None::<&str>;
        mount(nothing, "/", nothing, MsFlags::MS_REC | MsFlags::MS_PRIVATE, nothing).expect("own mounts");
        let place = fs::canonicalize("/etc/resolv.conf").expect("a resolv.conf");
        mount(Some(&file), &place, nothing, MsFlags::MS_BIND, nothing).expect("a mount");
        serve("0.0.0.0");
        serve("::1");
        repeat(MACHINE);
        test();
    });
    if let Err(failure) = ended.join() {
        std::panic::resume_unwind(failure);
    }
}

/// The network beyond the machine: a process that holds it, and a thread that serves in it.
struct Beyond {
    process: Child,
    connected: Sender<()>,
    serves: Receiver<()>,
}

impl Beyond {
    fn new() -> Self {
        let ((sender, made), (connected, connecting), (serving, serves)) = (channel(), channel(), channel());
        thread::spawn(move || {
            unshare(CloneFlags::CLONE_NEWNET).expect("a network");
            let child = Command::new("sleep").arg("600").stdin(Stdio::null()).spawn();
            sender.send(child.expect("a process")).expect("a test");
            if connecting.recv().is_ok() {
                shell(INTERNET_SET_UP);
                serve("0.0.0.0");
                serve("::");
                // A datagram must come from the address that it was sent to.
                [PUBLIC, PUBLIC_V6, ROUTER].into_iter().chain(BEYOND).for_each(repeat);
                answer_names();
                serving.send(()).expect("a test");
            }
        });
        Self { process: made.recv().expect("an internet"), connected, serves }
    }

    /// Starts the servers, after the machine has connected the two networks, and waits until they serve.
    fn serve(&self) {
        self.connected.send(()).expect("an internet");
        self.serves.recv().expect("servers");
    }
}

impl Drop for Beyond {
    fn drop(&mut self) {
        let ended = self.process.kill().and_then(|()| self.process.wait());
        drop(ended);
    }
}

fn shell(script: &str) {
    let output = Command::new("sh").args(["-ec", script]).output().expect("a shell");
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// The servers, at every address of this thread's network.
fn serve(at: &str) {
    let at: IpAddr = at.parse().expect("an address");
    let bound = |port| listener(SocketAddr::new(at, port));
    each_connection(bound(SECRETS), |mut connection| drop(connection.write_all(SECRET.as_bytes())));
    each_connection(bound(ECHO), |mut connection| {
        let mut bytes = vec![0; 1 << 16];
        while let Ok(count @ 1..) = connection.read(&mut bytes) {
            if connection.write_all(&bytes[..count]).is_err() {
                return;
            }
        }
    });
}

/// Repeats datagrams.
fn repeat(at: &str) {
    let socket = UdpSocket::bind((at.parse::<IpAddr>().expect("an address"), ECHO)).expect("a port");
    thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        while let Ok((count, from)) = socket.recv_from(&mut bytes) {
            let _ = socket.send_to(&bytes[..count], from);
        }
    });
}

/// A listening socket; one at `::` is for IPv6 only.
fn listener(at: SocketAddr) -> TcpListener {
    let family = if at.is_ipv4() { AddressFamily::Inet } else { AddressFamily::Inet6 };
    let socket = socket(family, SockType::Stream, SockFlag::SOCK_CLOEXEC, None).expect("a socket");
    if at.is_ipv6() {
        setsockopt(&socket, sockopt::Ipv6V6Only, &true).expect("an option");
    }
    bind(socket.as_raw_fd(), &SockaddrStorage::from(at)).expect("a port");
    listen(&socket, Backlog::MAXCONN).expect("to listen");
    socket.into()
}

fn each_connection(listener: TcpListener, work: fn(TcpStream)) {
    thread::spawn(move || {
        while let Ok((connection, _)) = listener.accept() {
            thread::spawn(move || work(connection));
        }
    });
}

/// The name server: it answers for [`NAMES`], over UDP and over TCP, and says of others that there is no such name.
fn answer_names() {
    let socket = UdpSocket::bind((NAME_SERVER, 53)).expect("a port");
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok((count, from)) = socket.recv_from(&mut bytes) {
            let _ = socket.send_to(&answer(&bytes[..count]), from);
        }
    });
    each_connection(TcpListener::bind((Ipv4Addr::UNSPECIFIED, 53)).expect("a port"), |mut connection| {
        let mut length = [0; 2];
        while connection.read_exact(&mut length).is_ok() {
            let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
            if connection.read_exact(&mut question).is_err() {
                return;
            }
            let answer = answer(&question);
            let framed = [&(answer.len() as u16).to_be_bytes()[..], &answer].concat();
            if connection.write_all(&framed).is_err() {
                return;
            }
        }
    });
}

/// The answer to a message with one question.
fn answer(question: &[u8]) -> Vec<u8> {
    let (name, end) = name(&question[12..]);
    let asked = &question[12..12 + end + 4];
    let kind = u16::from_be_bytes([asked[end], asked[end + 1]]);
    let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, address)| address.parse().expect("an address"));
    let data = match (known, kind) {
        (Some(IpAddr::V4(address)), 1) => address.octets().to_vec(),
        (Some(IpAddr::V6(address)), 28) => Ipv6Addr::octets(&address).to_vec(),
        _ => Vec::new(),
    };
    let code = if known.is_some() { 0x80 } else { 0x83 };
    let count = u8::from(!data.is_empty());
    let mut made = [&question[..2], &[0x81, code, 0, 1, 0, count, 0, 0, 0, 0], asked].concat();
    if count == 1 {
        made.extend([0xc0, 12]);
        made.extend(kind.to_be_bytes());
        made.extend([0, 1, 0, 0, 0, 60, 0, data.len() as u8]);
        made.extend(data);
    }
    made
}

/// The name at the beginning of `bytes`, and where it ends.
fn name(bytes: &[u8]) -> (String, usize) {
    let (mut labels, mut place) = (Vec::new(), 0);
    while bytes[place] != 0 {
        let end = place + 1 + usize::from(bytes[place]);
        labels.push(String::from_utf8_lossy(&bytes[place + 1..end]).to_lowercase());
        place = end;
    }
    (labels.join("."), place + 1)
}

/// The text that a server at that address sends to this thread.
pub(super) fn told_by(address: &str, port: u16) -> std::io::Result<String> {
    let address = SocketAddr::new(address.parse().expect("an address"), port);
    let mut text = String::new();
    TcpStream::connect(address)?.read_to_string(&mut text)?;
    Ok(text)
}

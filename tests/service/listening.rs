//! The loopback addresses, ports in use, stopping.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Output;

use serde_json::json;

use crate::harness::{Home, Service, runtray, skip};

const LOOPBACKS: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];

/// Whether this machine has both loopback addresses; prints the missing one.
fn has_both(service: &Service) -> bool {
    let missing = service.get("/status").json()["missing_address"].clone();
    if !missing.is_null() {
        skip(format_args!("this machine has no {missing}"));
    }
    missing.is_null()
}

fn serve(home: &Home, arguments: &[&str]) -> Output {
    runtray(home).arg("serve").args(arguments).output().expect("runtray runs")
}

/// The whole response of `GET /health` at an address.
fn health_at(address: SocketAddr) -> String {
    let mut connection = TcpStream::connect(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).expect("the service reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the service answers and closes");
    answer
}

/// A free port below the range that systems assign for port 0, so that no concurrent test gets it.
fn free_port() -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 9000).expect("it is small");
    let free = |port: &u16| service_addresses(*port).into_iter().all(|address| TcpListener::bind(address).is_ok());
    (first..first + 1000).find(free).expect("a free port")
}

#[test]
fn both_loopback_addresses_answer_and_no_other() {
    let service = Service::start();
    if !has_both(&service) {
        return;
    }
    for ip in LOOPBACKS {
        let answer = health_at(SocketAddr::new(ip, service.port()));
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"ok\""), "{ip}: {answer}");
    }
    let addresses = [format!("127.0.0.1:{}", service.port()), format!("[::1]:{}", service.port())];
    assert_eq!(service.get("/status").json()["addresses"], json!(addresses));
    #[cfg(target_os = "linux")]
    {
        // Linux answers on all of 127.0.0.0/8, so a service that listens on 0.0.0.0 would be reachable here.
        let elsewhere = SocketAddr::from(([127, 0, 0, 2], service.port()));
        assert!(TcpStream::connect(elsewhere).is_err(), "{elsewhere} answers");
    }
}

#[test]
fn port_zero_takes_a_free_one_each_time() {
    let services = [Service::start(), Service::start(), Service::start()];
    let mut ports = services.each_ref().map(Service::port);
    ports.sort_unstable();
    assert!(ports[0] > 0 && ports[0] < ports[1] && ports[1] < ports[2], "{ports:?}");
}

/// Starts a second service on a port in use: it must end with its own exit code and name the process that holds the port.
fn check_taken(port: u16, holder: Option<u32>, address: &str) {
    let home = Home::new("");
    let refused = serve(&home, &["--port", &port.to_string()]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!((refused.status.code(), refused.stdout.as_slice()), (Some(3), &b""[..]), "{told}");
    assert!(told.contains(&format!("port {port} is in use on {address}")), "{told}");
    assert!(told.contains("runtray serve --port PORT"), "{told}");
    if cfg!(target_os = "linux") {
        let pid = holder.unwrap_or_else(std::process::id);
        let program = std::fs::read_to_string(format!("/proc/{pid}/comm")).expect("the holder runs");
        assert!(told.contains(&format!("by {} (process {pid})", program.trim())), "{told}");
    }
    let free = told.split_once("; port ").and_then(|(_, rest)| rest.split_once(" is free")?.0.parse().ok());
    let free: u16 = free.unwrap_or_else(|| panic!("no port is offered: {told}"));
    assert!(free != port && TcpListener::bind((Ipv4Addr::LOCALHOST, free)).is_ok(), "{told}");
}

#[test]
fn an_error_about_a_port_in_use_names_the_process_that_holds_it() {
    let other = Service::start();
    check_taken(other.port(), Some(other.pid()), "127.0.0.1");
    assert_eq!(other.get("/health").status, 200, "the other goes on");
}

#[test]
fn a_port_in_use_on_one_address_counts_as_in_use() {
    if !has_both(&Service::start()) {
        return;
    }
    for ip in LOOPBACKS {
        let listener = TcpListener::bind(SocketAddr::new(ip, 0)).expect("a free port");
        check_taken(listener.local_addr().expect("an address").port(), None, &ip.to_string());
    }
}

#[test]
fn a_port_of_the_settings_that_is_in_use_is_reported_too() {
    let other = Service::start();
    let home = Home::new(&format!("port = {}", other.port()));
    let refused = serve(&home, &[]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{told}");
    assert!(told.contains("`port = PORT` in the settings file"), "{told}");
}

#[test]
fn a_port_is_free_at_once_after_a_stop() {
    let port = free_port();
    let home = Home::new("");
    for round in 0..5 {
        let mut command = runtray(&home);
        command.args(["serve", "--port", &port.to_string()]);
        let mut service = Service::start_by(command, &home);
        assert_eq!(service.port(), port, "round {round}");
        assert_eq!(service.get("/health").status, 200);
        let idle = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a connection");
        service.stop();
        for address in service_addresses(port) {
            TcpListener::bind(address).unwrap_or_else(|error| panic!("round {round}, {address}: {error}"));
        }
        drop(idle);
    }
}

/// The loopback addresses of this machine.
fn service_addresses(port: u16) -> Vec<SocketAddr> {
    let has = |ip: &IpAddr| TcpListener::bind(SocketAddr::new(*ip, 0)).is_ok();
    LOOPBACKS.into_iter().filter(has).map(|ip| SocketAddr::new(ip, port)).collect()
}

#[cfg(unix)]
#[test]
fn a_service_that_is_asked_to_stop_exits_with_success() {
    use nix::sys::signal::{Signal, kill};
    for signal in [Signal::SIGTERM, Signal::SIGINT, Signal::SIGHUP] {
        let mut service = Service::start_with("stop_grace_ms = 0");
        let (connection, _) = service.begin(&json!({ "language": "fake", "code": "hang", "timeout_ms": 120_000 }));
        let pid = nix::unistd::Pid::from_raw(service.pid().try_into().expect("a pid"));
        kill(pid, signal).expect("runtray can be signalled");
        let status = crate::harness::eventually("the end", || service.ended());
        assert_eq!(status.code(), Some(0), "{signal}: {}", service.stderr());
        assert_eq!(service.run_folders(), Vec::<String>::new(), "{signal}");
        drop(connection);
    }
}

#[test]
fn the_option_allow_origin_extends_the_settings() {
    let home = Home::new("allowed_origins = []");
    let service =
        Service::start_in(&home, &["--allow-origin", "http://localhost:8123", "--allow-origin", "https://a.example"]);
    let ask = |origin: &str| {
        let answer = service.get_with("/languages", &[("Origin", origin)]);
        (answer.status, answer.header("access-control-allow-origin").to_owned())
    };
    for origin in ["http://localhost:8123", "https://a.example"] {
        assert_eq!(ask(origin), (200, origin.to_owned()));
    }
    assert_eq!(ask("http://localhost:8124").0, 403);
    for wrong in ["*", "localhost:8123", "http://localhost:8123/page", "null", ""] {
        let refused = serve(&home, &["--port", "0", "--allow-origin", wrong]);
        let told = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {told}");
        assert!(told.contains("--allow-origin"), "{told}");
    }
}

#[test]
fn health_identifies_the_service() {
    let health = Service::start().get("/health").json();
    assert_eq!((&health["status"], &health["version"]), (&json!("ok"), &json!(env!("CARGO_PKG_VERSION"))));
    assert_eq!(health["platform"], if cfg!(windows) { "nt" } else { "posix" });
    assert!(health["message"].is_string() && health["uptime_ms"].as_f64().is_some_and(|ms| ms > 0.0), "{health}");
}

//! Programs of other users, and a service that runs as root: they need the token.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::thread;

use nix::unistd::{Uid, geteuid, setfsuid};

use crate::guard::{check_runs, execute};
use crate::harness::raw::{RawReply, RawRequest};
use crate::harness::{Home, Service, runtray, skip};

const NOBODY: u32 = 65534;
const CONTAINER: &str = "RUNTRAY_CONTAINER";

/// Whether this test cannot send requests as another user; prints the reason.
fn cannot_be_another() -> bool {
    let reason = if !cfg!(target_os = "linux") {
        "a socket belongs to the user of the thread that makes it only on Linux"
    } else if !geteuid().is_root() {
        "only root can become another user"
    } else {
        return false;
    };
    skip(reason);
    true
}

/// Sends a request as another user.
fn as_nobody(address: SocketAddr, request: &RawRequest) -> RawReply {
    let text = request.text();
    let sending = thread::spawn(move || {
        setfsuid(Uid::from_raw(NOBODY));
        let mut connection = TcpStream::connect(address).expect("the service listens");
        connection.write_all(text.as_bytes()).expect("the service reads");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).expect("the service answers and closes");
        answer
    });
    RawReply::parse(&sending.join().expect("an answer"))
}

fn token(service: &Service) -> String {
    let token = std::fs::read_to_string(service.home().path().join("data/token")).expect("a token");
    format!("Bearer {}", token.trim())
}

#[test]
fn another_user_s_program_needs_the_token() {
    if cannot_be_another() {
        return;
    }
    let service = Service::start();
    let bearer = token(&service);
    for ip in [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.to_ipv6_mapped().into()] {
        let address = SocketAddr::new(ip, service.port());
        if TcpStream::connect(address).is_err() {
            skip(format_args!("{address} cannot be reached"));
            continue;
        }
        let refused = as_nobody(address, &execute(&service, &[]));
        assert_eq!((refused.status, &refused.json()["code"]), (401, &"token_required".into()), "{address}");
        assert!(refused.body.contains("another user") && refused.body.contains("same_user_only"), "{}", refused.body);
        let page = as_nobody(address, &execute(&service, &[("Origin", "http://localhost:3001")]));
        assert_eq!(page.status, 401, "{address}: a page of another user's browser");
        service.assert_nothing_ran("another user's program");
        let wrong = as_nobody(address, &execute(&service, &[("Authorization", "Bearer wrong")]));
        assert_eq!(wrong.status, 401, "{address}");
        let health = RawRequest::new("GET", "/health").header("Host", "localhost");
        assert_eq!(as_nobody(address, &health).status, 200, "{address}");
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port()));
    assert_eq!(as_nobody(address, &execute(&service, &[("Authorization", &bearer)])).status, 200);
    check_runs(&service, &execute(&service, &[]));
}

#[test]
fn a_setting_lets_other_users_in() {
    if cannot_be_another() {
        return;
    }
    let service = Service::start_with("same_user_only = false");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, service.port()));
    assert_eq!(as_nobody(address, &execute(&service, &[])).status, 200);
    let mistake = Service::start_with("same_user_only = \"no\"");
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, mistake.port()));
    assert_eq!(as_nobody(address, &execute(&mistake, &[])).status, 401, "a mistake closes");
}

#[test]
fn a_request_on_a_closed_connection_of_another_user_is_not_run() {
    if cannot_be_another() {
        return;
    }
    let service = Service::start();
    let trace = service.home().shared("trace");
    let code = format!("save-process {}", trace.display());
    let body = serde_json::json!({ "code": code, "language": "fake" }).to_string();
    let request = RawRequest::new("POST", "/execute").header("Host", &format!("localhost:{}", service.port()));
    let text = request.headers(&[("Content-Type", "application/json")]).body(&body).text();
    let address = (Ipv4Addr::LOCALHOST, service.port());
    // The kernel reports root as the owner of a closed socket, and this service runs as root.
    for _ in 0..50 {
        let text = text.clone();
        let sending = thread::spawn(move || {
            setfsuid(Uid::from_raw(NOBODY));
            let mut connection = TcpStream::connect(address).expect("the service listens");
            connection.write_all(text.as_bytes()).expect("the service reads");
        });
        sending.join().expect("sent");
    }
    service.get("/status");
    assert!(!trace.exists(), "a program was run for a user who had left");
    service.assert_nothing_ran("connections that were closed at once");
}

#[test]
fn a_service_of_root_requires_the_token_outside_a_container() {
    if !geteuid().is_root() {
        return skip("only root can serve as root");
    }
    let start = |container: &str| {
        let home = Home::new("");
        let mut command = runtray(&home);
        command.args(["serve", "--port", "0"]).env(CONTAINER, container);
        Service::start_by(command, &home)
    };
    for container in ["", "0"] {
        let service = start(container);
        service.says("runs as root, so every caller needs the token");
        let refused = service.send(&execute(&service, &[]));
        assert_eq!((refused.status, &refused.json()["code"]), (401, &"token_required".into()), "{container:?}");
        assert!(refused.body.contains("root") && refused.body.contains(CONTAINER), "{}", refused.body);
        assert_eq!(service.get("/health").status, 200);
        let (bearer, port) = (token(&service), service.port().to_string());
        service.assert_nothing_ran_asking_with(&[("Authorization", &bearer)], "a request without a token");
        check_runs(&service, &execute(&service, &[("Authorization", &bearer)]));
        let status =
            runtray(service.home()).args(["status", "--json", "--port", &port]).output().expect("runtray runs");
        assert!(status.status.success(), "{status:?}");
    }
    let service = start("1");
    check_runs(&service, &execute(&service, &[]));
}

//! A service that listens beyond the loopback addresses: every request needs the token, and names the service by an allowed name
//! or by its address. 127.0.0.2 stands for an address that other machines reach.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Output, Stdio};

use super::{JSON, PROGRAM};
use crate::harness::raw::{RawReply, RawRequest};
use crate::harness::{Home, Service, runtray};

const ADDRESS: &str = "127.0.0.2";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A home with a token file of this content, and the path of that file.
fn home(token: &str) -> (Home, String) {
    let home = Home::new("allowed_hosts = [\"runtray.example\"]\nallowed_origins = []");
    let file = home.path().join("operator-token");
    fs::write(&file, token).expect("a file");
    let file = file.display().to_string();
    (home, file)
}

fn start() -> Service {
    let (home, file) = home(&format!("{TOKEN}\n"));
    Service::start_in(&home, &["--listen", ADDRESS, "--token-file", &file])
}

/// The answer to a request that comes from outside.
fn send(service: &Service, request: &RawRequest) -> RawReply {
    let mut connection = TcpStream::connect((ADDRESS, service.port())).expect("the service listens there");
    connection.write_all(request.text().as_bytes()).expect("the service reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("the service answers");
    RawReply::parse(&answer)
}

/// A request to run a program, with this `Host` and this token.
fn program(host: &str, token: Option<&str>) -> RawRequest {
    let request = RawRequest::new("POST", "/execute").header("Host", host).headers(&[JSON]);
    let bearer = token.map(|token| format!("Bearer {token}"));
    let request = bearer.iter().fold(request, |request, bearer| request.header("Authorization", bearer));
    request.body(PROGRAM)
}

#[test]
fn only_the_token_opens_it_under_its_names_and_its_address() {
    let service = start();
    let port = service.port();
    for host in ["runtray.example", ADDRESS, "localhost"] {
        let host = format!("{host}:{port}");
        let answer = send(&service, &program(&host, Some(TOKEN)));
        assert_eq!((answer.status, answer.json()["output"].as_str()), (200, Some("ran\n")), "{host}");
        for token in [None, Some("wrong")] {
            let refused = send(&service, &program(&host, token));
            assert_eq!(
                (refused.status, refused.json()["status"].as_str()),
                (401, Some("rejected")),
                "{host} {token:?}"
            );
        }
    }
    for host in [format!("evil.example:{port}"), format!("{ADDRESS}:1"), format!("{ADDRESS}.evil.example:{port}")] {
        let refused = send(&service, &program(&host, Some(TOKEN)));
        assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("host_not_allowed")), "{host}");
    }
    let page = program(&format!("{ADDRESS}:{port}"), Some(TOKEN)).header("Origin", "http://localhost:3000");
    assert_eq!(send(&service, &page).status, 403, "a page that no setting allows");
}

#[test]
fn the_loopback_address_asks_for_the_token_too_and_health_answers_all() {
    let service = start();
    assert_eq!(service.post("/execute", &serde_json::json!({"code": "1"})).status, 401);
    assert_eq!(send(&service, &RawRequest::new("GET", "/health").header("Host", "probe")).status, 200);
    let metrics = RawRequest::new("GET", "/metrics").header("Host", &format!("{ADDRESS}:{}", service.port()));
    assert_eq!(send(&service, &metrics).status, 401);
    let metrics = send(&service, &metrics.header("Authorization", &format!("Bearer {TOKEN}")));
    // The metric by which the manifests scale.
    assert!(metrics.status == 200 && metrics.body.contains("\nruntray_queued_executions 0\n"), "{}", metrics.body);
}

#[test]
fn without_a_token_that_cannot_be_guessed_it_does_not_start() {
    let serve = |home: &Home, arguments: &[&str]| -> Output {
        let mut command = runtray(home);
        command.args(["serve", "--port", "0", "--listen", ADDRESS]).args(arguments).stdin(Stdio::null());
        command.output().expect("runtray ends")
    };
    let (weak, file) = home("secret");
    for (arguments, code, part) in [
        (&[][..], 2, "--token-file"),
        (&["--token-file", &file], 1, "at least 32"),
        (&["--token-file", "/nowhere/token"], 1, "cannot read the token"),
    ] {
        let output = serve(&weak, arguments);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), told.contains(part)), (Some(code), true), "{told}");
    }
}

/// The settings in the manifests for Kubernetes.
fn settings_of_pods() -> String {
    const MANIFEST: &str = include_str!("../../packaging/kubernetes/base/settings.yaml");
    let (_, settings) = MANIFEST.split_once("settings.toml: |\n").expect("the settings are in it");
    settings.lines().map(|line| format!("{}\n", line.strip_prefix("    ").unwrap_or(line))).collect()
}

#[test]
fn the_settings_of_the_manifests_are_valid_and_let_only_the_token_in() {
    let home = Home::without_interpreters(&settings_of_pods());
    let check = runtray(&home).args(["config", "check"]).output().expect("runtray runs");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
    let file = home.path().join("operator-token");
    fs::write(&file, TOKEN).expect("a file");
    let service = Service::start_in(&home, &["--listen", ADDRESS, "--token-file", &file.display().to_string()]);
    let at = |token: &str| {
        let request =
            RawRequest::new("GET", "/status").header("Host", &format!("runtray.runtray.svc:{}", service.port()));
        send(&service, &request.header("Authorization", &format!("Bearer {token}")))
    };
    assert_eq!((at(TOKEN).status, at("guess").status), (200, 401));
    assert_eq!(at(TOKEN).json()["problems"], serde_json::json!([]), "{}", at(TOKEN).body);
}

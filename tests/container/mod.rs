//! The isolation `container`, with a fake daemon in place of Docker or Podman: neither is on the machines that test this.

mod daemon;
mod fake_container;
mod faults;
mod http;
mod left;
mod runs;

use serde_json::{Value, json};

use crate::harness::{Home, Service, runtray};
use daemon::{FakeDaemon, IMAGE, Manners};

/// Settings that ask for containers of the image that the fake daemon has.
fn settings() -> String {
    format!("isolation = \"container\"\n[container]\nimage = \"{IMAGE}\"\n[limits]\nmemory_bytes = 1073741824\n")
}

/// A service with `settings` whose daemon is `daemon`.
fn service_with(daemon: &FakeDaemon, settings: &str) -> Service {
    service_in(daemon, &Home::new(settings))
}

fn service_in(daemon: &FakeDaemon, home: &Home) -> Service {
    let mut command = runtray(home);
    command.args(["serve", "--port", "0"]).env("DOCKER_HOST", daemon.host());
    Service::start_by(command, home)
}

/// A service that asks for containers, and its daemon.
fn contained(manners: Manners) -> (FakeDaemon, Service) {
    let daemon = FakeDaemon::start(manners);
    let service = service_with(&daemon, &settings());
    (daemon, service)
}

/// The reason why a program is refused, after the check that it is.
#[track_caller]
fn refused(service: &Service, request: &Value) -> String {
    let reply = service.post("/execute", request);
    let answer = reply.json();
    assert_eq!((reply.status, &answer["code"]), (422, &json!("isolation_unavailable")), "{answer}");
    answer["error"].as_str().expect("a sentence").to_owned()
}

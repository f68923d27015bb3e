//! The port: changed while the service runs, and in use by another program.

use std::net::TcpStream;

use crate::port;
use crate::session::{Session, until};
use crate::webdriver::{ENTER, Page};

#[test]
fn a_changed_port_is_used_at_once_and_one_in_use_names_its_holder() {
    let session = Session::new();
    let page = Page::open(&session);
    let (first, second) = (page.app.port, port::free());
    moves_to(&page, second);
    answers(&page, second);
    assert!(!is_open(first), "the old port is still open");

    let (_holder, taken) = port::held();
    moves_to(&page, taken);
    page.reads("header", "Problem");
    page.go("Status");
    let problem = page.reads("main", &format!("Port {taken} is in use"));
    let name = std::fs::read_to_string("/proc/self/comm").expect("a name");
    assert!(problem.contains(name.trim()), "{problem} does not name {name}");
    let button = problem.lines().find(|line| line.starts_with("Use port ")).expect("another port is offered");
    page.click(button);
    answers(&page, button.trim_start_matches("Use port ").parse().expect("a port"));
    assert!(!is_open(second), "the old port is still open");
}

/// Changes the setting and restarts the service, as the window asks for.
fn moves_to(page: &Page<'_>, port: u16) {
    page.go("Settings");
    page.fill("#field-port", &format!("{port}{ENTER}"));
    page.reads("#about-port", "Takes effect when the service restarts");
    page.click("Restart now");
}

/// Waits until the window shows that the service is on `port`, and checks that it answers there.
fn answers(page: &Page<'_>, port: u16) {
    page.reads("header", &format!("http://localhost:{port}"));
    until("an open port", || is_open(port).then_some(()));
    page.reads("header", "Running");
}

fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

//! Notifications: shown once for events while no window is open, and never for events that an open window shows.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use zbus::blocking::{Connection, connection::Builder};
use zbus::zvariant::OwnedValue;

use crate::app::{App, PROGRAM, settings};
use crate::console_view::says;
use crate::port;
use crate::session::{Session, until};
use crate::tray::Panel;
use crate::webdriver::Page;

/// A notification service that only records.
#[derive(Default)]
struct Notifications(Arc<Mutex<Vec<String>>>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(clippy::too_many_arguments, reason = "the interface is freedesktop.org's")]
    fn notify(
        &self,
        _app: String,
        _replaces: u32,
        _icon: String,
        summary: String,
        _body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _timeout: i32,
    ) -> u32 {
        self.0.lock().expect("a list").push(summary);
        1
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        ("test".to_owned(), "test".to_owned(), "1".to_owned(), "1.2".to_owned())
    }
}

/// Records the titles of all notifications of a session.
fn listen(session: &Session) -> (Connection, Arc<Mutex<Vec<String>>>) {
    let notifications = Notifications::default();
    let list = notifications.0.clone();
    let bus = Builder::address(session.bus()).and_then(|bus| bus.name("org.freedesktop.Notifications"));
    let bus = bus.and_then(|bus| bus.serve_at("/org/freedesktop/Notifications", notifications));
    (bus.and_then(Builder::build).expect("a service"), list)
}

#[test]
fn a_failure_is_notified_while_no_window_is_open() {
    let session = Session::new();
    let (_bus, list) = listen(&session);
    let panel = Panel::new(&session);
    let (_holder, port) = port::held();
    settings(&session, port, "");
    let mut command = session.command(PROGRAM);
    let _app = App::start_as_it_is(&session, command.arg("--hidden"), port);
    panel.tray().says("Not running");
    until("a notification", || (*list.lock().expect("a list") == ["Runtray is not running"]).then_some(()));
}

#[test]
fn an_open_window_shows_a_failure_once_and_nothing_is_notified() {
    let session = Session::new();
    let (_bus, list) = listen(&session);
    let port = port::free();
    settings(&session, port, "");
    let page = Page::open_as_it_is(&session, port);
    until("a healthy answer", || page.app.is_healthy().then_some(()));
    let tray = page.panel.tray();
    tray.click("Stop Service");
    tray.says("Stopped");
    let holder = TcpListener::bind(("127.0.0.1", port)).expect("a port");
    page.click_on("[role=switch]");
    let words = format!("port {port}");
    page.reads("main", &format!("Port {port} is in use"));
    assert_eq!(page.text("header [role=status]").trim(), "Problem");
    assert_eq!(page.text("body").to_lowercase().matches(&words).count(), 1, "{}", page.text("body"));
    drop(holder);
    // If the next notification is the first one, the failure has caused none.
    tray.click("Start Service");
    tray.says("Running");
    page.go("Console");
    page.fill("[aria-label=Program].cm-content", "print('begun')\ninput()");
    page.click("Run");
    says(&page, "begun");
    page.close();
    until("a notification", || (!list.lock().expect("a list").is_empty()).then_some(()));
    assert_eq!(*list.lock().expect("a list"), ["A program is still running"]);
}

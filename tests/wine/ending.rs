//! The end of the app. Nothing is left behind.

use std::fs;
use std::net::TcpListener;
use std::thread;

use crate::app::{App, command, post, programs_running};
use crate::port;
use crate::session::{Session, as_windows_sees, until};
use crate::tray::{Line, choose};

/// Ends the app while it runs an endless program, and checks that nothing is left behind.
fn check(end: impl FnOnce(&Session)) {
    let session = Session::new();
    let mut app = App::hidden(&session);
    let started = session.folder().join("started");
    let (port, code) = (app.port, format!("save-process {}\nhang", as_windows_sees(&started)));
    let run = thread::spawn(move || post(port, &code));
    until("a program that runs", || started.exists().then_some(()));
    assert_eq!(programs_running(&session).len(), 2, "the app and the program");
    end(&session);
    assert!(app.ended());
    assert_eq!(run.join().expect("a run")["status"], "cancelled");
    until("no program", || programs_running(&session).is_empty().then_some(()));
    assert!(!port::answers(port));
    TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    let folders = fs::read_dir(session.home().join("runs")).expect("a folder").flatten();
    assert_eq!(folders.filter(|entry| entry.path().is_dir()).count(), 0, "folders of runs are left");
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn quit_on_the_command_line_ends_the_running_app() {
    check(|session| {
        assert!(command(session, &["--quit"]).status().expect("a second start").success());
    });
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn quit_in_the_menu_ends_everything() {
    check(|session| choose(session, Line::Quit));
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn quit_without_a_running_app_starts_nothing() {
    let session = Session::new();
    let mut app = App::start(&session, &["--quit"]);
    assert!(app.ended());
    assert!(programs_running(&session).is_empty() && !app.is_healthy());
}

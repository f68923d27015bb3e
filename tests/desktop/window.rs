//! The window as other programs on the display see it.

use std::process::Command;

use crate::app::{App, PROGRAM};
use crate::session::{Session, until};
use crate::tray::Panel;

/// The visible windows with this title.
pub(crate) fn visible_windows(session: &Session, title: &str) -> Vec<String> {
    let name = format!("^{title}$");
    let found = session.command("xdotool").args(["search", "--onlyvisible", "--name", &name]).output();
    String::from_utf8_lossy(&found.expect("xdotool").stdout).lines().map(str::to_owned).collect()
}

fn windows(session: &Session) -> usize {
    visible_windows(session, "Runtray").len()
}

fn second_start(session: &Session, args: &[&str]) {
    let mut command: Command = session.command(PROGRAM);
    assert!(command.args(args).status().expect("a second start").success());
}

#[test]
fn opening_twice_shows_one_window() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let app = App::hidden(&session).serving();
    let tray = panel.tray();
    assert_eq!(windows(&session), 0, "it was to start hidden");
    tray.click("Open Runtray");
    until("a window", || (windows(&session) > 0).then_some(()));
    tray.click("Open Runtray");
    second_start(&session, &[]);
    tray.click("Stop Service");
    tray.says("Stopped");
    assert_eq!(windows(&session), 1);
    drop(app);
}

#[test]
fn a_second_start_shows_the_first_one_s_window() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let mut app = App::hidden(&session).serving();
    panel.tray();
    second_start(&session, &[]);
    until("a window", || (windows(&session) == 1).then_some(()));
    assert!(app.runs() && app.is_healthy());
}

#[test]
fn a_start_without_options_shows_the_window() {
    let session = Session::new();
    let _panel = Panel::new(&session);
    let _app = App::start(&session, session.command(PROGRAM)).serving();
    until("a window", || (windows(&session) == 1).then_some(()));
}

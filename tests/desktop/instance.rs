//! One app for each data folder: second starts, with a session bus and without.

use crate::app::{App, PROGRAM, processes};
use crate::session::{Has, Session, until};
use crate::tray::Panel;
use crate::window::visible_windows;

const NO_BUS: Has = Has { display: true, bus: false };

fn second_start(session: &Session, args: &[&str]) -> (bool, String) {
    let output = session.command(PROGRAM).args(args).output().expect("a second start");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn without_a_bus_a_second_start_reaches_the_first_app() {
    let session = Session::with(NO_BUS);
    let mut app = App::hidden(&session).serving();
    until("a window", || (!visible_windows(&session, "Runtray").is_empty()).then_some(()));
    let (done, output) = second_start(&session, &[]);
    assert!(done && output.is_empty(), "{output}");
    assert!(app.runs() && app.is_healthy());
    let (done, output) = second_start(&session, &["--quit"]);
    assert!(done && !output.contains("not running"), "{output}");
    assert!(app.ended(), "{}", app.stderr());
    until("no process", || processes(&session).is_empty().then_some(()));
    let (done, output) = second_start(&session, &["--quit"]);
    assert!(done && output.contains("Runtray is not running"), "{output}");
}

#[test]
fn a_second_start_reaches_an_app_without_a_display() {
    let session = Session::with(Has { display: false, bus: false });
    let mut app = App::hidden(&session).serving();
    let (done, output) = second_start(&session, &[]);
    assert!(done && app.runs(), "{output}");
    assert!(second_start(&session, &["--quit"]).0);
    assert!(app.ended(), "{}", app.stderr());
}

#[test]
fn a_second_start_that_is_hidden_opens_no_window() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let mut app = App::hidden(&session).serving();
    let tray = panel.tray();
    assert!(second_start(&session, &["--hidden"]).0);
    // The app handles requests in order: once this click has an effect, the second start was handled.
    tray.click("Stop Service");
    tray.says("Stopped");
    assert!(visible_windows(&session, "Runtray").is_empty(), "a window was opened");
    assert!(app.runs());
    assert!(second_start(&session, &[]).0);
    until("a window", || (!visible_windows(&session, "Runtray").is_empty()).then_some(()));
}

#[test]
fn a_killed_app_does_not_prevent_the_next_start() {
    let session = Session::new();
    let _panel = Panel::new(&session);
    let app = App::hidden(&session).serving();
    let port = app.port;
    drop(app);
    until("its end", || processes(&session).is_empty().then_some(()));
    let mut command = session.command(PROGRAM);
    let mut next = App::start_as_it_is(&session, command.arg("--hidden"), port).serving();
    assert!(next.runs());
}

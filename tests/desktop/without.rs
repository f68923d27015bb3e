//! Sessions that lack something: the app prints a clear message, the service runs, and nothing panics.

use std::path::Path;

use crate::app::{App, PROGRAM};
use crate::session::{Has, Session, until};
use crate::tray::Panel;

fn check(app: &mut App, message: &str) {
    until(message, || app.stderr().contains(message).then_some(()));
    until("a healthy answer", || app.is_healthy().then_some(()));
    assert_eq!(app.run("print('served')")["output"], "served\n");
    let stderr = app.stderr();
    assert!(app.runs() && !stderr.contains("panicked"), "{stderr}");
}

#[test]
fn without_a_display_the_service_runs() {
    let session = Session::with(Has { display: false, bus: true });
    let mut app = App::hidden(&session);
    check(&mut app, "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)");
    let pid = nix::unistd::Pid::from_raw(i32::try_from(app.pid()).expect("a pid"));
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("a signal");
    assert!(app.ended(), "{}", app.stderr());
}

#[test]
fn a_display_that_does_not_answer_counts_as_none() {
    let session = Session::with(Has { display: false, bus: false });
    let mut command = session.command(PROGRAM);
    command.env("DISPLAY", ":59999");
    let mut app = App::start(&session, command);
    check(&mut app, "the display that DISPLAY or WAYLAND_DISPLAY names does not answer");
}

#[test]
fn without_a_bus_the_window_is_shown_instead_of_the_tray() {
    let session = Session::with(Has { display: true, bus: false });
    let mut app = App::hidden(&session);
    check(&mut app, "no session bus (D-Bus) was found");
    shows_window(&session);
}

#[test]
fn without_a_tray_the_window_is_shown_instead() {
    let session = Session::new();
    let mut app = App::hidden(&session);
    check(&mut app, "this desktop has no place for tray icons");
    shows_window(&session);
}

#[test]
fn a_panel_that_comes_later_shows_the_icon_and_no_window_is_opened() {
    let session = Session::new();
    let app = App::hidden(&session).serving();
    let panel = Panel::new(&session);
    panel.tray().says("Running on");
    let found = session.command("xdotool").args(["search", "--onlyvisible", "--name", "^Runtray$"]).output();
    assert!(found.expect("xdotool").stdout.is_empty(), "{}", app.stderr());
}

#[test]
fn without_the_tray_library_the_window_is_shown_instead() {
    let session = Session::new();
    let _panel = Panel::new(&session);
    let libraries = ["libayatana-appindicator3.so.1", "libappindicator3.so.1"];
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"];
    let paths = folders.iter().flat_map(|folder| libraries.iter().map(move |name| format!("{folder}/{name}")));
    let hide: String = paths
        .filter(|place| Path::new(place).exists())
        .map(|place| format!("mount --bind /dev/null {place} && "))
        .collect();
    let mut command = session.command("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c"]).arg(format!("{hide}exec {PROGRAM} --hidden"));
    let mut app = App::start(&session, command);
    check(&mut app, "the library libayatana-appindicator3 is not installed");
    shows_window(&session);
}

fn shows_window(session: &Session) {
    until("a window", || {
        let found = session.command("xdotool").args(["search", "--onlyvisible", "--name", "^Runtray$"]).output();
        (!found.expect("xdotool").stdout.is_empty()).then_some(())
    });
}

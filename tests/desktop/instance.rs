//! One app for each data folder: second starts, with a session bus and without.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

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

#[test]
fn no_file_of_the_app_is_accessible_to_others_with_a_umask_of_zero() {
    let session = Session::new();
    let _panel = Panel::new(&session);
    let unmasked = || {
        let mut command = session.command("sh");
        command.args(["-c", "umask 000; exec \"$0\"", PROGRAM]);
        command
    };
    let mut app = App::start(&session, unmasked()).serving();
    until("a window", || (!visible_windows(&session, "Runtray").is_empty()).then_some(()));
    assert_eq!(app.run("print(1)")["output"], "1\n");
    check_private(&session, &["data/app.lock", "data/app.address", "data/app.socket", "config/settings.toml"]);
    assert!(second_start(&session, &["--quit"]).0 && app.ended());
    check_private(&session, &["data/app.lock", "data/window.json"]);
    // As an earlier version or a restored copy may have left them.
    for file in ["data", "data/app.lock", "data/window.json", "config", "config/settings.toml"] {
        let mode = if session.home().join(file).is_dir() { 0o777 } else { 0o666 };
        fs::set_permissions(session.home().join(file), fs::Permissions::from_mode(mode)).expect("set");
    }
    let port = app.port;
    let mut app = App::start_as_it_is(&session, &mut unmasked(), port).serving();
    check_private(&session, &["data/app.lock", "data/app.address", "data/window.json", "config/settings.toml"]);
    assert!(second_start(&session, &["--quit"]).0 && app.ended());
}

/// Checks that other users have no access to the app's folders and files, and that `files` are there.
fn check_private(session: &Session, files: &[&str]) {
    for file in files {
        let mode = fs::metadata(session.home().join(file)).expect(file).permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file}: {mode:o}");
    }
    let mut open = Vec::new();
    // The folder itself was made by the test.
    for folder in fs::read_dir(session.home()).expect("a folder").flatten() {
        add_open(&folder.path(), &mut open);
    }
    // The folder of a run is private; its content belongs to the program.
    let runs = session.home().join("runs");
    open.retain(|(path, _)| path.strip_prefix(&runs).map_or(true, |path| path.components().count() <= 2));
    assert!(open.is_empty(), "others may use {open:x?}");
}

/// Adds to `open` each path at or below `path` that others have access to.
fn add_open(path: &Path, open: &mut Vec<(PathBuf, u32)>) {
    // The app may delete a file meanwhile.
    let Ok(found) = fs::symlink_metadata(path) else { return };
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 && !found.is_symlink() {
        open.push((path.to_owned(), mode));
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        add_open(&entry.path(), open);
    }
}

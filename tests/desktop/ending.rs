//! The end of the app: by its menu, by `--quit`, by a signal. Nothing is left behind.

use std::net::TcpStream;

use crate::app::{App, PROGRAM, processes};
use crate::session::{Session, until};
use crate::tray::{Panel, Tray};

/// Ends the app while it runs an endless program, and checks that nothing is left behind.
fn check(end: impl FnOnce(&Session, &App, &Tray)) {
    let session = Session::new();
    let panel = Panel::new(&session);
    let mut app = App::hidden(&session);
    let home = session.home().join("config/settings.toml");
    let settings = std::fs::read_to_string(&home).expect("settings");
    std::fs::write(&home, format!("stop_grace_ms = 0\n{settings}")).expect("settings");
    app = app.serving();
    let tray = panel.tray();
    let started = session.folder().join("started");
    let code = format!("import time; open({:?}, 'w').close(); time.sleep(600)", started.display().to_string());
    let (port, url) = (app.port, format!("http://127.0.0.1:{}/execute", app.port));
    let run = std::thread::spawn(move || drop(ureq::post(url).send_json(serde_json::json!({ "code": code }))));
    until("a program that runs", || started.exists().then_some(()));
    end(&session, &app, &tray);
    assert!(app.ended(), "{}", app.stderr());
    run.join().expect("a run");
    until("no process", || processes(&session).is_empty().then_some(()));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "the port is still open");
    let entries = std::fs::read_dir(session.home().join("runs")).expect("a folder").flatten();
    let folders = entries.filter(|entry| entry.path().is_dir()).count();
    assert_eq!(folders, 0, "folders of runs are left");
}

#[test]
fn quit_in_the_menu_ends_everything() {
    check(|_, _, tray| tray.click("Quit Runtray"));
}

#[test]
fn quit_on_the_command_line_ends_the_running_app() {
    check(|session, _, _| {
        assert!(session.command(PROGRAM).arg("--quit").status().expect("a second start").success());
    });
}

/// Posts a program and returns the answer, or the error of the refused connection.
fn post(port: u16, code: &str) -> Result<serde_json::Value, String> {
    let url = format!("http://127.0.0.1:{port}/execute");
    let answer = ureq::post(url).send_json(serde_json::json!({ "code": code })).map_err(|error| error.to_string())?;
    serde_json::from_reader(answer.into_body().into_reader()).map_err(|error| error.to_string())
}

#[test]
fn a_quit_that_waits_ends_no_program_however_many_come() {
    let session = Session::new();
    let _panel = Panel::new(&session);
    let mut app = App::hidden(&session).serving();
    let [started, end] = ["started", "end"].map(|name| session.folder().join(name));
    let code = format!(
        "import os, time; open({:?}, 'w').close()\nwhile not os.path.exists({:?}): time.sleep(0.02)\nprint('whole')",
        started.display().to_string(),
        end.display().to_string()
    );
    let port = app.port;
    let run = std::thread::spawn(move || post(port, &code));
    until("a program that runs", || started.exists().then_some(()));
    assert!(session.command(PROGRAM).args(["--quit", "--when-idle"]).status().expect("a second start").success());
    let meanwhile = post(port, "print('meanwhile')").expect("the app accepts programs until it is idle");
    assert_eq!(meanwhile["output"], "meanwhile\n", "{meanwhile}");
    assert!(app.runs());
    let client = std::thread::spawn(move || until_refused(port));
    std::fs::write(&end, "").expect("a file");
    let whole = run.join().expect("a run").expect("an answer");
    assert_eq!((&whole["status"], &whole["output"]), (&"completed".into(), &"whole\n".into()), "{whole}");
    client.join().expect("no program was cancelled");
    assert!(app.ended(), "{}", app.stderr());
    until("no process", || processes(&session).is_empty().then_some(()));
}

/// Posts one program after the other, with a pause, until one is refused. Each that is accepted runs to its end.
fn until_refused(port: u16) {
    while let Ok(answer) = post(port, "print('one')") {
        assert_eq!((&answer["status"], &answer["output"]), (&"completed".into(), &"one\n".into()), "{answer}");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn sigterm_ends_everything() {
    check(|_, app, _| {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(app.pid()).expect("a pid"));
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).expect("a signal");
    });
}

#[test]
fn quit_without_a_running_app_prints_an_error_and_starts_nothing() {
    let session = Session::new();
    let mut command = session.command(PROGRAM);
    command.arg("--quit");
    let mut app = App::start(&session, command);
    assert!(app.ended());
    assert!(app.stderr().contains("Runtray is not running"), "{}", app.stderr());
}

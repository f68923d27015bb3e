//! The service inside the app.

use std::net::TcpListener;

use crate::app::{App, command, log, programs_running};
use crate::port;
use crate::session::{Session, until};
use crate::tray::{Line, choose};

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn a_program_that_is_posted_runs() {
    let session = Session::new();
    let app = App::hidden(&session);
    let answer = app.run("print hello\nwarn careful\nexit 3");
    assert_eq!((&answer["output"], &answer["error"]), (&"hello\n".into(), &"careful\n".into()), "{answer}");
    assert_eq!((&answer["status"], &answer["exit_code"]), (&"failed".into(), &3.into()));
    assert_eq!(app.run("hang")["status"], "timeout");
    until("only the app", || (programs_running(&session).len() == 1).then_some(()));
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn a_second_start_serves_nothing() {
    let session = Session::new();
    let mut app = App::hidden(&session);
    let other = port::free();
    let second = command(&session, &["--hidden", "--port", &other.to_string()]).status().expect("a second start");
    assert!(second.success());
    assert!(!port::answers(other), "a second service runs");
    assert_eq!(programs_running(&session).len(), 1);
    assert!(app.runs() && app.is_healthy());
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn a_port_that_is_taken_is_named_and_another_try_helps() {
    let session = Session::new();
    let port = port::free();
    let holder = TcpListener::bind(("127.0.0.1", port)).expect("a port");
    let mut app = App::start_on(&session, port, &["--hidden"]);
    let reason = format!("port {port} is in use on 127.0.0.1");
    until("the reason in the log", || log(&session).contains(&reason).then_some(()));
    drop(holder);
    choose(&session, Line::StartOrStop);
    until("a healthy answer", || app.is_healthy().then_some(()));
    assert!(app.runs());
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn a_page_that_is_refused_runs_nothing_and_the_app_goes_on() {
    let session = Session::new();
    let mut app = App::hidden(&session);
    let page = ureq::post(format!("http://127.0.0.1:{}/execute", app.port)).header("Origin", "https://page.example");
    let refused = page.send_json(serde_json::json!({ "code": "print no", "language": "fake" }));
    assert!(matches!(refused, Err(ureq::Error::StatusCode(403))), "{refused:?}");
    // Wine cannot show the notification about the page.
    assert_eq!(app.run("print yes")["output"], "yes\n");
    assert!(app.runs());
}

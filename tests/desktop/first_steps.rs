//! The example for a terminal that the window shows to new users.

use crate::app::settings;
use crate::port;
use crate::session::{Session, until};
use crate::webdriver::Page;

/// Runs the command that the window shows in a shell, unchanged.
fn check(more: &str) -> String {
    let session = Session::new();
    let port = port::free();
    settings(&session, port, more);
    let page = Page::open_as_it_is(&session, port);
    until("a healthy answer", || page.app.is_healthy().then_some(()));
    page.go("Log");
    let command = page.reads(".command code", "curl");
    let output = session.command("sh").arg("-c").arg(&command).output().expect("a shell");
    let output = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.contains(r#""output":"42\n""#), "{command}\n{output}");
    page.reads(".rows .row", "print(6 * 7)");
    command
}

#[test]
fn the_example_command_runs() {
    let command = check("");
    assert!(!command.contains("Authorization"), "{command}");
}

#[test]
fn the_example_command_runs_if_a_token_is_required() {
    let command = check("require_token = true");
    assert!(command.contains("Authorization: Bearer"), "{command}");
}

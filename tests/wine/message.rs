//! Windows without WebView2, as Wine is: when asked for its window, the app names the missing program and keeps running.

use crate::app::{App, command};
use crate::screen::{one, press, titled};
use crate::session::{Session, until};
use crate::tray::{Line, choose};

/// The message's title.
const TITLE: &str = "Runtray cannot show its window";

/// The number of visible messages.
fn messages(session: &Session) -> usize {
    titled(session, TITLE).len()
}

/// Closes the message with this title.
fn dismiss(session: &Session, title: &str) {
    one("the message", || titled(session, title));
    // A message that has just appeared may not handle clicks yet, so retry.
    until("the message to be gone", || match titled(session, title).pop() {
        Some(message) => {
            press(session, &message, "Return");
            None
        }
        None => Some(()),
    });
}

fn second_start(session: &Session) {
    assert!(command(session, &[]).status().expect("a second start").success());
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn open_in_the_menu_says_what_to_install() {
    let session = Session::new();
    let mut app = App::hidden(&session);
    assert_eq!(messages(&session), 0, "it was to start hidden");
    choose(&session, Line::Open);
    one("the message", || titled(&session, TITLE));
    assert_eq!(app.run("print beside the message")["output"], "beside the message\n");
    dismiss(&session, TITLE);
    assert!(app.runs() && app.is_healthy());
    choose(&session, Line::Open);
    dismiss(&session, TITLE);
    assert!(app.runs() && app.is_healthy());
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn a_start_without_options_says_it_too_and_once() {
    let session = Session::new();
    let mut app = App::start(&session, &[]);
    one("the message", || titled(&session, TITLE));
    until("a healthy answer", || app.is_healthy().then_some(()));
    second_start(&session);
    // The menu's effect shows that the app has handled the second start before it.
    choose(&session, Line::Copy);
    assert_eq!(messages(&session), 1);
    dismiss(&session, TITLE);
    second_start(&session);
    dismiss(&session, TITLE);
    assert!(app.runs() && app.is_healthy());
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn console_messages_are_shown_in_a_dialog() {
    let session = Session::new();
    for (word, good) in [("--version", true), ("--nonsense", false)] {
        let mut app = App::start(&session, &[word]);
        dismiss(&session, "Runtray");
        assert_eq!(app.ended(), good, "{word}");
    }
}

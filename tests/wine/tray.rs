//! The icon in the tray and its menu, used with the pointer.

use std::process::Stdio;

use crate::app::App;
use crate::screen::{Button, Size, Window, click, menus, one, place, size, titled};
use crate::session::{Session, as_windows_sees, programs, until};

/// The title of the window in which Wine shows the tray if no panel does.
const TRAY: &str = "Wine System Tray";

/// The program that the menus belong to.
const PROGRAM: &str = "runtray-desktop.exe";

/// The lines of the menu from top to bottom; `None` is a separator.
const LINES: [Option<Line>; 13] = [
    Some(Line::State),
    None,
    Some(Line::Open),
    Some(Line::StartOrStop),
    Some(Line::Restart),
    Some(Line::Copy),
    None,
    Some(Line::Python),
    Some(Line::Recent),
    None,
    Some(Line::Autostart),
    Some(Line::About),
    Some(Line::Quit),
];

/// The height of a separator and of the frame above the first line, in pixels, which do not depend on Wine's font.
const SEPARATOR: u32 = 9;
const FRAME: u32 = 3;

/// A line of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    State,
    Open,
    StartOrStop,
    Restart,
    Copy,
    Python,
    Recent,
    Autostart,
    About,
    Quit,
}

/// Opens the menu with the right button.
pub(crate) fn open_menu(session: &Session) -> Window {
    let tray = one("the tray", || titled(session, TRAY));
    // Move the tray down, so that there is room for the menu above it.
    place(session, &tray, 600, 600);
    click(session, &tray, Button::Right, 10, 10);
    one("the menu", || menus(session, PROGRAM))
}

/// Chooses a line of the menu.
pub(crate) fn choose(session: &Session, line: Line) {
    choose_in(session, &open_menu(session), line);
}

/// Chooses a line of the open menu.
pub(crate) fn choose_in(session: &Session, menu: &Window, line: Line) {
    let Size { width, height } = size(session, menu);
    click(session, menu, Button::Left, width / 2, middle(line, height));
    until("the menu to be gone", || menus(session, PROGRAM).is_empty().then_some(()));
}

/// The distance from the menu's edge to the middle of a line.
fn middle(line: Line, height: u32) -> u32 {
    let separators = LINES.iter().filter(|line| line.is_none()).count() as u32;
    let each = (height - 2 * FRAME - separators * SEPARATOR) / (LINES.len() as u32 - separators);
    let above = LINES.iter().take_while(|other| **other != Some(line));
    FRAME + above.map(|line| if line.is_none() { SEPARATOR } else { each }).sum::<u32>() + each / 2
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn the_service_is_stopped_and_started() {
    let session = Session::new();
    let app = App::hidden(&session);
    choose(&session, Line::StartOrStop);
    until("no answer", || (!app.is_healthy()).then_some(()));
    choose(&session, Line::StartOrStop);
    until("a healthy answer", || app.is_healthy().then_some(()));
}

#[test]
#[ignore = "needs the app that `cargo xtask test --only windows` builds"]
fn start_at_login_changes_the_registry() {
    let session = Session::new();
    // An interrupted run of this test has left its entry.
    run_key(&session, &["delete", "/f"]);
    let mut app = App::hidden(&session);
    choose(&session, Line::Autostart);
    let entry = until("an entry", || run_key(&session, &["query"]));
    let program = as_windows_sees(&programs().join("runtray-desktop.exe"));
    assert!(entry.ends_with(&format!("\"{program}\" --hidden")), "{entry}");
    choose(&session, Line::Quit);
    assert!(app.ended());
    assert!(session.windows_command("wineboot").status().expect("a login").success());
    until("a healthy answer", || app.is_healthy().then_some(()));
    choose(&session, Line::Autostart);
    until("no entry", || run_key(&session, &["query"]).is_none().then_some(()));
}

/// Runs `reg` on the entry of Runtray among the programs that Windows starts when this user logs in.
fn run_key(session: &Session, words: &[&str]) -> Option<String> {
    let mut reg = session.windows_command("reg");
    reg.args([words[0], r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run", "/v", "Runtray"]).args(&words[1..]);
    let output = reg.stdout(Stdio::piped()).output().expect("wine");
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

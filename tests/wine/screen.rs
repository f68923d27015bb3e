//! The windows on the session's display, found by title and program, and the pointer.

use crate::session::{Session, until};

/// A window on the display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window(String);

/// A window's size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// A button of the pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Button {
    Left,
    Right,
}

/// The visible windows with this title.
pub(crate) fn titled(session: &Session, title: &str) -> Vec<Window> {
    search(session, &["--name", &format!("^{title}$")])
}

/// The visible windows of this program without a title, which are its menus.
pub(crate) fn menus(session: &Session, program: &str) -> Vec<Window> {
    let all = search(session, &["--class", &format!("^{program}$")]);
    all.into_iter().filter(|window| xdotool(session, &["getwindowname", &window.0]).trim().is_empty()).collect()
}

/// Waits for a window, and gives it.
pub(crate) fn one(what: &str, mut look: impl FnMut() -> Vec<Window>) -> Window {
    until(what, || look().pop())
}

/// Moves a window to this position.
pub(crate) fn place(session: &Session, window: &Window, left: u32, top: u32) {
    xdotool(session, &["windowmove", "--sync", &window.0, &left.to_string(), &top.to_string()]);
}

/// A window's size.
pub(crate) fn size(session: &Session, window: &Window) -> Size {
    let told = xdotool(session, &["getwindowgeometry", "--shell", &window.0]);
    let number = |name: &str| {
        let value = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {name} in {told}"))
    };
    Size { width: number("WIDTH"), height: number("HEIGHT") }
}

/// Clicks into a window at this distance from its corner.
pub(crate) fn click(session: &Session, window: &Window, button: Button, left: u32, top: u32) {
    let (left, top) = (left.to_string(), top.to_string());
    xdotool(session, &["mousemove", "--window", &window.0, &left, &top]);
    xdotool(session, &["click", if button == Button::Left { "1" } else { "3" }]);
}

/// Gives a window the keyboard focus and presses a key.
pub(crate) fn press(session: &Session, window: &Window, key: &str) {
    xdotool(session, &["windowactivate", &window.0]);
    xdotool(session, &["key", key]);
}

fn search(session: &Session, by: &[&str]) -> Vec<Window> {
    let found = xdotool(session, &[&["search", "--onlyvisible"], by].concat());
    found.lines().map(|id| Window(id.to_owned())).collect()
}

/// Runs the tool and gives its output; empty if it found no window.
fn xdotool(session: &Session, args: &[&str]) -> String {
    let output = session.command("xdotool").args(args).output().expect("xdotool; `cargo xtask test` installs it");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

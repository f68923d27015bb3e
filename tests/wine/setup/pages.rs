//! The pages of installer and uninstaller, operated by keyboard and pointer like a user.
//!
//! `RUNTRAY_TEST_PICTURES` names a folder for a picture of each.

use std::env;
use std::path::PathBuf;

use super::computer::{Computer, ENTRY, LOGIN, VERSION, installer};
use crate::screen::{Button, click, one, press, titled};
use crate::session::until;
use crate::tray::{Line, choose_in, open_menu};

/// The titles of the windows, as patterns: NSIS adds a space to the title of some pages.
const SETUP: &str = "Runtray Setup ?";
const REMOVAL: &str = "Runtray Uninstall ?";
const NO_WINDOW: &str = "Runtray cannot show its window";

/// Places in the installer's windows, in pixels: the box for start at login, and the button that goes on.
const LOGIN_BOX: (u32, u32) = (60, 170);
const NEXT: (u32, u32) = (421, 338);

#[test]
#[ignore = "needs the installers that `cargo xtask test --only windows` makes"]
fn a_person_installs_starts_and_removes_it() {
    let computer = Computer::of("user");
    computer.save_settings();
    let mut setup = computer.command(installer(VERSION)).spawn().expect("wine");
    let window = one("the first page", || titled(&computer.session, SETUP));
    picture(&computer, "setup-1-choices");
    // PATH is ticked, start at login is not. The button has the focus.
    click(&computer.session, &window, Button::Left, LOGIN_BOX.0, LOGIN_BOX.1);
    picture(&computer, "setup-2-chosen");
    press(&computer.session, &window, "Return");
    until("the installation", || computer.value(ENTRY, "DisplayVersion"));
    until("the choice of the first page", || computer.value(LOGIN, "Runtray"));
    // The last page starts the app, if its box stays ticked. Its button does nothing before the page is there.
    let message = until("the end of the last page", || {
        picture(&computer, "setup-3-done");
        go_on(&computer, SETUP);
        titled(&computer.session, NO_WINDOW).pop()
    });
    assert!(setup.wait().expect("a child").success());
    computer.wait_for_service();
    picture(&computer, "setup-4-started");
    until("the message to be gone", || {
        press(&computer.session, &message, "Return");
        titled(&computer.session, NO_WINDOW).is_empty().then_some(())
    });
    let menu = open_menu(&computer.session);
    picture(&computer, "tray");
    choose_in(&computer.session, &menu, Line::Copy);
    remove(&computer);
}

fn remove(computer: &Computer) {
    let mut removal = computer.command(computer.folder().join("uninstall.exe")).spawn().expect("wine");
    let window = one("the page of the removal", || titled(&computer.session, REMOVAL));
    picture(computer, "removal-1-choice");
    press(&computer.session, &window, "Return");
    until("no entry", || computer.value(ENTRY, "DisplayVersion").is_none().then_some(()));
    until("no window", || {
        picture(computer, "removal-2-done");
        (!go_on(computer, REMOVAL)).then_some(())
    });
    removal.wait().expect("a child");
    until("nothing that runs", || computer.running().is_empty().then_some(()));
    assert!(!computer.folder().exists());
    assert!(computer.left().iter().any(|path| path.ends_with("settings.toml")), "{:?}", computer.left());
}

/// Clicks the button that goes on, and returns whether the window was found.
fn go_on(computer: &Computer, title: &str) -> bool {
    let window = titled(&computer.session, title).pop();
    window.iter().for_each(|window| click(&computer.session, window, Button::Left, NEXT.0, NEXT.1));
    window.is_some()
}

/// Saves a picture of the screen, if `RUNTRAY_TEST_PICTURES` is set.
fn picture(computer: &Computer, name: &str) {
    if let Some(folder) = env::var_os("RUNTRAY_TEST_PICTURES").map(PathBuf::from) {
        let file = folder.join(name).with_extension("png");
        let mut import = computer.session.command("import");
        assert!(import.args(["-window", "root"]).arg(file).status().expect("imagemagick").success());
    }
}

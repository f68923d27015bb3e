//! Many Pythons on one machine: in the tray's menu and in the window.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::app::App;
use crate::session::{Session, until};
use crate::tray::{Line, Panel};
use crate::window::visible_windows;

const MANY: usize = 50;

/// Makes environments whose names differ only in their middle, where a version manager keeps them.
fn environments(session: &Session) {
    let found = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().expect("python3");
    let python = PathBuf::from(String::from_utf8_lossy(&found.stdout).trim());
    let python = python.canonicalize().expect("a program");
    let home = python.parent().expect("a folder").display();
    for number in 0..MANY {
        let name = format!("environment-for-the-project-{number:02}-of-a-large-company");
        let folder = session.folder().join(".pyenv/versions").join(name);
        fs::create_dir_all(folder.join("bin")).expect("a folder");
        fs::write(folder.join("pyvenv.cfg"), format!("home = {home}\n")).expect("a file");
        symlink(&python, folder.join("bin/python")).expect("a link");
    }
}

#[test]
fn the_menu_shows_ten_pythons_marks_one_and_leads_to_the_rest() {
    let session = Session::new();
    environments(&session);
    let panel = Panel::new(&session);
    let app = App::hidden(&session).serving();
    let tray = panel.tray();
    let lines = || tray.menu().find("Python").expect("a submenu").children.clone();
    until("all Pythons", || lines().iter().any(|line| line.label.starts_with("More in Settings")).then_some(()));
    let all = lines();
    println!("{all:#?}");
    assert_eq!(all.len(), 11);
    assert_eq!(all.iter().map(|line| &line.label).collect::<HashSet<_>>().len(), 11);
    let marked = |lines: &[Line]| -> Vec<String> {
        lines.iter().filter(|line| line.is_checked).map(|line| line.label.clone()).collect()
    };
    assert_eq!(marked(&all).len(), 1, "{all:?}");
    let one = all.iter().find(|line| line.label.starts_with("environ")).expect("an environment").clone();
    assert!(one.label.contains('…') && one.label.contains("-company  CPython 3."), "{one:?}");
    let number = |label: &str| (0..MANY).find(|number| label.contains(&format!("-{number:02}-")));
    let mut environments = all.iter().filter(|line| line.label.starts_with("environ"));
    assert!(environments.all(|line| number(&line.label).is_some()), "{all:?}");
    tray.click(&one.label);
    until("a mark on it alone", || (marked(&lines()) == [one.label.clone()]).then_some(()));
    // The system itself clears the mark of a line that is clicked again.
    tray.click(&one.label);
    tray.click("Copy URL");
    until("the mark again", || (marked(&lines()) == [one.label.clone()]).then_some(()));
    tray.click("More in Settings");
    until("the window", || (!visible_windows(&session, "Runtray").is_empty()).then_some(()));
    drop(app);
}

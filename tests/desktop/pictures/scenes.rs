//! The scenes of the screenshots: each view, requests for approval, and warnings.

use std::fs;
use std::process::Stdio;

use serde_json::json;

use super::PORT;
use super::album::Album;
use super::past::{self, OPENED};
use crate::app::{App, PROGRAM, settings};
use crate::session::{Session, until};
use crate::webdriver::{ENTER, Page};

/// A page that is not allowed.
const STRANGER: &str = "https://notebook.example";

/// A program that still runs when the picture is taken, and ends with the app.
const RUNNING: &str = "import time\n\nfor page in range(300):\n    time.sleep(1)\n";

/// The welcome of a new user.
pub(super) fn welcome(album: &Album, session: &Session) {
    let folder = session.home().join("config");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("settings.toml"), "[desktop]\nlanguage = \"en\"\n").expect("a file");
    let page = Page::open_as_it_is(session, PORT);
    page.find(".welcome");
    album.add_both("welcome", &page);
}

/// A port that another program uses.
pub(super) fn port_in_use(album: &Album, session: &Session) {
    let port = PORT.to_string();
    let mut server = session.command("python3");
    server.args(["-m", "http.server", "--bind", "127.0.0.1", &port]).current_dir(session.folder());
    let mut holder = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("python3");
    until("a server on the port", || std::net::TcpStream::connect(("127.0.0.1", PORT)).ok());
    settings(session, PORT, "");
    let page = Page::open_as_it_is(session, PORT);
    page.reads("main", "in use");
    album.add_both("port-in-use", &page);
    holder.kill().and_then(|()| holder.wait()).expect("the server ends");
}

/// The four views of an app after an hour of use.
pub(super) fn views(album: &Album, session: &Session) {
    settings(session, PORT, "");
    work_for_an_hour(session);
    let page = Page::open_as_it_is(session, PORT);
    until("a healthy answer", || page.app.is_healthy().then_some(()));
    std::thread::spawn(|| {
        past::send(&json!({ "code": RUNNING, "timeout_ms": 300_000 }), Some("http://localhost:3000"))
    });
    page.reads("main", "import time");
    page.find("canvas");
    album.add_both("status", &page);
    approval(album, &page);
    log(album, &page);
    console(album, &page);
    page.go("Settings");
    page.find(".pythons label");
    album.add_both("settings", &page);
}

fn work_for_an_hour(session: &Session) {
    let mut app = App::start_as_it_is(session, session.command(PROGRAM).arg("--hidden"), PORT).serving();
    past::fill(&app);
    assert!(session.command(PROGRAM).arg("--quit").status().expect("a second start").success());
    assert!(app.ended());
    past::spread(session);
}

fn approval(album: &Album, page: &Page<'_>) {
    assert_eq!(past::send(&json!({ "code": "print(1)" }), Some(STRANGER))["code"], "origin_not_allowed");
    page.reads("main", STRANGER);
    album.add_both("approval", page);
    page.click("Deny");
    until("no question", || (!page.text("main").contains(STRANGER)).then_some(()));
}

fn log(album: &Album, page: &Page<'_>) {
    page.go("Log");
    page.find(".row");
    page.script(
        "[...document.querySelectorAll('.row')].find((row) => row.textContent.includes(arguments[0])).click()",
        &[json!(OPENED)],
    );
    page.reads(".detail", "In a year");
    album.add_both("log", page);
}

fn console(album: &Album, page: &Page<'_>) {
    page.go("Console");
    page.choose("select[aria-label='Examples']", "calculator");
    page.click("Run");
    for (answered, line) in ["2 + 3", "22 / 7", "1 / 0", ""].into_iter().enumerate() {
        prompted(page, answered + 1);
        page.type_text(&format!("{line}{ENTER}"));
    }
    page.reads(".ended", "exit 0");
    album.add_both("console", page);
}

/// Waits until the program has prompted for its line with this number.
fn prompted(page: &Page<'_>, number: usize) {
    until("the program's question", || {
        let screen = page.text(".xterm-rows");
        let questions = screen.lines().filter(|line| line.starts_with('>')).count();
        (questions == number && screen.trim_end().ends_with('>')).then_some(())
    });
}

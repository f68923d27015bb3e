//! A web page that asks to run code: refused, allowed in the window, revoked in the settings. A program that asks for the
//! network.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::app::{App, settings};
use crate::port;
use crate::session::{Session, until};
use crate::skip::skip;
use crate::webdriver::Page;

const ORIGIN: &str = "https://sketches.example:8443";

#[test]
fn a_page_is_refused_allowed_and_revoked() {
    let session = Session::new();
    let page = Page::open(&session);
    page.reads("main", "Nothing is running");
    assert_eq!(asks(&page.app), 403);
    assert_eq!(page.reads("main strong.selectable", "http"), ORIGIN);
    page.reads("main pre", "print(1)");
    page.click(&format!("Allow {ORIGIN}…"));
    page.reads("dialog", "can then run programs on this computer");
    page.click("Cancel");
    assert_eq!(asks(&page.app), 403, "nobody allowed it");
    page.click(&format!("Allow {ORIGIN}…"));
    page.click(&format!("Let {ORIGIN} run code"));
    until("an answer", || (asks(&page.app) == 200).then_some(()));
    until("no question", || (!page.text("main").contains(ORIGIN)).then_some(()));
    page.go("Settings");
    page.reads("main", ORIGIN);
    page.click(&format!("Revoke {ORIGIN}"));
    until("a refusal", || (asks(&page.app) == 403).then_some(()));
    // That may have been a program that ran when its page was revoked. This one is refused when it comes, and offered.
    assert_eq!(asks(&page.app), 403);
    page.go("Status");
    page.click(&format!("Deny {ORIGIN}"));
    until("no question", || (!page.text("main").contains(ORIGIN)).then_some(()));
    assert_eq!(asks(&page.app), 403);
    page.go("Settings");
    page.reads("main", "denied");
}

/// The status of the answer to the page's request.
fn asks(app: &App) -> u16 {
    let request = ureq::post(format!("http://127.0.0.1:{}/execute", app.port)).header("Origin", ORIGIN);
    let request = request.config().http_status_as_error(false).build();
    request.send_json(json!({ "code": "print(1)" })).expect("an answer").status().as_u16()
}

#[test]
fn a_program_waits_until_the_window_says_whether_it_may_use_the_network() {
    let session = Session::new();
    let port = port::free();
    settings(&session, port, "");
    let file = session.home().join("config/settings.toml");
    let text = fs::read_to_string(&file).expect("settings");
    let asking = "isolation = \"sandbox\"\n[sandbox]\nnetwork = \"ask\"";
    fs::write(&file, text.replace("isolation = \"none\"", asking)).expect("settings");
    let page = Page::open_as_it_is(&session, port);
    until("a healthy answer", || page.app.is_healthy().then_some(()));
    let had_network = |run: JoinHandle<Value>| {
        let answer = run.join().expect("an answer");
        assert_eq!(answer["output"], "42\n", "{answer}");
        answer["granted"]["network"] == true
    };
    let without = begin(port);
    page.reads("main pre", "print(6 * 7)");
    page.click("Run without network");
    assert!(!had_network(without));
    until("no question", || (!page.text("main").contains("May it use the network?")).then_some(()));
    let always = begin(port);
    page.click("Always allow tools on this computer…");
    page.reads("dialog", "send what it was given anywhere");
    page.click("Give all programs of tools on this computer the network");
    assert!(had_network(always) && had_network(begin(port)));
    page.go("Settings");
    page.click("Forget the answer for local");
    page.reads("main", "Nobody has got an answer for good yet.");
    page.go("Status");
    let never = begin(port);
    page.click("Never for tools on this computer");
    assert!(!had_network(never) && !had_network(begin(port)));
}

/// Posts a program, and gives the answer once there is one.
fn begin(port: u16) -> JoinHandle<Value> {
    thread::spawn(move || {
        let request = ureq::post(format!("http://127.0.0.1:{port}/execute"));
        let answer = request.send_json(json!({ "code": "print(6 * 7)" })).expect("an answer");
        serde_json::from_reader(answer.into_body().into_reader()).expect("JSON")
    })
}

#[test]
fn the_example_page_in_a_browser_goes_on_without_a_reload_once_it_is_allowed() {
    let Some(mut browser) = Browser::start() else { return };
    let port = browser.hear("port").as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
    let session = Session::new();
    settings(&session, port, "");
    let page = Page::open_as_it_is(&session, port);
    until("a healthy answer", || page.app.is_healthy().then_some(()));
    browser.go_on();
    let origin = browser.hear("origin").as_str().expect("an origin").to_owned();
    assert_eq!(page.reads("main strong.selectable", "http"), origin);
    page.reads("main pre", "print('approved', 6 * 7)");
    page.click(&format!("Allow {origin}…"));
    page.click(&format!("Let {origin} run code"));
    assert_eq!(browser.hear("output"), "approved 42");
    let log = ureq::get(format!("http://127.0.0.1:{port}/executions")).call().expect("the log");
    let log: Value = serde_json::from_reader(log.into_body().into_reader()).expect("JSON");
    assert_eq!(log["items"][0]["origin"], origin, "{log}");
}

/// The example page in Chromium, driven by `clients/js/tests/web/approval.ts`.
struct Browser {
    child: Child,
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// Starts the browser, or prints the reason if its packages are missing.
    fn start() -> Option<Self> {
        let Some(folder) = std::env::var_os("RUNTRAY_TEST_WEB").map(PathBuf::from) else {
            skip("RUNTRAY_TEST_WEB names no folder with the web client's packages; `cargo xtask web --test` makes one");
            return None;
        };
        let node = std::env::var_os("RUNTRAY_TEST_NODE").unwrap_or_else(|| "node".into());
        let mut command = Command::new(node);
        command.arg("tests/web/approval.ts").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("Node.js starts");
        let input = child.stdin.take().expect("a pipe");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        Some(Self { child, input, lines })
    }

    fn go_on(&mut self) {
        self.input.write_all(b"\n").expect("it reads");
    }

    /// The value in the next line of the script, under this name.
    fn hear(&mut self, name: &str) -> Value {
        let line = self.lines.next().unwrap_or_else(|| panic!("the browser ended before it said {name:?}"));
        let said: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        said.get(name).cloned().unwrap_or_else(|| panic!("no {name:?}: {said}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // The script ends the browser and the page's server. The signal only fails if the script has ended already.
            let _ = kill(Pid::from_raw(self.child.id().cast_signed()), Signal::SIGTERM);
        }
        let _ = self.child.wait();
    }
}

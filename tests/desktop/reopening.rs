//! The window opened and closed many times: no memory and no process is left.

use std::fs;
use std::path::{Path, PathBuf};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::app::{App, PROGRAM, processes};
use crate::session::{Session, until};
use crate::tray::Panel;
use crate::webdriver::{Page, window_manager};
use crate::window::visible_windows;

const TIMES: usize = 10;

/// More colours than an empty window has: the edges of letters have many.
const TEXT: usize = 50;

/// The most that the app's memory may grow from the second closing to the last, in MB.
const GROWTH_MB: u64 = 10;

#[test]
fn ten_windows_leave_nothing_behind() {
    let session = Session::new();
    let page = Page::open(&session);
    let held: Vec<u64> = (0..TIMES).map(|time| use_and_close(&page, time)).collect();
    println!("after each closing the app and its web engine hold {held:?} MB");
    assert!(page.app.is_healthy());
    assert!(held[TIMES - 1] <= held[1] + GROWTH_MB, "they hold {held:?} MB");
    page.reopen();
}

#[test]
fn a_closed_window_frees_its_memory_and_opens_again() {
    let session = Session::new();
    let panel = Panel::new(&session);
    let mut manager = window_manager(&session);
    let mut app = App::hidden(&session).serving();
    let tray = panel.tray();
    let mapped = || engine_s_code_mb(app.pid());
    for _ in 0..3 {
        tray.click("Open Runtray");
        let window = until("a painted window", || {
            visible_windows(&session, "Runtray").pop().filter(|window| colours(&session, window) > TEXT)
        });
        let open = mapped();
        assert!(session.command("wmctrl").args(["-i", "-c", &window]).status().expect("wmctrl").success());
        for name in ["WebKitWebProcess", "WebKitNetworkProcess"] {
            until("the end of the web engine", || engine(&session, name).is_empty().then_some(()));
        }
        until("the engine's code to go", || (mapped() * 2 < open).then_some(()));
        assert!(app.is_healthy());
    }
    assert!(app.runs());
    drop(app);
    manager.kill().and_then(|()| manager.wait()).expect("the window manager ends");
}

#[test]
fn a_page_is_reloaded_if_its_process_dies() {
    let session = Session::new();
    // Wait for the page: WebKit itself gives up if one of its processes ends during the start.
    let page = Page::open(&session);
    let pages = || engine(&session, "WebKitWebProcess");
    let killed = pages();
    assert!(!killed.is_empty(), "no process shows the page");
    for pid in &killed {
        kill(Pid::from_raw(pid.cast_signed()), Signal::SIGKILL).expect("a process");
    }
    until("another process", || pages().iter().any(|pid| !killed.contains(pid)).then_some(()));
    assert!(page.app.is_healthy() && !visible_windows(&session, "Runtray").is_empty());
}

/// The number of colours in a window; 0 while no picture can be taken.
fn colours(session: &Session, window: &str) -> usize {
    let mut import = session.command("import");
    let counted = import.args(["-window", window, "-format", "%k", "info:-"]).output().expect("ImageMagick");
    String::from_utf8_lossy(&counted.stdout).trim().parse().unwrap_or(0)
}

/// The size of the web engine's code in the app's memory, in MB.
fn engine_s_code_mb(pid: u32) -> u64 {
    let maps = fs::read_to_string(format!("/proc/{pid}/smaps")).expect("a process");
    let (mut counts, mut sum) = (false, 0);
    for line in maps.lines() {
        if let Some(size) = line.strip_prefix("Rss:").filter(|_| counts) {
            sum += size.trim().trim_end_matches(" kB").parse::<u64>().expect("a number");
        } else if line.split(' ').next().is_some_and(|word| word.contains('-')) {
            counts = line.contains("libwebkit2gtk");
        }
    }
    sum / 1024
}

/// Uses the window, closes it, and gives the app's memory afterwards, in MB.
fn use_and_close(page: &Page<'_>, time: usize) -> u64 {
    if time > 0 {
        page.reopen();
    }
    let code = format!("print({time})");
    page.go("Log");
    page.app.run(&code);
    page.reads(".rows .row", &code);
    page.close();
    until("the end of the web process", || (engine(page.session, "WebKitWebProcess").is_empty()).then_some(()));
    let app = engine(page.session, Path::new(PROGRAM).file_name().and_then(|name| name.to_str()).expect("a name"));
    let others = engine(page.session, "WebKitNetworkProcess");
    app.into_iter().chain(others).map(memory_mb).sum()
}

/// The session's processes that run the program with this name.
fn engine(session: &Session, name: &str) -> Vec<u32> {
    let runs = |pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path: PathBuf| path.ends_with(name));
    processes(session).into_iter().filter(runs).collect()
}

/// The private memory of a process, in MB. Shared library pages are left out: their share grows when other apps end.
fn memory_mb(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("a process");
    let line = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:")).expect("a sum");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

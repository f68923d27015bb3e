//! The window opened and closed again and again: nothing of it stays.

use std::fs;
use std::path::{Path, PathBuf};

use crate::app::{PROGRAM, processes};
use crate::session::{Session, until};
use crate::webdriver::Page;

const TIMES: usize = 10;

/// How much more memory the app may hold after the last closing than after the second, in MB.
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

/// Uses the window, closes it, and gives the memory that is then held, in MB.
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

/// The session's processes that run the program of that name.
fn engine(session: &Session, name: &str) -> Vec<u32> {
    let runs = |pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|path: PathBuf| path.ends_with(name));
    processes(session).into_iter().filter(runs).collect()
}

/// The memory that a process has for itself, in MB. Pages of libraries are left out: they count for more as other apps end.
fn memory_mb(pid: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).expect("a process");
    let line = rollup.lines().find_map(|line| line.strip_prefix("Anonymous:")).expect("a sum");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
}

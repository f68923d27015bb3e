//! The Log: live updates, search, filters, details, export, clearing.

use std::fs;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::file_dialog;
use crate::session::{Session, until};
use crate::webdriver::Page;

/// The longest delay of a run's row after its response, in milliseconds.
const LATE_MS: f64 = 200.0;

/// Records when each row first shows the end of its run, by the first line of the run's code.
const WATCH: &str = "
    window.seen = {};
    const look = () => {
        for (const row of document.querySelectorAll('.rows .row')) {
            const [code, status] = ['.code', '.status'].map((part) => row.querySelector(part).textContent.trim());
            if (status === 'Completed') window.seen[code] ??= Date.now();
        }
    };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
";

/// The text of the visible rows, newest first.
const ROWS: &str = "return [...document.querySelectorAll('.rows .code')].map((code) => code.textContent.trim())";

fn now_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs_f64() * 1000.0
}

#[test]
fn a_run_appears_in_the_open_log_with_its_response() {
    let session = Session::new();
    let page = Page::open(&session);
    page.go("Log");
    page.reads("main", "The log is empty");
    page.script(WATCH, &[]);
    let mut delays: Vec<f64> = (0..15).map(|number| delay(&page, &format!("print({number})"))).collect();
    delays.sort_by(f64::total_cmp);
    let (median, last) = (delays[delays.len() / 2], delays[delays.len() - 1]);
    println!("after its answer, a run is in the Log within {median:.0} ms (median), {last:.0} ms (slowest of 15)");
    assert!(median < LATE_MS, "half of the rows came later than {median} ms: {delays:?}");
}

/// The time in milliseconds from a run's response until its row is complete; negative if the row was complete before.
fn delay(page: &Page<'_>, code: &str) -> f64 {
    page.app.run(code);
    let answered = now_ms();
    let seen =
        until("the run's row", || page.script("return window.seen[arguments[0]] ?? null", &[json!(code)]).as_f64());
    seen - answered
}

#[test]
fn the_log_is_searched_filtered_opened_exported_and_cleared() {
    let session = Session::new();
    let page = Page::open(&session);
    for code in ["print('hay')", "print('needle')", "raise SystemExit(3)", "print('more hay')"] {
        page.app.run(code);
    }
    page.go("Log");
    shows(&page, &["print('more hay')", "raise SystemExit(3)", "print('needle')", "print('hay')"]);

    page.fill("input[type=search]", "hay");
    shows(&page, &["print('more hay')", "print('hay')"]);
    page.fill("input[type=search]", "needle");
    shows(&page, &["print('needle')"]);
    page.click_on(".rows .row");
    page.reads(".detail", "print('needle')");
    page.reads(".detail .side:last-child", "needle");
    page.reads(".facts", "Completed");

    // An export has the entries that the list shows: first the results of the search, then all.
    let csv = exported(&page, "CSV, for spreadsheets", &session.folder().join("needle.csv"));
    assert!(csv.contains("print('needle')") && !csv.contains("hay"), "{csv}");
    page.fill("input[type=search]", "");
    page.choose("select[aria-label=Outcome]", "failed");
    shows(&page, &["raise SystemExit(3)"]);
    page.choose("select[aria-label=Outcome]", "");
    shows(&page, &["print('more hay')", "raise SystemExit(3)", "print('needle')", "print('hay')"]);
    let lines = exported(&page, "JSON Lines", &session.folder().join("all.jsonl"));
    let codes: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["code"].take()).collect();
    assert_eq!(codes, ["print('more hay')", "raise SystemExit(3)", "print('needle')", "print('hay')"]);

    page.click("Clear log");
    page.reads("dialog", "This cannot be undone");
    page.click("Cancel");
    page.reads(".count", "4 entries");
    page.click("Clear log");
    page.click("Delete 4 entries");
    page.reads("main", "The log is empty");
    page.reads(".toasts", "4 entries deleted");
}

/// Waits until the log shows these rows.
fn shows(page: &Page<'_>, rows: &[&str]) {
    until(&format!("the rows {rows:?}"), || (page.script(ROWS, &[]) == json!(rows)).then_some(()));
    page.reads(".count", &rows.len().to_string());
}

/// Exports the shown rows through the desktop's file dialog, and gives the contents of the file.
fn exported(page: &Page<'_>, format: &str, path: &Path) -> String {
    page.click("Export");
    page.click(format);
    file_dialog::answer(page.session, "Export the log", path);
    page.reads(".toasts", &path.display().to_string());
    fs::read_to_string(path).expect("an exported file")
}

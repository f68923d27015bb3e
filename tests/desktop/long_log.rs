//! A log of 20,000 rows, scrolled from end to end.

use runtray_service::journal::{Begun, Ended, Filter, Journal};
use runtray_service::settings::Settings;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use ulid::Ulid;

use crate::session::{Session, until};
use crate::webdriver::Page;

const ROWS: u32 = 20_000;

/// The most rows that may exist at once: a few screens of them.
const MOST_ROWS: f64 = 120.0;

/// The longest pause between two frames, in milliseconds. Without a graphics card and beside other tests the frames of a virtual
/// list take about 100 ms and now and then a second; the frames of a list that renders all rows would take far longer.
const LONGEST_FRAME_MS: f64 = 4000.0;
/// The largest median interval between frames, in milliseconds.
const MEDIAN_FRAME_MS: f64 = 300.0;

/// Scrolls ten rows a frame for a while, then page by page to the last row. Then `scrolled` has the intervals between frames in
/// milliseconds, and the highest number of rows that existed at once.
const SCROLL: &str = "
    const [last_row] = arguments;
    const list = document.querySelector('.rows');
    const intervals = [];
    let [most, last] = [0, performance.now()];
    window.scrolled = null;
    requestAnimationFrame(function step(now) {
        intervals.push(now - last);
        last = now;
        most = Math.max(most, list.querySelectorAll('.row').length);
        list.scrollTop = intervals.length < 200 ? list.scrollTop + 280 : list.scrollHeight;
        if (list.textContent.includes(last_row)) window.scrolled = { intervals: intervals.slice(1), most };
        else requestAnimationFrame(step);
    });
";

#[test]
fn twenty_thousand_rows_scroll_smoothly() {
    let session = Session::new();
    write_journal(&session);
    let page = Page::open(&session);
    page.go("Log");
    page.reads(".count", "20,000 entries");
    page.reads(".rows .row", &format!("print({})", ROWS - 1));
    page.script(SCROLL, &[json!("print(0)")]);
    let scrolled = until("the last row", || {
        Some(page.script("return window.scrolled", &[])).filter(|scrolled| !scrolled.is_null())
    });
    let mut frames: Vec<f64> =
        scrolled["intervals"].as_array().expect("frames").iter().filter_map(|it| it.as_f64()).collect();
    frames.sort_by(f64::total_cmp);
    let at = |share: usize| frames[(frames.len() - 1) * share / 100];
    let (median, p95, longest) = (at(50), at(95), at(100));
    println!("{} frames over {ROWS} rows: p50 {median:.1} ms, p95 {p95:.1} ms, longest {longest:.1} ms", frames.len());
    let most = scrolled["most"].as_f64().expect("a number");
    assert!(most > 0.0 && most <= MOST_ROWS, "{most} rows existed at once");
    assert!(median <= MEDIAN_FRAME_MS && longest <= LONGEST_FRAME_MS, "p50 {median} ms, longest {longest} ms");
    page.reads(".rows", "print(0)");
}

/// Writes a journal with twenty thousand runs of the last hours, as the service would.
fn write_journal(session: &Session) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let data = session.home().join("data");
        std::fs::create_dir_all(&data).expect("a folder");
        let journal = Journal::open(&data.join("journal.sqlite3"), &Settings::default().journal);
        let start = OffsetDateTime::now_utc() - Duration::seconds(ROWS.into());
        for number in 0..ROWS {
            let begun = begun(number, start + Duration::seconds(number.into()));
            let ended = ended(number, &begun.id);
            journal.begin(begun);
            journal.end(ended);
            if number % 1000 == 999 {
                // A read waits for all earlier writes, so that the queue never overflows.
                journal.page(Filter::default()).await.expect("a page");
            }
        }
        assert_eq!(journal.dropped(), 0, "rows were dropped");
        journal.close().await;
    });
}

fn begun(number: u32, started_at: OffsetDateTime) -> Begun {
    let started_ms = started_at.unix_timestamp().unsigned_abs() * 1000;
    Begun {
        id: Ulid::from_parts(started_ms, 0).to_string(),
        started_at,
        language: "python".to_owned(),
        runtime: "CPython 3.13.1".to_owned(),
        origin: "local".to_owned(),
        code: format!("print({number})"),
        given: None,
    }
}

fn ended(number: u32, id: &str) -> Ended {
    Ended {
        id: id.to_owned(),
        status: if number.is_multiple_of(10) { "failed" } else { "completed" }.to_owned(),
        exit_code: Some(i32::from(number.is_multiple_of(10))),
        signal: None,
        duration_ms: f64::from(number % 900),
        cpu_ms: 1.0,
        peak_memory_bytes: 9_000_000,
        output: format!("{number}\n"),
        error: String::new(),
        output_truncated: false,
        error_truncated: false,
        isolation: "none".to_owned(),
        containment: None,
        network: None,
    }
}

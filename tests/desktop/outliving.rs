//! Programs of the window that continue after it was closed or reloaded.

use std::fs;

use crate::console_view::says;
use crate::session::{Session, until};
use crate::webdriver::{ENTER, Page};

/// A program that prints, waits for a file, prints again, and reads a line.
fn program(go: &std::path::Path) -> String {
    let go = go.display().to_string();
    format!(
        "import os, time\nprint('begun')\nwhile not os.path.exists({go:?}): time.sleep(0.01)\nprint('sum', int(input('first: ')) + 76)"
    )
}

/// Starts a program, lets `leave` close or reload the window, and finishes the program in the new one.
fn check(leave: impl FnOnce(&Page<'_>, &dyn Fn())) {
    let session = Session::new();
    let page = Page::open(&session);
    let go = session.folder().join("go");
    page.go("Console");
    page.fill("[aria-label=Program].cm-content", &program(&go));
    page.click("Run");
    says(&page, "begun");
    leave(&page, &|| fs::write(&go, "").expect("a file"));
    page.go("Console");
    says(&page, "begun");
    says(&page, "first: ");
    page.reads(".ended", "Running");
    page.click_on(".xterm");
    page.type_text(&format!("1900{ENTER}"));
    says(&page, "sum 1976");
    page.reads(".ended", "Completed");
    page.go("Log");
    page.reads(".rows .row", "Runtray Console");
}

#[test]
fn a_closed_window_leaves_the_program_running_and_the_next_shows_it() {
    check(|page, go| {
        page.close();
        go();
        page.reopen();
    });
}

#[test]
fn a_reloaded_window_shows_the_program_again() {
    check(|page, go| {
        page.script("location.reload()", &[]);
        page.find("main");
        go();
    });
}

#[test]
fn a_program_that_ended_meanwhile_is_shown_with_its_end() {
    let session = Session::new();
    let page = Page::open(&session);
    let go = session.folder().join("go");
    page.go("Console");
    let code = program(&go).replace("int(input('first: '))", "1900");
    page.fill("[aria-label=Program].cm-content", &code);
    page.click("Run");
    says(&page, "begun");
    page.close();
    fs::write(&go, "").expect("a file");
    until("its end", || (running(&page) == 0).then_some(()));
    page.reopen();
    page.go("Console");
    says(&page, "sum 1976");
    page.reads(".ended", "Completed");
}

#[test]
fn a_repeated_run_of_a_logged_program_outlives_the_window() {
    let session = Session::new();
    let page = Page::open(&session);
    let (go, done) = (session.folder().join("go"), session.folder().join("done"));
    let code = format!(
        "import os, time\nwhile not os.path.exists({:?}): time.sleep(0.01)\nopen({:?}, 'a').write('x')",
        go.display().to_string(),
        done.display().to_string()
    );
    fs::write(&go, "").expect("a file");
    assert_eq!(page.app.run(&code)["status"], "completed");
    fs::remove_file(&go).expect("a file");
    page.go("Log");
    page.click_on(".rows .row");
    page.click("Run again");
    until("a second run", || (running(&page) == 1).then_some(()));
    page.close();
    fs::write(&go, "").expect("a file");
    until("its end", || fs::read_to_string(&done).is_ok_and(|text| text == "xx").then_some(()));
    page.reopen();
    page.go("Log");
    page.reads(".rows .row", "Runtray Console");
}

/// The number of programs that the service runs.
fn running(page: &Page<'_>) -> u64 {
    let url = format!("http://127.0.0.1:{}/executions?status=running", page.app.port);
    let answer = ureq::get(url).call().expect("an answer");
    let page: serde_json::Value = serde_json::from_reader(answer.into_body().into_reader()).expect("JSON");
    page["items"].as_array().map_or(0, Vec::len) as u64
}

//! The Console: writing a program, running it, and typing into it.

use crate::session::{Session, until};
use crate::webdriver::{ENTER, Page};

const CALCULATOR: &str = "print('sum', int(input('first: ')) + int(input('second: ')))";

/// A script that gives the text of the terminal.
const SCREEN: &str =
    "return [...document.querySelectorAll('.xterm-rows > div')].map((row) => row.textContent).join('\\n')";

#[test]
fn an_interactive_program_is_written_run_and_used() {
    let session = Session::new();
    let page = Page::open(&session);
    page.go("Console");
    page.fill("[aria-label=Program].cm-content", CALCULATOR);
    page.click("Run");
    says(&page, "first: ");
    page.type_text(&format!("1900{ENTER}"));
    says(&page, "second: ");
    page.type_text(&format!("76{ENTER}"));
    says(&page, "sum 1976");
    page.reads(".ended", "Completed");
    page.go("Log");
    page.reads(".rows .row", CALCULATOR);
}

#[test]
fn an_endless_program_is_stopped_and_the_next_one_runs() {
    let session = Session::new();
    let page = Page::open(&session);
    page.go("Console");
    page.fill("[aria-label=Program].cm-content", "print('begun')\nwhile True: pass");
    page.click("Run");
    says(&page, "begun");
    page.click("Stop");
    page.reads(".ended", "Cancelled");
    page.fill("[aria-label=Program].cm-content", "print(6 * 7)");
    page.click("Run");
    says(&page, "42");
    page.reads(".ended", "Completed");
}

/// Waits until the terminal shows `words`.
pub(crate) fn says(page: &Page<'_>, words: &str) {
    until(&format!("{words:?} in the terminal"), || {
        let screen = page.script(SCREEN, &[]);
        screen.as_str().is_some_and(|screen| screen.contains(words)).then_some(())
    });
}

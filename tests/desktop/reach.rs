//! Layout with little room: the smallest window, both languages, large text.

use serde_json::json;

use crate::session::{Session, until};
use crate::webdriver::{Page, patiently};
use crate::window::visible_windows;

/// The smallest width and height that the app allows.
const SMALLEST: [u32; 2] = [560, 420];

const ESCAPE: &str = "\u{e00c}";

/// Elements that cannot be seen or clicked at their middle, and elements that overflow, are cut off or cover others.
const UNREACHABLE: &str = "
    const wrong = [];
    for (const button of document.querySelectorAll(arguments[0])) {
        const box = button.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        const top = document.elementFromPoint(x, y);
        if (box.width === 0 || !top || !button.contains(top)) wrong.push(`${button.ariaLabel ?? button.innerText} at ${x},${y}`);
    }
    const wide = 'header, [role=toolbar], .actions, .facts, .ended, main, .view, .row label';
    for (const bar of document.querySelectorAll(wide)) {
        if (bar.scrollWidth > bar.clientWidth + 1) wrong.push(`${bar.className || bar.tagName} is ${bar.scrollWidth} wide in ${bar.clientWidth}`);
    }
    for (const sides of document.querySelectorAll('.sides')) {
        if (sides.scrollHeight > sides.clientHeight + 1) wrong.push(`the sides are ${sides.scrollHeight} high in ${sides.clientHeight}`);
    }
    return wrong;
";

fn reachable(page: &Page<'_>, css: &str, what: &str) {
    patiently(what, || match page.script(UNREACHABLE, &[json!(css)]) {
        wrong if wrong == json!([]) => Ok(()),
        wrong => Err(wrong.to_string()),
    });
}

/// Gives the window its smallest size, and waits until the page has it.
fn shrink(page: &Page<'_>) {
    let id = until("the window", || visible_windows(page.session, "Runtray").first().cloned());
    let size = SMALLEST.map(|length| length.to_string());
    let done = page.session.command("xdotool").args(["windowsize", "--sync", &id]).args(&size).status();
    assert!(done.expect("xdotool").success());
    let small = SMALLEST.map(|length| f64::from(length) / page.scale);
    until("the page in the smallest window", || {
        let size = page.script("return [innerWidth, innerHeight]", &[]);
        let fits = |axis: usize| size[axis].as_f64().is_some_and(|length| (length - small[axis]).abs() <= 1.0);
        (fits(0) && fits(1)).then_some(())
    });
}

fn is_closed(page: &Page<'_>) -> bool {
    page.script("return document.querySelector('.detail') === null", &[]) == json!(true)
}

/// Opens the newest run in the Log.
fn open_row(page: &Page<'_>) {
    page.click_on(".rows .row");
    page.find(".detail .actions");
}

fn check(scale: f64) {
    let session = Session::new();
    let page = Page::open_scaled(&session, scale);
    page.app.run("print('one')");
    shrink(&page);
    for language in ["de", "en"] {
        page.go("Settings");
        page.choose("[id='field-desktop.language']", language);
        until("the language", || (page.script("return document.documentElement.lang", &[]) == language).then_some(()));
        reachable(&page, "header button", &format!("the Settings in {language} at {scale}"));
        page.go("Status");
        page.find("#hour");
        reachable(&page, "header button", &format!("the Status in {language} at {scale}"));
        page.go("Console");
        page.find(".bar button");
        reachable(&page, ".bar button, header button", &format!("the Console's bar in {language} at {scale}"));
        page.go("Log");
        page.find(".rows .row");
        reachable(&page, ".toolbar > button, header button", &format!("the Log's bar in {language} at {scale}"));
        open_row(&page);
        reachable(&page, ".detail .close button", &format!("the way out of a run in {language} at {scale}"));
        page.click_on(".detail .close button");
        until("the run to be closed", || is_closed(&page).then_some(()));
        // Escape closes the run from every element that may have the focus.
        for focused in
            [".detail .close button", ".detail .cm-content", ".detail .output", ".detail .actions button", "nav a"]
        {
            open_row(&page);
            page.find(focused);
            page.script("document.querySelector(arguments[0]).focus()", &[json!(focused)]);
            page.type_text(ESCAPE);
            until(&format!("Escape in {focused}"), || is_closed(&page).then_some(()));
        }
    }
}

#[test]
fn all_controls_are_reachable_in_the_smallest_window() {
    check(1.0);
}

#[test]
fn all_controls_are_reachable_with_text_a_quarter_larger() {
    check(1.25);
}

#[test]
fn all_controls_are_reachable_with_text_twice_as_large() {
    check(2.0);
}

/// The places of the mark of waiting questions and of the icon beside it, if these overlap or one of them leaves the bar.
const HIDDEN: &str = "
    const [badge, icon, bar] = ['nav .waiting', 'nav a:has(.waiting) svg', 'nav'].map((css) => document.querySelector(css));
    if (!badge || !icon) return ['no badge'];
    const [a, b, c] = [badge, icon, bar].map((one) => one.getBoundingClientRect());
    const wrong = [];
    if (a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom) wrong.push(`${JSON.stringify(a)} over ${JSON.stringify(b)}`);
    for (const one of [a, b]) if (one.width < 8 || one.left < c.left || one.right > c.right) wrong.push(JSON.stringify(one));
    return wrong;
";

#[test]
fn the_number_of_waiting_questions_hides_no_icon() {
    let session = Session::new();
    let page = Page::open(&session);
    page.go("Log");
    let asks = |number: usize| {
        let url = format!("http://127.0.0.1:{}/execute", page.app.port);
        let request = ureq::post(url).header("Origin", format!("https://page-{number}.example"));
        request.send_json(json!({ "code": "print(1)" })).expect_err("it is refused");
    };
    let seen = |number: &str, what: &str| {
        page.reads("nav .waiting", number);
        patiently(what, || match page.script(HIDDEN, &[]) {
            wrong if wrong == json!([]) => Ok(()),
            wrong => Err(wrong.to_string()),
        });
    };
    asks(0);
    seen("1", "one question in a wide window");
    shrink(&page);
    seen("1", "one question in the smallest window");
    (1..10).for_each(asks);
    seen("10", "ten questions in the smallest window");
}

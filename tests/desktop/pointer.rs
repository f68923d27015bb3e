//! Clicks with the display's own pointer.
//!
//! With larger text WebKitGTK scales the whole page, but its driver takes the page's pixels for the window's: its clicks land too
//! close to the window's corner.

use serde_json::{Value, json};

use crate::session::until;
use crate::webdriver::{Page, patiently};
use crate::window::visible_windows;

/// The middle of an element once all changes are painted, or a text that says why it cannot be clicked there.
const MIDDLE: &str = "
    const element = document.querySelector(arguments[0]);
    if (!element) return 'it is not there';
    element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        const box = element.getBoundingClientRect();
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        done(element.contains(document.elementFromPoint(x, y)) ? [x, y] : `it is not at ${x},${y}`);
    })));
";

/// Clicks the middle of the first element of a CSS selector once it is visible.
pub(crate) fn click(page: &Page<'_>, css: &str) {
    let middle = patiently(css, || match page.script(MIDDLE, &[json!(css)]) {
        Value::String(obstacle) => Err(obstacle),
        middle => Ok(middle),
    });
    let window = until("the window", || visible_windows(page.session, "Runtray").first().cloned());
    let place = [0, 1].map(|axis| (middle[axis].as_f64().expect("a number") * page.scale).round().to_string());
    let mut xdotool = page.session.command("xdotool");
    xdotool.args(["mousemove", "--window", &window]).args(place).args(["click", "1"]);
    assert!(xdotool.status().expect("xdotool").success());
}

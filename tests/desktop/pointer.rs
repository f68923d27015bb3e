//! The display's own pointer.
//!
//! Larger text makes all of a page larger in WebKitGTK, yet its driver takes the page's pixels for the window's: what it clicks
//! lies nearer to the window's corner than what was meant.

use serde_json::{Value, json};

use crate::session::until;
use crate::webdriver::{Page, patiently};
use crate::window::shown;

/// Where the middle of an element is, once all changes are painted; in words when it cannot be clicked there.
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

/// Clicks the middle of the first element of a CSS selector as soon as it is in sight.
pub(crate) fn click(page: &Page<'_>, css: &str) {
    let middle = patiently(css, || match page.script(MIDDLE, &[json!(css)]) {
        Value::String(obstacle) => Err(obstacle),
        middle => Ok(middle),
    });
    let window = until("the window", || shown(page.session, "Runtray").first().cloned());
    let place = [0, 1].map(|axis| (middle[axis].as_f64().expect("a number") * page.scale).round().to_string());
    let mut xdotool = page.session.command("xdotool");
    xdotool.args(["mousemove", "--window", &window]).args(place).args(["click", "1"]);
    assert!(xdotool.status().expect("xdotool").success());
}

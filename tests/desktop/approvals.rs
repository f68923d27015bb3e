//! A web page that asks to run code: refused, allowed in the window, revoked in the settings.

use serde_json::json;

use crate::app::App;
use crate::session::{Session, until};
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

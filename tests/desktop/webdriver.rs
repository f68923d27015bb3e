//! The app's window, used like a user does: elements are found by their text, clicked, typed into, read.
//!
//! The driver starts the app with its window open and speaks WebDriver to the real page. Every step is retried until it
//! succeeds or a deadline passes, as elements may appear late.

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WindowHandle;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::app::{App, PROGRAM, processes, settings};
use crate::pointer;
use crate::port;
use crate::session::{Session, until};
use crate::tray::Panel;

/// The text that stands for the Enter key.
pub(crate) const ENTER: &str = "\u{e007}";

/// Waits until earlier changes are painted.
const PAINTED: &str = "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

const BACKSPACE: &str = "\u{e003}";
const CONTROL_A: &str = "\u{e009}a";

/// Starts a window manager: without one, no window has the focus and none can be asked to close.
pub(crate) fn window_manager(session: &Session) -> Child {
    let mut openbox = session.command("openbox");
    let openbox = openbox.arg("--sm-disable").stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    openbox.expect("openbox, which `cargo xtask test` installs")
}

/// The app with its window open.
pub(crate) struct Page<'s> {
    /// The session it runs in.
    pub(crate) session: &'s Session,
    runtime: Runtime,
    client: Client,
    /// The app, whose process belongs to the driver.
    pub(crate) app: App,
    /// The panel with its tray icon.
    pub(crate) panel: Panel,
    window_manager: Child,
    /// The scale of text and page: display pixels per page pixel.
    pub(crate) scale: f64,
}

impl<'s> Page<'s> {
    /// Starts the app with the usual settings on a free port, and waits for its page and its service.
    pub(crate) fn open(session: &'s Session) -> Self {
        Self::open_scaled(session, 1.0)
    }

    /// The same on a display with text `scale` times as large as usual.
    pub(crate) fn open_scaled(session: &'s Session, scale: f64) -> Self {
        let port = port::free();
        settings(session, port, "");
        let page = Self::open_with(session, port, scale);
        until("a healthy answer", || page.app.is_healthy().then_some(()));
        page
    }

    /// Starts the app with the existing settings, which name `port`, and waits for its page.
    pub(crate) fn open_as_it_is(session: &'s Session, port: u16) -> Self {
        Self::open_with(session, port, 1.0)
    }

    fn open_with(session: &'s Session, port: u16, scale: f64) -> Self {
        let panel = Panel::new(session);
        let window_manager = window_manager(session);
        let driver_port = port::free();
        let mut driver = session.command("WebKitWebDriver");
        driver.arg(format!("--port={driver_port}")).arg("--host=127.0.0.1").env("TAURI_WEBVIEW_AUTOMATION", "true");
        driver.env("GDK_DPI_SCALE", scale.to_string());
        let app = App::start_as_it_is(session, &mut driver, port);
        until("the driver", || TcpStream::connect(("127.0.0.1", driver_port)).ok());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = runtime.block_on(connect(driver_port));
        let page = Self { session, runtime, client, app, panel, window_manager, scale };
        page.find("main");
        page
    }

    /// Goes to one of the four views by its name in the sidebar.
    pub(crate) fn go(&self, place: &str) {
        // Find the link by its address: its text may contain a counter.
        let link = format!("nav a[href='#/{}']", place.to_lowercase());
        self.click_on(&link);
        self.find(&format!("{link}[aria-current]"));
    }

    /// The first element that matches a CSS selector.
    pub(crate) fn find(&self, css: &str) -> Element {
        self.done(css, async || self.client.find(Locator::Css(css)).await)
    }

    /// Clicks the button or link with this text or label.
    pub(crate) fn click(&self, words: &str) {
        let named = format!("[(normalize-space() = {words:?} or @aria-label = {words:?}) and not(@disabled)]");
        let path = format!("//button{named} | //a{named}");
        self.done(words, async || self.client.find(Locator::XPath(&path)).await?.click().await);
    }

    /// Clicks the first element that matches a CSS selector.
    pub(crate) fn click_on(&self, css: &str) {
        if self.scale > 1.0 {
            return pointer::click(self, css);
        }
        self.done(css, async || self.client.find(Locator::Css(css)).await?.click().await);
    }

    /// Replaces the text of a field; each `\n` presses [`ENTER`].
    pub(crate) fn fill(&self, css: &str, text: &str) {
        let text = text.replace('\n', ENTER);
        self.done(css, async || {
            let field = self.client.find(Locator::Css(css)).await?;
            field.click().await?;
            // Each call releases its keys at the end; the driver does not accept an empty text.
            for keys in [CONTROL_A, BACKSPACE, &text].into_iter().filter(|keys| !keys.is_empty()) {
                field.send_keys(keys).await?;
            }
            Ok(())
        });
    }

    /// Types where the focus is.
    pub(crate) fn type_text(&self, text: &str) {
        self.done(text, async || self.client.active_element().await?.send_keys(text).await);
    }

    /// Chooses an option of a select element by its value.
    pub(crate) fn choose(&self, css: &str, value: &str) {
        self.done(value, async || self.client.find(Locator::Css(css)).await?.select_by_value(value).await);
    }

    /// The current text of the first element that matches a CSS selector; empty if there is none.
    pub(crate) fn text(&self, css: &str) -> String {
        // The driver's own answer leaves out text that is scrolled out of view.
        let found = self.script("return document.querySelector(arguments[0])?.innerText ?? ''", &[json!(css)]);
        found.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the text of the first element that matches a CSS selector contains `words`, and gives the text.
    pub(crate) fn reads(&self, css: &str, words: &str) -> String {
        patiently(&format!("{words:?} in {css}"), || {
            let text = self.text(css);
            if text.contains(words) { Ok(text) } else { Err(text) }
        })
    }

    /// Runs a script in the page with `arguments`. It may return a value or a promise.
    pub(crate) fn script(&self, script: &str, arguments: &[Value]) -> Value {
        let answer = self.runtime.block_on(self.client.execute(script, arguments.to_vec()));
        answer.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// A picture of the page as PNG, once all changes are painted.
    ///
    /// # Errors
    /// The app has no page.
    pub(crate) fn screenshot(&self) -> Result<Vec<u8>, CmdError> {
        self.runtime.block_on(async {
            self.client.execute(PAINTED, Vec::new()).await?;
            self.client.screenshot().await
        })
    }

    /// Closes the window as the button in its title bar does, and waits until it is gone.
    pub(crate) fn close(&self) {
        let closed = self.session.command("wmctrl").args(["-c", "Runtray"]).status();
        assert!(closed.expect("wmctrl, which `cargo xtask test` installs").success(), "there is no window");
        until("no window", || self.windows().is_empty().then_some(()));
    }

    /// Opens the window from the tray, after [`close`](Self::close).
    pub(crate) fn reopen(&self) {
        self.panel.tray().click("Open Runtray");
        let window = until("a window", || self.windows().into_iter().next());
        self.done("the window", async || self.client.switch_to_window(window.clone()).await);
        self.find("main");
    }

    fn leave_picture(&self) {
        let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
        if self.screenshot().is_ok_and(|picture| std::fs::write(&path, picture).is_ok()) {
            eprintln!("the window looked like {}", path.display());
        }
    }

    fn windows(&self) -> Vec<WindowHandle> {
        self.runtime.block_on(self.client.windows()).unwrap_or_default()
    }

    /// Retries a step until it succeeds.
    fn done<T>(&self, what: &str, step: impl AsyncFn() -> Result<T, CmdError>) -> T {
        patiently(what, || self.runtime.block_on(step()).map_err(|error| error.to_string()))
    }
}

/// Retries a step until it succeeds. Prints each new error, which is shown if the test fails.
pub(crate) fn patiently<T>(what: &str, step: impl Fn() -> Result<T, String>) -> T {
    let mut obstacle = String::new();
    until(what, || match step() {
        Ok(done) => Some(done),
        Err(now) => {
            if now != obstacle {
                eprintln!("no {what} yet: {now}");
            }
            obstacle = now;
            None
        }
    })
}

impl Drop for Page<'_> {
    /// Quits the app as its user would, because the driver would kill it. A failed test leaves a picture.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.leave_picture();
        }
        let quit = self.session.command(PROGRAM).arg("--quit").stderr(Stdio::null()).status();
        if quit.is_ok_and(|status| status.success()) && !std::thread::panicking() {
            let others = [self.app.pid(), self.window_manager.id()];
            let left = || processes(self.session).into_iter().any(|pid| !others.contains(&pid));
            until("the end of the app", || (!left()).then_some(()));
        }
        // Both calls only fail if it has ended already.
        let _ = self.window_manager.kill();
        let _ = self.window_manager.wait();
    }
}

/// Makes the driver start the app, and waits until it has a window.
async fn connect(port: u16) -> Client {
    let options = json!({ "webkitgtk:browserOptions": { "binary": PROGRAM, "args": [] } });
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(options.as_object().cloned().unwrap_or_default());
    builder.connect(&format!("http://127.0.0.1:{port}")).await.expect("the driver starts the app")
}

//! One stay of an app: its start, its idle time in the tray, and its window opened and closed many times.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::activity::Activity;
use super::app::{App, Kind};
use super::display::Display;
use super::{Args, Effort};
use crate::memory::{settled, tree};
use crate::session::{PATIENCE, until};
use crate::tray::Tray;

/// The interval at which the window is checked for text.
const LOOK: Duration = Duration::from_millis(2);
/// How long a window is open before it is closed.
const OPEN: Duration = Duration::from_secs(1);
/// The name of WebKit's process for a page, shortened by Linux.
const PAGE: &str = "WebKitWebProces";

/// The measurements of one stay.
pub(super) struct Stay {
    /// The memory in the tray before any window was opened, in MiB.
    pub(super) tray: f64,
    /// Its activity while idle.
    pub(super) rest: Activity,
    /// Milliseconds from the click to text in the window, for each cycle.
    pub(super) opened: Vec<f64>,
    /// The memory after the window was closed, in MiB, for each cycle.
    pub(super) closed: Vec<f64>,
}

/// Milliseconds from the start of Runtray's process to its first healthy answer, in an empty folder as after installing.
///
/// # Errors
/// The app does not start.
pub(super) fn until_healthy(args: &Args) -> Result<f64> {
    App::start(args, Kind::Runtray)?.healthy().map(milliseconds)
}

/// Milliseconds from the start of the process to its icon in the tray.
///
/// # Errors
/// The app does not start.
pub(super) fn until_icon(args: &Args, kind: Kind) -> Result<f64> {
    Ok(milliseconds(App::start(args, kind)?.icon().1))
}

impl Stay {
    /// Measures a stay.
    ///
    /// # Errors
    /// The app ends early, or its window does not open or close.
    pub(super) fn of(args: &Args, kind: Kind, effort: Effort) -> Result<Self> {
        let app = App::start(args, kind)?;
        let (tray, _) = app.icon();
        let mut stay = Self {
            tray: settled(app.process())?,
            rest: Activity::during(Duration::from_secs(effort.rest), app.process()),
            opened: Vec::new(),
            closed: Vec::new(),
        };
        let display = Display::open(app.session.display().context("the session has a display")?)?;
        for _ in 0..effort.cycles {
            stay.opened.push(open(&tray, &display, kind)?);
            thread::sleep(OPEN);
            close(&app, &display, kind)?;
            stay.closed.push(settled(app.process())?);
        }
        Ok(stay)
    }
}

/// Clicks on Open, and gives the milliseconds until there is text in the window.
fn open(tray: &Tray, display: &Display, kind: Kind) -> Result<f64> {
    let began = Instant::now();
    tray.click("Open");
    while !display.window(kind.title())?.is_some_and(|window| display.has_text(window)) {
        ensure!(began.elapsed() < PATIENCE, "{} painted no window", kind.name());
        thread::sleep(LOOK);
    }
    Ok(milliseconds(began.elapsed()))
}

/// Closes the window and waits until its page is gone.
fn close(app: &App, display: &Display, kind: Kind) -> Result<()> {
    let window = display.window(kind.title())?.context("the window is gone")?;
    display.close(window)?;
    until("the end of the page's process", || (!tree(app.process()).into_iter().any(is_page)).then_some(()));
    Ok(())
}

fn is_page(process: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.trim() == PAGE)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

//! The icon in the tray of xfce4-panel, with its menu open.

use std::fs;
use std::process::{Child, Stdio};

use super::album::Album;
use super::{PORT, past};
use crate::app::{App, PROGRAM, settings};
use crate::session::{Session, until};

/// A panel at the top, as wide as the display: space, the tray, the time.
const PANEL: &str = include_str!("xfce4-panel.xml");

/// The part of the display in the picture.
const CORNER: &str = "760x460+520+0";

/// The window class of the tray and its menus.
const CLASS: &str = "Wrapper-2.0";

/// Keys from the menu's first line upwards to its third from last, and into that submenu.
const TO_RECENT_RUNS: &[&str] = &["Up", "Up", "Up", "Right"];

/// The width of the tray with an icon in it; it is narrower without.
const ICON: i32 = 16;

/// The panel, which is ended with the picture.
struct Panel(Child);

impl Drop for Panel {
    fn drop(&mut self) {
        // Both calls only fail if it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Opens the menu and the submenu of recent runs.
pub(super) fn menu(album: &Album, session: &Session) {
    settings(session, PORT, "");
    let _panel = panel(session);
    let app = App::start_as_it_is(session, session.command(PROGRAM).arg("--hidden"), PORT).serving();
    past::run_latest(&app);
    let (x, y) = icon(session);
    let menus = || output_of_xdotool(session, &["search", "--onlyvisible", "--class", CLASS]).lines().count();
    let open_menus = menus();
    xdotool(session, &["mousemove", &x.to_string(), &y.to_string(), "click", "1"]);
    until("a menu", || (menus() > open_menus).then_some(()));
    for key in TO_RECENT_RUNS {
        xdotool(session, &["key", key]);
    }
    until("a menu in the menu", || (menus() > open_menus + 1).then_some(()));
    album.add("tray", &picture(session));
}

/// Starts the panel, and paints the desktop behind it.
fn panel(session: &Session) -> Panel {
    let folder = session.folder().join(".config/xfce4/xfconf/xfce-perchannel-xml");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("xfce4-panel.xml"), PANEL).expect("a file");
    // `display` paints the root window but exits with an error; the picture shows whether it painted.
    let gradient = ["-window", "root", "-size", "1280x800", "gradient:#54708a-#9fb3bf"];
    session.command("display").args(gradient).status().expect("ImageMagick");
    // Programs that the bus starts for the panel must use this session's folders too.
    let told =
        session.command("dbus-update-activation-environment").args(["HOME", "XDG_RUNTIME_DIR", "DISPLAY"]).status();
    assert!(told.expect("dbus").success(), "the bus was not told of the session");
    let mut panel = session.command("xfce4-panel");
    panel.arg("--disable-wm-check").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Panel(panel.spawn().expect("xfce4-panel, which `cargo xtask screenshots` installs"))
}

/// The middle of the tray's window, which holds only the app's icon.
fn icon(session: &Session) -> (i32, i32) {
    until("an icon in the tray", || {
        let found = output_of_xdotool(session, &["search", "--onlyvisible", "--class", CLASS]);
        let geometry = output_of_xdotool(session, &["getwindowgeometry", "--shell", found.lines().next()?]);
        let number = |name: &str| {
            let line = geometry.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.and_then(|number| number.parse::<i32>().ok())
        };
        let (x, y, width, height) = (number("X")?, number("Y")?, number("WIDTH")?, number("HEIGHT")?);
        (width >= ICON).then_some((x + width / 2, y + height / 2))
    })
}

fn xdotool(session: &Session, args: &[&str]) {
    assert!(session.command("xdotool").args(args).status().expect("xdotool").success(), "{args:?}");
}

fn output_of_xdotool(session: &Session, args: &[&str]) -> String {
    let output = session.command("xdotool").args(args).stderr(Stdio::null()).output().expect("xdotool");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn picture(session: &Session) -> Vec<u8> {
    let mut import = session.command("import");
    import.args(["-window", "root", "-crop", CORNER, "+repage", "png:-"]);
    import.output().expect("ImageMagick").stdout
}

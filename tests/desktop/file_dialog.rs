//! The desktop's file dialog, operated by keyboard.

use std::path::Path;

use crate::session::{Session, until};
use crate::window::visible_windows;

/// Waits for the dialog with this title, types a path into it and confirms.
pub(crate) fn answer(session: &Session, title: &str, path: &Path) {
    let window = until(title, || visible(session, title));
    xdotool(session, &["windowactivate", "--sync", &window]);
    let path = path.display().to_string();
    let rest = path.strip_prefix('/').expect("a whole path");
    until("the end of the dialog", || {
        // If the dialog has no path field yet, a slash opens one. Keys typed before the field is drawn are lost.
        xdotool(session, &["key", "ctrl+a", "key", "slash", "sleep", "0.3", "type", "--delay", "5", rest]);
        xdotool(session, &["key", "Return", "sleep", "0.5"]);
        let stays = visible(session, title).is_some();
        if stays {
            // If keys were lost, confirm the dialog's complaint and type the path again.
            xdotool(session, &["key", "Return", "sleep", "0.5"]);
        }
        visible(session, title).is_none().then_some(())
    });
}

fn visible(session: &Session, title: &str) -> Option<String> {
    visible_windows(session, title).into_iter().next()
}

fn xdotool(session: &Session, args: &[&str]) {
    session.command("xdotool").args(args).output().expect("xdotool");
}

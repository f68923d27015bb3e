//! The screenshots of `docs/`, taken from the real app by `cargo xtask screenshots`.

mod album;
mod panel;
mod past;
mod scenes;

use crate::session::Session;

use album::Album;

/// The app's default port.
const PORT: u16 = 5000;

#[test]
#[ignore = "it writes files of the repository: `cargo xtask screenshots`"]
fn of_the_whole_app() {
    let album = Album::open();
    panel::menu(&album, &Session::new());
    scenes::welcome(&album, &Session::new());
    scenes::port_in_use(&album, &Session::new());
    scenes::views(&album, &Session::new());
}

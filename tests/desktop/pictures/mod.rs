//! The pictures of `docs/`: the real app, asked to show what it has. `cargo xtask screenshots` makes them.

mod album;
mod panel;
mod past;
mod scenes;

use crate::session::Session;

use album::Album;

/// The port that users know.
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

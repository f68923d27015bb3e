//! The windows on a display: what is painted on them, and closing them as a window manager would.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, CLIENT_MESSAGE_EVENT, ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat, MapState,
    Window,
};
use x11rb::rust_connection::RustConnection;

/// The corner of a window that is looked at, wide and high: each of the apps has text there.
const CORNER: (u16, u16) = (360, 120);
/// An empty window has one colour, and one that only has its background a few; the edges of letters have many.
const TEXT: usize = 16;
/// A pixel has 24 bits, in four bytes.
const PIXEL: usize = 4;

/// A connection to a display.
pub(super) struct Display {
    connection: RustConnection,
    root: Window,
    protocols: Atom,
    delete: Atom,
}

impl Display {
    /// Connects to the display of that name.
    ///
    /// # Errors
    /// It does not answer.
    pub(super) fn open(name: &str) -> Result<Self> {
        let (connection, screen) = x11rb::connect(Some(name)).context("the display does not answer")?;
        let atom = |name: &str| anyhow::Ok(connection.intern_atom(false, name.as_bytes())?.reply()?.atom);
        let (protocols, delete) = (atom("WM_PROTOCOLS")?, atom("WM_DELETE_WINDOW")?);
        let root = connection.setup().roots[screen].root;
        Ok(Self { connection, root, protocols, delete })
    }

    /// The window of that title which a user sees, if there is one.
    ///
    /// # Errors
    /// The display is gone.
    pub(super) fn window(&self, title: &str) -> Result<Option<Window>> {
        let children = self.connection.query_tree(self.root)?.reply()?.children;
        Ok(children.into_iter().find(|window| self.is_seen(*window) && self.title(*window).as_deref() == Some(title)))
    }

    /// Whether there is text on `window`. One that is gone meanwhile has none.
    pub(super) fn has_text(&self, window: Window) -> bool {
        let (width, height) = CORNER;
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX);
        let data = image.ok().and_then(|image| image.reply().ok()).map(|image| image.data).unwrap_or_default();
        data.chunks_exact(PIXEL).collect::<HashSet<_>>().len() >= TEXT
    }

    /// Asks for the end of `window`, as its cross does.
    ///
    /// # Errors
    /// The display is gone.
    pub(super) fn close(&self, window: Window) -> Result<()> {
        let event = ClientMessageEvent {
            response_type: CLIENT_MESSAGE_EVENT,
            format: 32,
            sequence: 0,
            window,
            type_: self.protocols,
            data: [self.delete, CURRENT_TIME, 0, 0, 0].into(),
        };
        self.connection.send_event(false, window, EventMask::NO_EVENT, event)?.check()?;
        Ok(())
    }

    fn is_seen(&self, window: Window) -> bool {
        let attributes = self.connection.get_window_attributes(window).ok().and_then(|cookie| cookie.reply().ok());
        attributes.is_some_and(|attributes| attributes.map_state == MapState::VIEWABLE)
    }

    fn title(&self, window: Window) -> Option<String> {
        let property = self.connection.get_property(false, window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64).ok()?;
        String::from_utf8(property.reply().ok()?.value).ok()
    }
}

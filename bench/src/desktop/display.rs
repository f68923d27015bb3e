//! The windows on a display: whether text is painted in them, and closing them as a window manager does.

use std::collections::HashSet;

use anyhow::{Context as _, Result};
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, CLIENT_MESSAGE_EVENT, ClientMessageEvent, ConnectionExt as _, EventMask, ImageFormat, MapState,
    Window,
};
use x11rb::rust_connection::RustConnection;

/// Width and height of the window's corner that is inspected; both apps have text there.
const CORNER: (u16, u16) = (360, 120);
/// The number of colours above which a picture contains text. An empty window has one colour and a plain background a few.
const TEXT: usize = 16;
/// The bytes of a pixel, which has 24 bits.
const PIXEL: usize = 4;

/// A connection to a display.
pub(super) struct Display {
    connection: RustConnection,
    root: Window,
    protocols: Atom,
    delete: Atom,
}

impl Display {
    /// Connects to the display with this name.
    ///
    /// # Errors
    /// The display does not answer.
    pub(super) fn open(name: &str) -> Result<Self> {
        let (connection, screen) = x11rb::connect(Some(name)).context("the display does not answer")?;
        let atom = |name: &str| anyhow::Ok(connection.intern_atom(false, name.as_bytes())?.reply()?.atom);
        let (protocols, delete) = (atom("WM_PROTOCOLS")?, atom("WM_DELETE_WINDOW")?);
        let root = connection.setup().roots[screen].root;
        Ok(Self { connection, root, protocols, delete })
    }

    /// The visible window with this title, if there is one.
    ///
    /// # Errors
    /// The connection to the display is broken.
    pub(super) fn window(&self, title: &str) -> Result<Option<Window>> {
        let children = self.connection.query_tree(self.root)?.reply()?.children;
        Ok(children.into_iter().find(|window| self.is_seen(*window) && self.title(*window).as_deref() == Some(title)))
    }

    /// Whether there is text in `window`; `false` if it was closed meanwhile.
    pub(super) fn has_text(&self, window: Window) -> bool {
        let (width, height) = CORNER;
        let image = self.connection.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX);
        let data = image.ok().and_then(|image| image.reply().ok()).map(|image| image.data).unwrap_or_default();
        data.chunks_exact(PIXEL).collect::<HashSet<_>>().len() >= TEXT
    }

    /// Asks `window` to close, as the button in its title bar does.
    ///
    /// # Errors
    /// The connection to the display is broken.
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

//! The WebSocket client: blocking, JSON messages.

use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tungstenite::{Message, WebSocket};

/// The longest wait for a message.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection. Dropping it drops the connection.
pub(crate) struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// Connects to `path` of the service on `port`.
    ///
    /// # Errors
    /// The service does not answer, or does not accept the upgrade.
    pub(crate) fn connect(port: u16, path: &str) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (socket, _) = tungstenite::client(format!("ws://localhost:{port}{path}"), stream)
            .map_err(|error| anyhow!("no WebSocket at {path}: {error}"))?;
        Ok(Self(socket))
    }

    /// Sends a message.
    ///
    /// # Errors
    /// The connection broke.
    pub(crate) fn send(&mut self, message: &impl Serialize) -> Result<()> {
        self.0.send(Message::text(serde_json::to_string(message)?)).context("the WebSocket broke")
    }

    /// The next message.
    ///
    /// # Errors
    /// The connection broke or was closed, or the message is not of this type.
    pub(crate) fn receive<T: DeserializeOwned>(&mut self) -> Result<T> {
        loop {
            match self.0.read().context("the WebSocket broke")? {
                Message::Text(text) => return serde_json::from_str(&text).context("a message is malformed"),
                Message::Close(reason) => bail!("the WebSocket was closed: {reason:?}"),
                Message::Binary(_) => bail!("a message is not text"),
                _ => {}
            }
        }
    }
}

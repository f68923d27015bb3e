//! A client on standard input and output.

use std::io;

use rmcp::ServiceExt as _;
use rmcp::service::ServerInitializeError;
use tokio::io::{AsyncRead, AsyncWrite};

use super::assistant::Assistant;
use super::backend::Backend;

/// Serves one client until it closes its end. Its programs are cancelled then.
///
/// # Errors
/// The input is not the Model Context Protocol.
pub async fn serve<B: Backend>(
    backend: B,
    input: impl AsyncRead + Send + Unpin + 'static,
    output: impl AsyncWrite + Send + Unpin + 'static,
) -> io::Result<()> {
    let running = match Assistant(backend).serve((input, output)).await {
        Ok(running) => running,
        // The client left before its first message.
        Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(io::Error::other(error)),
    };
    running.waiting().await.map_err(io::Error::other)?;
    Ok(())
}

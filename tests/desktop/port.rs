//! The port of an app, seen from outside.

use std::net::TcpListener;
use std::time::Duration;

/// A free port.
pub(crate) fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// Whether a service answers on the port.
pub(crate) fn answers(port: u16) -> bool {
    let health = ureq::get(format!("http://127.0.0.1:{port}/health"));
    health.config().timeout_global(Some(Duration::from_secs(5))).build().call().is_ok()
}

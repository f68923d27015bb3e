//! The port of an app, seen from outside.

use std::net::TcpListener;
use std::time::Duration;

/// A free port.
pub(crate) fn free() -> u16 {
    held().1
}

/// A port that is in use as long as the listener lives.
pub(crate) fn held() -> (TcpListener, u16) {
    let holder = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = holder.local_addr().expect("an address").port();
    (holder, port)
}

/// Whether a service answers on the port.
pub(crate) fn answers(port: u16) -> bool {
    let health = ureq::get(format!("http://127.0.0.1:{port}/health"));
    health.config().timeout_global(Some(Duration::from_secs(5))).build().call().is_ok()
}

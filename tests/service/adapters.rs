//! The WebSockets of the adapters: clients that only listen.

use crate::harness::Service;
use crate::service::execute::program;

/// A client that sends nothing for a minute, not even the reply to a ping, is taken for gone.
#[test]
fn a_client_that_only_listens_is_pinged() {
    let service = Service::start();
    let mut sockets = [
        service.converse(&program("hang")),
        service.piston(&[], "hang"),
        service.jupyter(&[], &["hang"]),
        // Idle: its block has ended.
        service.jupyter(&[], &["print a"]),
    ];
    for socket in &mut sockets {
        socket.pinged();
    }
    assert_eq!(service.running().len(), 3);
}

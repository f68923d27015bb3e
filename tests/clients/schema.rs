//! schemathesis over `/openapi.json`: the document holds for generated requests.

use super::{check, installed};
use crate::harness::Home;
use crate::harness::Service;

#[test]
fn the_document_is_what_is_served() {
    let Some(clients) = installed() else { return };
    let home = Home::new("[limits]\ntimeout_ms = 1000\nmax_timeout_ms = 2000\n");
    let service = Service::start_in(&home, &[]);
    let mut client = super::python(&clients, "schema.py", &home);
    // It leaves a cache in its working folder.
    check(client.current_dir(home.path()).arg(format!("http://localhost:{}", service.port())));
}

//! The tests on this machine.

use anyhow::Result;

use crate::context::Context;
use crate::step::{Ending, must};
use crate::{clients, node};

/// Builds the tests and the programs that they start, with the fake interpreter. As tests, so that no package is built twice with
/// different features.
///
/// # Errors
/// It does not build.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    must(&mut context.cargo(&["test", "--workspace", "--no-run"]))?;
    Ok(Ending::Done)
}

/// Every test of every crate. Examples in the documentation were tested with the documentation.
///
/// # Errors
/// One failed.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    let mut test = context.cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--"]);
    test.args(&context.filter);
    if let Some(node) = node::program(context) {
        test.env("RUNTRAY_TEST_NODE", node);
    }
    if let Some(clients) = clients::installed(context) {
        test.env("RUNTRAY_TEST_CLIENTS", clients);
    }
    must(&mut test)?;
    Ok(Ending::Done)
}

//! Builds and runs the tests on this machine.

use anyhow::Result;

use crate::builtin_python;
use crate::context::Context;
use crate::step::{Ending, must};
use crate::{clients, node, web};

/// Builds the tests and the programs that they start, including the fake interpreter. `cargo test --no-run` builds both with the
/// same features, so that no package is built twice.
///
/// # Errors
/// The code does not compile.
pub(crate) fn build(context: &Context) -> Result<Ending> {
    must(&mut context.cargo(&["test", "--workspace", "--no-run"]))?;
    Ok(Ending::Done)
}

/// Runs every test of every crate but the examples in the documentation, which the documentation step runs.
///
/// # Errors
/// A test fails.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    let mut test = context.cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--"]);
    test.args(&context.filter);
    if let Some(node) = node::program(context) {
        test.env("RUNTRAY_TEST_NODE", node);
    }
    let python = builtin_python::program(context);
    if python.exists() {
        test.env("RUNTRAY_TEST_BUILTIN_PYTHON", python);
    }
    if let Some(clients) = clients::installed(context) {
        test.env("RUNTRAY_TEST_CLIENTS", clients);
    }
    if let Some(web) = web::installed(context) {
        test.env("RUNTRAY_TEST_WEB", web);
    }
    if let Some(python) = web::science(context) {
        test.env("RUNTRAY_TEST_VENV", python);
    }
    must(&mut test)?;
    Ok(Ending::Done)
}

//! Says that something is not tested. The tests beside the code of other packages use this file too.

use std::fmt::Display;
use std::io::Write as _;

/// Says that this test ends early, or leaves out a case, because the machine lacks something.
pub(crate) fn skip(reason: impl Display) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a thread of a test");
    let line = format!("{test}: not tested: {reason}\n");
    // The test runner captures `eprintln!` and hides the output of a test that passes; this handle it does not capture. One write
    // keeps the line whole among those of other tests.
    std::io::stderr().write_all(line.as_bytes()).expect("stderr can be written");
}

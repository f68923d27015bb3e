//! Rules about the repository itself.
//!
//! Each rule takes its input as a value and returns complaints that tell what to change, so it is tested with bad examples too.

mod arrows;
mod circles;
mod imports;
mod index;
mod layouts;
mod rooms;
mod text;

use std::path::Path;
use std::process::Command;

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask has a folder above it")
}

/// The output of a program in the root of the repository.
fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(root()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

/// All files that git tracks or would add.
fn files() -> Vec<String> {
    let listed = run("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    listed.split_terminator('\0').filter(|file| root().join(file).is_file()).map(str::to_owned).collect()
}

/// Fails with all complaints at once.
fn check(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n\n{}\n", complaints.join("\n"));
}

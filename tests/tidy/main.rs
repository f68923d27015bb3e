//! The rules that the repository keeps about itself.
//!
//! Each rule takes what it judges and gives complaints that a person can act on, so that each is tested with a bad example.

mod arrows;
mod circles;
mod imports;
mod index;
mod rooms;
mod text;

use std::path::Path;
use std::process::Command;

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask has a folder above it")
}

/// What a program prints when it is run in the repository.
fn run(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(root()).output();
    let output = output.unwrap_or_else(|error| panic!("cannot start {program}: {error}"));
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the output is UTF-8")
}

/// Every file that is, or is about to be, part of the repository.
fn files() -> Vec<String> {
    let listed = run("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    listed.split_terminator('\0').filter(|file| root().join(file).is_file()).map(str::to_owned).collect()
}

/// Fails with all complaints at once.
fn check(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n\n{}\n", complaints.join("\n"));
}

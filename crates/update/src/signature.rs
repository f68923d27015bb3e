//! The signature of a package: by the right key, over the whole file, and for this version and kind of installation.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minisign_verify::{PublicKey, Signature};
use runtray_engine::message::LocalizedMessage;

use crate::manifest::Release;
use crate::{Result, sentences as s};

/// Checks the file of a release.
///
/// # Errors
/// The file was not signed by the key, or was signed as another package.
pub(crate) fn check(file: &Path, release: &Release, target: &str, key: &PublicKey) -> Result<()> {
    let wrong = |cause: String| -> LocalizedMessage {
        s::BAD_SIGNATURE.with("version", release.version.to_string()).with("cause", cause)
    };
    let signature = parse(&release.signature).ok_or_else(|| wrong("its signature cannot be read".to_owned()))?;
    let mut verifier = key.verify_stream(&signature).map_err(|error| wrong(error.to_string()))?;
    let mut file = File::open(file).map_err(|error| wrong(error.to_string()))?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match file.read(&mut buffer).map_err(|error| wrong(error.to_string()))? {
            0 => break,
            read => verifier.update(&buffer[..read]),
        }
    }
    verifier.finalize().map_err(|error| wrong(error.to_string()))?;
    // Only now is the comment known to be the signer's.
    is_for(signature.trusted_comment(), release, target)
}

/// An old package with its own valid signature must not pass for a new one.
fn is_for(comment: &str, release: &Release, target: &str) -> Result<()> {
    let value = |name: &str| comment.split('\t').find_map(|part| part.strip_prefix(name)?.strip_prefix(':'));
    let version = release.version.to_string();
    if value("version") == Some(&*version) && value("target") == Some(target) {
        return Ok(());
    }
    Err(s::OTHER_PACKAGE.with("version", version).with("target", target).with("signed", comment))
}

/// As Tauri writes it: the file of minisign in base64.
fn parse(text: &str) -> Option<Signature> {
    let decoded = String::from_utf8(BASE64_STANDARD.decode(text.trim()).ok()?).ok()?;
    // The comment is taken from a fixed place in its line, which must be there.
    decoded.lines().nth(2)?.is_ascii().then_some(())?;
    Signature::decode(&decoded).ok()
}

//! The publisher of versions: packages, signatures and feeds as `cargo xtask package` makes them.

use std::io::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use minisign::KeyPair;
use serde_json::json;

use crate::feed::{Feed, Given};
use crate::installation::Installation;

/// A file of an archive: its path, mode and content.
pub(super) type Entry<'a> = (&'a str, u32, &'a [u8]);

pub(super) struct Publisher(KeyPair);

impl Publisher {
    pub(super) fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().expect("a pair of keys"))
    }

    pub(super) fn feed(&self, address: &str, hosts: &[String]) -> Feed {
        let key = self.0.pk.to_base64();
        Feed::of(Given { feed: address, key: &key, hosts }, [None; 3]).expect("a feed")
    }

    /// The signature of a package, in the format of the feed.
    pub(super) fn sign(&self, package: &[u8], version: &str, target: &str) -> String {
        let comment = format!("timestamp:1\tfile:p\tversion:{version}\ttarget:{target}");
        let signed = minisign::sign(Some(&self.0.pk), &self.0.sk, package, Some(&comment), None);
        BASE64_STANDARD.encode(signed.expect("a signature").into_string())
    }
}

/// The feed's JSON for one package.
pub(super) fn manifest(version: &str, target: &str, address: &str, signature: &str) -> Vec<u8> {
    let place = json!({ "url": address, "signature": signature });
    let json =
        json!({ "version": version, "notes": "Better.", "pub_date": "2026-11-26", "platforms": { target: place } });
    json.to_string().into_bytes()
}

pub(super) fn archive(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, mode, content) in entries {
        let mut header = tar::Header::new_gnu();
        // Set by hand: a path out of the folder, as one test has it, cannot be set otherwise.
        header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(*mode);
        header.set_cksum();
        tar.append(&header, *content).expect("an archive");
    }
    let mut gz = tar.into_inner().expect("an archive");
    gz.flush().expect("an archive");
    gz.finish().expect("an archive")
}

/// The feed's name for archives of this machine.
pub(super) fn archive_target() -> String {
    Installation::Archive("/x".into()).target().expect("a target")
}

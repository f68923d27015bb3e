//! `cargo xtask feed`: signs packages, and writes the feed that announces them to installed versions.
//!
//! `UPDATE_SIGNING_KEY` has the secret key (the text of minisign's file), `UPDATE_SIGNING_PASSWORD` its password. The trusted
//! comment of a signature names version and kind of package, which the installed version compares: an old package cannot pass
//! for a new one.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};
use serde_json::{Value, json};

use crate::context::Context;
use crate::step::output;

/// The file that installed versions ask for.
const FEED: &str = "latest.json";

/// The variables with the secret key and its password, and with the public key that programs are built with.
const SECRET: &str = "UPDATE_SIGNING_KEY";
const PASSWORD: &str = "UPDATE_SIGNING_PASSWORD";
const PUBLIC: &str = "RUNTRAY_UPDATE_KEY";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The packages that install themselves: how their names end, and the kind of installation as the app names it.
const KINDS: [(&str, &str); 4] = [
    ("Runtray-Setup.exe", "windows-x86_64-nsis"),
    ("-windows-x64-portable.zip", "windows-x86_64-zip"),
    ("-linux-x64.tar.gz", "linux-x86_64-tar"),
    ("_amd64.AppImage", "linux-x86_64-appimage"),
];

/// Options of `cargo xtask feed`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The folder with the packages of this version.
    #[arg(default_value = "dist")]
    folder: PathBuf,
    /// Make a pair of keys instead: write the secret one, locked with `UPDATE_SIGNING_PASSWORD`, to this new file.
    #[arg(long, value_name = "FILE")]
    new_key: Option<PathBuf>,
}

/// Signs the packages and writes the feed, or makes a pair of keys.
///
/// # Errors
/// The key or every package is missing, or a file cannot be read or written.
pub(crate) fn feed(args: &Args) -> Result<()> {
    let password = env::var(PASSWORD).with_context(|| format!("{PASSWORD} is not set"))?;
    if let Some(file) = &args.new_key {
        return new_key(file, password);
    }
    let context = Context::new(Vec::new())?;
    let secret = env::var(SECRET).with_context(|| format!("{SECRET} is not set"))?;
    let secret =
        SecretKeyBox::from_string(&secret)?.into_secret_key(Some(password)).context("the key cannot be unlocked")?;
    let public = PublicKey::from_secret_key(&secret)?;
    let built = env::var(PUBLIC).unwrap_or_default();
    ensure!(
        built.is_empty() || built == public.to_base64(),
        "the programs were built with another public key ({PUBLIC}), so installed versions would refuse these packages"
    );
    let date = output(context.command("git").args(["log", "-1", "--format=%cI"])).unwrap_or_default();
    let changes = fs::read_to_string(context.root.join("CHANGELOG.md")).context("cannot read the changes")?;
    let platforms = sign_all(&args.folder, &secret, &public)?;
    let feed = json!({ "version": VERSION, "notes": notes(&changes), "pub_date": date, "platforms": platforms });
    let file = args.folder.join(FEED);
    fs::write(&file, format!("{feed:#}\n")).with_context(|| format!("cannot write {}", file.display()))?;
    eprintln!("{}: version {VERSION}, {} packages, key {}", file.display(), platforms.len(), public.to_base64());
    Ok(())
}

fn new_key(file: &Path, password: String) -> Result<()> {
    ensure!(!password.is_empty(), "{PASSWORD} is empty: choose a password for the secret key");
    let KeyPair { pk, sk } = KeyPair::generate_encrypted_keypair(Some(password))?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut to = options.open(file).with_context(|| format!("cannot make {}", file.display()))?;
    std::io::Write::write_all(&mut to, sk.to_box(None)?.into_string().as_bytes())?;
    eprintln!("{} has the secret key: {SECRET}, to be kept from everybody and in two places", file.display());
    eprintln!("{PUBLIC}={}", pk.to_base64());
    Ok(())
}

/// Signs every package in the folder. Its address is its name: packages lie beside the feed.
fn sign_all(folder: &Path, secret: &SecretKey, public: &PublicKey) -> Result<BTreeMap<&'static str, Value>> {
    let mut platforms = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Some((_, kind)) = KINDS.iter().find(|(end, _)| name.ends_with(end)) else { continue };
        let is_of_this_version = name.contains(VERSION) || name == KINDS[0].0;
        ensure!(is_of_this_version, "{name} is not of version {VERSION}: remove it");
        let signature = sign(&path, kind, secret, public)?;
        platforms.insert(*kind, json!({ "url": name, "signature": signature }));
    }
    ensure!(!platforms.is_empty(), "{} has no package that installs itself", folder.display());
    Ok(platforms)
}

fn sign(package: &Path, kind: &str, secret: &SecretKey, public: &PublicKey) -> Result<String> {
    let content = File::open(package).with_context(|| format!("cannot read {}", package.display()))?;
    let comment = format!("version:{VERSION}\ttarget:{kind}");
    let signed = minisign::sign(Some(public), secret, content, Some(&comment), None)?;
    Ok(BASE64_STANDARD.encode(signed.into_string()))
}

/// The changes of this version, or those that are not released yet.
fn notes(changes: &str) -> String {
    let of = |title: &str| changes.split("\n## ").find_map(|part| part.strip_prefix(title).map(str::trim));
    let notes = of(VERSION).or_else(|| of("Unreleased")).unwrap_or_default();
    // A version's line may end with its date.
    notes
        .split_once('\n')
        .map_or(notes, |(first, rest)| if first.starts_with(['#', '-']) { notes } else { rest.trim() })
        .to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;
    use minisign::{KeyPair, SignatureBox};

    use super::{VERSION, notes, sign_all};

    #[test]
    fn each_package_is_signed_for_its_kind_and_others_are_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let tar = format!("runtray-{VERSION}-linux-x64.tar.gz");
        for name in [&*tar, "Runtray-Setup.exe", "runtray.deb", "SHA256SUMS"] {
            fs::write(folder.path().join(name), name).expect("a file");
        }
        let KeyPair { pk, sk } = KeyPair::generate_unencrypted_keypair().expect("keys");
        let platforms = sign_all(folder.path(), &sk, &pk).expect("signatures");
        assert_eq!(platforms.keys().collect::<Vec<_>>(), [&"linux-x86_64-tar", &"windows-x86_64-nsis"]);
        let place = &platforms["linux-x86_64-tar"];
        assert_eq!(place["url"], *tar);
        let text = BASE64_STANDARD.decode(place["signature"].as_str().expect("a signature")).expect("base64");
        let signature = SignatureBox::from_string(&String::from_utf8(text).expect("text")).expect("a signature");
        let comment = signature.trusted_comment().expect("a comment");
        assert_eq!(comment, format!("version:{VERSION}\ttarget:linux-x86_64-tar"));
        minisign::verify(&pk, &signature, std::io::Cursor::new(tar), true, false, false).expect("a good signature");
        fs::write(folder.path().join("runtray-0.0.0-linux-x64.tar.gz"), "").expect("a file");
        assert!(sign_all(folder.path(), &sk, &pk).is_err(), "a package of another version was signed");
    }

    #[test]
    fn the_notes_are_the_changes_of_this_version() {
        let changes = format!(
            "# Changelog\n\n## Unreleased\n\n- later\n\n## {VERSION} (2026-12-01)\n\n- now\n\n## 0.0.1\n- old\n"
        );
        assert_eq!(notes(&changes), "- now");
        assert_eq!(notes("# Changelog\n\n## Unreleased\n\n### The app\n- later\n"), "### The app\n- later");
    }
}

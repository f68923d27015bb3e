//! The address of the package index.
//!
//! It is the one that this machine's other installers of packages use. Where none is set up, it is the default of pip: of an own
//! Python's pip, or else of the pip on the machine that built this program.

use std::env;
use std::net::IpAddr;
use std::path::Path;
use std::process::{Command, Stdio};

use runtray_wire::PackFault;
use url::{Host, Url};

use super::pip::Configuration;
use super::pip_help;
use crate::Outcome;

/// Variables of other installers.
const OTHERS: [&str; 2] = ["UV_DEFAULT_INDEX", "UV_INDEX_URL"];

/// pip's default where this program was built, if that was told to the compiler.
const BUILT_WITH: Option<&str> = option_env!("RUNTRAY_PACKAGE_INDEX");

/// The address of the index, which ends with `/`.
pub(crate) fn find(pip: &Configuration, own_python: Option<&Path>) -> Outcome<Url> {
    let is_off = |value: &str| matches!(value.to_ascii_lowercase().as_str(), "0" | "false" | "no" | "off");
    if pip.get("no-index").is_some_and(|value| !is_off(value)) {
        return Err(PackFault::NoIndex);
    }
    let other = || OTHERS.iter().find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    let set_up = pip.get("index-url").map(str::to_owned).or_else(other);
    let address = set_up.or_else(|| own_python.and_then(default_of)).or_else(|| BUILT_WITH.map(str::to_owned));
    parse(&address.ok_or(PackFault::NoIndex)?, pip.get("trusted-host").unwrap_or_default())
}

/// Reads an address. Without TLS it must be on this machine or among the `trusted` ones.
fn parse(text: &str, trusted: &str) -> Outcome<Url> {
    let bad = || PackFault::BadIndex { address: without_password(text) };
    let mut address = Url::parse(text.trim()).map_err(|_| bad())?;
    let host = address.host().ok_or_else(bad)?;
    let is_trusted = is_here(&host) || trusted.split_whitespace().any(|known| is_trusted(known, &address));
    if address.scheme() != "https" && !(address.scheme() == "http" && is_trusted) {
        return Err(bad());
    }
    if !address.path().ends_with('/') {
        let path = format!("{}/", address.path());
        address.set_path(&path);
    }
    Ok(address)
}

fn is_here(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address).is_loopback(),
        Host::Ipv6(address) => IpAddr::V6(*address).is_loopback(),
    }
}

/// Whether `known`, a host with or without a port, is the host of `address`.
fn is_trusted(known: &str, address: &Url) -> bool {
    let host = address.host_str().unwrap_or_default();
    known == host || address.port().is_some_and(|port| known == format!("{host}:{port}"))
}

/// The address without a user name and password.
fn without_password(text: &str) -> String {
    match (text.find("://"), text.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}{}", &text[..scheme + 3], &text[at + 1..]),
        _ => text.to_owned(),
    }
}

/// The default of the pip of `python`, as its help prints it.
fn default_of(python: &Path) -> Option<String> {
    let mut pip = Command::new(python);
    pip.args(["-I", "-m", "pip", "help", "download"]).env("COLUMNS", "1000").stdin(Stdio::null());
    let output = pip.output().ok()?;
    pip_help::default_address(&String::from_utf8_lossy(&output.stdout))
}

#[cfg(test)]
mod tests {
    use super::{parse, without_password};

    #[test]
    fn only_addresses_that_are_safe_are_taken() {
        for (text, trusted, expected) in [
            ("https://a.invalid/simple", "", Some("https://a.invalid/simple/")),
            (" https://a.invalid/simple/ ", "", Some("https://a.invalid/simple/")),
            ("http://localhost:1/simple", "", Some("http://localhost:1/simple/")),
            ("http://127.0.0.1:1", "", Some("http://127.0.0.1:1/")),
            ("http://[::1]:1/", "", Some("http://[::1]:1/")),
            ("http://a.invalid/simple", "", None),
            ("http://a.invalid/simple", "b.invalid a.invalid", Some("http://a.invalid/simple/")),
            ("http://a.invalid:81/simple", "a.invalid:81", Some("http://a.invalid:81/simple/")),
            ("http://a.invalid:81/simple", "a.invalid:82", None),
            ("file:///srv/wheels", "", None),
            ("simple", "", None),
        ] {
            assert_eq!(parse(text, trusted).ok().map(String::from).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn passwords_are_not_told() {
        assert_eq!(without_password("http://me:secret@a.invalid/x"), "http://a.invalid/x");
        assert_eq!(without_password("http://a.invalid/x"), "http://a.invalid/x");
    }
}

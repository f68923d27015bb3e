//! HTTP: by the proxy and the certificates that this user has set up.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::percent_decode_str;
use runtray_wire::PackFault;
use sha2::{Digest as _, Sha256};
use ureq::http::Response;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Proxy};
use url::Url;

use super::download::{Part, length};
use super::pip::Configuration;
use crate::{Outcome, disk};

/// How long a machine may take to accept a connection, and to begin its answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Speaks to the index, and to the machines that it names.
pub(super) struct Client {
    agent: Agent,
    /// The name and password of the index, and the origin that they are for.
    secret: Option<(url::Origin, String)>,
}

impl Client {
    pub(super) fn new(address: &Url, pip: &Configuration) -> Outcome<Self> {
        let tls = TlsConfig::builder()
            .root_certs(roots(pip)?)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let bad = |text: &str| PackFault::BadIndex { address: text.to_owned() };
        let proxy = match pip.get("proxy") {
            Some(proxy) => Some(Proxy::new(proxy).map_err(|_| bad("the proxy of pip's configuration"))?),
            None => Proxy::try_from_env(),
        };
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(proxy)
            .http_status_as_error(false)
            .timeout_connect(Some(PATIENCE))
            .timeout_recv_response(Some(PATIENCE))
            .timeout_per_read(Some(PATIENCE))
            .user_agent(concat!("runtray-packs/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), secret: secret(address) })
    }

    /// The answer of at most `most` bytes; `None` if there is nothing at the address.
    pub(super) fn get(&self, address: &Url, accept: &str, most: u64) -> Outcome<Option<Vec<u8>>> {
        let Some(mut answer) = self.ask(address, accept)? else { return Ok(None) };
        let read = answer.body_mut().with_config().limit(most).read_to_vec();
        read.map(Some).map_err(|error| fault(address, &error))
    }

    /// Fetches the file at the address into `file`, and returns its SHA-256.
    pub(super) fn fetch(&self, address: &Url, file: &Path, most: u64, progress: impl Fn(u64)) -> Outcome<String> {
        let answer = self.ask(address, "*/*")?.ok_or_else(|| gone(address))?;
        fill(Part::new(file)?, answer, address, most, progress)
    }

    /// As [`fetch`](Self::fetch), but continues after the bytes in `file`, and again as long as broken connections bring more.
    pub(super) fn resume(&self, address: &Url, file: &Path, most: u64, progress: impl Fn(u64)) -> Outcome<String> {
        loop {
            let before = length(file);
            match self.go_on(address, file, most, &progress) {
                Err(PackFault::Offline { .. }) if length(file) > before => {}
                ended => return ended,
            }
        }
    }

    fn go_on(&self, address: &Url, file: &Path, most: u64, progress: impl Fn(u64)) -> Outcome<String> {
        let part = Part::of(file)?;
        let range = (part.done > 0).then(|| format!("bytes={}-", part.done));
        let answer = self.request(address, "*/*", range.as_deref())?;
        match answer.status().as_u16() {
            206 if begins_at(&answer, part.done) => fill(part, answer, address, most, progress),
            200 => fill(Part::new(file)?, answer, address, most, progress),
            // The server has nothing after our part: the part is the whole file, or is of another file.
            206 | 416 => {
                let answer = self.ask(address, "*/*")?.ok_or_else(|| gone(address))?;
                fill(Part::new(file)?, answer, address, most, progress)
            }
            404 | 410 => Err(gone(address)),
            status => Err(refused(address, status)),
        }
    }

    fn ask(&self, address: &Url, accept: &str) -> Outcome<Option<Response<Body>>> {
        let answer = self.request(address, accept, None)?;
        match answer.status().as_u16() {
            200 => Ok(Some(answer)),
            404 | 410 => Ok(None),
            status => Err(refused(address, status)),
        }
    }

    fn request(&self, address: &Url, accept: &str, range: Option<&str>) -> Outcome<Response<Body>> {
        let mut plain = address.clone();
        // It goes into a header, for the index only.
        plain.set_username("").ok();
        plain.set_password(None).ok();
        let mut request = self.agent.get(plain.as_str()).header("Accept", accept);
        if let Some((origin, secret)) = &self.secret
            && *origin == plain.origin()
        {
            request = request.header("Authorization", secret);
        }
        if let Some(range) = range {
            request = request.header("Range", range);
        }
        request.call().map_err(|error| fault(address, &error))
    }
}

/// Appends the body of an answer to the part.
fn fill(
    part: Part<'_>,
    mut answer: Response<Body>,
    address: &Url,
    most: u64,
    progress: impl Fn(u64),
) -> Outcome<String> {
    let from = answer.body_mut().with_config().limit(most).reader();
    part.fill(from, progress, |error| PackFault::Offline {
        host: host(address),
        cause: format!("the connection broke: {error}"),
    })
}

/// Whether a part of a file begins where it should.
fn begins_at(answer: &Response<Body>, place: u64) -> bool {
    let range = answer.headers().get("Content-Range").and_then(|range| range.to_str().ok()).unwrap_or_default();
    range.starts_with(&format!("bytes {place}-"))
}

fn gone(address: &Url) -> PackFault {
    PackFault::Refused { host: host(address), cause: "the file is not there".to_owned() }
}

fn refused(address: &Url, status: u16) -> PackFault {
    PackFault::Refused { host: host(address), cause: format!("status {status}") }
}

/// The header with the name and password in the address.
fn secret(address: &Url) -> Option<(url::Origin, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let (name, password) = (decoded(address.username()), decoded(address.password().unwrap_or_default()));
    let header = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")));
    (!name.is_empty()).then(|| (address.origin(), header))
}

/// The system's certificates, or the certificates in a file that pip's configuration names.
fn roots(pip: &Configuration) -> Outcome<RootCerts> {
    let Some(file) = pip.get("cert").map(Path::new) else { return Ok(RootCerts::PlatformVerifier) };
    let text = disk::at(file, fs::read(file))?;
    let certificates: Vec<Certificate<'static>> = parse_pem(&text)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    Ok(RootCerts::new_with_certs(&certificates))
}

fn fault(address: &Url, error: &ureq::Error) -> PackFault {
    let (host, cause) = (host(address), error.to_string());
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::Io(_)
        | ureq::Error::Timeout(_)
        | ureq::Error::ConnectProxyFailed(_) => PackFault::Offline { host, cause },
        _ => PackFault::Refused { host, cause },
    }
}

/// The name of the machine, for people.
pub(super) fn host(address: &Url) -> String {
    address.host_str().unwrap_or_default().to_owned()
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::secret;

    #[test]
    fn a_password_becomes_a_header_for_its_own_origin() {
        let address = Url::parse("https://me:a%40b+c@a.invalid/simple/").expect("an address");
        let (origin, header) = secret(&address).expect("a secret");
        assert_eq!(header, "Basic bWU6YUBiK2M=");
        assert_eq!(origin, Url::parse("https://a.invalid/x").expect("an address").origin());
        assert!(secret(&Url::parse("https://a.invalid/").expect("an address")).is_none());
    }
}

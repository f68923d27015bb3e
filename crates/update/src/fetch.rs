//! Fetching over HTTP: bounded in time and size, from allowed hosts only.

use std::io::{self, Read};
use std::time::Duration;

use runtray_engine::message::LocalizedMessage;
use ureq::http::Response;
use ureq::http::header::LOCATION;
use ureq::{Agent, Body};
use url::Url;

use crate::feed::{Feed, is_loopback, is_private};
use crate::{Result, sentences as s};

/// How often a server may send the request elsewhere.
const MOST_REDIRECTS: usize = 5;

/// How long the other side may take.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// Until a connection is made.
    pub connect: Duration,
    /// Until the answer begins, and between two parts of it.
    pub silence: Duration,
    /// Until all of it is there.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), silence: Duration::from_secs(20), whole: Duration::from_secs(3600) }
    }
}

/// The content of an answer, which ends with an error at its limit.
pub(crate) struct Content {
    reader: Box<dyn Read>,
    left: u64,
    host: String,
    /// The size that the server announced, in bytes.
    pub(crate) size: Option<u64>,
}

/// Begins to fetch `address`, of which at most `limit` bytes are read.
///
/// # Errors
/// The address is not allowed, the server does not answer or sends no content, or the content would be too large.
pub(crate) fn fetch(feed: &Feed, address: &Url, limit: u64, timeouts: Timeouts) -> Result<Content> {
    let mut target = address.clone();
    for _ in 0..=MOST_REDIRECTS {
        permit(feed, address, &target)?;
        let answer = agent(&target, timeouts).get(target.as_str()).call().map_err(|error| failed(&target, &error))?;
        let status = answer.status();
        if !status.is_redirection() {
            let wrong = || s::STATUS.with("address", target.as_str()).with("status", status.as_str());
            return if status.as_u16() == 200 { content(answer, &target, limit) } else { Err(wrong()) };
        }
        let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
        let elsewhere = location.and_then(|location| target.join(location).ok());
        target = elsewhere.ok_or_else(|| s::STATUS.with("address", target.as_str()).with("status", status.as_str()))?;
    }
    Err(s::TOO_MANY_REDIRECTS.with("address", address.as_str()))
}

fn permit(feed: &Feed, address: &Url, target: &Url) -> Result<()> {
    if !feed.allows(target) {
        let host = target.host_str().unwrap_or_default();
        return Err(s::OTHER_HOST.with("address", address.as_str()).with("host", host));
    }
    if !is_private(target) {
        return Err(s::NOT_ENCRYPTED.with("address", address.as_str()).with("target", target.as_str()));
    }
    Ok(())
}

fn agent(target: &Url, timeouts: Timeouts) -> Agent {
    let mut config = Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent("runtray")
        .accept_encoding("identity")
        .timeout_connect(Some(timeouts.connect))
        .timeout_recv_response(Some(timeouts.silence))
        .timeout_per_read(Some(timeouts.silence))
        .timeout_global(Some(timeouts.whole));
    if is_loopback(target) {
        config = config.proxy(None);
    }
    config.build().new_agent()
}

fn content(answer: Response<Body>, target: &Url, limit: u64) -> Result<Content> {
    let host = host(target);
    let size = answer.body().content_length();
    if size.is_some_and(|size| size > limit) {
        return Err(s::TOO_LARGE.with("host", host));
    }
    Ok(Content { reader: Box::new(answer.into_body().into_reader()), left: limit, host, size })
}

impl Content {
    /// Reads the next part into `buffer`; 0 is the end.
    ///
    /// # Errors
    /// The connection broke off, or the limit is reached.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = loop {
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let read = read.map_err(|_| s::CUT_OFF.with("host", self.host.as_str()))?;
        let left = self.left.checked_sub(read as u64);
        self.left = left.ok_or_else(|| s::TOO_LARGE.with("host", self.host.as_str()))?;
        Ok(read)
    }

    /// The whole content.
    ///
    /// # Errors
    /// The errors of [`read`](Self::read).
    pub(crate) fn whole(mut self) -> Result<Vec<u8>> {
        let (mut all, mut buffer) = (Vec::new(), [0; 16 << 10]);
        loop {
            match self.read(&mut buffer)? {
                0 => return Ok(all),
                read => all.extend_from_slice(&buffer[..read]),
            }
        }
    }
}

fn host(target: &Url) -> String {
    target.host_str().unwrap_or_default().to_owned()
}

fn failed(target: &Url, error: &ureq::Error) -> LocalizedMessage {
    let is_timeout = match error {
        ureq::Error::Timeout(_) => true,
        ureq::Error::Io(error) => matches!(error.kind(), io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock),
        _ => false,
    };
    match is_timeout {
        true => s::NO_ANSWER.with("host", host(target)),
        false => s::NOT_REACHED.with("host", host(target)).with("cause", error.to_string()),
    }
}

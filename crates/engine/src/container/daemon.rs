//! The connection to Docker or Podman, and their reports about an image.

use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::time::Duration;

use bollard::errors::Error as ApiError;
use bollard::models::SystemInfo;
use bollard::{API_DEFAULT_VERSION, Docker};
use tokio::time::timeout;

use super::address::SocketHints;
use crate::text::excerpt::excerpt;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// How long an address may take to answer.
const ANSWER: Duration = Duration::from_secs(3);
/// How long any other request may take.
const REQUEST_SECONDS: u64 = 30;
/// Words of the warnings that a limit was left out.
const LIMIT_WORDS: [&str; 4] = ["limit", "discard", "cgroup", "swap"];
/// The most characters of an error that are shown.
const SHOWN: usize = 300;

/// The two programs that have this interface. Their archives include different mounts (`spec`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Docker,
    Podman,
}

/// A connection to Docker or Podman.
pub(super) struct Daemon {
    pub(super) docker: Docker,
    pub(super) kind: Kind,
    /// Its name and version.
    pub(super) name: String,
    /// The limits that the daemon cannot enforce on this machine, as words.
    lacks: Vec<&'static str>,
}

impl Daemon {
    /// The first daemon that answers.
    ///
    /// # Errors
    /// No daemon answers; the error says how to fix that.
    pub(super) async fn find() -> Result<Self, LocalizedMessage> {
        let addresses = SocketHints::here().addresses()?;
        let mut denied = None;
        for address in &addresses {
            match timeout(ANSWER, Self::at(address)).await {
                Ok(Ok(daemon)) => return Ok(daemon),
                Ok(Err(error)) if is_denied(&error) => denied = denied.or(Some(address)),
                Ok(Err(error)) => tracing::debug!(%error, address, "no container daemon"),
                Err(_) => tracing::debug!(address, "a container daemon that does not answer"),
            }
        }
        Err(match denied {
            Some(address) => sentences::CONTAINER_DENIED.with("path", address.as_str()),
            None => sentences::CONTAINER_NO_DAEMON.with("paths", excerpt(&addresses.join(", ")).into_owned()),
        })
    }

    async fn at(address: &str) -> Result<Self, ApiError> {
        let docker = Docker::connect_with_local(address, REQUEST_SECONDS, API_DEFAULT_VERSION)?;
        let told = docker.version().await?;
        let components = told.components.unwrap_or_default();
        let podman = components.iter().find(|component| component.name.contains("Podman"));
        let kind = if podman.is_some() { Kind::Podman } else { Kind::Docker };
        let version = podman.map(|component| component.version.clone()).or(told.version).unwrap_or_default();
        let name = format!("{} {}", kind.name(), excerpt(&version));
        let lacks = lacking(&docker.info().await?);
        Ok(Self { docker, kind, name: name.trim_end().to_owned(), lacks })
    }

    /// Checks that the daemon enforces every limit of a run.
    ///
    /// # Errors
    /// The machine's kernel lacks a limit, which the daemon would leave out without an error.
    pub(super) fn check_limits(&self) -> Result<(), LocalizedMessage> {
        match self.lacks.is_empty() {
            true => Ok(()),
            false => Err(self.without_limits(&self.lacks.join(", "))),
        }
    }

    /// Checks that the `warnings` about a new container leave all its limits in place.
    ///
    /// # Errors
    /// A warning says that a limit was left out.
    pub(super) fn check_warnings(&self, warnings: &[String]) -> Result<(), LocalizedMessage> {
        for warning in warnings {
            let text = warning.to_ascii_lowercase();
            if LIMIT_WORDS.iter().any(|word| text.contains(word)) {
                return Err(self.without_limits(&shortened(warning)));
            }
            tracing::warn!(daemon = self.name, warning, "a warning about a container");
        }
        Ok(())
    }

    fn without_limits(&self, missing: &str) -> LocalizedMessage {
        sentences::CONTAINER_LIMITS.with("daemon", self.name.as_str()).with("missing", missing)
    }

    /// Checks that `image` is on this machine and can be used.
    ///
    /// # Errors
    /// The image is missing or unsuitable; the error says how to fix that. An image is never downloaded.
    pub(super) async fn check_image(&self, image: &str) -> Result<(), LocalizedMessage> {
        let found = match self.docker.inspect_image(image).await {
            Err(error) if is_missing(&error) => {
                let command = format!("{} pull {image}", self.kind.command());
                return Err(sentences::CONTAINER_IMAGE.with("image", image).with("command", command));
            }
            found => found.map_err(|error| self.refused(&error))?,
        };
        if found.os.as_deref().is_some_and(|os| !os.eq_ignore_ascii_case("linux")) {
            return Err(sentences::CONTAINER_NOT_LINUX.with("image", image));
        }
        // A volume of the image would be writable without a size limit.
        let volumes = found.config.and_then(|config| config.volumes).unwrap_or_default();
        if !volumes.is_empty() {
            let folders = excerpt(&volumes.join(", ")).into_owned();
            return Err(sentences::CONTAINER_VOLUMES.with("image", image).with("folders", folders));
        }
        Ok(())
    }

    /// The sentence for an error of the daemon.
    pub(super) fn refused(&self, error: &ApiError) -> LocalizedMessage {
        let cause = match error {
            ApiError::DockerResponseServerError { message, .. } => message.clone(),
            // The connection failed: the daemon did not judge the request.
            ApiError::RequestTimeoutError
            | ApiError::HyperLegacyError { .. }
            | ApiError::HyperResponseError { .. }
            | ApiError::IOError { .. } => return sentences::CONTAINER_SILENT.with("daemon", self.name.as_str()),
            other => other.to_string(),
        };
        refused(&self.name, &cause)
    }
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Docker => "Docker",
            Self::Podman => "Podman",
        }
    }

    /// The program of its command line.
    fn command(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

/// The sentence that `daemon` refused because of `cause`.
pub(super) fn refused(daemon: &str, cause: &str) -> LocalizedMessage {
    sentences::CONTAINER_REFUSED.with("daemon", daemon).with("cause", shortened(cause))
}

/// A text of the daemon, for a sentence.
fn shortened(text: &str) -> String {
    let short: String = text.trim().trim_end_matches('.').chars().take(SHOWN).collect();
    excerpt(&short).into_owned()
}

/// The limits that a daemon with this report does not enforce. A limit missing from the report counts as unsupported.
fn lacking(info: &SystemInfo) -> Vec<&'static str> {
    let limits = [("memory", info.memory_limit), ("swap", info.swap_limit), ("processes", info.pids_limit)];
    limits.into_iter().filter(|(_, is_held)| *is_held != Some(true)).map(|(name, _)| name).collect()
}

/// An error that is about the daemon, not about the program.
pub(super) fn failed(error: impl Display) -> io::Error {
    io::Error::other(error.to_string())
}

/// Whether the daemon answers that the object does not exist.
pub(super) fn is_missing(error: &ApiError) -> bool {
    matches!(error, ApiError::DockerResponseServerError { status_code: 404, .. })
}

/// Whether the system forbids opening the socket.
fn is_denied(error: &ApiError) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == ErrorKind::PermissionDenied) {
            return true;
        }
        cause = error.source();
    }
    false
}

//! Where Docker or Podman may listen.

use std::path::{Path, PathBuf};

use crate::text::excerpt::excerpt;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The variable in which users name the socket, as for `docker` itself.
const VARIABLE: &str = "DOCKER_HOST";

/// Variables and folders of this process that say where a socket may be.
#[derive(Debug, Default)]
pub(super) struct SocketHints {
    host: Option<String>,
    /// The folder of the user's sockets (`XDG_RUNTIME_DIR`).
    session: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl SocketHints {
    /// The hints of this process.
    pub(super) fn here() -> Self {
        Self {
            host: std::env::var(VARIABLE).ok().filter(|host| !host.is_empty()),
            session: std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).filter(|path| path.is_absolute()),
            home: std::env::home_dir(),
        }
    }

    /// The sockets or pipes to try, in this order. A socket that the user names is the only one.
    ///
    /// # Errors
    /// `DOCKER_HOST` is not a local socket: code is not sent over a network.
    pub(super) fn addresses(&self) -> Result<Vec<String>, LocalizedMessage> {
        let scheme = if cfg!(windows) { "npipe://" } else { "unix://" };
        match &self.host {
            Some(host) => match host.strip_prefix(scheme) {
                Some(path) if !path.is_empty() => Ok(vec![path.to_owned()]),
                _ => Err(sentences::CONTAINER_HOST.with("host", excerpt(host).into_owned()).with("scheme", scheme)),
            },
            None if cfg!(windows) => Ok(pipes()),
            None => Ok(self.sockets()),
        }
    }

    /// The sockets of Docker, of Docker Desktop, of both without root, and of Podman.
    fn sockets(&self) -> Vec<String> {
        let below = |folder: &Option<PathBuf>, name: &str| folder.as_ref().map(|folder| folder.join(name));
        let sockets = [
            Some(Path::new("/var/run/docker.sock").to_owned()),
            below(&self.session, "docker.sock"),
            below(&self.home, ".docker/run/docker.sock"),
            below(&self.home, ".docker/desktop/docker.sock"),
            below(&self.session, "podman/podman.sock"),
            below(&self.home, ".local/share/containers/podman/machine/podman.sock"),
            Some(Path::new("/run/podman/podman.sock").to_owned()),
        ];
        sockets.into_iter().flatten().map(|path| path.display().to_string()).collect()
    }
}

fn pipes() -> Vec<String> {
    ["docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default"]
        .map(|name| format!("//./pipe/{name}"))
        .to_vec()
}

#[cfg(all(test, unix))]
mod tests {
    use super::SocketHints;

    fn named(host: &str) -> Result<Vec<String>, String> {
        let hints = SocketHints { host: Some(host.to_owned()), ..SocketHints::default() };
        hints.addresses().map_err(|reason| reason.to_string())
    }

    #[test]
    fn a_named_socket_is_the_only_one() {
        assert_eq!(named("unix:///run/other.sock"), Ok(vec!["/run/other.sock".to_owned()]));
    }

    #[test]
    fn code_is_not_sent_over_a_network() {
        for host in ["tcp://192.168.1.2:2375", "ssh://me@there", "http://localhost:2375", "unix://", "/run/x.sock"] {
            let reason = named(host).expect_err(host);
            assert!(reason.contains(host) && reason.contains("unix://"), "{reason}");
        }
    }

    #[test]
    fn the_usual_sockets_are_tried_in_the_order_of_docker_first() {
        let (session, home) = (Some("/run/user/7".into()), Some("/home/me".into()));
        let addresses = SocketHints { host: None, session, home }.addresses().expect("sockets");
        assert_eq!(addresses.first().map(String::as_str), Some("/var/run/docker.sock"));
        for expected in ["/run/user/7/podman/podman.sock", "/home/me/.docker/run/docker.sock"] {
            assert!(addresses.iter().any(|address| address == expected), "{addresses:?}");
        }
        assert_eq!(SocketHints::default().addresses().expect("sockets").len(), 2);
    }
}

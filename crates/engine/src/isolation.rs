//! The isolation of a run, and the sandbox's parts on this machine.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::outcome::Isolation;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// The isolation of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// The level. It is given, or the run is refused.
    pub level: Isolation,
    /// Folders that the user granted for reading, absolute; used at [`Isolation::Sandbox`].
    pub read: Vec<PathBuf>,
    /// Folders that the user granted for reading and writing, absolute; used at [`Isolation::Sandbox`].
    pub write: Vec<PathBuf>,
    /// The paths of `Languages::code`, if `write` is not empty. Programs cannot change them, also in a folder of `write`, because
    /// the service probes interpreters without isolation.
    pub interpreters: Vec<PathBuf>,
    /// The network; `None` gives none at [`Isolation::Sandbox`]. It is given, or the run is refused.
    pub network: Option<Outward>,
}

/// A network that leads outward: to public addresses only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outward {
    /// Services of this machine and of its local network that the user allowed, one by one.
    pub allow: Vec<SocketAddr>,
}

impl Policy {
    /// No isolation.
    pub const NONE: Self =
        Self { level: Isolation::None, read: Vec::new(), write: Vec::new(), interpreters: Vec::new(), network: None };

    /// This policy, or [`Self::NONE`] for programs that their interpreter isolates itself (its level is `own`).
    pub(crate) fn beside(self, own: Isolation) -> Self {
        if own == Isolation::None { self } else { Self::NONE }
    }
}

/// The parts of [`Isolation::Sandbox`] that this machine has, found by setting it up once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxReport {
    /// The version of Landlock's interface; 0 without Landlock.
    pub landlock_abi: u32,
    /// Whether a run has a file system of its own that contains only the files that it may read.
    pub own_root: bool,
    /// Whether a run has a network of its own, with nothing in it.
    pub own_network: bool,
    /// Whether the sandbox was tested on a machine of this kind. If not, `auto` does not choose it: programs get it on request
    /// only.
    pub is_proven: bool,
    /// Why there is no sandbox; `None` if there is one.
    pub lack: Option<Lack>,
    /// Why a run in the sandbox cannot be given a network that leads outward; `None` if it can.
    pub network_lack: Option<NetworkLack>,
}

/// Why a machine cannot give programs in the sandbox a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NetworkLack {
    /// This version gives no network on this system.
    System,
    /// A run has no network and root folder of its own, without which the machine's network cannot be kept closed.
    Namespaces,
    /// The device that leads out of a run's network cannot be made; the error number.
    Device(i32),
}

/// Why a machine has no sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lack {
    /// This version of Runtray has no sandbox for this system.
    System,
    /// This Windows has no AppContainers.
    AppContainer,
    /// The kernel has no Landlock.
    Landlock,
    /// Landlock is older than version 3 of its interface, and cannot forbid to truncate files.
    OldLandlock,
    /// The machine forbids namespaces, and Landlock is older than version 6, so programs could signal the user's other processes.
    Signals,
    /// The launcher does not answer, so the sandbox is not known.
    Silent,
    /// The kernel has all parts but refused a step; the error number.
    Refused(i32),
}

impl SandboxReport {
    /// For a machine without a sandbox.
    pub fn lacking(lack: Lack) -> Self {
        Self {
            landlock_abi: 0,
            own_root: false,
            own_network: false,
            is_proven: true,
            lack: Some(lack),
            network_lack: Some(NetworkLack::Namespaces),
        }
    }

    /// Why a run cannot be given a network here, with the remedy; `None` if it can.
    pub fn no_network(&self) -> Option<LocalizedMessage> {
        match (self.lack, self.network_lack) {
            (Some(lack), _) => Some(lack.message()),
            (None, lack) => lack.map(NetworkLack::message),
        }
    }

    /// For a system whose sandbox has not been proven yet.
    pub fn unproven() -> Self {
        Self { is_proven: false, lack: None, network_lack: Some(NetworkLack::System), ..Self::lacking(Lack::System) }
    }

    /// Whether the level `auto` may rely on it.
    pub fn is_for_auto(&self) -> bool {
        self.is_proven && self.lack.is_none()
    }

    /// Whether it can close parts of a granted folder, or make them read-only: by mounts in a root folder of the run's own, or in
    /// Seatbelt, in which the last rule that matches counts. Windows cannot: its entries for an AppContainer only add rights.
    pub(crate) fn closes_parts(&self) -> bool {
        self.own_root || cfg!(target_os = "macos")
    }

    /// Protections that this sandbox lacks and that newer kernels or machines with namespaces have, each as a sentence.
    pub fn gaps(&self) -> Vec<LocalizedMessage> {
        if self.lack.is_some() {
            return Vec::new();
        }
        if !self.is_proven {
            let unproven = if cfg!(windows) { sentences::GAP_UNPROVEN_WINDOWS } else { sentences::GAP_UNPROVEN_MAC };
            return vec![unproven.message()];
        }
        let gaps = [
            (!self.own_root, sentences::GAP_ROOT),
            (!self.own_network, sentences::GAP_NETWORK),
            (self.landlock_abi < 5, sentences::GAP_IOCTL),
            (self.landlock_abi < 6 && !self.own_network, sentences::GAP_ABSTRACT),
        ];
        gaps.into_iter().filter(|(applies, _)| *applies).map(|(_, sentence)| sentence.message()).collect()
    }
}

impl Lack {
    /// The reason and the remedy; follows "the sandbox is not available here: ".
    pub fn message(self) -> LocalizedMessage {
        match self {
            Self::System => sentences::LACK_SYSTEM.message(),
            Self::AppContainer => sentences::LACK_APP_CONTAINER.message(),
            Self::Landlock => sentences::LACK_LANDLOCK.message(),
            Self::OldLandlock => sentences::LACK_OLD_LANDLOCK.message(),
            Self::Signals => sentences::LACK_SIGNALS.message(),
            Self::Silent => sentences::LACK_SILENT.message(),
            Self::Refused(number) => {
                sentences::LACK_REFUSED.with("cause", std::io::Error::from_raw_os_error(number).to_string())
            }
        }
    }
}

impl NetworkLack {
    /// The reason and the remedy; follows "programs cannot be given a network here: ".
    fn message(self) -> LocalizedMessage {
        match self {
            Self::System => sentences::NETWORK_LACK_SYSTEM.message(),
            Self::Namespaces => sentences::NETWORK_LACK_NAMESPACES.message(),
            Self::Device(number) => {
                sentences::NETWORK_LACK_DEVICE.with("cause", std::io::Error::from_raw_os_error(number).to_string())
            }
        }
    }
}

/// Why a sandbox cannot run one interpreter although there is one: an AppContainer on Windows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg(any(windows, test))]
pub(crate) enum Refusal {
    /// The interpreter is not an own Python; its name.
    Language(String),
    /// The interpreter is an alias of the Microsoft Store, or belongs to one.
    Store(PathBuf),
    /// Nobody gave the sandbox access to this folder.
    Closed(PathBuf),
}

#[cfg(any(windows, test))]
impl Refusal {
    /// The reason and the remedy; follows "the sandbox is not available here: ".
    pub(crate) fn message(&self) -> LocalizedMessage {
        match self {
            Self::Language(name) => sentences::REFUSAL_LANGUAGE.with("name", name.as_str()),
            Self::Store(path) => sentences::REFUSAL_STORE.with("path", path.display()),
            Self::Closed(path) => sentences::REFUSAL_CLOSED.with("path", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Lack, NetworkLack, Refusal, SandboxReport};

    fn whole() -> SandboxReport {
        SandboxReport {
            landlock_abi: 6,
            own_root: true,
            own_network: true,
            is_proven: true,
            lack: None,
            network_lack: None,
        }
    }

    #[test]
    fn what_an_older_kernel_lacks_is_said() {
        let whole = whole();
        assert!(whole.gaps().is_empty());
        let old = SandboxReport { landlock_abi: 3, ..whole.clone() };
        assert_eq!(old.gaps().len(), 1);
        let without = SandboxReport { own_root: false, own_network: false, ..whole.clone() };
        assert_eq!(without.gaps().len(), 2);
        assert!(SandboxReport::lacking(Lack::Landlock).gaps().is_empty());
    }

    #[test]
    fn why_there_is_no_network_is_said_with_its_remedy() {
        assert_eq!(whole().no_network(), None);
        for (report, expected) in [
            (SandboxReport { network_lack: Some(NetworkLack::Device(2)), ..whole() }, "--device /dev/net/tun"),
            (SandboxReport { network_lack: Some(NetworkLack::Namespaces), ..whole() }, "namespaces"),
            (SandboxReport { network_lack: Some(NetworkLack::System), ..whole() }, "Linux only"),
            (SandboxReport::lacking(Lack::Landlock), "Landlock"),
        ] {
            let told = report.no_network().map(|message| message.to_string()).unwrap_or_default();
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn auto_leaves_out_what_is_not_proven_and_that_is_said() {
        let whole = whole();
        assert!(whole.is_for_auto());
        let unproven = SandboxReport::unproven();
        let gap = unproven.gaps()[0].to_string();
        assert!(!unproven.is_for_auto() && unproven.lack.is_none());
        assert!(gap.contains(if cfg!(windows) { "real Windows" } else { "real Mac" }), "{gap}");
        assert!(!SandboxReport::lacking(Lack::AppContainer).is_for_auto());
        assert!(SandboxReport { is_proven: true, ..unproven }.is_for_auto());
    }

    #[test]
    fn a_refusal_names_what_it_is_about_and_the_remedy() {
        for (refusal, words) in [
            (Refusal::Language("Node.js 24".to_owned()), ["Node.js 24", "none"]),
            (Refusal::Store("C:/WindowsApps/python.exe".into()), ["WindowsApps", "python.org"]),
            (Refusal::Closed("C:/py".into()), ["C:/py", "runtray sandbox grant"]),
        ] {
            let message = refusal.message().to_string();
            assert!(words.iter().all(|word| message.contains(word)), "{message}");
        }
    }
}

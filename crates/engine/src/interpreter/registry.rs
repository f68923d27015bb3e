//! Read access to the Windows registry.

use std::fmt;
use std::sync::Arc;

/// A part of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// `HKEY_CURRENT_USER`.
    User,
    /// `HKEY_LOCAL_MACHINE` as 64-bit programs see it.
    Machine64,
    /// `HKEY_LOCAL_MACHINE` as 32-bit programs see it.
    Machine32,
}

/// Read access to a registry.
pub trait Registry: fmt::Debug + Send + Sync {
    /// The names of a key's subkeys; none if the key is missing.
    fn subkeys(&self, view: View, key: &str) -> Vec<String>;

    /// A text value; the empty name is the key's default value.
    fn value(&self, view: View, key: &str, name: &str) -> Option<String>;
}

/// This machine's registry; empty except on Windows.
pub(super) fn this() -> Arc<dyn Registry> {
    #[cfg(windows)]
    return Arc::new(windows::System);
    #[cfg(not(windows))]
    Arc::new(Nothing)
}

/// A registry without keys.
#[derive(Debug)]
#[cfg(not(windows))]
struct Nothing;

#[cfg(not(windows))]
impl Registry for Nothing {
    fn subkeys(&self, _view: View, _key: &str) -> Vec<String> {
        Vec::new()
    }

    fn value(&self, _view: View, _key: &str, _name: &str) -> Option<String> {
        None
    }
}

#[cfg(windows)]
mod windows {
    use winreg::enums::{KEY_READ, KEY_WOW64_32KEY, KEY_WOW64_64KEY};
    use winreg::{HKCU, HKLM, RegKey};

    use super::{Registry, View};

    /// The system's registry.
    #[derive(Debug)]
    pub(super) struct System;

    impl Registry for System {
        fn subkeys(&self, view: View, key: &str) -> Vec<String> {
            open(view, key).map(|key| key.enum_keys().flatten().collect()).unwrap_or_default()
        }

        fn value(&self, view: View, key: &str, name: &str) -> Option<String> {
            open(view, key)?.get_value(name).ok()
        }
    }

    fn open(view: View, key: &str) -> Option<RegKey> {
        let (hive, access) = match view {
            View::User => (HKCU, KEY_READ),
            View::Machine64 => (HKLM, KEY_READ | KEY_WOW64_64KEY),
            View::Machine32 => (HKLM, KEY_READ | KEY_WOW64_32KEY),
        };
        hive.open_subkey_with_flags(key, access).ok()
    }
}

//! Programs that look like an interpreter but open an installer.

use std::path::Path;

use super::machine::Machine;
use crate::text::message::LocalizedMessage;
use crate::text::sentences;

/// `IO_REPARSE_TAG_APPEXECLINK`: an alias of a Store app.
const APP_ALIAS: u32 = 0x8000_001B;
/// Tag, length of the data, two reserved bytes, and the alias's own version.
const HEADER_BYTES: usize = 12;
/// The target of the alias while no Python from the Store is installed.
const REDIRECTOR: &str = "AppInstallerPythonRedirector";

/// The reason if `path` is such a program and must not be started.
pub(super) fn reason(machine: &Machine, path: &Path) -> Option<LocalizedMessage> {
    if machine.is_windows() && (machine.reparse_data)(path).is_some_and(|data| is_store_stub(&data)) {
        return Some(sentences::STORE_STUB.message());
    }
    (machine.is_macos() && is_apple_stub(machine, path)).then(|| sentences::APPLE_STUB.message())
}

fn is_store_stub(reparse_data: &[u8]) -> bool {
    alias_texts(reparse_data).iter().any(|text| text.contains(REDIRECTOR))
}

/// The strings of a Store app's alias: package, application, program; none for other reparse points.
fn alias_texts(data: &[u8]) -> Vec<String> {
    let tag = data.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let Some(texts) = data.get(HEADER_BYTES..).filter(|_| tag == Some(APP_ALIAS)) else { return Vec::new() };
    let units: Vec<u16> = texts.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    units.split(|unit| *unit == 0).map(String::from_utf16_lossy).filter(|text| !text.is_empty()).collect()
}

/// `/usr/bin/python3` works only with Xcode or its Command Line Tools.
fn is_apple_stub(machine: &Machine, path: &Path) -> bool {
    let tools = ["/Library/Developer/CommandLineTools/usr/bin/python3", "/Applications/Xcode.app/Contents/Developer"];
    path == machine.absolute("/usr/bin/python3") && !tools.iter().any(|tool| machine.absolute(tool).exists())
}

#[cfg(test)]
pub(super) mod tests {
    use super::{alias_texts, is_store_stub};

    /// The reparse data of an alias as Windows 11 writes it.
    pub(in crate::interpreter) fn alias(texts: &[&str]) -> Vec<u8> {
        let body: Vec<u8> =
            texts.iter().flat_map(|text| text.encode_utf16().chain([0])).flat_map(u16::to_le_bytes).collect();
        let length = u16::try_from(body.len() + 4).unwrap_or(u16::MAX);
        [&0x8000_001B_u32.to_le_bytes()[..], &length.to_le_bytes(), &[0, 0], &3_u32.to_le_bytes(), &body].concat()
    }

    #[test]
    fn only_the_alias_of_the_redirector_is_the_stub() {
        let package = "Microsoft.DesktopAppInstaller_8wekyb3d8bbwe";
        let stub =
            alias(&[package, "App!Python", r"C:\Program Files\WindowsApps\AppInstallerPythonRedirector.exe", "0"]);
        let real = alias(&[
            "PythonSoftwareFoundation.Python.3.12_x",
            "Python",
            r"C:\Program Files\WindowsApps\python3.12.exe",
            "0",
        ]);
        let mut link = stub.clone();
        link[..4].copy_from_slice(&0xA000_000C_u32.to_le_bytes());
        for (data, expected) in [(&stub[..], true), (&real, false), (&link, false), (&stub[..7], false), (&[], false)] {
            assert_eq!(is_store_stub(data), expected, "{data:?}");
        }
        assert_eq!(alias_texts(&stub)[0], package);
    }
}

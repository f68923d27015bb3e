//! The kinds of installation, each of which has its own way to update.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use runtray_engine::message::LocalizedMessage;

use crate::sentences as s;
use crate::workplace::sweep_replaced;

/// The file in packages that names their kind.
const MARK: &str = "package.txt";

/// The kinds of package that the system's package manager updates, and their names for people.
const SYSTEM: [(&str, &str); 2] = [("deb", ".deb"), ("rpm", ".rpm")];

/// How this program was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installation {
    /// By the installer for Windows.
    Setup,
    /// Unpacked from the zip file for Windows.
    Portable,
    /// As this AppImage.
    AppImage(PathBuf),
    /// Unpacked from the archive of the service into this folder.
    Archive(PathBuf),
    /// By the system's package manager, from a package of this kind.
    System(&'static str),
    /// In another way, for example by cargo.
    Unknown,
}

impl Installation {
    /// How this program was installed.
    pub fn of_this_program() -> Self {
        let mount = env::var_os("APPDIR");
        let image = env::var_os("APPIMAGE");
        env::current_exe().map_or(Self::Unknown, |program| Self::of(&program, mount.as_deref(), image.as_deref()))
    }

    /// Deletes the old files that an update has moved aside, unless they are in use. It may take some seconds.
    pub fn sweep() {
        let program = env::current_exe().ok();
        if let (Self::Setup, Some(folder)) = (Self::of_this_program(), program.as_deref().and_then(Path::parent)) {
            sweep_replaced(folder);
        }
    }

    /// The variables of another AppImage, which its terminal has, do not count.
    pub(crate) fn of(program: &Path, mount: Option<&OsStr>, image: Option<&OsStr>) -> Self {
        let Some(folder) = program.parent() else { return Self::Unknown };
        if let (Some(mount), Some(image)) = (mount, image)
            && program.starts_with(mount)
        {
            return Self::AppImage(image.into());
        }
        let mark = |path: PathBuf| fs::read_to_string(path).map(|kind| kind.trim().to_owned()).unwrap_or_default();
        let installed = mark(folder.join("../lib/runtray").join(MARK));
        if let Some((_, name)) = SYSTEM.iter().find(|(kind, _)| *kind == installed) {
            return Self::System(name);
        }
        match mark(folder.join(MARK)).as_str() {
            "tar" => Self::Archive(folder.to_owned()),
            _ if folder.join("portable.txt").is_file() => Self::Portable,
            _ if folder.join("uninstall.exe").is_file() => Self::Setup,
            _ => Self::Unknown,
        }
    }

    /// The kind of package for it, as the feed names it; `None` if the feed has none.
    pub fn target(&self) -> Option<String> {
        let kind = match self {
            Self::Setup => "nsis",
            Self::Portable => "zip",
            Self::AppImage(_) => "appimage",
            Self::Archive(_) => "tar",
            Self::System(_) | Self::Unknown => return None,
        };
        let system = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
        Some(format!("{system}-{}-{kind}", env::consts::ARCH))
    }

    /// Why this program cannot install a new version itself, and how to install it; `None` if it can.
    pub fn advice(&self) -> Option<LocalizedMessage> {
        match self {
            Self::System(kind) => Some(s::SYSTEM.with("kind", *kind)),
            Self::Portable => Some(s::PORTABLE.message()),
            Self::Unknown => Some(s::UNKNOWN.message()),
            Self::Setup | Self::AppImage(_) | Self::Archive(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::fs;

    use super::Installation;

    #[test]
    fn each_kind_of_installation_is_known() {
        let root = tempfile::tempdir().expect("a folder");
        let program = root.path().join("bin").join("runtray");
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        };
        write("bin/runtray", "");
        let found = || Installation::of(&program, None, None);
        assert_eq!(found(), Installation::Unknown);
        write("bin/uninstall.exe", "");
        assert_eq!(found(), Installation::Setup);
        write("bin/portable.txt", "");
        assert_eq!(found(), Installation::Portable);
        write("bin/package.txt", "tar\n");
        assert_eq!(found(), Installation::Archive(root.path().join("bin")));
        write("lib/runtray/package.txt", "rpm\n");
        assert_eq!(found(), Installation::System(".rpm"));
        let image = Some(OsStr::new("/home/me/Runtray.AppImage"));
        assert_eq!(Installation::of(&program, Some(OsStr::new("/other")), image), Installation::System(".rpm"));
        let mounted = Installation::of(&program, Some(root.path().as_os_str()), image);
        assert_eq!(mounted, Installation::AppImage("/home/me/Runtray.AppImage".into()));
    }
}

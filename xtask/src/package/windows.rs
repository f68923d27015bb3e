//! The packages for Windows: the installer and the zip file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::tree::Tree;
use super::{Build, Packaging, VERSION, built, notices};
use crate::builtin_python::{self, windows::Profile};
use crate::step::must;

/// The recipe, in the folder `packaging/windows`.
const RECIPE: [&str; 8] = [
    "runtray.nsi",
    "texts.nsh",
    "running.nsh",
    "replace.nsh",
    "shortcut.nsh",
    "install.nsh",
    "uninstall.nsh",
    "finish.bmp",
];

/// The programs.
const PROGRAMS: [&str; 2] = ["runtray-desktop.exe", "runtray.exe"];

/// The DLL that the app needs beside it. It is Microsoft's, with a signature that would not survive a change.
const LOADER: &str = "WebView2Loader.dll";

/// The folder of the built-in Python's files.
const PYTHON: &str = "builtin-python";

/// Removes symbols from programs for Windows.
const STRIP: &str = "x86_64-w64-mingw32-strip";

/// The file beside a portable app that keeps everything beside it.
const PORTABLE: &str = "portable.txt";

/// The versions that the tests install, the oldest first.
const TEST_VERSIONS: [&str; 3] = ["0.0.9", VERSION, "99.0.0"];

/// Makes the installer and the zip file.
///
/// # Errors
/// A program is missing, or a tool fails.
pub(super) fn make(packaging: &Packaging<'_>, notices: &Path) -> Result<()> {
    let tree = payload(packaging, notices)?;
    setup(packaging, &tree, VERSION, &packaging.dist.join("Runtray-Setup.exe"), &[])?;
    zip(packaging, &tree, &packaging.dist.join(format!("runtray-{VERSION}-windows-x64-portable.zip")))
}

/// Makes the installers that the tests run, each in the folder of its version.
///
/// # Errors
/// The errors of [`make`].
pub(super) fn for_test(packaging: &Packaging<'_>, notices: &Path) -> Result<()> {
    let tree = payload(packaging, notices)?;
    for version in TEST_VERSIONS {
        let setup_file = packaging.dist.join(format!("Runtray-Setup-{version}.exe"));
        setup(packaging, &tree, version, &setup_file, &["-DSTORED"])?;
        fs::write(setup_file.with_extension("kib"), tree.kib()?.to_string()).context("cannot write a size")?;
    }
    Ok(())
}

/// The files to install.
fn payload(packaging: &Packaging<'_>, notices: &Path) -> Result<Tree> {
    let programs = built::windows(packaging);
    let tree = Tree::new(packaging, "windows")?;
    let plain = packaging.work("windows-stripped");
    let profile = if packaging.build == Build::Release { Profile::Release } else { Profile::Quick };
    let python = builtin_python::windows::make(packaging.context, profile)?;
    let python = python.context("the built-in Python cannot be made here")?;
    for program in PROGRAMS.map(|name| programs.join(name)).iter().chain([&python.program()]) {
        let program = built::stripped(program, &plain, STRIP)?;
        built::sign(&program)?;
        tree.file(&program, &program.file_name().unwrap_or_default().to_string_lossy())?;
    }
    tree.file(&programs.join(LOADER), LOADER)?;
    tree.flat_folder(&python.files(), PYTHON)?;
    tree.file(&packaging.context.root.join("LICENSE"), "LICENSE.txt")?;
    tree.file(notices, notices::FILE)?;
    Ok(tree)
}

/// Makes the installer of a version.
fn setup(packaging: &Packaging<'_>, tree: &Tree, version: &str, file: &Path, options: &[&str]) -> Result<()> {
    let sources = packaging.context.root.join("packaging/windows");
    let icon = packaging.context.root.join("src-tauri/icons/icon.ico");
    let id = app_id(packaging)?;
    let bootstrapper = bootstrapper();
    let text = format!("{} {version} {options:?} {id} {:?}", list(tree)?, built::sign_command());
    let recipe = recipe(&text, RECIPE.map(|source| sources.join(source)).iter().chain([&icon]).chain(&bootstrapper))?;
    tree.pack(file, &recipe, || {
        let lists = packaging.work("nsis");
        fs::create_dir_all(&lists)?;
        fs::write(lists.join("payload.nsh"), list(tree)?).context("cannot write the list of files")?;
        let mut makensis = Command::new("makensis");
        makensis.args(["-V1", "-INPUTCHARSET", "UTF8", "-NOCD", "-WX"]);
        makensis.args(options).arg(format!("-DVERSION={version}")).arg(format!("-DPAYLOAD_KB={}", tree.kib()?));
        makensis.arg(format!("-DAPP_ID={id}"));
        makensis.arg(define("PAYLOAD", tree.folder())).arg(define("OUTPUT", file));
        makensis.arg(define("ICON", &icon));
        makensis.arg(define("PICTURE", &sources.join("finish.bmp")));
        makensis.args(bootstrapper.iter().map(|file| define("WEBVIEW2_SETUP", file)));
        makensis.args(built::sign_command().map(|command| format!("-DSIGN_COMMAND={command}")));
        makensis.env("SOURCE_DATE_EPOCH", packaging.time.to_string());
        makensis.arg(format!("-X!addincludedir \"{}\"", lists.display()));
        makensis.arg(format!("-X!addincludedir \"{}\"", sources.display()));
        must(makensis.arg(sources.join("runtray.nsi")))
    })
}

/// The app's identifier, as Tauri knows it.
fn app_id(packaging: &Packaging<'_>) -> Result<String> {
    let file = packaging.context.root.join("src-tauri/tauri.conf.json");
    let text = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let settings: serde_json::Value = serde_json::from_slice(&text).context("tauri.conf.json is damaged")?;
    Ok(settings["identifier"].as_str().context("tauri.conf.json names no identifier")?.to_owned())
}

/// Microsoft's bootstrapper of WebView2, if the environment names it.
fn bootstrapper() -> Option<PathBuf> {
    std::env::var_os("WEBVIEW2_SETUP").map(PathBuf::from)
}

/// The inputs of an installer besides its payload: a text, and the content of files.
///
/// # Errors
/// A file cannot be read.
fn recipe<'a>(text: &str, files: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<u8>> {
    let mut recipe = text.as_bytes().to_vec();
    for file in files {
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        // The length too, so that no two lists of contents give the same bytes.
        recipe.extend((content.len() as u64).to_le_bytes());
        recipe.extend(content);
    }
    Ok(recipe)
}

fn define(name: &str, path: &Path) -> String {
    format!("-D{name}={}", path.display())
}

/// NSIS's macros that name every file and folder of the payload: one unpacks the files, the others call a function for each, with
/// its path in `$0`.
fn list(tree: &Tree) -> Result<String> {
    let files = tree.files()?;
    let mut folders: Vec<_> = files.iter().filter_map(|file| Some(file.rsplit_once('/')?.0)).collect();
    folders.dedup();
    let mut unpack = String::new();
    for file in &files {
        let folder = file.rsplit_once('/').map(|(folder, _)| format!("\\{}", windows_path(folder))).unwrap_or_default();
        unpack += &format!("  SetOutPath \"${{UNPACKED}}{folder}\"\n  File \"${{PAYLOAD}}/{file}\"\n");
    }
    let for_each = |paths: &mut dyn Iterator<Item = &str>| -> String {
        paths.map(|path| format!("  StrCpy $0 \"{}\"\n  Call ${{function}}\n", windows_path(path))).collect()
    };
    let for_files = for_each(&mut files.iter().map(String::as_str));
    let for_folders = for_each(&mut folders.into_iter());
    Ok([("unpackPayload", unpack), ("forPayload function", for_files), ("forFolders function", for_folders)]
        .map(|(name, body)| format!("!macro {name}\n{body}!macroend\n"))
        .concat())
}

fn windows_path(path: &str) -> String {
    path.replace('/', "\\")
}

/// Makes the zip file, whose app keeps its settings beside it.
fn zip(packaging: &Packaging<'_>, payload: &Tree, file: &Path) -> Result<()> {
    let tree = Tree::new(packaging, "windows-portable")?;
    for name in payload.files()? {
        tree.file(&payload.folder().join(&name), &format!("Runtray/{name}"))?;
    }
    tree.text(
        fs::read(packaging.context.root.join("packaging/windows").join(PORTABLE))?,
        &format!("Runtray/{PORTABLE}"),
    )?;
    tree.pack(file, b"zip", || {
        fs::remove_file(file).ok();
        let mut zip = Command::new("zip");
        zip.current_dir(tree.folder()).env("TZ", "UTC").args(["-q", "-X", "-9"]).arg(file);
        must(zip.args(tree.files()?))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::recipe;

    #[test]
    fn an_installer_is_made_again_when_a_file_in_it_changes_comes_or_goes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let of = |files: &[PathBuf]| recipe("text", files.iter()).expect("a recipe");
        for (name, content) in [("script", "a"), ("icon", "b"), ("bootstrapper", "c"), ("other", "d"), ("joined", "ab")]
        {
            fs::write(path(name), content).expect("a file");
        }
        let two = of(&[path("script"), path("icon")]);
        assert_ne!(two, of(&[path("script"), path("icon"), path("bootstrapper")]), "a bootstrapper that comes or goes");
        assert_ne!(two, of(&[path("script"), path("other")]), "another icon");
        assert_ne!(of(&[path("joined")]), two, "contents that run into each other");
        assert!(recipe("text", [path("missing")].iter()).is_err(), "a bootstrapper that is not there");
    }
}

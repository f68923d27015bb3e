//! `cargo xtask bundle`: the AppImage on Linux and the dmg on macOS, made by Tauri's tool, in `dist/`.
//!
//! Tauri's tool packs the app alone. The files that other packages have beside it are staged in a folder of the cache, and named
//! in a configuration that is merged into `tauri.conf.json`. Machine code and notices come from another machine: `cargo xtask
//! builtin-python --copy-to` and `cargo xtask package` make them on Linux, for every system.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};

use crate::context::Context;
use crate::npm::npx;
use crate::step::must;
use crate::{builtin_python, package, packs, provision, ui};

/// Tauri's tool, as an npm package.
const TOOL: &str = "@tauri-apps/cli@2.12.5";

/// The permissions that the programs need on a Mac: WebAssembly runs as machine code that is loaded, not linked.
const ENTITLEMENTS: &str = "packaging/macos/entitlements.plist";

/// The notices in the bundle.
const NOTICES: &str = "THIRD-PARTY-NOTICES.txt";

/// Options of `cargo xtask bundle`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The system and processor to make it for, as Rust names them.
    #[arg(long)]
    target: String,
    /// The folder that `cargo xtask builtin-python --every-target --copy-to` has written.
    #[arg(long)]
    python: PathBuf,
    /// The notices that `cargo xtask package` has written.
    #[arg(long)]
    notices: PathBuf,
}

/// Builds the programs, stages the files, and makes the bundle.
///
/// # Errors
/// A program does not build, a file is missing, or Tauri's tool fails.
pub(crate) fn bundle(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    let kind = Kind::of(&args.target)?;
    provision::for_desktop(&context)?;
    ui::build(&context)?;
    let staged = context.cache.path("bundle").join(&args.target);
    if staged.exists() {
        fs::remove_dir_all(&staged).with_context(|| format!("cannot empty {}", staged.display()))?;
    }
    fs::create_dir_all(&staged).with_context(|| format!("cannot make {}", staged.display()))?;
    stage(&context, kind, args, &staged)?;
    let is_signed = std::env::var_os("APPLE_CERTIFICATE").is_some_and(|certificate| !certificate.is_empty());
    let settings = settings(kind, &staged, &context.root, &args.target, is_signed)?;
    let file = staged.with_extension("json");
    fs::write(&file, serde_json::to_vec_pretty(&settings)?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    let mut tauri = npx(&context)?;
    tauri.args(["--yes", TOOL, "build", "--bundles", kind.name(), "--target", &args.target, "--config"]).arg(&file);
    tauri.env("CARGO_TARGET_DIR", context.cache.path("target-native")).envs(package::commit(&context));
    // The programs have no symbols any more, and linuxdeploy's own `strip` does not know all sections of newer programs.
    must(tauri.env("NO_STRIP", "true"))?;
    let made = context.cache.path("target-native").join(&args.target).join("release/bundle").join(kind.name());
    collect(&made, kind.extension(), &context.root.join("dist"))
}

/// A kind of bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    AppImage,
    Dmg,
}

impl Kind {
    fn of(target: &str) -> Result<Self> {
        let kind = if target.ends_with("-apple-darwin") { Self::Dmg } else { Self::AppImage };
        let is_here = cfg!(target_os = "macos") == (kind == Self::Dmg);
        ensure!(is_here && !cfg!(windows), "the bundle for {target} is made on that system");
        Ok(kind)
    }

    /// Tauri's name of the kind, and of its folder.
    fn name(self) -> &'static str {
        match self {
            Self::AppImage => "appimage",
            Self::Dmg => "dmg",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::AppImage => "AppImage",
            Self::Dmg => "dmg",
        }
    }

    /// The programs beside the app. As for Windows, macOS has neither the one that adds packages nor the compiler of the pack.
    fn programs(self) -> &'static [&'static str] {
        match self {
            Self::AppImage => &["runtray", "runtray-python", "runtray-packs", "runtray-python-compile"],
            Self::Dmg => &["runtray", "runtray-python"],
        }
    }
}

/// Builds the programs into the folder `staged`, and puts the other files beside them.
fn stage(context: &Context, kind: Kind, args: &Args, staged: &Path) -> Result<()> {
    let release = context.cache.path("target-native").join(&args.target).join("release");
    let build = |manifest: &str, program: &str, features: &[&str]| -> Result<()> {
        let mut build = context.cargo(&["build", "--release", "--locked", "--manifest-path", manifest]);
        build.args(["--bin", program, "--target", &args.target]).args(features);
        must(build.envs(package::commit(context)).envs(packs::index(context)))?;
        let from = release.join(program);
        fs::copy(&from, staged.join(program)).with_context(|| format!("cannot copy {}", from.display())).map(drop)
    };
    for program in kind.programs() {
        match *program {
            "runtray" => build("crates/cli/Cargo.toml", program, &[])?,
            packs::PROGRAM => build(packs::MANIFEST, program, &[])?,
            builtin_python::science::COMPILER => build(builtin_python::MANIFEST, program, &["--features", "compile"])?,
            _ => build(builtin_python::MANIFEST, program, &[])?,
        }
    }
    builtin_python::place_for(&args.python, &args.target, staged)?;
    fs::copy(&args.notices, staged.join(NOTICES))
        .with_context(|| format!("cannot copy {}", args.notices.display()))
        .map(drop)
}

/// The part that is merged into Tauri's configuration: the staged files and their places, and on macOS how programs are signed.
fn settings(kind: Kind, staged: &Path, root: &Path, target: &str, is_signed: bool) -> Result<Value> {
    let mut data = Vec::new();
    let folder = staged.join("builtin-python");
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
        data.push(entry?.file_name().to_string_lossy().into_owned());
    }
    data.sort();
    match kind {
        Kind::AppImage => Ok(for_appimage(staged, &data)),
        Kind::Dmg => for_dmg(staged, root, target, &data, is_signed),
    }
}

/// The places are the same as in the `.deb`, where the app looks for the files.
fn for_appimage(staged: &Path, data: &[String]) -> Value {
    let mut files = Map::new();
    let mut add = |to: String, from: PathBuf| files.insert(to, json!(from));
    for program in Kind::AppImage.programs() {
        let folder = if *program == "runtray" { "bin" } else { "lib/runtray" };
        add(format!("/usr/{folder}/{program}"), staged.join(program));
    }
    for name in data {
        add(format!("/usr/lib/runtray/builtin-python/{name}"), staged.join("builtin-python").join(name));
    }
    add(format!("/usr/share/doc/runtray/{NOTICES}"), staged.join(NOTICES));
    json!({ "bundle": { "linux": { "appimage": { "files": files } } } })
}

/// Programs are signed one by one, so they are listed as programs; Tauri wants the target in the names of their files. Signatures
/// cover data as resources, outside of the folder of programs.
fn for_dmg(staged: &Path, root: &Path, target: &str, data: &[String], is_signed: bool) -> Result<Value> {
    let mut programs = Vec::new();
    for program in Kind::Dmg.programs() {
        let named = staged.join(format!("{program}-{target}"));
        fs::rename(staged.join(program), &named).with_context(|| format!("cannot make {}", named.display()))?;
        programs.push(json!(staged.join(program)));
    }
    let mut resources = Map::new();
    for name in data {
        let from = staged.join("builtin-python").join(name).display().to_string();
        resources.insert(from, json!(format!("builtin-python/{name}")));
    }
    resources.insert(staged.join(NOTICES).display().to_string(), json!(NOTICES));
    let mut signing = json!({ "entitlements": root.join(ENTITLEMENTS) });
    if !is_signed {
        // Signed by itself: a program for Apple silicon without any signature is called damaged.
        signing["signingIdentity"] = json!("-");
    }
    Ok(json!({ "bundle": { "externalBin": programs, "resources": resources, "macOS": signing } }))
}

/// Moves the packages into `dist`, and prints their paths.
fn collect(made: &Path, extension: &str, dist: &Path) -> Result<()> {
    fs::create_dir_all(dist).with_context(|| format!("cannot make {}", dist.display()))?;
    let mut found = Vec::new();
    for entry in fs::read_dir(made).with_context(|| format!("cannot list {}", made.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|kind| kind == extension) {
            let to = dist.join(path.file_name().unwrap_or_default());
            fs::copy(&path, &to).with_context(|| format!("cannot write {}", to.display()))?;
            found.push(to);
        }
    }
    ensure!(found.len() == 1, "Tauri's tool made {} files in {}", found.len(), made.display());
    eprintln!("the bundle is {}", found[0].display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Kind, NOTICES, settings};

    /// A folder with the files that [`super::stage`] puts into it.
    fn staged(kind: Kind) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("builtin-python")).expect("a folder");
        let data = ["builtin-python/about.json", "builtin-python/library.tar.xz", NOTICES];
        for name in kind.programs().iter().chain(&data) {
            fs::write(folder.path().join(name), name).expect("a file");
        }
        folder
    }

    #[test]
    fn an_appimage_has_everything_where_the_deb_has_it() {
        let folder = staged(Kind::AppImage);
        let settings = settings(Kind::AppImage, folder.path(), Path::new("/root"), "x", false).expect("settings");
        let files = settings["bundle"]["linux"]["appimage"]["files"].as_object().expect("a map");
        let mut places: Vec<_> = files.keys().map(String::as_str).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            [
                "/usr/bin/runtray",
                "/usr/lib/runtray/builtin-python/about.json",
                "/usr/lib/runtray/builtin-python/library.tar.xz",
                "/usr/lib/runtray/runtray-packs",
                "/usr/lib/runtray/runtray-python",
                "/usr/lib/runtray/runtray-python-compile",
                "/usr/share/doc/runtray/THIRD-PARTY-NOTICES.txt",
            ]
        );
        assert!(files.values().all(|from| Path::new(from.as_str().expect("a path")).is_file()), "{files:?}");
    }

    #[test]
    fn a_dmg_has_programs_beside_the_app_and_data_in_its_resources() {
        for is_signed in [false, true] {
            let folder = staged(Kind::Dmg);
            let target = "aarch64-apple-darwin";
            let settings = settings(Kind::Dmg, folder.path(), Path::new("/root"), target, is_signed).expect("settings");
            let bundle = &settings["bundle"];
            for program in bundle["externalBin"].as_array().expect("a list") {
                let file = format!("{}-{target}", program.as_str().expect("a path"));
                assert!(Path::new(&file).is_file(), "{file}");
            }
            assert_eq!(bundle["externalBin"].as_array().map(Vec::len), Some(2));
            let resources = bundle["resources"].as_object().expect("a map");
            assert!(resources.keys().all(|from| Path::new(from).is_file()), "{resources:?}");
            let mut places: Vec<_> = resources.values().filter_map(|to| to.as_str()).collect();
            places.sort_unstable();
            assert_eq!(places, [NOTICES, "builtin-python/about.json", "builtin-python/library.tar.xz"]);
            let identity = bundle["macOS"]["signingIdentity"].as_str();
            assert_eq!(identity, (!is_signed).then_some("-"), "signed by itself where there is no certificate");
            assert_eq!(bundle["macOS"]["entitlements"], "/root/packaging/macos/entitlements.plist");
        }
    }
}

//! The components of the packages: crates, npm packages of the window, and the built-in Python.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::context::Context;
use crate::{builtin_python, packs};

/// The systems whose crates are listed: the systems of packages that are made here, and of the dmg.
const TARGETS: [&str; 4] =
    ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu", "aarch64-apple-darwin", "x86_64-apple-darwin"];

/// The packages of the workspace that are shipped.
const SHIPPED: [&str; 2] = ["runtray-cli", "runtray-desktop"];

/// One component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) version: String,
    /// Its package URL, such as `pkg:cargo/serde@1.0.0`.
    pub(super) purl: String,
    /// Its licence as an SPDX expression, where it declares one.
    pub(super) licence: Option<String>,
    /// The folder with its licence texts.
    pub(super) folder: PathBuf,
}

/// All components, sorted, without Runtray's own packages.
///
/// # Errors
/// cargo does not describe the workspace, or a lock file cannot be read.
pub(super) fn all(context: &Context) -> Result<Vec<Component>> {
    let mut found = BTreeMap::new();
    let mut add = |component: Component| found.insert(component.purl.clone(), component);
    for target in TARGETS {
        crates(context, "Cargo.toml", target, &SHIPPED, "")?.into_iter().for_each(|component| drop(add(component)));
        let python = crates(context, builtin_python::MANIFEST, target, &["runtray-python"], "compile")?;
        python.into_iter().for_each(|component| drop(add(component)));
        let packs = crates(context, packs::MANIFEST, target, &["runtray-packs"], "")?;
        packs.into_iter().for_each(|component| drop(add(component)));
    }
    npm(context)?.into_iter().for_each(|component| drop(add(component)));
    builtin_python::parts(context)?.iter().for_each(|part| drop(add(of_python(part))));
    Ok(found.into_values().collect())
}

/// The crates that the packages `of` are built of for `target` with `features`, without the crates of build scripts and tests.
fn crates(context: &Context, manifest: &str, target: &str, of: &[&str], features: &str) -> Result<Vec<Component>> {
    let metadata = context
        .cargo(&["metadata", "--format-version", "1", "--locked", "--filter-platform", target])
        .args(["--manifest-path", manifest, "--features", features])
        .output()
        .context("cannot start cargo")?;
    anyhow::ensure!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).context("cargo's description is not JSON")?;
    let packages: BTreeMap<&str, &Value> =
        list(&metadata["packages"]).map(|package| (text(package, "id"), package)).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).map(|node| (text(node, "id"), node)).collect();
    let mut left: Vec<&str> = packages
        .values()
        .filter(|package| of.contains(&text(package, "name")))
        .map(|package| text(package, "id"))
        .collect();
    anyhow::ensure!(left.len() == of.len(), "{manifest} does not have the packages {of:?}");
    let mut reached = BTreeMap::new();
    while let Some(id) = left.pop() {
        let Some(package) = packages.get(id).filter(|_| !reached.contains_key(id)) else { continue };
        reached.insert(id, *package);
        let needed = list(&nodes[id]["deps"]).filter(|dependency| is_linked(dependency));
        left.extend(needed.map(|dependency| text(dependency, "pkg")));
    }
    Ok(reached.into_values().filter(|package| !package["source"].is_null()).map(of_cargo).collect())
}

/// Whether a dependency is linked into the program, not only used by a build script or a test.
fn is_linked(dependency: &Value) -> bool {
    list(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null())
}

fn of_cargo(package: &Value) -> Component {
    let (name, version) = (text(package, "name").to_owned(), text(package, "version").to_owned());
    let manifest = Path::new(text(package, "manifest_path"));
    Component {
        purl: format!("pkg:cargo/{name}@{version}"),
        licence: package["license"].as_str().map(|licence| licence.replace('/', " OR ")),
        folder: manifest.parent().unwrap_or(manifest).to_owned(),
        name,
        version,
    }
}

/// The npm packages that are bundled into the window.
fn npm(context: &Context) -> Result<Vec<Component>> {
    let folder = context.root.join("ui");
    let lock = fs::read(folder.join("package-lock.json")).context("cannot read the window's lock file")?;
    let lock: Value = serde_json::from_slice(&lock).context("the window's lock file is not JSON")?;
    let packages = lock["packages"].as_object().context("the window's lock file lists no packages")?;
    let shipped =
        packages.iter().filter(|(path, package)| !path.is_empty() && package["dev"] != true && package["link"] != true);
    Ok(shipped.map(|(path, package)| of_npm(&folder.join(path), path, package)).collect())
}

fn of_npm(folder: &Path, path: &str, package: &Value) -> Component {
    let name = path.rsplit("node_modules/").next().unwrap_or(path).to_owned();
    let version = text(package, "version").to_owned();
    Component {
        purl: format!("pkg:npm/{}@{version}", name.replace('@', "%40")),
        licence: package["license"].as_str().map(str::to_owned),
        folder: folder.to_owned(),
        name,
        version,
    }
}

/// A part of the built-in Python, from its own description.
fn of_python(part: &Value) -> Component {
    let (name, version) = (text(part, "name").to_owned(), text(part, "version").to_owned());
    Component {
        purl: format!("pkg:generic/{}@{version}", name.to_lowercase().replace(' ', "-")),
        licence: Some(text(part, "licence").to_owned()),
        folder: PathBuf::new(),
        name,
        version,
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

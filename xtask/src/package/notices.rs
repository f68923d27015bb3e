//! The notices of all licences: every text once, with the components that it belongs to.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::components::Component;
use super::{Packaging, VERSION};

/// The file in `dist` and in every package.
pub(super) const FILE: &str = "THIRD-PARTY-NOTICES.txt";

/// How the names of files with licences and notices begin, in lower case.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

/// Texts for components that declare a licence and ship no text of it.
const TEXTS: &str = "packaging/licences/spdx";

/// Writes the notices, and gives the file.
///
/// # Errors
/// A component declares no licence, or ships no text of it and neither does `packaging/licences/spdx`.
pub(super) fn write(packaging: &Packaging<'_>, components: &[Component]) -> Result<PathBuf> {
    let standard = packaging.context.root.join(TEXTS);
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for component in components {
        let title = format!("{} {} ({})", component.name, component.version, declared(component)?);
        for text in texts_of(component, &standard)? {
            texts.entry(text).or_default().push(title.clone());
        }
    }
    let file = packaging.dist.join(FILE);
    fs::write(&file, document(texts)).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

fn document(texts: BTreeMap<String, Vec<String>>) -> String {
    let line = "-".repeat(100);
    let mut document = format!("Runtray {VERSION} contains the following software, under the licences below.\n");
    let mut texts: Vec<_> = texts.into_iter().map(|(text, titles)| (titles, text)).collect();
    texts.sort();
    for (titles, text) in texts {
        document += &format!("\n{line}\n{}\n\n{text}\n", titles.join("\n"));
    }
    document
}

fn declared(component: &Component) -> Result<&str> {
    component.licence.as_deref().with_context(|| format!("{} declares no licence", component.purl))
}

/// The texts that a component ships, else the standard ones of what it declares.
fn texts_of(component: &Component, standard: &Path) -> Result<Vec<String>> {
    let own = texts_in(&component.folder)?;
    if !own.is_empty() {
        return Ok(own);
    }
    let names = declared(component)?.split(' ').map(|word| word.trim_matches(['(', ')']));
    let names: Vec<_> = names.filter(|word| !matches!(*word, "OR" | "AND" | "WITH")).collect();
    let read = |name: &&str| fs::read_to_string(standard.join(format!("{name}.txt"))).ok();
    let texts: Vec<_> = names.iter().filter_map(read).map(|text| tidy(&text)).collect();
    anyhow::ensure!(!texts.is_empty(), "{} ships no licence text; add one of {names:?} to {TEXTS}", component.purl);
    Ok(texts)
}

fn texts_in(folder: &Path) -> Result<Vec<String>> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut paths: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.retain(|path| path.is_file() && is_licence(path));
    paths.sort();
    let read = |path: &PathBuf| fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    paths.iter().map(|path| Ok(tidy(&String::from_utf8_lossy(&read(path)?)))).collect()
}

fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    NAMES.iter().any(|start| name.starts_with(start))
}

/// The text without differences that mean nothing: line ends, spaces before them, empty lines around it.
fn tidy(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

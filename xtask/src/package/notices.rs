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

/// The licence texts that a component ships, else the standard texts of its declared licences.
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::{Component, document, texts_of};

    fn component(licence: Option<&str>, folder: PathBuf) -> Component {
        let (name, version) = ("part".to_owned(), "1.0".to_owned());
        let purl = "pkg:generic/part@1.0".to_owned();
        Component { name, version, purl, licence: licence.map(str::to_owned), folder }
    }

    #[test]
    fn a_component_without_a_licence_or_a_text_of_it_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let standard = folder.path().join("spdx");
        fs::create_dir(&standard).expect("a folder");
        fs::write(standard.join("MIT.txt"), "\nThe MIT License  \r\n").expect("a file");
        let texts = |licence| texts_of(&component(licence, folder.path().join("none")), &standard);
        assert!(texts(None).is_err());
        assert!(texts(Some("GPL-3.0")).is_err());
        assert_eq!(texts(Some("(MIT OR Apache-2.0)")).expect("a text"), ["The MIT License"]);
    }

    #[test]
    fn its_own_texts_are_taken_and_each_text_is_there_once() {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in [("LICENSE-MIT", "own"), ("NOTICE", "more"), ("readme", "other")] {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let of = component(Some("MIT"), folder.path().to_owned());
        assert_eq!(texts_of(&of, folder.path()).expect("texts"), ["own", "more"]);
        let text = document([("own".to_owned(), vec!["a 1".to_owned(), "b 2".to_owned()])].into());
        assert_eq!((text.matches("own").count(), text.contains("a 1\nb 2\n")), (1, true), "{text}");
    }
}

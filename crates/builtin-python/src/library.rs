//! The standard library as one archive: the same files give the same bytes, so that its hash is that of the files.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes one archive of all files in `library` to `writer`, which comes back: in order, without times and owners.
///
/// # Errors
/// A file cannot be read, or is no plain one.
pub fn archive<W: Write>(library: &Path, writer: W) -> io::Result<W> {
    let mut files = Vec::new();
    list(library, &mut files)?;
    files.sort();
    let mut archive = tar::Builder::new(writer);
    for file in files {
        let mut content = File::open(&file)?;
        let mut header = tar::Header::new_gnu();
        header.set_size(content.metadata()?.len());
        header.set_mode(0o444);
        archive.append_data(&mut header, file.strip_prefix(library).unwrap_or(&file), &mut content)?;
    }
    archive.into_inner()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            kind if kind.is_dir() => list(&entry.path(), files)?,
            kind if kind.is_file() => files.push(entry.path()),
            _ => return Err(io::Error::other(format!("{} is no plain file", entry.path().display()))),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::archive;

    #[test]
    fn every_change_of_a_file_is_another_archive() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("json")).expect("a folder");
        for name in ["os.py", "json/a.py", "json/b.py"] {
            fs::write(at(name), name).expect("a file");
        }
        let now = || archive(folder.path(), Vec::new()).expect("an archive");
        let first = now();
        assert_eq!(now(), first);
        let mut seen = vec![first.clone()];
        let mut differs = |what: &str| {
            let archive = now();
            assert!(!seen.contains(&archive), "{what}");
            seen.push(archive);
        };
        fs::write(at("os.py"), "os.pY").expect("a file");
        differs("a file of the same size");
        fs::write(at("new.py"), "").expect("a file");
        differs("one more, and empty");
        fs::rename(at("json/a.py"), at("json/c.py")).expect("a file");
        differs("another name");
        fs::remove_file(at("json/b.py")).expect("a file");
        differs("one less");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("os.py"), "").expect("a file");
        std::os::unix::fs::symlink("os.py", folder.path().join("link.py")).expect("a link");
        assert!(archive(folder.path(), Vec::new()).is_err());
    }
}

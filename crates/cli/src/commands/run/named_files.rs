//! The files of `--file`, which are copied beside the program.
//!
//! A file below the program's own folder keeps its relative path, so that `import` and `open` find it as with `python FILE`; a
//! file from elsewhere is copied beside the program under its own name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use runtray_engine::{RelativePath, Request, SourceFile};

use crate::args::Run;

/// Reads the files, including the files in folders.
///
/// # Errors
/// A file cannot be read, two files have the same path, or all together are larger than `most_bytes`.
pub(super) fn read(args: &Run, entry: &str, most_bytes: usize) -> anyhow::Result<Vec<SourceFile>> {
    if args.files.is_empty() {
        return Ok(Vec::new());
    }
    let program = whole(args.file())?;
    let base = program.parent().unwrap_or(&program).to_owned();
    let mut gathered = Gathered { program, entry: entry.to_owned(), most_bytes, bytes: 0, files: BTreeMap::new() };
    for named in &args.files {
        let path = whole(named)?;
        let place = path.strip_prefix(&base).unwrap_or(Path::new(path.file_name().unwrap_or_default())).to_owned();
        gathered.add(&path, &place)?;
    }
    gathered.files.into_iter().map(|(place, path)| source(place, &path)).collect()
}

/// The absolute path with links resolved, except the last segment: a linked file keeps its name.
fn whole(path: &Path) -> anyhow::Result<PathBuf> {
    let could_not = || format!("could not open {}", path.display());
    let path = std::path::absolute(path).with_context(could_not)?;
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => folder.canonicalize().map(|folder| folder.join(name)),
        _ => path.canonicalize(),
    }
    .with_context(could_not)
}

fn source(path: RelativePath, file: &Path) -> anyhow::Result<SourceFile> {
    let content = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
    Ok(SourceFile { path, content })
}

struct Gathered {
    /// The program's own file, which is sent anyway.
    program: PathBuf,
    /// The program's name in its folder.
    entry: String,
    most_bytes: usize,
    bytes: u64,
    files: BTreeMap<RelativePath, PathBuf>,
}

impl Gathered {
    fn add(&mut self, path: &Path, place: &Path) -> anyhow::Result<()> {
        let about = fs::metadata(path).with_context(|| format!("could not open {}", path.display()))?;
        if about.is_dir() {
            return self.add_folder(path, place);
        }
        if !about.is_file() {
            bail!("{} is neither a file nor a folder", path.display());
        }
        if path == self.program {
            return Ok(());
        }
        // The path in the run's folder must be valid and free: case-insensitive file systems must not replace the program.
        let place = relative(place).map_err(|why| anyhow!("{} cannot be sent: its path {why}", path.display()))?;
        if place.as_str().eq_ignore_ascii_case(&self.entry) {
            bail!("{} cannot be sent: `{}` is the name of the program in the run's folder", path.display(), self.entry);
        }
        match self.files.insert(place, path.to_owned()) {
            Some(before) if before == path => Ok(()),
            Some(before) => bail!("{} and {} have the same path in the run's folder", before.display(), path.display()),
            None => self.count(about.len()),
        }
    }

    fn add_folder(&mut self, path: &Path, place: &Path) -> anyhow::Result<()> {
        let could_not = || format!("could not read the folder {}", path.display());
        for entry in fs::read_dir(path).with_context(could_not)? {
            let entry = entry.with_context(could_not)?;
            // A linked folder may contain this one.
            if !(entry.path().is_symlink() && entry.path().is_dir()) {
                self.add(&entry.path(), &place.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    fn count(&mut self, bytes: u64) -> anyhow::Result<()> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.files.len() > Request::MOST_FILES {
            bail!("a program can be given {} files at most; name fewer with --file", Request::MOST_FILES);
        }
        if usize::try_from(self.bytes).map_or(true, |bytes| bytes > self.most_bytes) {
            bail!(
                "the files hold more than {} bytes together; name fewer with --file, or raise `[limits] body_bytes` in the settings",
                self.most_bytes
            );
        }
        Ok(())
    }
}

fn relative(place: &Path) -> Result<RelativePath, String> {
    let names: Option<Vec<&str>> = place.iter().map(|name| name.to_str()).collect();
    RelativePath::parse(&names.ok_or("is not Unicode text")?.join("/"))
}

//! The packages for Linux: a `.deb`, an `.rpm`, and an archive of the service alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::tree::Tree;
use super::{Build, Packaging, VERSION, built, notices};
use crate::builtin_python::science;
use crate::packs;
use crate::step::{must, output};

/// The folder of the recipes.
const RECIPES: &str = "packaging/linux";

/// Removes symbols from programs.
const STRIP: &str = "strip";

/// The app's identifier, which names its desktop entry, its icon and its description for software centres.
const ID: &str = "org.runtray.desktop";

/// The folder of icons, the sizes in it, and the source file of each size.
const ICONS: &str = "usr/share/icons/hicolor";
const SIZES: [(&str, &str); 3] = [("32x32", "32x32.png"), ("128x128", "128x128.png"), ("256x256", "128x128@2x.png")];

/// The shells, their options that only read a script, and the places of their completions.
pub(super) const COMPLETIONS: [(&str, &str, &str); 3] = [
    ("bash", "-n", "usr/share/bash-completion/completions/runtray"),
    ("fish", "--no-execute", "usr/share/fish/vendor_completions.d/runtray.fish"),
    ("zsh", "-n", "usr/share/zsh/vendor-completions/_runtray"),
];

/// The file that tells the program in a package its kind, which decides how it is updated.
const MARK: &str = "package.txt";

/// The lines of the unit that start the program: in the packages, and in the archive.
const INSTALLED: &str = "ExecStart=/usr/bin/runtray serve";
const UNPACKED: &str = "ExecStart=%h/.local/lib/runtray/runtray serve";

/// The lines of the archive's unit that explain its path.
const NOTE: &str = "\
# This folder is expected to be ~/.local/lib/runtray; otherwise change ExecStart. Then link this file and start the service:
# systemctl --user enable --now ~/.local/lib/runtray/runtray.service
#
";

/// The built-in Python: its program and its folder.
const PYTHON: (&str, &str) = ("runtray-python", "builtin-python");

/// The programs of every package. Packages with a desktop have the app too.
pub(super) const PROGRAMS: [&str; 4] = ["runtray", PYTHON.0, packs::PROGRAM, science::COMPILER];

/// The folders that belong to the package alone: an `.rpm` removes only folders that it names.
const OWN_FOLDERS: [&str; 4] =
    ["/usr/lib/runtray", "/usr/lib/runtray/builtin-python", "/usr/share/doc/runtray", "/usr/share/licenses/runtray"];

/// The programs in the `.deb`.
pub(super) const PROGRAMS_OF_DEB: [&str; 5] = [
    "usr/bin/runtray",
    "usr/bin/runtray-desktop",
    "usr/lib/runtray/runtray-python",
    "usr/lib/runtray/runtray-packs",
    "usr/lib/runtray/runtray-python-compile",
];

/// How packages are compressed: the options of dpkg-deb, rpm's name of it, the options of gzip.
struct Compression {
    deb: &'static str,
    rpm: &'static str,
    tar: &'static str,
}

/// As small as possible for users; for tests, which have large programs, as fast as possible.
fn compression(packaging: &Packaging<'_>) -> Compression {
    match packaging.build {
        Build::Release => Compression { deb: "-Zxz", rpm: "w9.xzdio", tar: "-9n" },
        Build::Test => Compression { deb: "-Zgzip -z1", rpm: "w1.gzdio", tar: "-1n" },
    }
}

/// The file of the `.deb`.
pub(super) fn deb_file(packaging: &Packaging<'_>) -> PathBuf {
    packaging.dist.join(format!("runtray_{VERSION}_amd64.deb"))
}

/// The file of the `.rpm`.
pub(super) fn rpm_file(packaging: &Packaging<'_>) -> PathBuf {
    packaging.dist.join(format!("runtray-{VERSION}-1.x86_64.rpm"))
}

/// Makes the `.deb`.
///
/// # Errors
/// A program is missing, or a tool fails.
pub(super) fn deb(packaging: &Packaging<'_>, notices: &Path) -> Result<()> {
    let tree = desktop(packaging, notices, "deb")?;
    tree.file(&packaging.context.root.join("LICENSE"), "usr/share/doc/runtray/copyright")?;
    let control = recipe(packaging, "control.in")?;
    let control = control.replace("@KIB@", &tree.kib()?.to_string()).replace("@DEPENDS@", &depends(&tree)?);
    tree.text(control, "DEBIAN/control")?;
    tree.text(md5sums(&tree)?, "DEBIAN/md5sums")?;
    tree.program(&packaging.context.root.join(RECIPES).join("prerm"), "DEBIAN/prerm")?;
    let package = deb_file(packaging);
    let compression = compression(packaging);
    tree.pack(&package, compression.deb.as_bytes(), || {
        let mut dpkg = Command::new("dpkg-deb");
        dpkg.env("SOURCE_DATE_EPOCH", packaging.time.to_string()).arg("--root-owner-group");
        must(dpkg.args(compression.deb.split(' ')).arg("--build").arg(tree.folder()).arg(&package))
    })
}

/// Makes the `.rpm`.
///
/// # Errors
/// A program is missing, or rpmbuild fails.
pub(super) fn rpm(packaging: &Packaging<'_>, notices: &Path) -> Result<()> {
    let tree = desktop(packaging, notices, "rpm")?;
    tree.file(&packaging.context.root.join("LICENSE"), "usr/share/licenses/runtray/LICENSE")?;
    let files = tree.files()?.into_iter().map(|file| format!("/{file}"));
    let files: Vec<_> = OWN_FOLDERS.map(|folder| format!("%dir {folder}")).into_iter().chain(files).collect();
    let spec = recipe(packaging, "runtray.spec.in")?;
    let spec = spec.replace("@TREE@", &tree.folder().display().to_string());
    let spec = spec.replace("@FILES@", &files.join("\n"));
    let package = rpm_file(packaging);
    tree.pack(&package, spec.as_bytes(), || {
        let top = packaging.work("rpmbuild");
        fs::create_dir_all(&top)?;
        fs::write(top.join("runtray.spec"), &spec).context("cannot write the recipe")?;
        let mut rpmbuild = Command::new("rpmbuild");
        rpmbuild.env("SOURCE_DATE_EPOCH", packaging.time.to_string()).args(["-bb", "--quiet", "--target", "x86_64"]);
        rpmbuild.arg("--define").arg(format!("_topdir {}", top.display()));
        rpmbuild.arg("--define").arg(format!("_binary_payload {}", compression(packaging).rpm));
        must(rpmbuild.arg(top.join("runtray.spec")))?;
        let made = top.join("RPMS/x86_64").join(package.file_name().unwrap_or_default());
        fs::copy(&made, &package).with_context(|| format!("rpmbuild did not make {}", made.display())).map(drop)
    })
}

/// Makes the archive of the service alone.
///
/// # Errors
/// A program is missing, or tar fails.
pub(super) fn tar(packaging: &Packaging<'_>, notices: &Path) -> Result<()> {
    let name = format!("runtray-{VERSION}-linux-x64");
    let tree = Tree::new(packaging, "tar")?;
    let plain = packaging.work("linux-stripped");
    let programs = built::linux(packaging);
    let place = |path: &str| format!("{name}/{path}");
    for program in PROGRAMS {
        tree.program(&built::stripped(&programs.join(program), &plain, STRIP)?, &place(program))?;
    }
    tree.flat_folder(&programs.join(PYTHON.1), &place(PYTHON.1))?;
    for (shell, ..) in COMPLETIONS {
        tree.text(completions(&programs, shell)?, &place(&format!("completions/runtray.{shell}")))?;
    }
    pages(packaging, &tree, &programs, &place("man"))?;
    tree.text(unit_of_archive(packaging)?, &place("runtray.service"))?;
    tree.file(&packaging.context.root.join("LICENSE"), &place("LICENSE"))?;
    tree.file(notices, &place(notices::FILE))?;
    tree.text("tar\n", &place(MARK))?;
    let package = packaging.dist.join(format!("{name}.tar.gz"));
    let compression = compression(packaging);
    tree.pack(&package, compression.tar.as_bytes(), || {
        let mut tar = Command::new("tar");
        tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=gnu"]);
        tar.arg(format!("--use-compress-program=gzip {}", compression.tar));
        tar.arg(format!("--mtime=@{}", packaging.time));
        must(tar.arg("--create").arg("--file").arg(&package).arg("--directory").arg(tree.folder()).arg(&name))
    })
}

/// The user's unit for the archive, which is unpacked into any folder: it names a usual one, and says so.
fn unit_of_archive(packaging: &Packaging<'_>) -> Result<String> {
    in_folder(&recipe(packaging, "runtray.service")?)
}

fn in_folder(unit: &str) -> Result<String> {
    let start = unit.split_once(INSTALLED).context("runtray.service does not start the installed program")?;
    ensure!(!start.1.contains("/usr/"), "runtray.service names another installed file");
    Ok(format!("{NOTE}{}{UNPACKED}{}", start.0, start.1))
}

/// The files that `.deb` and `.rpm` have in common.
fn desktop(packaging: &Packaging<'_>, notices: &Path, name: &str) -> Result<Tree> {
    let tree = Tree::new(packaging, name)?;
    let programs = built::linux(packaging);
    let plain = packaging.work("linux-stripped");
    for program in ["runtray", "runtray-desktop"] {
        tree.program(&built::stripped(&programs.join(program), &plain, STRIP)?, &format!("usr/bin/{program}"))?;
    }
    for program in [PYTHON.0, packs::PROGRAM, science::COMPILER] {
        let stripped = built::stripped(&programs.join(program), &plain, STRIP)?;
        tree.program(&stripped, &format!("usr/lib/runtray/{program}"))?;
    }
    tree.flat_folder(&programs.join(PYTHON.1), &format!("usr/lib/runtray/{}", PYTHON.1))?;
    tree.text(format!("{name}\n"), &format!("usr/lib/runtray/{MARK}"))?;
    for (shell, _, place) in COMPLETIONS {
        tree.text(completions(&programs, shell)?, place)?;
    }
    pages(packaging, &tree, &programs, "usr/share/man/man1")?;
    describe(packaging, &tree)?;
    tree.text(compressed(notices)?, &format!("usr/share/doc/runtray/{}.gz", notices::FILE))?;
    Ok(tree)
}

/// Makes empty files named like the files in the archive of the service, in a new folder, for checks of manifests only.
///
/// # Errors
/// A file cannot be made.
pub(super) fn name_files(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let description = format!("{}/about.json", PYTHON.1);
    let inside = [&*description, "man/runtray.1.gz", "runtray.service", "LICENSE"].map(str::to_owned);
    let completions = COMPLETIONS.map(|(shell, ..)| format!("completions/runtray.{shell}"));
    let names = PROGRAMS.map(str::to_owned).into_iter().chain(inside).chain(completions);
    for name in names.chain([notices::FILE.to_owned(), MARK.to_owned()]) {
        let file = folder.join(name);
        fs::create_dir_all(file.parent().unwrap_or(folder))?;
        fs::write(&file, "").with_context(|| format!("cannot make {}", file.display()))?;
    }
    Ok(())
}

/// Adds the files that the desktop and the user's service manager read.
fn describe(packaging: &Packaging<'_>, tree: &Tree) -> Result<()> {
    let recipes = packaging.context.root.join(RECIPES);
    tree.file(&recipes.join(format!("{ID}.desktop")), &format!("usr/share/applications/{ID}.desktop"))?;
    tree.file(&recipes.join("runtray.service"), "usr/lib/systemd/user/runtray.service")?;
    tree.text(recipe(packaging, &format!("{ID}.metainfo.xml"))?, &format!("usr/share/metainfo/{ID}.metainfo.xml"))?;
    for (size, file) in SIZES {
        let icon = packaging.context.root.join("src-tauri/icons").join(file);
        tree.file(&icon, &format!("{ICONS}/{size}/apps/{ID}.png"))?;
    }
    tree.file(&packaging.context.root.join("icons/app.svg"), &format!("{ICONS}/scalable/apps/{ID}.svg"))
}

/// A recipe with the values that all packages share filled in: version, date, home page.
fn recipe(packaging: &Packaging<'_>, name: &str) -> Result<String> {
    let path = packaging.context.root.join(RECIPES).join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let date = output(Command::new("date").args(["--utc", "+%F", "--date"]).arg(format!("@{}", packaging.time)));
    let date = date.context("`date` does not know the date")?;
    Ok(text.replace("@VERSION@", VERSION).replace("@DATE@", &date).replace("@HOMEPAGE@", env!("CARGO_PKG_REPOSITORY")))
}

fn completions(programs: &Path, shell: &str) -> Result<String> {
    output(Command::new(programs.join("runtray")).args(["completions", shell]))
        .with_context(|| format!("runtray prints no completions for {shell}"))
}

/// Adds the manual pages, compressed.
fn pages(packaging: &Packaging<'_>, tree: &Tree, programs: &Path, to: &str) -> Result<()> {
    let folder = packaging.work("man");
    fs::create_dir_all(&folder)?;
    must(Command::new(programs.join("runtray")).arg("man").arg(&folder))?;
    for page in fs::read_dir(&folder)? {
        let page = page?.path();
        let name = page.file_name().unwrap_or_default().to_string_lossy().into_owned();
        tree.text(compressed(&page)?, &format!("{to}/{name}.gz"))?;
    }
    Ok(())
}

fn compressed(file: &Path) -> Result<Vec<u8>> {
    let output = Command::new("gzip").args(["-9", "-n", "--stdout"]).arg(file).output().context("cannot start gzip")?;
    ensure!(output.status.success(), "gzip cannot compress {}", file.display());
    Ok(output.stdout)
}

/// The packages whose libraries the programs are linked with, as dpkg finds them.
fn depends(tree: &Tree) -> Result<String> {
    let folder = tree.folder().with_extension("shlibdeps");
    fs::create_dir_all(folder.join("debian"))?;
    fs::write(folder.join("debian/control"), "Source: runtray\n\nPackage: runtray\nArchitecture: amd64\n")?;
    let mut shlibdeps = Command::new("dpkg-shlibdeps");
    shlibdeps.current_dir(&folder).args(["-O", "--warnings=0"]);
    for program in PROGRAMS_OF_DEB {
        shlibdeps.arg(tree.folder().join(program));
    }
    let printed = output(&mut shlibdeps).context("dpkg-shlibdeps does not know what the programs need")?;
    let depends = printed.trim_start_matches("shlibs:Depends=");
    Ok(depends.to_owned())
}

fn md5sums(tree: &Tree) -> Result<String> {
    let files = tree.files()?.into_iter().filter(|file| !file.starts_with("DEBIAN/"));
    let mut md5sum = Command::new("md5sum");
    md5sum.current_dir(tree.folder()).args(files);
    output(&mut md5sum).map(|sums| sums + "\n").context("md5sum fails")
}

#[cfg(test)]
mod tests {
    use super::in_folder;

    #[test]
    fn the_archive_s_unit_starts_what_the_archive_has() {
        assert!(in_folder("[Service]\nExecStart=/opt/x\n").is_err(), "a program that is not known");
        assert!(in_folder("ExecStart=/usr/bin/runtray serve\nExecStop=/usr/bin/x\n").is_err(), "a second program");
        let unit = in_folder(include_str!("../../../packaging/linux/runtray.service")).expect("a unit");
        assert!(unit.contains("\nExecStart=%h/.local/lib/runtray/runtray serve\n"), "{unit}");
        assert!(!unit.contains("/usr/bin"), "{unit}");
    }
}

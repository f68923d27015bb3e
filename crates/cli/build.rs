//! Gives `runtray.exe` an icon and its version, which Windows shows for the file and the process.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The icon, relative to this package.
const ICON: &str = "../../src-tauri/icons/icon.ico";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ICON}");
    if env::var("CARGO_CFG_TARGET_OS")? != "windows" {
        return Ok(());
    }
    let icon = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(ICON);
    let script = PathBuf::from(env::var("OUT_DIR")?).join("runtray.rc");
    fs::write(&script, resources(&icon))?;
    // Without a compiler of resources the program is the same but for its icon.
    embed_resource::compile_for(&script, ["runtray"], embed_resource::NONE).manifest_optional()?;
    Ok(())
}

/// The resources in the language of their compiler: English (0409), texts in UTF-16 (04b0, 1200).
fn resources(icon: &Path) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let numbers: Vec<_> = version.split(['.', '-', '+']).take(3).chain(["0"]).collect();
    let (numbers, icon) = (numbers.join(","), icon.display().to_string().replace('\\', "/"));
    let texts = [
        ("CompanyName", "Runtray"),
        ("FileDescription", "Runtray on the command line"),
        ("FileVersion", version),
        ("InternalName", "runtray"),
        ("LegalCopyright", "MIT License"),
        ("OriginalFilename", "runtray.exe"),
        ("ProductName", "Runtray"),
        ("ProductVersion", version),
    ];
    let texts: String = texts.iter().map(|(name, text)| format!("VALUE \"{name}\", \"{text}\"\n")).collect();
    format!(
        "1 ICON \"{icon}\"\n\
         1 VERSIONINFO\nFILEVERSION {numbers}\nPRODUCTVERSION {numbers}\nFILEOS 0x40004L\nFILETYPE 0x1L\nBEGIN\n\
         BLOCK \"StringFileInfo\"\nBEGIN\nBLOCK \"040904b0\"\nBEGIN\n{texts}END\nEND\n\
         BLOCK \"VarFileInfo\"\nBEGIN\nVALUE \"Translation\", 0x0409, 0x04b0\nEND\nEND\n"
    )
}

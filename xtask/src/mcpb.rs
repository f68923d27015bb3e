//! `cargo xtask mcpb`: the bundle by which desktop assistants install Runtray with one click, in `dist/`.
//!
//! It is a zip file with `runtray` and a manifest for one platform. The official tool checks the manifest and makes the file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::context::Context;
use crate::step::{Ending, must, once, output};
use crate::{node, npm};

const MANIFEST: &str = "packaging/mcpb/manifest.json";
/// The lock file that pins the official tool.
const TOOL: &str = "packaging/mcpb/tool";

/// The first message of an assistant.
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"xtask","version":"1"}}}"#;

/// The arguments of `cargo xtask mcpb`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The system and processor to make it for, as Rust names them; by default this machine's.
    #[arg(long)]
    target: Option<String>,
}

/// A platform that a bundle is for.
struct Platform {
    system: String,
    processor: String,
}

/// Makes the bundle, tries it if this machine can, and prints its path.
///
/// # Errors
/// `runtray` does not build, the official tool finds a fault, or the program in the bundle does not answer.
pub(crate) fn mcpb(args: &Args) -> Result<()> {
    let context = Context::new(Vec::new())?;
    let platform = args.target.as_deref().map_or_else(Platform::here, Platform::of);
    let mut build = context.cargo(&["build", "--release", "-p", "runtray-cli", "--bin", "runtray"]);
    let mut built = context.cache.path("target-native");
    if let Some(target) = &args.target {
        build.args(["--target", target]);
        built.push(target);
    }
    must(&mut build)?;
    let dist = context.root.join("dist");
    fs::create_dir_all(&dist).context("cannot make dist")?;
    let bundle = dist.join(platform.file());
    pack(&context, &platform, &built.join("release"), &bundle)?;
    if platform.is_here() {
        check(&context, &bundle)?;
    }
    eprintln!("the bundle is {}", bundle.display());
    Ok(())
}

/// Makes a bundle of the debug program, and starts the program in it.
///
/// # Errors
/// The official tool finds a fault, or the program in the bundle does not answer.
pub(crate) fn test(context: &Context) -> Result<Ending> {
    let platform = Platform::here();
    let bundle = context.cache.path(platform.file());
    let small = emptied(context, "mcpb-built")?;
    let program = small.join(platform.program());
    fs::copy(context.cache.path("target-native/debug").join(platform.program()), &program).context("cannot copy it")?;
    // Symbols are removed, because the tool compresses slowly. Without `strip` the whole program is compressed.
    output(context.command("strip").arg("-S").arg(&program));
    pack(context, &platform, &small, &bundle)?;
    check(context, &bundle)?;
    Ok(Ending::Done)
}

impl Platform {
    fn here() -> Self {
        Self { system: std::env::consts::OS.to_owned(), processor: std::env::consts::ARCH.to_owned() }
    }

    /// The platform of a target as Rust names it, such as `aarch64-apple-darwin`.
    fn of(target: &str) -> Self {
        let system = ["windows", "linux"].into_iter().find(|name| target.contains(name)).unwrap_or("macos");
        Self { system: system.to_owned(), processor: target.split('-').next().unwrap_or_default().to_owned() }
    }

    fn is_here(&self) -> bool {
        self.file() == Self::here().file()
    }

    fn file(&self) -> String {
        format!("runtray-{}-{}-{}.mcpb", env!("CARGO_PKG_VERSION"), self.system, self.processor)
    }

    fn program(&self) -> &'static str {
        if self.system == "windows" { "runtray.exe" } else { "runtray" }
    }

    /// The manifest of its bundle. A manifest can give each platform a command, but only one `entry_point`.
    fn manifest(&self, text: &str) -> Result<Value> {
        let mut manifest: Value = serde_json::from_str(text).with_context(|| format!("{MANIFEST} is not JSON"))?;
        let program = format!("server/{}", self.program());
        let name = match self.system.as_str() {
            "windows" => "win32",
            "macos" => "darwin",
            other => other,
        };
        manifest["version"] = json!(env!("CARGO_PKG_VERSION"));
        manifest["compatibility"]["platforms"] = json!([name]);
        manifest["server"]["mcp_config"]["command"] = json!(format!("${{__dirname}}/{program}"));
        manifest["server"]["entry_point"] = json!(program);
        Ok(manifest)
    }
}

/// Packs the `runtray` in the folder `built`.
fn pack(context: &Context, platform: &Platform, built: &Path, bundle: &Path) -> Result<()> {
    let folder = emptied(context, "mcpb")?;
    let text = fs::read_to_string(context.root.join(MANIFEST)).with_context(|| format!("cannot read {MANIFEST}"))?;
    fs::write(folder.join("manifest.json"), serde_json::to_vec_pretty(&platform.manifest(&text)?)?)?;
    let server = folder.join("server");
    fs::create_dir(&server)?;
    let program = platform.program();
    fs::copy(built.join(program), server.join(program)).with_context(|| format!("cannot copy {program}"))?;
    // `pack` checks the manifest first.
    must(tool(context)?.arg("pack").arg(&folder).arg(bundle))
}

/// Unpacks the bundle and starts its program as an assistant does.
fn check(context: &Context, bundle: &Path) -> Result<()> {
    let folder = emptied(context, "mcpb-unpacked")?;
    must(tool(context)?.arg("unpack").arg(bundle).arg(&folder))?;
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json"))?)?;
    let server = &manifest["server"];
    let entry = folder.join(server["entry_point"].as_str().unwrap_or_default());
    ensure!(entry.is_file(), "the bundle has no {}", entry.display());
    let command = server["mcp_config"]["command"].as_str().context("the manifest has no command")?;
    let mut start = Command::new(command.replace("${__dirname}", &folder.to_string_lossy()));
    start.args(server["mcp_config"]["args"].as_array().into_iter().flatten().filter_map(Value::as_str));
    start.env("RUNTRAY_HOME", folder.join("home"));
    let mut program = start.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("cannot start the program")?;
    // The program ends when its input ends, after the message.
    writeln!(program.stdin.take().context("no input")?, "{INITIALIZE}")?;
    let output = program.wait_with_output()?;
    let answer: Value = serde_json::from_slice(&output.stdout).context("the program did not answer in JSON")?;
    ensure!(answer["result"]["serverInfo"]["name"] == "runtray", "the program answered {answer}");
    ensure!(output.status.success(), "the program ended with {}", output.status);
    fs::remove_dir_all(&folder).context("cannot delete the unpacked bundle")
}

/// A new folder in the cache.
fn emptied(context: &Context, name: &str) -> Result<PathBuf> {
    let folder = context.cache.path(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The official tool, which npm installs into the cache.
fn tool(context: &Context) -> Result<Command> {
    let folder = context.cache.path("mcpb-tool");
    fs::create_dir_all(&folder)?;
    let lock = context.root.join(TOOL).join("package-lock.json");
    let wanted = fs::read_to_string(lock).with_context(|| format!("cannot read {TOOL}"))?;
    once(&folder.join("installed-for.json"), &wanted, || npm::pinned(context, TOOL, &folder))?;
    let mut tool = context.command("node");
    tool.arg(folder.join("node_modules/@anthropic-ai/mcpb/dist/cli/cli.js"));
    tool.env("PATH", node::path(context)?);
    Ok(tool)
}

#[cfg(test)]
mod tests {
    use super::{MANIFEST, Platform};

    #[test]
    fn each_platform_starts_the_program_in_its_bundle() {
        let text =
            std::fs::read_to_string(format!("{}/../{MANIFEST}", env!("CARGO_MANIFEST_DIR"))).expect("a manifest");
        for (target, name, program) in [
            ("x86_64-pc-windows-msvc", "win32", "runtray.exe"),
            ("aarch64-apple-darwin", "darwin", "runtray"),
            ("x86_64-unknown-linux-gnu", "linux", "runtray"),
        ] {
            let manifest = Platform::of(target).manifest(&text).expect("a manifest");
            assert_eq!(manifest["server"]["entry_point"], format!("server/{program}"), "{target}");
            assert_eq!(manifest["server"]["mcp_config"]["command"], format!("${{__dirname}}/server/{program}"));
            assert_eq!(manifest["compatibility"]["platforms"], serde_json::json!([name]));
        }
        assert!(Platform::here().is_here());
        assert!(Platform::of("aarch64-apple-darwin").file().ends_with("-macos-aarch64.mcpb"));
    }
}

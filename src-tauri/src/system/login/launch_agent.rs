//! A launch agent of macOS: a property list in XML.
//!
//! It is written without a library: the crate `auto-launch` does not escape the path, which is the only value that varies.

use std::path::Path;

/// The name of the agent in the list of login items.
const LABEL: &str = "org.runtray.desktop";

/// The agent that starts `program` hidden.
///
/// # Errors
/// The path is not UTF-8 or contains a character that XML does not allow.
pub(super) fn text(program: &Path) -> Result<String, String> {
    let program = escaped(program)?;
    Ok(format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>{LABEL}</string>
  <key>AssociatedBundleIdentifiers</key>
  <string>{LABEL}</string>
  <key>ProgramArguments</key>
  <array>
    <string>{program}</string>
    <string>--hidden</string>
  </array>
  <key>RunAtLoad</key>
  <true/>
</dict>
</plist>
"#
    ))
}

/// Whether this version, or one that escapes like it, wrote the agent.
#[cfg_attr(not(target_os = "macos"), expect(dead_code, reason = "only macOS has files to ask this of"))]
pub(super) fn is_ours(text: &str) -> bool {
    text.contains(&format!("<string>{LABEL}</string>"))
}

fn escaped(program: &Path) -> Result<String, String> {
    let unusable = || format!("macOS cannot start a program of this path at login: {}", program.display());
    let path = program.to_str().ok_or_else(unusable)?;
    if path.chars().any(char::is_control) {
        return Err(unusable());
    }
    let escape = |character: char| match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&apos;".to_owned(),
        other => other.to_string(),
    };
    Ok(path.chars().map(escape).collect())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::text;

    #[test]
    fn a_path_of_any_characters_is_one_string() {
        let program = "/Users/ada/R&D <\"new\"> it's/Runtray";
        let agent = text(Path::new(program)).expect("an agent");
        let line = agent.lines().find(|line| line.contains("Runtray<")).expect("a line");
        assert_eq!(line.trim(), "<string>/Users/ada/R&amp;D &lt;&quot;new&quot;&gt; it&apos;s/Runtray</string>");
    }

    #[test]
    fn characters_that_xml_does_not_allow_are_refused() {
        assert!(text(Path::new("/Users/ada/\u{1}/Runtray")).expect_err("a refusal").contains("at login"));
    }

    /// The system's own parser accepts the file.
    #[cfg(target_os = "macos")]
    #[test]
    fn the_system_reads_it() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let program = "/Users/ada/R&D <new> it's/Runtray";
        std::fs::write(file.path(), text(Path::new(program)).expect("an agent")).expect("a file");
        let mut plutil = std::process::Command::new("plutil");
        let output = plutil.args(["-extract", "ProgramArguments.0", "raw"]).arg(file.path()).output().expect("plutil");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), program);
    }
}

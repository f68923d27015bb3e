//! A desktop entry of freedesktop.org, which contains the command that starts a program.
//!
//! A value is escaped twice: each word of the command line in its quotes, and then the whole as a string of the file. No
//! library does both: the crate `auto-launch` quotes nothing, and GLib uses single quotes, which the specification does not
//! allow.

use std::path::Path;

/// The entry that starts `program` hidden, with the icon `icon`.
///
/// # Errors
/// A path is not UTF-8.
pub(super) fn text(program: &Path, icon: &Path) -> Result<String, String> {
    let command = string(&command(utf8(program)?));
    let icon = string(utf8(icon)?);
    Ok(format!(
        "[Desktop Entry]\n\
         Type=Application\n\
         Name=Runtray\n\
         Comment=Runs code for the tools on this computer\n\
         Comment[de]=Führt Code für die Werkzeuge auf diesem Computer aus\n\
         Exec={command} --hidden\n\
         Icon={icon}\n\
         Terminal=false\n\
         StartupNotify=false\n"
    ))
}

/// Whether the desktop starts it: users and tools disable an entry without deleting it.
pub(super) fn is_enabled(text: &str) -> bool {
    value(text, "Hidden") != Some("true")
        && value(text, "X-GNOME-Autostart-enabled") != Some("false")
        && value(text, "Exec").is_some()
}

/// Whether an earlier version wrote it, which did not quote the path.
pub(super) fn is_of_old(text: &str) -> bool {
    value(text, "Comment") == Some("Runtray startup script")
}

fn utf8(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("a login entry must be UTF-8, and this path is not: {}", path.display()))
}

/// The command that starts `program`. The first word of a command must not contain an equals sign, and GLib misreads a percent
/// sign in it. Such a path is passed to a shell as an argument, and the shell starts it.
fn command(program: &str) -> String {
    let word_of_program = word(program);
    match program.contains(['%', '=']) {
        true => format!("/bin/sh -c {} {word_of_program}", word(r#"exec "$0" "$@""#)),
        false => word_of_program,
    }
}

/// One word of a command line, quoted. A percent sign is doubled, because it would begin a placeholder.
fn word(text: &str) -> String {
    let escape = |character: char| match character {
        '"' | '`' | '$' | '\\' => format!("\\{character}"),
        '%' => "%%".to_owned(),
        other => other.to_string(),
    };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

/// A value of the file.
fn string(text: &str) -> String {
    let escape = |character: char| match character {
        '\\' => r"\\".to_owned(),
        '\n' => r"\n".to_owned(),
        '\t' => r"\t".to_owned(),
        '\r' => r"\r".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(escape).collect()
}

/// The value of `key` in the entry's own group.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    let group = text.lines().map(str::trim).skip_while(|line| *line != "[Desktop Entry]").skip(1);
    let mut lines = group.take_while(|line| !line.starts_with('['));
    lines.find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_enabled, is_of_old, text};

    const OLD: &str = "[Desktop Entry]\nType=Application\nVersion=1.0\nName=Runtray\nComment=Runtray startup script\n\
                       Exec=/opt/my apps/runtray-desktop --hidden\nStartupNotify=false\nTerminal=false";

    #[test]
    fn an_entry_that_was_switched_off_is_off() {
        let entry = text(Path::new("/opt/runtray"), Path::new("/x.png")).expect("an entry");
        assert!(is_enabled(&entry) && !is_of_old(&entry));
        for (line, enabled) in [
            ("Hidden=true", false),
            ("Hidden = true", false),
            ("X-GNOME-Autostart-enabled=false", false),
            ("Hidden=false", true),
            ("X-GNOME-Autostart-Delay=60", true),
            ("[Desktop Action x]\nHidden=true", true),
        ] {
            assert_eq!(is_enabled(&format!("{entry}{line}\n")), enabled, "{line}");
        }
        assert!(!is_enabled("") && !is_enabled("[Desktop Entry]\nName=Runtray\n"));
        assert!(is_of_old(OLD));
    }

    /// The desktop's own parser and launcher start the program, whatever its path.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_desktop_starts_a_program_of_any_path() {
        use std::os::unix::fs::PermissionsExt as _;

        use gtk::gio::prelude::AppInfoExt as _;
        use gtk::gio::{AppLaunchContext, DesktopAppInfo};

        let folder = tempfile::tempdir().expect("a folder");
        for (number, name) in [
            "plain",
            "with spaces",
            "double\"quotes",
            "single'quotes",
            "dollar$HOME and `id`",
            "percent %u %% %f",
            "back\\slash \\n \\\\ end\\",
            "tab\tand\nnewline",
            "semi;colon & pipe | <x> (y) ~ # * ? !",
            "ümlaut 日本",
            "a=b %% c",
            "=equals",
        ]
        .into_iter()
        .enumerate()
        {
            let own = folder.path().join(name);
            std::fs::create_dir(&own).expect("a folder");
            let (program, record) = (own.join("the program"), folder.path().join(format!("said-{number}")));
            let script =
                format!("#!/bin/sh\nprintf '%s|' \"$#\" \"$@\" > '{0}.new' && mv '{0}.new' '{0}'\n", record.display());
            std::fs::write(&program, script).expect("a program");
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a program");
            let icon = own.join("icon.png");
            let file = folder.path().join(format!("{number}.desktop"));
            std::fs::write(&file, text(&program, &icon).expect("an entry")).expect("a file");
            let entry = DesktopAppInfo::from_filename(&file).unwrap_or_else(|| panic!("{name:?} is no entry"));
            assert_eq!(entry.string("Icon").as_deref(), icon.to_str(), "{name:?}");
            assert_eq!(entry.name(), "Runtray");
            entry.launch(&[], AppLaunchContext::NONE).unwrap_or_else(|error| panic!("{name:?}: {error}"));
            let start = std::time::Instant::now();
            while !record.exists() {
                assert!(start.elapsed().as_secs() < 60, "{name:?} was not started");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            assert_eq!(std::fs::read_to_string(&record).expect("a text"), "1|--hidden|", "{name:?}");
        }
    }
}

//! The example command for a terminal, which shows that the service works.

use std::path::PathBuf;

const BODY: &str = r#"{"code":"print(6 * 7)"}"#;

/// One line for the system's shells, with the token if one is required. It works unchanged when it is pasted.
pub(super) fn curl(url: &str, token: Option<String>, token_file: PathBuf) -> String {
    if cfg!(windows) { for_windows(url, token.as_deref()) } else { for_unix(url, token.map(|_| token_file)) }
}

/// The shell reads the token from its file, so that the token is neither on the screen nor in the shell's history.
fn for_unix(url: &str, token_file: Option<PathBuf>) -> String {
    let header = |file: PathBuf| {
        let file = format!("'{}'", file.display().to_string().replace('\'', r"'\''"));
        format!(r#" -H "Authorization: Bearer $(cat {file})""#)
    };
    let token = token_file.map(header).unwrap_or_default();
    format!("curl {url}/execute{token} -H 'Content-Type: application/json' -d '{BODY}'")
}

/// `cmd.exe` has no single quotes and cannot insert a file into a command.
fn for_windows(url: &str, token: Option<&str>) -> String {
    let token = token.map(|token| format!(r#" -H "Authorization: Bearer {token}""#)).unwrap_or_default();
    let body = BODY.replace('"', r#"\""#);
    format!(r#"curl.exe {url}/execute{token} -H "Content-Type: application/json" -d "{body}""#)
}

#[cfg(test)]
mod tests {
    use super::{for_unix, for_windows};

    #[test]
    fn without_a_token_none_is_sent() {
        let url = "http://localhost:5001";
        let expected =
            r#"curl http://localhost:5001/execute -H 'Content-Type: application/json' -d '{"code":"print(6 * 7)"}'"#;
        assert_eq!(for_unix(url, None), expected);
        assert!(!for_windows(url, None).contains("Authorization"));
    }

    #[test]
    fn on_windows_the_token_and_the_body_are_one_argument_each() {
        let command = for_windows("http://localhost:5000", Some("t-1"));
        assert!(command.contains(r#"-H "Authorization: Bearer t-1" -H "#), "{command}");
        assert!(command.ends_with(r#"-d "{\"code\":\"print(6 * 7)\"}""#), "{command}");
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_sends_the_token_that_is_in_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("it's a $HOME \"folder\" `x` \\");
        std::fs::write(&file, "secret-1\n").expect("a file");
        let command = for_unix("http://localhost:5000", Some(file)).replacen("curl", "printf '%s|'", 1);
        let output = std::process::Command::new("sh").arg("-c").arg(command).output().expect("a shell");
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        let words: Vec<_> = output.split('|').collect();
        assert_eq!(words[..3], ["http://localhost:5000/execute", "-H", "Authorization: Bearer secret-1"]);
        assert_eq!(words[6], r#"{"code":"print(6 * 7)"}"#);
    }
}

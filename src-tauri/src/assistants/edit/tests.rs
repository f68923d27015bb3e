//! Files of every format, with each kind of line ends, with and without byte order mark and last line end.

use std::path::PathBuf;

use crate::assistants::entry::{Format, Program};
use crate::assistants::plan::{LineKind, Plan};

const JSON: &str =
    "{\n  // mine\n  \"other\": [ ],\n  \"KEY\": {\n    \"other\": { \"command\": \"npx\" }\n  },\n  \"last\": 1\n}\n";
const TOML: &str = "# mine\nmodel = \"m\"  # small\ntext = '''\na\nb'''\n\n[mcp_servers.other]\ncommand = \"npx\"\n\n[tui]\ntheme = \"x\"\n";
const OLD_JSON: &str = "{\n  \"KEY\": {\n    \"runtray\": {\n      \"command\": \"/old\",\n      \"env\": {}\n    },\n    \"b\": {}\n  }\n}\n";
const OLD_TOML: &str =
    "[mcp_servers.runtray]\ncommand = \"/old\"\n\n[mcp_servers.runtray.env]\nA = \"1\"\n\n[tui]\ntheme = \"x\"\n";
const FORMATS: [Format; 5] =
    [Format::McpServers, Format::Servers, Format::ContextServers, Format::OpenCode, Format::Codex];

/// The text in each line end, with and without byte order mark and last line end; and its shorter beginnings.
fn files(format: Format) -> Vec<String> {
    let texts = match format {
        Format::Codex => [TOML, OLD_TOML, "a = 1\n", "\n", ""].map(str::to_owned),
        _ => [JSON, OLD_JSON, "{\n}\n", "{}\n", ""].map(|text| text.replace("KEY", format.key())),
    };
    let ends: [&[&str]; 4] = [&["\n"], &["\r\n"], &["\r\n", "\n"], &["\n", "\n", "\r\n"]];
    let mut files = Vec::new();
    for text in &texts {
        for ends in ends {
            let lines = text.lines().zip(ends.iter().cycle()).map(|(line, end)| format!("{line}{end}"));
            let text: String = lines.collect();
            for last in [text.as_str(), text.trim_end_matches(['\r', '\n'])] {
                files.extend([last.to_owned(), format!("\u{feff}{last}")]);
            }
        }
    }
    files
}

/// The lines that `change` leaves of `text`, with their ends; the last one need not have one.
fn kept(text: &str, shown: &[(LineKind, String)], side: LineKind) -> Vec<String> {
    let mut lines = text.split_inclusive('\n');
    let sides = shown.iter().filter(|(kind, _)| *kind == LineKind::Same || *kind == side);
    let mut kept = Vec::new();
    for (kind, shown) in sides {
        let line = lines.next().expect("a line that is shown is there");
        assert_eq!(line.trim_end_matches(['\r', '\n']), shown, "{text:?}");
        if *kind == LineKind::Same {
            kept.push(line.to_owned());
        }
    }
    assert_eq!(lines.next(), None, "each line of the file is shown: {text:?}");
    kept
}

/// Whether the shown change is the change of the bytes.
fn check_change(before: &str, after: &str) {
    if before == after {
        return;
    }
    let plan = Plan::new(PathBuf::new(), Some(before.to_owned()), Some(after.to_owned()));
    let shown: Vec<_> =
        plan.lines_with(before.len() + after.len()).into_iter().map(|line| (line.kind, line.text)).collect();
    let (old, new) = (kept(before, &shown, LineKind::Removed), kept(after, &shown, LineKind::Added));
    for (index, (old, new)) in old.iter().zip(&new).enumerate() {
        assert!(old == new || !old.ends_with('\n') || !new.ends_with('\n'), "line {index}: {before:?} to {after:?}");
    }
    let removed: Vec<_> = shown.iter().filter(|(kind, _)| *kind == LineKind::Removed).map(|(_, text)| text).collect();
    let added: Vec<_> = shown.iter().filter(|(kind, _)| *kind == LineKind::Added).map(|(_, text)| text).collect();
    assert!(removed.iter().all(|line| !added.contains(line)), "removed and added again: {shown:?}");
}

#[test]
fn what_is_shown_is_all_that_changes_and_line_ends_stay() {
    let program = Program("/opt/runtray".to_owned());
    for format in FORMATS {
        for text in files(format) {
            let written = format.with(&text, &program).expect("an entry");
            check_change(&text, &written);
            let body = text.trim_start_matches('\u{feff}');
            assert_eq!(written.starts_with('\u{feff}'), text.starts_with('\u{feff}'), "{text:?} to {written:?}");
            assert!(body.is_empty() || written.ends_with('\n') == body.ends_with('\n'), "{text:?} to {written:?}");
            if !body.contains("\r\n") {
                assert!(!written.contains('\r'), "{written:?}");
            } else if !body.replace("\r\n", "").contains('\n') {
                assert!(!written.replace("\r\n", "").contains('\n'), "{written:?}");
            }
            let without = format.restored(&written, "").expect("no entry");
            check_change(&written, &without);
            if body.contains("other") {
                assert_eq!(without, text, "{written:?}");
            }
        }
    }
}

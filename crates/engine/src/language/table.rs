//! The table of languages: the built-in rows, then the user's.

use super::definition::{Interpreter, Language};
use super::shell;

/// The built-in rows, replaced by the user's of the same name, followed by the user's other rows.
pub(super) fn rows(users: Vec<Language>) -> Vec<Language> {
    let mut rows = built_in();
    // A shell's name is free for the user's languages, as a name or as an alias.
    rows.retain(|row| !row.is_shell() || !users.iter().any(|user| user.aliases.contains(&row.name)));
    for user in users {
        match rows.iter_mut().find(|row| row.name.eq_ignore_ascii_case(&user.name)) {
            Some(row) => *row = user,
            None => rows.push(user),
        }
    }
    rows
}

fn built_in() -> Vec<Language> {
    vec![
        row("python", &["py", "python3"], "py", Interpreter::Python),
        row("javascript", &["js", "node", "nodejs"], "js", Interpreter::Node),
        row("typescript", &["ts"], "ts", Interpreter::NodeTypes),
        row("bash", &[], "sh", Interpreter::Shell(shell::BASH)),
        row("sh", &[], "sh", Interpreter::Shell(shell::SH)),
        row("powershell", &[], "ps1", Interpreter::Shell(shell::POWERSHELL)),
        row("cmd", &[], "cmd", Interpreter::Shell(shell::CMD)),
    ]
}

fn row(name: &str, aliases: &[&str], extension: &str, interpreter: Interpreter) -> Language {
    let aliases = aliases.iter().map(ToString::to_string).collect();
    Language { name: name.into(), aliases, extension: extension.into(), interpreter }
}

#[cfg(test)]
mod tests {
    use super::{Interpreter, row, rows};

    #[test]
    fn a_user_s_row_replaces_the_built_in_one_of_its_name_in_its_place() {
        let deno = row("JavaScript", &[], "mjs", Interpreter::Command(vec!["deno".into(), "run".into()]));
        let bash = row("bash", &["sh"], "sh", Interpreter::Command(vec!["bash".into()]));
        let rows = rows(vec![bash.clone(), deno.clone()]);
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["python", "JavaScript", "typescript", "bash", "powershell", "cmd"]);
        assert_eq!((&rows[1], &rows[3]), (&deno, &bash));
    }
}

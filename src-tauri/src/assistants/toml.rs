//! Settings in TOML, edited so that every comment stays.

use runtray_engine::message::LocalizedMessage;
use toml_edit::{Array, DocumentMut, Item, Table, Value, value};

use super::entry::{ARGUMENT, Format, NAME, Program};
use crate::sentences as s;

const KEY: &str = "mcp_servers";

/// Program and arguments of the entry, if there is one.
pub(super) fn command(text: &str) -> Result<Option<Vec<String>>, LocalizedMessage> {
    let document = parse(text)?;
    let Some(entry) = document.get(KEY).and_then(|servers| servers.get(NAME)) else { return Ok(None) };
    let program = entry.get("command").and_then(Item::as_str);
    let arguments = entry.get("args").and_then(Item::as_array).into_iter().flat_map(|list| list.iter());
    Ok(Some(program.into_iter().chain(arguments.filter_map(Value::as_str)).map(str::to_owned).collect()))
}

/// `text` with the entry.
pub(super) fn with(text: &str, program: &Program) -> Result<String, LocalizedMessage> {
    let mut document = parse(text)?;
    let servers = document.entry(KEY).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let servers = servers.as_table_like_mut().ok_or_else(|| s::NO_OBJECT.with("key", KEY))?;
    let mut entry = Table::new();
    entry.insert("command", value(program.0.as_str()));
    entry.insert("args", value(Array::from_iter([ARGUMENT])));
    servers.insert(NAME, Item::Table(entry));
    Ok(document.to_string())
}

/// `text` without the entry.
pub(super) fn without(text: &str) -> Result<String, LocalizedMessage> {
    let mut document = parse(text)?;
    if let Some(servers) = document.get_mut(KEY).and_then(Item::as_table_like_mut) {
        servers.remove(NAME);
    }
    Ok(document.to_string())
}

fn parse(text: &str) -> Result<DocumentMut, LocalizedMessage> {
    debug_assert_eq!(Format::Codex.key(), KEY);
    text.parse().map_err(|error: toml_edit::TomlError| {
        let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or_default());
        s::NOT_TOML.with("line", before.matches('\n').count() + 1).with("cause", error.message())
    })
}

#[cfg(test)]
mod tests {
    use super::{Program, command, with, without};

    const TEXT: &str =
        "# mine\nmodel = \"m\" # the small one\n\n[mcp_servers.other]\ncommand = \"npx\"\n\n[tui]\ntheme = \"x\"\n";

    #[test]
    fn an_entry_is_added_and_removed_and_the_rest_stays() {
        let program = Program("C:\\Program Files\\runtray.exe".to_owned());
        for text in ["", TEXT] {
            let written = with(text, &program).expect("an entry");
            assert_eq!(command(&written).expect("TOML").expect("an entry"), ["C:\\Program Files\\runtray.exe", "mcp"]);
            assert_eq!(with(&written, &program).expect("an entry"), written, "a second time");
            assert_eq!(without(&written).expect("TOML"), text);
            assert!(text.lines().all(|line| written.contains(line)), "{written}");
        }
    }

    #[test]
    fn a_mistake_is_named() {
        let program = Program("runtray".to_owned());
        let why = with("a = 1\nb = \n", &program).expect_err("no value").to_string();
        assert!(why.contains("line 2"), "{why}");
        assert!(with("mcp_servers = 1\n", &program).expect_err("a number").to_string().contains("mcp_servers"));
    }
}

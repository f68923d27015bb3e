//! Settings in TOML, edited so that every comment stays.

use runtray_engine::message::LocalizedMessage;
use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::entry::{ARGUMENT, Format, NAME, Program, REMOTE};
use super::lines::completed;
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
    // The editor moves dotted keys beside their like, so such a text is not left to it.
    let moves = document.to_string() != completed(text);
    let servers = document.entry(KEY).or_insert_with(|| Item::Table(implicit()));
    if moves && servers.as_table().is_some_and(|servers| !servers.contains_key(NAME)) {
        let mut own = DocumentMut::new();
        add(own.entry(KEY).or_insert_with(|| Item::Table(implicit())), program)?;
        return Ok(format!("{}\n{own}", completed(text)));
    }
    add(servers, program)?;
    Ok(document.to_string())
}

fn implicit() -> Table {
    let mut table = Table::new();
    table.set_implicit(true);
    table
}

fn add(servers: &mut Item, program: &Program) -> Result<(), LocalizedMessage> {
    let servers = servers.as_table_like_mut().ok_or_else(|| s::NO_OBJECT.with("key", KEY))?;
    match servers.get_mut(NAME).and_then(Item::as_table_like_mut) {
        Some(entry) => {
            REMOTE.iter().for_each(|name| drop(entry.remove(name)));
            fill(entry, program);
        }
        None => {
            let mut entry = Table::new();
            fill(&mut entry, program);
            servers.insert(NAME, Item::Table(entry));
        }
    }
    Ok(())
}

/// Sets our fields of the entry; others, such as `env`, stay, and comments too.
fn fill(entry: &mut dyn TableLike, program: &Program) {
    let fields = [("command", Value::from(program.0.as_str())), ("args", Value::from(Array::from_iter([ARGUMENT])))];
    for (name, mut new) in fields {
        let Some(present) = entry.get_mut(name) else {
            entry.insert(name, Item::Value(new));
            continue;
        };
        if let Some(value) = present.as_value() {
            *new.decor_mut() = value.decor().clone();
        }
        *present = Item::Value(new);
    }
}

/// `text`, with its entry replaced by the entry in `former`, or removed if `former` has none.
pub(super) fn restored(text: &str, former: &str) -> Result<String, LocalizedMessage> {
    let (mut document, former) = (parse(text)?, parse(former)?);
    let former = former.get(KEY).and_then(|servers| servers.get(NAME));
    if let Some(servers) = document.get_mut(KEY).and_then(Item::as_table_like_mut)
        && let Some(entry) = servers.get_mut(NAME)
    {
        match former {
            Some(former) => *entry = former.clone(),
            None => drop(servers.remove(NAME)),
        }
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
    use super::{Program, command, restored, with};

    const TEXT: &str =
        "# mine\nmodel = \"m\" # the small one\n\n[mcp_servers.other]\ncommand = \"npx\"\n\n[tui]\ntheme = \"x\"\n";

    #[test]
    fn an_entry_is_added_and_removed_and_the_rest_stays() {
        let program = Program("C:\\Program Files\\runtray.exe".to_owned());
        for text in ["", TEXT] {
            let written = with(text, &program).expect("an entry");
            assert_eq!(command(&written).expect("TOML").expect("an entry"), ["C:\\Program Files\\runtray.exe", "mcp"]);
            assert_eq!(with(&written, &program).expect("an entry"), written, "a second time");
            assert_eq!(restored(&written, "").expect("TOML"), text);
            assert!(text.lines().all(|line| written.contains(line)), "{written}");
        }
    }

    #[test]
    fn an_entry_is_added_whatever_the_tables_look_like() {
        let program = Program("/opt/runtray".to_owned());
        for text in [
            "a.b = 1\nc = 2\na.d = 3\n",
            "mcp_servers.other.command = \"npx\"\nb = 2\n[x]\n# last\n",
            "[mcp_servers]\nother = { command = \"npx\" } # other\n# last\n",
            "[a.b]\nx = 1\n[c]\ny = 1\n[a.d]\nz = 1\n[[e]]\n[[e]]",
            "mcp_servers = { other = { command = \"npx\" } } # other\n",
        ] {
            let written = with(text, &program).expect("an entry");
            assert_eq!(command(&written).expect("TOML").expect("an entry"), ["/opt/runtray", "mcp"], "{written}");
            let mut lines = written.lines();
            let in_order = text.lines().all(|kept| lines.any(|line| line == kept));
            assert!(in_order || text.contains("= { other = {"), "{written}");
        }
    }

    #[test]
    fn another_program_by_our_name_is_replaced_and_other_fields_stay() {
        let program = Program("/opt/runtray".to_owned());
        for (text, kept) in [
            ("[mcp_servers.runtray.env]\nA = \"1\"\n[x]\n", "[mcp_servers.runtray.env]\nA = \"1\"\n[x]\n"),
            (
                "[mcp_servers.runtray]\ncommand = \"/old\" # mine\n# more\nenv = { A = \"1\" } # yes\nurl = \"http://a\"\n",
                "command = \"/opt/runtray\" # mine\n# more\nenv = { A = \"1\" } # yes\n",
            ),
            ("mcp_servers = { runtray = { command = \"/old\", env = { A = \"1\" } } }\n", "env = { A = \"1\" }"),
        ] {
            let written = with(text, &program).expect("an entry");
            assert_eq!(command(&written).expect("TOML").expect("an entry"), ["/opt/runtray", "mcp"], "{written}");
            assert!(written.contains(kept) && !written.contains("/old") && !written.contains("url"), "{written}");
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

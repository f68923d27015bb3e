//! Settings in JSON with comments, edited as a syntax tree, so that every comment, comma and blank stays.

use jsonc_parser::cst::{CstInputValue, CstNode, CstObject, CstObjectProp, CstRootNode};
use jsonc_parser::{ParseOptions, json};
use runtray_engine::message::LocalizedMessage;

use super::entry::{ARGUMENT, Format, NAME, Program, REMOTE};
use crate::sentences as s;

/// JSON with comments and commas before a closing bracket; nothing else that JSON does not have.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Program and arguments of the entry, if there is one.
pub(super) fn command(format: Format, text: &str) -> Result<Option<Vec<String>>, LocalizedMessage> {
    let root = parse(text)?;
    let Some(entry) = property(&root, format)? else { return Ok(None) };
    let entry = entry.object_value();
    let texts = |name: &str| -> Vec<String> {
        let value = entry.as_ref().and_then(|entry| entry.get(name)?.value());
        let list = value.as_ref().and_then(|value| value.as_array()).map(|list| list.elements());
        let list = list.unwrap_or_else(|| value.into_iter().collect());
        list.iter().filter_map(|one| one.as_string_lit()?.decoded_value().ok()).collect()
    };
    Ok(Some([texts("command"), texts("args")].concat()))
}

/// `text` with the entry.
pub(super) fn with(format: Format, text: &str, program: &Program) -> Result<String, LocalizedMessage> {
    let root = parse(text)?;
    let object = root.object_value_or_create().ok_or_else(|| s::NO_OBJECT.with("key", "{ }"))?;
    let entry = entry(format, program);
    match servers(&object, format)? {
        None => {
            object.append(format.key(), CstInputValue::Object(vec![(NAME.to_owned(), CstInputValue::Object(entry))]));
        }
        Some(servers) => match servers.get(NAME) {
            Some(present) => update(&present, format, entry),
            None => {
                servers.append(NAME, CstInputValue::Object(entry));
            }
        },
    }
    let end = if text.trim().is_empty() { "\n" } else { "" };
    Ok(format!("{root}{end}"))
}

/// `text`, with its entry replaced by the entry in `former`, or removed if `former` has none.
pub(super) fn restored(format: Format, text: &str, former: &str) -> Result<String, LocalizedMessage> {
    let (root, former) = (parse(text)?, parse(former)?);
    if let Some(entry) = property(&root, format)? {
        match property(&former, format)?.and_then(|former| former.value()) {
            Some(former) => entry.set_value(value(&former)),
            None => entry.remove(),
        }
    }
    Ok(root.to_string())
}

/// The entry with its name, if there is one.
fn property(root: &CstRootNode, format: Format) -> Result<Option<CstObjectProp>, LocalizedMessage> {
    let servers = root.object_value().map(|root| servers(&root, format)).transpose()?.flatten();
    Ok(servers.and_then(|servers| servers.get(NAME)))
}

/// The value of `node`, without its comments.
fn value(node: &CstNode) -> CstInputValue {
    if let Some(object) = node.as_object() {
        let fields = object.properties().into_iter();
        CstInputValue::Object(fields.filter_map(|one| Some((one.decoded_name()?, value(&one.value()?)))).collect())
    } else if let Some(list) = node.as_array() {
        CstInputValue::Array(list.elements().iter().map(value).collect())
    } else if let Some(text) = node.as_string_lit().and_then(|text| text.decoded_value().ok()) {
        CstInputValue::String(text)
    } else if let Some(switch) = node.as_boolean_lit() {
        CstInputValue::Bool(switch.value())
    } else if let Some(number) = node.as_number_lit() {
        CstInputValue::Number(number.to_string())
    } else {
        CstInputValue::Null
    }
}

/// The object of all servers; `None` if there is no such key.
fn servers(root: &CstObject, format: Format) -> Result<Option<CstObject>, LocalizedMessage> {
    let named: Vec<_> =
        root.properties().into_iter().filter(|one| one.decoded_name().as_deref() == Some(format.key())).collect();
    match named.as_slice() {
        [] => Ok(None),
        [one] => one.object_value().map(Some).ok_or_else(|| s::NO_OBJECT.with("key", format.key())),
        _ => Err(s::TWICE.with("key", format.key())),
    }
}

/// Sets our fields of the entry; others, such as `env`, stay.
fn update(present: &CstObjectProp, format: Format, fields: Vec<(String, CstInputValue)>) {
    let Some(entry) = present.object_value() else { return present.set_value(CstInputValue::Object(fields)) };
    // Most assistants need no `type`; one that is there names the transport.
    let other = (!fields.iter().any(|(name, _)| name == "type")).then_some("type");
    let unneeded = if format == Format::OpenCode { Some("args") } else { None };
    for name in REMOTE.iter().copied().chain(other).chain(unneeded) {
        if let Some(field) = entry.get(name) {
            field.remove();
        }
    }
    for (name, value) in fields {
        match entry.get(&name) {
            Some(field) if same(&field, &value) => {}
            Some(field) => field.set_value(value),
            None => {
                entry.append(&name, value);
            }
        }
    }
}

/// Whether a field has that value already: then its form and the comments in it stay.
fn same(field: &CstObjectProp, value: &CstInputValue) -> bool {
    fn is(node: &CstNode, value: &CstInputValue) -> bool {
        match value {
            CstInputValue::String(text) => {
                node.as_string_lit().and_then(|text| text.decoded_value().ok()).as_ref() == Some(text)
            }
            CstInputValue::Array(values) => node.as_array().is_some_and(|list| {
                let elements = list.elements();
                elements.len() == values.len() && elements.iter().zip(values).all(|(node, value)| is(node, value))
            }),
            _ => false,
        }
    }
    field.value().is_some_and(|node| is(&node, value))
}

fn entry(format: Format, program: &Program) -> Vec<(String, CstInputValue)> {
    let command = program.0.as_str();
    let fields = match format {
        Format::Servers => vec![("type", json!("stdio")), ("command", json!(command)), ("args", json!([ARGUMENT]))],
        Format::OpenCode => {
            vec![("type", json!("local")), ("command", json!([command, ARGUMENT])), ("enabled", json!(true))]
        }
        _ => vec![("command", json!(command)), ("args", json!([ARGUMENT]))],
    };
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn parse(text: &str) -> Result<CstRootNode, LocalizedMessage> {
    CstRootNode::parse(text, &OPTIONS)
        .map_err(|error| s::NOT_JSON.with("line", error.line_display()).with("cause", error.kind().to_string()))
}

#[cfg(test)]
mod tests {
    use super::{Format, Program, command, restored, with};

    fn program() -> Program {
        Program("/opt/run tray/runtray".to_owned())
    }

    const ALL: [Format; 4] = [Format::McpServers, Format::Servers, Format::ContextServers, Format::OpenCode];

    #[test]
    fn an_entry_is_added_found_and_removed_in_every_format() {
        for format in ALL {
            for text in ["", "{}", "{\n}\n", "// nothing yet\n{\n  \"theme\": \"One\", // mine\n}\n"] {
                let written = with(format, text, &program()).expect("an entry");
                let found = command(format, &written).expect("JSON").expect("an entry");
                assert_eq!(found, ["/opt/run tray/runtray", "mcp"], "{written}");
                assert_eq!(with(format, &written, &program()).expect("an entry"), written, "a second time");
                assert_eq!(
                    command(format, &restored(format, &written, "").expect("JSON")).expect("JSON"),
                    None,
                    "{written}"
                );
            }
        }
    }

    #[test]
    fn what_is_not_ours_stays_letter_by_letter() {
        let text = "{\r\n\t// my servers, do not sort\r\n\t\"mcpServers\": {\r\n\t\t/* paid */ \"other\": {\"command\": \"npx\",  \"args\": [ ], },\r\n\t},\r\n\t\"last\": 1e3,\r\n}\r\n";
        let written = with(Format::McpServers, text, &program()).expect("an entry");
        for kept in
            ["{\r\n\t// my servers, do not sort", "/* paid */ \"other\": {\"command\": \"npx\",  \"args\": [ ], }"]
        {
            assert!(written.contains(kept), "{written}");
        }
        assert!(written.ends_with("\t\"last\": 1e3,\r\n}\r\n"), "{written}");
        assert!(!written.replace("\r\n", "").contains('\n'), "the line ends are mixed: {written:?}");
        assert_eq!(restored(Format::McpServers, &written, "").expect("JSON"), text);
    }

    #[test]
    fn another_program_by_our_name_is_replaced_and_other_fields_stay() {
        for format in ALL {
            let old = r#""command": "/old/runtray", // mine"#;
            let text = format!(
                "{{\n  \"{}\": {{\n    \"runtray\": {{\n      {old}\n      \"args\": [ \"mcp\" ],\n      \"env\": {{ \"A\": \"1\" }},\n      \"disabled\": false\n    }}\n  }}\n}}\n",
                format.key()
            );
            let written = with(format, &text, &program()).expect("an entry");
            assert_eq!(command(format, &written).expect("JSON").expect("an entry"), ["/opt/run tray/runtray", "mcp"]);
            assert!(!written.contains("/old/"), "{written}");
            for kept in ["// mine", "      \"env\": { \"A\": \"1\" },\n      \"disabled\": false"] {
                assert!(written.contains(kept), "{written}");
            }
            assert!(format == Format::OpenCode || written.contains("\"args\": [ \"mcp\" ],"), "{written}");
        }
    }

    #[test]
    fn a_server_elsewhere_becomes_this_program() {
        let text = r#"{"mcpServers": {"runtray": {"type": "http", "url": "http://a/mcp", "headers": {"B": "c"}, "timeout": 9}}}"#;
        let written = with(Format::McpServers, text, &program()).expect("an entry");
        assert!(["http", "url", "headers"].iter().all(|gone| !written.contains(gone)), "{written}");
        assert!(written.contains("\"timeout\": 9") && written.contains("/opt/run tray/runtray"), "{written}");
        let number = with(Format::McpServers, r#"{"mcpServers": {"runtray": 1}}"#, &program()).expect("an entry");
        assert!(number.contains("/opt/run tray/runtray"), "{number}");
    }

    #[test]
    fn a_mistake_is_named_and_nothing_is_written() {
        for (text, expected) in [
            ("{\n  \"a\": 1,\n  b\n}", "line 3"),
            ("{\"mcpServers\": []}", "mcpServers"),
            ("{\"mcpServers\": {}, \"mcpServers\": {}}", "twice"),
            ("[1]", "{ }"),
            ("{'a': 1}", "line 1"),
            ("{\"a\": 1} {\"b\": 2}", "line 1"),
        ] {
            let why = with(Format::McpServers, text, &program()).expect_err(text).to_string();
            assert!(why.contains(expected), "{text}: {why}");
        }
    }
}

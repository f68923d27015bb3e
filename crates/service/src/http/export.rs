//! The journal as a file: JSON Lines or CSV.

use std::borrow::Cow;

use axum::body::Bytes;
use runtray_wire::{Execution, ExportFormat, Given};
use time::format_description::well_known::Rfc3339;

/// The columns of a CSV export, in the order of [`row`].
const COLUMNS: [&str; 21] = [
    "id",
    "started_at",
    "language",
    "runtime",
    "origin",
    "status",
    "exit_code",
    "signal",
    "duration_ms",
    "cpu_ms",
    "peak_memory_bytes",
    "isolation",
    "containment",
    "network",
    "code",
    "code_truncated",
    "given",
    "output",
    "output_truncated",
    "error",
    "error_truncated",
];

/// The media type of a format.
pub(crate) fn media_type(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Jsonl => "application/jsonl",
        ExportFormat::Csv => "text/csv; charset=utf-8",
    }
}

/// The `Content-Disposition` that names the file.
pub(crate) fn disposition(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Jsonl => "attachment; filename=\"runtray-executions.jsonl\"",
        ExportFormat::Csv => "attachment; filename=\"runtray-executions.csv\"",
    }
}

/// The heading before the first execution.
pub(crate) fn heading(format: ExportFormat) -> csv::Result<Bytes> {
    match format {
        ExportFormat::Jsonl => Ok(Bytes::new()),
        ExportFormat::Csv => csv_line(COLUMNS.iter().map(|column| Cow::Borrowed(*column))),
    }
}

/// The line of one execution.
pub(crate) fn line(format: ExportFormat, execution: &Execution) -> csv::Result<Bytes> {
    match format {
        ExportFormat::Csv => csv_line(row(execution)),
        ExportFormat::Jsonl => {
            let mut line = serde_json::to_vec(execution).map_err(std::io::Error::from)?;
            line.push(b'\n');
            Ok(line.into())
        }
    }
}

fn csv_line<'a>(cells: impl IntoIterator<Item = Cow<'a, str>>) -> csv::Result<Bytes> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells.into_iter().map(Cow::into_owned))?;
    writer.into_inner().map(Into::into).map_err(|error| csv::Error::from(error.into_error()))
}

fn row(execution: &Execution) -> [Cow<'_, str>; 21] {
    let number = |number: Option<String>| Cow::Owned(number.unwrap_or_default());
    [
        inert(&execution.id),
        Cow::Owned(execution.started_at.format(&Rfc3339).unwrap_or_default()),
        inert(&execution.language),
        inert(&execution.runtime),
        inert(&execution.origin),
        inert(&execution.status),
        number(execution.exit_code.map(|code| code.to_string())),
        inert(execution.signal.as_deref().unwrap_or_default()),
        number(execution.duration_ms.map(|ms| ms.to_string())),
        number(execution.cpu_ms.map(|ms| ms.to_string())),
        number(execution.peak_memory_bytes.map(|bytes| bytes.to_string())),
        inert(execution.isolation.as_deref().unwrap_or_default()),
        inert(execution.containment.as_deref().unwrap_or_default()),
        Cow::Owned(execution.network.map_or_else(String::new, |had| had.to_string())),
        inert(&execution.code),
        Cow::Owned(execution.code_truncated.to_string()),
        Cow::Owned(execution.given.as_ref().map_or_else(String::new, inert_json)),
        inert(&execution.output),
        Cow::Owned(execution.output_truncated.to_string()),
        inert(&execution.error),
        Cow::Owned(execution.error_truncated.to_string()),
    ]
}

/// The JSON of the input. It has no line break and no tab, and semicolons only within its strings.
fn inert_json(given: &Given) -> String {
    serde_json::json!(given).to_string().replace(';', "\\u003b")
}

/// Escapes a text that a spreadsheet would evaluate as a formula (OWASP, "CSV Injection").
///
/// Spreadsheets skip blanks and line breaks before a formula, and some accept the fullwidth and small forms of its first
/// character. Spreadsheets in many languages, such as German and French, separate cells by a semicolon, and some by a tab. The
/// quotation marks around our cells mean nothing to them, so a cell may begin after every such character and on every line.
fn inert(text: &str) -> Cow<'_, str> {
    let rest = text.trim_start_matches(is_skipped);
    let skipped = &text[..text.len() - rest.len()];
    let begins_with_one = skipped.contains(['\t', '\r', '\n']) || rest.starts_with(FORMULA_STARTS);
    let is_formula = |part: &str| part.trim_start_matches(is_skipped).starts_with(FORMULA_STARTS);
    let mut parts = text.split_inclusive(SEPARATORS);
    let first = parts.next().unwrap_or_default();
    if !begins_with_one && !parts.clone().any(is_formula) {
        return Cow::Borrowed(text);
    }
    let mut escaped = if begins_with_one { format!("'{first}") } else { first.to_owned() };
    for part in parts {
        escaped.extend(is_formula(part).then_some('\''));
        escaped.push_str(part);
    }
    Cow::Owned(escaped)
}

/// The characters after which a cell may begin, besides the comma: that one is inside of quotation marks wherever it counts.
const SEPARATORS: [char; 4] = [';', '\t', '\r', '\n'];

/// The characters that start a formula: ASCII, fullwidth, small and superscript forms, and the minus sign.
const FORMULA_STARTS: [char; 16] = [
    '=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '\u{2212}', '\u{207A}', '\u{207B}', '\u{207C}',
];

/// Blanks, line breaks, control characters, characters without a width, and quotation marks.
fn is_skipped(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' | '\'' | '"')
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::{COLUMNS, Execution, ExportFormat, FORMULA_STARTS, Given, SEPARATORS, line};

    fn execution() -> Execution {
        Execution {
            id: "01J".into(),
            started_at: OffsetDateTime::UNIX_EPOCH,
            language: "python".into(),
            runtime: "CPython 3".into(),
            origin: "local".into(),
            status: "failed".into(),
            exit_code: Some(-1),
            signal: None,
            duration_ms: Some(1.5),
            cpu_ms: None,
            peak_memory_bytes: None,
            isolation: None,
            containment: None,
            network: None,
            code: "print(\"a, b\")\n".into(),
            code_truncated: false,
            given: None,
            output: "=HYPERLINK(\"http://evil.example\")".into(),
            output_truncated: true,
            error: String::new(),
            error_truncated: false,
        }
    }

    #[test]
    fn csv_is_quoted_and_holds_no_formula() {
        let line = line(ExportFormat::Csv, &execution()).expect("a line");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&line[..]);
        let row = reader.records().next().expect("a row").expect("a row");
        assert_eq!(row.len(), COLUMNS.len());
        assert_eq!(&row[1], "1970-01-01T00:00:00Z");
        assert_eq!((&row[6], &row[14]), ("-1", "print(\"a, b\")\n"));
        assert_eq!(&row[17], "'=HYPERLINK(\"http://evil.example\")");
    }

    #[test]
    fn formulas_are_escaped() {
        for start in ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "\u{2212}", "\t", "\r", "\n", "\r\n"] {
            for before in ["", " ", "\n", "\r\n\n", "\t \n", "\u{a0}", "\u{feff}", "\u{200b}", "'", "\0"] {
                let text = format!("{before}{start}cmd|' /C calc'!A0");
                let escaped = super::inert(&text);
                assert!(escaped.starts_with('\'') && !has_formula(&escaped), "{text:?}: {escaped:?}");
                for separator in [";", "\t", "\n", "\r\n", "x;\"", "x\t \"\""] {
                    let text = format!("x{separator}{text}");
                    let escaped = super::inert(&text);
                    assert!(!has_formula(&escaped), "{text:?}: {escaped:?}");
                    assert_eq!(escaped.replace('\'', ""), text.replace('\'', ""), "only that is added");
                }
            }
        }
        for text in ["", "print(1)", "a=b", "1-2", " x", "'quoted'", "größer ＝ 1", "a; b\n\tc", "a, =b", "\"x\";"] {
            assert_eq!(super::inert(text), text, "{text:?}");
        }
    }

    /// Whether a cell begins with a formula, wherever a spreadsheet begins one.
    fn has_formula(text: &str) -> bool {
        text.split(SEPARATORS).any(|cell| cell.trim_start_matches([' ', '"']).starts_with(FORMULA_STARTS))
    }

    #[test]
    fn no_separator_of_a_spreadsheet_makes_a_formula_of_a_program() {
        let hostile = "x;=1+1\n@x\t+1;\"=2\";\n-3\r=4, \"=5\"\n";
        let given = Given { args: vec![hostile.into(), ";=6".into()], ..Given::default() };
        let one = Execution {
            exit_code: Some(1),
            code: hostile.into(),
            output: hostile.into(),
            error: hostile.into(),
            given: Some(given.clone()),
            ..execution()
        };
        let line = line(ExportFormat::Csv, &one).expect("a line");
        let mut read = csv::ReaderBuilder::new();
        read.has_headers(false).flexible(true);
        for (separator, is_quoting) in [(b',', true), (b';', true), (b';', false), (b'\t', true), (b'\t', false)] {
            let mut reader = read.delimiter(separator).quoting(is_quoting).from_reader(&line[..]);
            let rows = reader.byte_records().map(|row| row.expect("a row"));
            let cells: Vec<_> = rows.flat_map(|row| row.iter().map(<[u8]>::to_vec).collect::<Vec<_>>()).collect();
            for cell in cells.iter().map(|cell| String::from_utf8_lossy(cell)) {
                let start = cell.trim_start_matches([' ', '"']);
                assert!(!start.starts_with(FORMULA_STARTS), "{:?}: {cell:?}", char::from(separator));
            }
        }
        let mut reader = read.delimiter(b',').quoting(true).from_reader(&line[..]);
        let row = reader.records().next().expect("a row").expect("a row");
        assert_eq!(serde_json::from_str::<Given>(&row[16]).expect("JSON"), given, "the input can be read back");
    }

    #[test]
    fn columns_are_the_fields_of_an_execution() {
        let json = serde_json::to_value(execution()).expect("an object");
        let mut fields: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut columns = COLUMNS.to_vec();
        fields.sort_unstable();
        columns.sort_unstable();
        assert_eq!(fields, columns);
    }

    #[test]
    fn jsonl_has_one_object_per_line() {
        let line = line(ExportFormat::Jsonl, &execution()).expect("a line");
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert!(line.ends_with(b"}\n"));
    }
}

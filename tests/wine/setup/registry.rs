//! Values of the registry, read from the file of `reg export`: `reg query` prints in a code page, which lacks many letters.

/// The text of an exported file, which is in UTF-16.
pub(super) fn text(bytes: &[u8]) -> String {
    let units: Vec<_> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// A value of the key that was exported, as text: of the kinds that hold one. `(Default)` is its nameless value.
pub(super) fn value(text: &str, name: &str) -> Option<String> {
    let whole = text.replace("\\\r\n  ", "");
    let start = if name == "(Default)" { "@=".to_owned() } else { format!("\"{name}\"=") };
    // The keys below it follow, each after a header of its own.
    let is_key = |line: &&str| line.starts_with('[');
    let mut own = whole.lines().skip_while(|line| !is_key(line)).skip(1).take_while(|line| !is_key(line));
    let line = own.find_map(|line| line.strip_prefix(&start))?;
    match line.strip_prefix("hex(2):") {
        Some(list) => Some(decoded(list)),
        None => line.strip_prefix('"')?.strip_suffix('"').map(plain),
    }
}

/// Text that is written as a list of bytes.
fn decoded(list: &str) -> String {
    let bytes: Vec<_> = list.split(',').map(|byte| u8::from_str_radix(byte.trim(), 16).expect("a byte")).collect();
    text(&bytes).trim_end_matches('\0').to_owned()
}

/// Quoted text without its backslashes.
fn plain(quoted: &str) -> String {
    let mut characters = quoted.chars();
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[test]
fn values_are_read_as_they_were_written() {
    let exported = concat!(
        "\u{feff}Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\A]\r\n@=\"none\"\r\n",
        "\"Path\"=hex(2):25,00,\\\r\n  11,05,3b,73,00,00\r\n\"Run\"=\"\\\"C:\\\\Jörg\\\\a.exe\\\" -x\"\r\n",
        "\"Size\"=dword:00000001\r\n\r\n[HKEY_CURRENT_USER\\A\\B]\r\n\"Inner\"=\"x\"\r\n",
    );
    for (name, expected) in [
        ("(Default)", Some("none")),
        ("Path", Some("%\u{511}\u{733b}")),
        ("Run", Some("\"C:\\Jörg\\a.exe\" -x")),
        ("Size", None),
        ("Inner", None),
        ("Missing", None),
    ] {
        assert_eq!(value(exported, name).as_deref(), expected, "{name}");
    }
}

//! The header `Forwarded` (RFC 7239), of which only the hosts count.
//!
//! `forwarded-element *( OWS "," OWS forwarded-element )`, each element `name=value` pairs between semicolons. Stricter
//! than proxies are where that could hide a host, and more lenient where it could not: a colon without quotes, as in
//! `host=localhost:3001`, is taken, because many write it so.

/// Every host that the header names; `None` for what is not of the header's form.
pub(super) fn hosts(text: &str) -> Option<Vec<String>> {
    let mut rest = text;
    let mut hosts = Vec::new();
    let mut names: Vec<String> = Vec::new();
    loop {
        rest = rest.trim_start_matches(BLANKS);
        if !rest.is_empty() && !rest.starts_with(SEPARATORS) {
            let (name, value, after) = pair(rest)?;
            if names.contains(&name) {
                return None;
            }
            if name == "host" {
                hosts.push(value);
            }
            names.push(name);
            rest = after.trim_start_matches(BLANKS);
        }
        let Some(separator) = rest.chars().next() else { return Some(hosts) };
        // An element names each parameter once.
        match separator {
            ',' => names.clear(),
            ';' => {}
            _ => return None,
        }
        rest = &rest[separator.len_utf8()..];
    }
}

const BLANKS: [char; 2] = [' ', '\t'];
const SEPARATORS: [char; 2] = [',', ';'];

/// A name in lower case, its value without quotes, and what follows.
fn pair(text: &str) -> Option<(String, String, &str)> {
    let (name, rest) = text.split_once('=')?;
    let is_token = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || TOKEN.contains(&byte));
    if !is_token {
        return None;
    }
    let (value, after) = match rest.strip_prefix('"') {
        Some(rest) => quoted(rest)?,
        None => plain(rest)?,
    };
    Some((name.to_ascii_lowercase(), value, after))
}

/// What a token holds besides letters and digits (RFC 9110, 5.6.2).
const TOKEN: &[u8] = b"!#$%&'*+-.^_`|~";

fn plain(text: &str) -> Option<(String, &str)> {
    let end = text.find(|character: char| BLANKS.contains(&character) || SEPARATORS.contains(&character));
    let (value, after) = text.split_at(end.unwrap_or(text.len()));
    let is_value = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\=".contains(&byte));
    is_value.then(|| (value.to_owned(), after))
}

/// The text up to the closing quote; a backslash stands before a character that is meant as it is.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

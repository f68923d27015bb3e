//! Arguments and environment in the format of `CreateProcessW`.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::path::Path;

/// The limit of `CreateProcessW`, including the final NUL.
const MOST_UNITS: usize = 32_767;

const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

/// `text` in UTF-16 with a final NUL.
pub(super) fn wide(text: &OsStr) -> io::Result<Vec<u16>> {
    let mut units = units(text)?;
    units.push(0);
    Ok(units)
}

/// The command line from which Microsoft's C runtime parses exactly `args`.
pub(super) fn command_line(program: &Path, args: &[OsString]) -> io::Result<Vec<u16>> {
    let batch = is_batch(program);
    let mut line = Vec::new();
    quote(&mut line, &units(program.as_os_str())?, true);
    for arg in args {
        let arg = units(arg)?;
        if batch {
            check_batch_argument(&arg)?;
        }
        line.push(b' ' as u16);
        quote(&mut line, &arg, batch);
    }
    line.push(0);
    if line.len() > MOST_UNITS {
        return Err(invalid("the arguments are together longer than the 32,767 characters that Windows takes"));
    }
    Ok(line)
}

/// The environment block: `name=value` entries, sorted by name as Windows requires.
pub(super) fn environment(variables: &[(OsString, OsString)]) -> io::Result<Vec<u16>> {
    let mut sorted: Vec<_> = variables.iter().collect();
    sorted.sort_by_key(|(name, _)| name.to_ascii_uppercase());
    let mut block = Vec::new();
    for (name, value) in sorted {
        block.extend(units(name)?);
        block.push(b'=' as u16);
        block.extend(wide(value)?);
    }
    if block.is_empty() {
        block.push(0);
    }
    block.push(0);
    Ok(block)
}

fn quote(line: &mut Vec<u16>, arg: &[u16], always: bool) {
    let quoted = always || arg.is_empty() || arg.iter().any(|&unit| unit == b' ' as u16 || unit == b'\t' as u16);
    if quoted {
        line.push(QUOTE);
    }
    let mut backslashes = 0;
    for &unit in arg {
        if unit == QUOTE {
            line.extend(std::iter::repeat_n(BACKSLASH, backslashes + 1));
        }
        backslashes = if unit == BACKSLASH { backslashes + 1 } else { 0 };
        line.push(unit);
    }
    if quoted {
        line.extend(std::iter::repeat_n(BACKSLASH, backslashes));
        line.push(QUOTE);
    }
}

fn is_batch(program: &Path) -> bool {
    program.extension().is_some_and(|it| it.eq_ignore_ascii_case("bat") || it.eq_ignore_ascii_case("cmd"))
}

/// A batch file's arguments are read by `cmd.exe`, where these characters act even within quotes (CVE-2024-24576).
fn check_batch_argument(arg: &[u16]) -> io::Result<()> {
    if arg.iter().any(|&unit| b"\"%!\r\n".iter().any(|&byte| unit == u16::from(byte))) {
        return Err(invalid("a batch file cannot safely be given an argument with a quote, %, ! or a line break"));
    }
    Ok(())
}

fn units(text: &OsStr) -> io::Result<Vec<u16>> {
    let units: Vec<u16> = text.encode_wide().collect();
    if units.contains(&0) { Err(invalid("NUL in a path, an argument or a variable")) } else { Ok(units) }
}

fn invalid(reason: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(program: &str, args: &[&str]) -> io::Result<String> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let mut units = command_line(Path::new(program), &args)?;
        assert_eq!(units.pop(), Some(0));
        Ok(String::from_utf16_lossy(&units))
    }

    #[test]
    fn refuses_what_cannot_be_passed() {
        let long = "x".repeat(MOST_UNITS);
        for (program, arg) in [
            ("a.exe", "nul\0inside"),
            ("a.exe", long.as_str()),
            ("a.bat", "100%"),
            ("a.CMD", "\" & calc"),
            ("a.cmd", "!x!"),
            ("a.cmd", "two\nlines"),
        ] {
            let error = line(program, &[arg]).expect_err("should have been refused");
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{program} {arg:?}");
        }
    }

    #[test]
    fn quotes_by_the_rules_of_the_c_runtime() {
        for (arg, expected) in [
            ("plain", r"plain"),
            ("", r#""""#),
            ("two words", r#""two words""#),
            ("tab\there", "\"tab\there\""),
            (r"C:\end\", r"C:\end\"),
            (r"C:\two words\", r#""C:\two words\\""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r#"a\\"b"#, r#"a\\\\\"b"#),
            ("ünï 😀", "\"ünï 😀\""),
        ] {
            let line = line(r"C:\a b\p.exe", &[arg]).expect("a command line");
            assert_eq!(line, format!(r#""C:\a b\p.exe" {expected}"#));
        }
    }

    #[test]
    fn quotes_every_argument_of_a_batch_file() {
        assert_eq!(line("x.cmd", &["a&b"]).expect("a command line"), r#""x.cmd" "a&b""#);
    }

    #[test]
    fn sorts_and_ends_an_environment() {
        let variables =
            [("path", "C:\\"), ("=C:", "C:\\x"), ("Abc", "")].map(|(name, value)| (name.into(), value.into()));
        let block = environment(&variables).expect("a block");
        assert_eq!(String::from_utf16_lossy(&block), "=C:=C:\\x\0Abc=\0path=C:\\\0\0");
        assert_eq!(environment(&[]).expect("a block"), [0, 0]);
    }
}

//! The program that a request of `POST /execute` asks for.

use std::time::Duration;

use base64::prelude::BASE64_STANDARD;
use base64::{DecodeError, Engine as _};
use runtray_engine::{InvalidRequest, RelativePath, Request, SourceFile};
use runtray_wire::{Encoding, ExecuteRequest, InputFile, Level, Network};

use super::json::{Invalid, Malformed, Whole, object_and_ignored};
use super::shape::Received;
use crate::settings::Settings;

const DEFAULT_LANGUAGE: &str = "python";

/// The timeouts of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// The timeout if the request names none.
    pub(crate) default: Duration,
    /// The longest that it may name.
    pub(crate) max: Duration,
}

impl Timeouts {
    /// The time limits of `POST /execute`.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self { default: settings.default_timeout, max: settings.max_timeout }
    }

    /// For clients that name no timeout of ours: the longest that the settings allow.
    pub(crate) fn longest(settings: &Settings) -> Self {
        Self { default: settings.max_timeout, max: settings.max_timeout }
    }
}

/// A valid request whose language is not resolved yet.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The language as the client named it.
    pub(crate) language: String,
    /// The program.
    pub(crate) request: Request,
    /// The fields of the body that Runtray does not have.
    pub(crate) ignored: Vec<String>,
    /// The level of isolation that it asks for.
    pub(crate) isolation: Option<Level>,
    /// The network that it asks for.
    pub(crate) network: Option<Network>,
}

impl Parsed {
    /// A program with the settings' isolation and network.
    pub(crate) fn new(language: String, request: Request) -> Self {
        Self { language, request, isolation: None, network: None, ignored: Vec::new() }
    }
}

/// Logs the names of fields that Runtray does not have, so that a user can find out why a client's `timeout` has no effect.
pub(crate) fn warn_of_ignored(fields: &[String]) {
    if !fields.is_empty() {
        tracing::warn!(fields = fields.join(", "), "the request has fields that are ignored");
    }
}

/// Parses the request in `json`, which is the `whole` text.
///
/// # Errors
/// A sentence that names the wrong field.
pub(crate) fn parse_request(json: &[u8], whole: Whole, timeouts: Timeouts) -> Result<Parsed, Invalid> {
    let (Received(request), ignored) = object_and_ignored(json).map_err(|malformed| match malformed {
        Malformed::Shape { field, .. } if field == "timeout_ms" => bad_timeout(timeouts),
        other => other.in_the(whole),
    })?;
    Ok(Parsed { ignored, ..check(request, timeouts)? })
}

fn check(wire: ExecuteRequest, timeouts: Timeouts) -> Result<Parsed, Invalid> {
    let timeout = match wire.timeout_ms {
        Some(number) => timeout(number.0, timeouts)?,
        None => timeouts.default,
    };
    let files = wire.files.unwrap_or_default().into_iter().enumerate();
    let request = match wire.code_encoding {
        None | Some(Encoding::Utf8) => Request::new(wire.code, timeout),
        Some(Encoding::Base64) => Request::of_bytes(of_base64("code", &wire.code)?, timeout),
    };
    let request = request
        .with_stdin(wire.stdin.unwrap_or_default())
        .with_args(wire.args.unwrap_or_default())?
        .with_env(wire.env.unwrap_or_default().into_iter().collect())?
        .with_files(files.map(|(index, file)| check_file(file, index)).collect::<Result<_, _>>()?)?;
    let language = wire.language.unwrap_or_else(|| DEFAULT_LANGUAGE.into());
    Ok(Parsed { isolation: wire.isolation, network: wire.network, ..Parsed::new(language, request) })
}

fn check_file(file: InputFile, index: usize) -> Result<SourceFile, InvalidRequest> {
    let bad = |field: &str, reason: String| InvalidRequest { field: format!("files[{index}].{field}"), reason };
    let path = RelativePath::parse(&file.path).map_err(|reason| bad("path", reason))?;
    let content = match file.encoding {
        None | Some(Encoding::Utf8) => file.content.into_bytes(),
        Some(Encoding::Base64) => of_base64(&format!("files[{index}].content"), &file.content)?,
    };
    Ok(SourceFile { path, content })
}

fn of_base64(field: &str, text: &str) -> Result<Vec<u8>, InvalidRequest> {
    let bad = |error| InvalidRequest { field: field.to_owned(), reason: not_base64(&error) };
    BASE64_STANDARD.decode(text).map_err(bad)
}

/// Why a text is not base64, to follow its field in a sentence.
fn not_base64(error: &DecodeError) -> String {
    match error {
        DecodeError::InvalidByte(before, _) => {
            format!("is not base64: what follows its first {before} bytes is none of A-Z, a-z, 0-9, + and /")
        }
        DecodeError::InvalidLength(_) | DecodeError::InvalidLastSymbol(..) | DecodeError::InvalidPadding => {
            "is not base64: its end is missing, or the `=` that fill it up to a multiple of four".into()
        }
    }
}

fn timeout(milliseconds: u64, timeouts: Timeouts) -> Result<Duration, Invalid> {
    let timeout = Some(Duration::from_millis(milliseconds));
    let valid = timeout.filter(|timeout| !timeout.is_zero() && *timeout <= timeouts.max);
    valid.ok_or_else(|| bad_timeout(timeouts))
}

fn bad_timeout(timeouts: Timeouts) -> Invalid {
    let max = timeouts.max.as_millis();
    Invalid::Request(format!("`timeout_ms` must be a whole number of milliseconds from 1 to {max}."))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use base64::Engine as _;
    use base64::prelude::BASE64_STANDARD;

    use super::{Invalid, Parsed, Timeouts, Whole, not_base64, parse_request};

    fn parse(body: &str) -> Result<Parsed, Invalid> {
        let timeouts = Timeouts { default: Duration::from_secs(10), max: Duration::from_secs(60) };
        parse_request(body.as_bytes(), Whole::Body, timeouts)
    }

    fn check_refused(fields: &str, expected: &str) {
        let error = parse(&format!(r#"{{"code":"",{fields}}}"#)).expect_err(fields);
        assert!(error.to_string().starts_with(expected), "{fields}: {error}");
    }

    #[test]
    fn what_is_left_out_or_null_has_its_default() {
        for body in [r#"{"code":"a"}"#, r#"{"code":"a","language":null,"timeout_ms":null,"files":null,"env":null}"#] {
            let parsed = parse(body).expect(body);
            assert_eq!((parsed.language.as_str(), parsed.request.timeout()), ("python", Duration::from_secs(10)));
            assert!(parsed.request.files().is_empty() && parsed.request.stdin().is_empty());
        }
    }

    #[test]
    fn bad_times_name_the_maximum() {
        for time in ["0", "-1", "1.5", "60001", "1e300", "1e999", "18446744073709551616", r#""10""#, "true", "[1]"] {
            check_refused(
                &format!(r#""timeout_ms":{time}"#),
                "`timeout_ms` must be a whole number of milliseconds from 1 to 60000.",
            );
        }
        for (time, expected) in [("1", 1), ("60000", 60_000), ("1000.0", 1000), ("1e3", 1000)] {
            let parsed = parse(&format!(r#"{{"code":"","timeout_ms":{time}}}"#)).expect(time);
            assert_eq!(parsed.request.timeout(), Duration::from_millis(expected));
        }
    }

    #[test]
    fn files_that_escape_or_are_no_base64_are_refused() {
        check_refused(r#""files":[{"path":"../a","content":""}]"#, "`files[0].path` must not hold `..`.");
        check_refused(
            r#""files":[{"path":"a","content":"?","encoding":"base64"}]"#,
            "`files[0].content` is not base64",
        );
        check_refused(
            r#""files":[{"path":"a","content":"","encoding":"hex"}]"#,
            "`files[0].encoding` cannot be used: unknown variant `hex`, expected `utf8` or `base64`",
        );
        check_refused(
            r#""isolation":"jail""#,
            "`isolation` cannot be used: unknown variant `jail`, expected one of `auto`, `none`, `sandbox`, `wasm`, `container`",
        );
        for value in ["true", "1", "[]"] {
            check_refused(
                &format!(r#""network":{value}"#),
                "`network` cannot be used: invalid type, expected a string at line 1 column ",
            );
        }
        check_refused(
            r#""files":[{"path":"a","content":"","encoding":5}]"#,
            "`files[0].encoding` cannot be used: invalid type, expected a string at line 1 column ",
        );
        check_refused(
            r#""network":"maybe""#,
            "`network` cannot be used: unknown variant `maybe`, expected one of `off`, `ask`, `on`",
        );
        check_refused(r#""args":["\u0000"]"#, "`args[0]` must not hold a NUL character.");
    }

    #[test]
    fn a_program_in_base64_is_its_bytes() {
        let parsed = parse(r#"{"code":"IyDp","code_encoding":"base64"}"#).expect("a program");
        assert_eq!(parsed.request.source(), b"# \xe9");
        let error = parse(r#"{"code":"?","code_encoding":"base64"}"#).expect_err("no base64").to_string();
        assert!(error.starts_with("`code` is not base64"), "{error}");
    }

    #[test]
    fn fields_of_other_services_are_ignored_by_name() {
        let parsed =
            parse(r#"{"code":"","timeout":5,"env_vars":{"a":1},"files":[{"path":"a","content":"","mode":1}]}"#);
        assert_eq!(parsed.expect("a program").ignored, ["timeout", "env_vars", "files[0].mode"]);
        assert!(parse(r#"{"code":"","stdin":"","language":null}"#).expect("a program").ignored.is_empty());
        let many: String = (0..100).map(|n| format!(r#","x{n}":1"#)).collect();
        assert_eq!(parse(&format!(r#"{{"code":""{many}}}"#)).expect("a program").ignored.len(), 20);
    }

    #[test]
    fn base64_files_are_decoded() {
        let parsed =
            parse(r#"{"code":"","files":[{"path":"a","content":"/w==","encoding":"base64"}]}"#).expect("a file");
        assert_eq!(parsed.request.files()[0].content, [0xff]);
    }

    #[test]
    fn base64_says_where_it_ends() {
        for (text, part) in
            [("aGk—", "its first 3 bytes"), ("aGk", "its end is missing"), ("aGl=", "its end is missing")]
        {
            let message = not_base64(&BASE64_STANDARD.decode(text).expect_err(text));
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}

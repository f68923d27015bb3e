//! The request of `POST /execute`.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use runtray_engine::{InvalidRequest, RelativePath, Request, SourceFile};
use serde::Deserialize;
use serde_json::Number;
use utoipa::ToSchema;

use super::messages;
use super::parse::{self, Invalid, Malformed};

const DEFAULT_LANGUAGE: &str = "python";

/// A program to run. `null` in an optional field is the same as leaving it out; unknown fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ExecuteRequest {
    /// The program's text.
    #[schema(example = "print('Hello')")]
    code: String,
    /// How `code` is written; `utf8` when left out. Base64 carries a program of any encoding, byte for byte.
    code_encoding: Option<Encoding>,
    /// A language's name or alias, letter case aside; `python` when left out.
    #[schema(example = "python")]
    language: Option<String>,
    /// The program's standard input, followed by end-of-file; empty when left out.
    stdin: Option<String>,
    /// The program's arguments.
    args: Option<Vec<String>>,
    /// Environment variables on top of the few that every run gets.
    env: Option<BTreeMap<String, String>>,
    /// Files that are put into the run's folder.
    files: Option<Vec<InputFile>>,
    /// Milliseconds of wall-clock time after which the run is ended; the settings hold the default and the maximum.
    #[schema(value_type = Option<u64>, minimum = 1, example = 10_000)]
    timeout_ms: Option<Number>,
    /// The level of isolation. It may raise that of the settings, never lower it; what cannot be given is refused.
    isolation: Option<Level>,
    /// The network; `off` when left out. Nothing else can be given in the sandbox yet.
    network: Option<Network>,
}

/// A level of isolation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// The strongest that the service can give.
    Auto,
    /// The user's files and network.
    None,
    /// The run's own folder and granted ones, no network.
    Sandbox,
    /// WebAssembly; not in this version.
    Wasm,
    /// Docker or Podman; not in this version.
    Container,
}

/// What a program may reach over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Network {
    /// Nothing.
    Off,
    /// What a person allows when asked; not over HTTP.
    Ask,
    /// Other machines; not in this version.
    On,
}

/// A file for the run's folder.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct InputFile {
    /// Where, relative to the run's folder.
    #[schema(example = "data/input.csv")]
    path: String,
    /// What it holds.
    content: String,
    /// How `content` is written; `utf8` when left out.
    encoding: Option<Encoding>,
}

/// How a file's content is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Encoding {
    /// As it is.
    Utf8,
    /// Base64 with padding.
    Base64,
}

/// The timeouts of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// The timeout if the request names none.
    pub(crate) default: Duration,
    /// The longest that it may name.
    pub(crate) max: Duration,
}

/// A valid request whose language is not resolved yet.
#[derive(Debug)]
pub(crate) struct Parsed {
    /// The language as the client named it.
    pub(crate) language: String,
    /// The program.
    pub(crate) request: Request,
    /// The level of isolation that it asks for.
    pub(crate) isolation: Option<Level>,
    /// The network that it asks for.
    pub(crate) network: Option<Network>,
}

impl ExecuteRequest {
    /// Parses a body.
    ///
    /// # Errors
    /// A sentence that names the wrong field.
    pub(crate) fn parse(body: &[u8], timeouts: Timeouts) -> Result<Parsed, Invalid> {
        let request: Self = parse::object(body).map_err(|malformed| match malformed {
            Malformed::Shape(mismatch) if mismatch.field == "timeout_ms" => bad_timeout(timeouts),
            other => other.into(),
        })?;
        request.check(timeouts)
    }

    fn check(self, timeouts: Timeouts) -> Result<Parsed, Invalid> {
        let timeout = match &self.timeout_ms {
            Some(number) => timeout(number, timeouts)?,
            None => timeouts.default,
        };
        let files = self.files.unwrap_or_default().into_iter().enumerate();
        let request = match self.code_encoding {
            None | Some(Encoding::Utf8) => Request::new(self.code, timeout),
            Some(Encoding::Base64) => Request::of_bytes(of_base64("code", &self.code)?, timeout),
        };
        let request = request
            .with_stdin(self.stdin.unwrap_or_default())
            .with_args(self.args.unwrap_or_default())?
            .with_env(self.env.unwrap_or_default().into_iter().collect())?
            .with_files(files.map(|(index, file)| file.check(index)).collect::<Result<_, _>>()?)?;
        let language = self.language.unwrap_or_else(|| DEFAULT_LANGUAGE.into());
        Ok(Parsed { language, request, isolation: self.isolation, network: self.network })
    }
}

impl InputFile {
    fn check(self, index: usize) -> Result<SourceFile, InvalidRequest> {
        let bad = |field: &str, reason: String| InvalidRequest { field: format!("files[{index}].{field}"), reason };
        let path = RelativePath::parse(&self.path).map_err(|reason| bad("path", reason))?;
        let content = match self.encoding {
            None | Some(Encoding::Utf8) => self.content.into_bytes(),
            Some(Encoding::Base64) => of_base64(&format!("files[{index}].content"), &self.content)?,
        };
        Ok(SourceFile { path, content })
    }
}

fn of_base64(field: &str, text: &str) -> Result<Vec<u8>, InvalidRequest> {
    let bad = |error| InvalidRequest { field: field.to_owned(), reason: messages::not_base64(&error) };
    BASE64_STANDARD.decode(text).map_err(bad)
}

fn timeout(number: &Number, timeouts: Timeouts) -> Result<Duration, Invalid> {
    let whole =
        number.as_u64().or_else(|| number.as_f64().filter(|ms| ms.fract() == 0.0 && *ms >= 1.0).map(|ms| ms as u64));
    whole
        .map(Duration::from_millis)
        .filter(|timeout| !timeout.is_zero() && *timeout <= timeouts.max)
        .ok_or_else(|| bad_timeout(timeouts))
}

fn bad_timeout(timeouts: Timeouts) -> Invalid {
    let max = timeouts.max.as_millis();
    Invalid::Request(format!("`timeout_ms` must be a whole number of milliseconds from 1 to {max}."))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{ExecuteRequest, Invalid, Parsed, Timeouts};

    fn parse(body: &str) -> Result<Parsed, Invalid> {
        let timeouts = Timeouts { default: Duration::from_secs(10), max: Duration::from_secs(60) };
        ExecuteRequest::parse(body.as_bytes(), timeouts)
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
            "`files[0].encoding` must be `utf8` or `base64`, not `hex`.",
        );
        check_refused(
            r#""isolation":"jail""#,
            "`isolation` must be one of `auto`, `none`, `sandbox`, `wasm`, `container`, not `jail`.",
        );
        check_refused(r#""network":true"#, "`network` must be a name in double quotes, not true.");
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
    fn base64_files_are_decoded() {
        let parsed =
            parse(r#"{"code":"","files":[{"path":"a","content":"/w==","encoding":"base64"}]}"#).expect("a file");
        assert_eq!(parsed.request.files()[0].content, [0xff]);
    }
}

//! The command line, read as `python` reads its own.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// The request of the command line.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// To run a program.
    Run(Box<Run>),
    /// `--version`; with `--verbose` it lists the parts too.
    Version {
        /// Where it is installed.
        folders: Folders,
        /// `--verbose`, or a second `-V`.
        verbose: bool,
    },
    /// `--help`.
    Help,
}

/// A program, and how it is run.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The program; none is standard input, or a prompt on a terminal.
    pub program: Option<Program>,
    /// The arguments after the program.
    pub arguments: Vec<OsString>,
    /// `-I` or `-P`: the program's folder is not searched for modules.
    pub safe_path: bool,
    /// `-u`.
    pub unbuffered: bool,
    /// How often `-O` is given.
    pub optimize: u8,
    /// `-W`.
    pub warnings: Vec<String>,
    /// `--variables`: how the names of this process's variables begin that are the program's.
    pub variables: Option<OsString>,
    /// `--memory`: the most bytes that the program has.
    pub memory: Option<usize>,
    /// `--packages`: a folder of further modules.
    pub packages: Option<PathBuf>,
    /// `--identify`: print the files' fingerprint first.
    pub identify: bool,
    /// Where it is installed.
    pub folders: Folders,
}

/// The program.
#[derive(Debug, PartialEq, Eq)]
pub enum Program {
    /// `-c`.
    Command(OsString),
    /// `-m`.
    Module(OsString),
    /// A file, or a pipe in the place of one.
    File(PathBuf),
    /// `-`.
    Input,
}

/// Folders that only the command line gives, not the environment: a run's variables may come from somebody else.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `--home`: the folder with the shipped files.
    pub home: Option<PathBuf>,
    /// `--cache`: where it is unpacked.
    pub cache: Option<PathBuf>,
    /// `--image`: the folder of the Python with packages for science, which runs instead.
    pub image: Option<PathBuf>,
    /// `--checked`: the fingerprint of the files at the time when this program compared them with their hashes.
    pub checked: Option<String>,
}

/// A command line that cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// CPython has more options than this program.
    #[error("unknown option {0}")]
    Unknown(String),
    /// An option without its argument.
    #[error("argument expected for the {0} option")]
    Incomplete(String),
    /// An option whose argument is no number of bytes.
    #[error("the {0} option takes a number of bytes")]
    NoNumber(String),
}

/// The usage, as far as it differs from CPython's.
pub const USAGE: &str = "\
usage: runtray-python [option] ... [-c cmd | -m mod | file | -] [arg] ...
Options of CPython: -B -E -I -O -P -S -W arg -X opt -q -s -u -V
--home DIR        what is shipped beside this program
--cache DIR       where that is unpacked
--image DIR       run the Python with packages for science, which was compiled into this folder
--identify        print first, as JSON, the folder of the unpacked files and what they are known by
--checked TEXT    that, of an earlier start: files that are still known by it are not compared with their hashes again
--variables PREFIX  the environment is what begins with PREFIX, without it; otherwise all of this process's own.
                  Then RUNTRAY_TEMPORARY names a second folder that the program sees, for its temporary files
--packages DIR    further modules, which the program can read only
--memory BYTES    the most memory that the program has; more is a MemoryError. At most 4 GiB
--version --verbose  the versions and licences of all that is inside";

/// Options that change nothing here: there is no site, no user folder and nothing to write bytecode to.
const WITHOUT_EFFECT: &[char] = &['B', 'E', 'S', 'q', 's', 'b', 'd', 'v'];

/// Reads the arguments after the program's own name.
///
/// # Errors
/// The reasons in [`Error`].
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Request, Error> {
    let mut reader = Reader { arguments: arguments.into_iter(), run: Run::default(), version: 0, verbose: false };
    while let Some(argument) = reader.arguments.next() {
        match argument.to_str() {
            Some("--help" | "-h" | "-?") => return Ok(Request::Help),
            Some("-") => return Ok(reader.finish(Some(Program::Input))),
            Some(long) if long.starts_with("--") => reader.long(long)?,
            Some(short) if short.starts_with('-') => {
                if let Some(program) = reader.short(&short[1..])? {
                    return Ok(reader.finish(Some(program)));
                }
            }
            _ => return Ok(reader.finish(Some(Program::File(argument.into())))),
        }
    }
    Ok(reader.finish(None))
}

struct Reader<I> {
    arguments: I,
    run: Run,
    version: u8,
    verbose: bool,
}

impl<I: Iterator<Item = OsString>> Reader<I> {
    fn finish(mut self, program: Option<Program>) -> Request {
        if self.version > 0 {
            return Request::Version { folders: self.run.folders, verbose: self.verbose || self.version > 1 };
        }
        self.run.program = program;
        self.run.arguments = self.arguments.collect();
        Request::Run(Box::new(self.run))
    }

    fn long(&mut self, option: &str) -> Result<(), Error> {
        match option {
            "--version" => self.version += 1,
            "--verbose" => self.verbose = true,
            "--home" => self.run.folders.home = Some(self.value(option, "")?.into()),
            "--cache" => self.run.folders.cache = Some(self.value(option, "")?.into()),
            "--image" => self.run.folders.image = Some(self.value(option, "")?.into()),
            "--checked" => self.run.folders.checked = Some(self.value(option, "")?.to_string_lossy().into_owned()),
            "--identify" => self.run.identify = true,
            "--packages" => self.run.packages = Some(self.value(option, "")?.into()),
            "--variables" => self.run.variables = Some(self.value(option, "")?),
            "--memory" => self.run.memory = Some(self.bytes(option)?),
            _ => return Err(Error::Unknown(option.to_owned())),
        }
        Ok(())
    }

    /// Letters after one dash. The letter that takes an argument is the last one, followed by the argument.
    fn short(&mut self, letters: &str) -> Result<Option<Program>, Error> {
        for (place, letter) in letters.char_indices() {
            let rest = &letters[place + letter.len_utf8()..];
            match letter {
                'c' => return Ok(Some(Program::Command(self.value("-c", rest)?))),
                'm' => return Ok(Some(Program::Module(self.value("-m", rest)?))),
                'W' => {
                    let warning = self.value("-W", rest)?;
                    self.run.warnings.push(warning.to_string_lossy().into_owned());
                    return Ok(None);
                }
                'X' => return self.value("-X", rest).map(|_| None),
                'I' | 'P' => self.run.safe_path = true,
                'O' => self.run.optimize = self.run.optimize.saturating_add(1),
                'u' => self.run.unbuffered = true,
                'V' => self.version = self.version.saturating_add(1),
                letter if WITHOUT_EFFECT.contains(&letter) => {}
                letter => return Err(Error::Unknown(format!("-{letter}"))),
            }
        }
        Ok(None)
    }

    fn bytes(&mut self, option: &str) -> Result<usize, Error> {
        let value = self.value(option, "")?;
        value.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| Error::NoNumber(option.to_owned()))
    }

    fn value(&mut self, option: &str, rest: &str) -> Result<OsString, Error> {
        if !rest.is_empty() {
            return Ok(OsStr::new(rest).to_owned());
        }
        self.arguments.next().ok_or_else(|| Error::Incomplete(option.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(arguments: &[&str]) -> Run {
        match parse(arguments.iter().map(OsString::from)) {
            Ok(Request::Run(run)) => *run,
            other => panic!("{arguments:?} is {other:?}"),
        }
    }

    #[test]
    fn the_program_ends_the_options() {
        let file = run(&["-u", "main.py", "-c", "x"]);
        assert_eq!(file.program, Some(Program::File("main.py".into())));
        assert_eq!(file.arguments, ["-c", "x"]);
        assert!(file.unbuffered);
        assert_eq!(run(&["-c", "pass", "-u"]).arguments, ["-u"]);
        assert_eq!(run(&["-mjson.tool"]).program, Some(Program::Module("json.tool".into())));
        assert_eq!(run(&["-", "a"]).program, Some(Program::Input));
        assert_eq!(run(&[]).program, None);
    }

    #[test]
    fn letters_stand_together() {
        let together = run(&["-IOOuc", "pass"]);
        assert_eq!(together.program, Some(Program::Command("pass".into())));
        assert!(together.safe_path && together.unbuffered && together.optimize == 2);
        assert_eq!(run(&["-Werror", "-W", "ignore", "x"]).warnings, ["error", "ignore"]);
    }

    #[test]
    fn places_are_read() {
        let places = ["--home", "/h", "--cache", "/c", "--image", "/i", "--checked", "1.2"];
        let run = run(&[&places[..], &["--identify", "--variables", "IN_", "x.py"]].concat());
        let [home, cache, image] = ["/h", "/c", "/i"].map(|folder| Some(folder.into()));
        assert_eq!(run.folders, Folders { home, cache, image, checked: Some("1.2".into()) });
        assert!(run.identify);
        assert_eq!(run.variables, Some("IN_".into()));
    }

    #[test]
    fn memory_is_a_number_of_bytes() {
        assert_eq!(run(&["--memory", "1048576", "x.py"]).memory, Some(1 << 20));
        let error = parse(["--memory", "1G"].map(OsString::from)).expect_err("it is bad");
        assert_eq!(error, Error::NoNumber("--memory".into()));
    }

    #[test]
    fn bad_options_are_named() {
        let error = |arguments: &[&str]| parse(arguments.iter().map(OsString::from)).expect_err("it is bad");
        assert_eq!(error(&["--frozen"]), Error::Unknown("--frozen".into()));
        assert_eq!(error(&["-uz"]), Error::Unknown("-z".into()));
        assert_eq!(error(&["-c"]), Error::Incomplete("-c".into()));
    }

    #[test]
    fn versions_are_short_or_long() {
        let verbose = |arguments: &[&str]| match parse(arguments.iter().map(OsString::from)) {
            Ok(Request::Version { verbose, .. }) => verbose,
            other => panic!("{arguments:?} is {other:?}"),
        };
        assert!(!verbose(&["--version"]) && !verbose(&["-V"]));
        assert!(verbose(&["-VV"]) && verbose(&["--version", "--verbose"]));
    }
}

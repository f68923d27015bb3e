//! The part of a program's input that the journal keeps, so that it can be run again.
//!
//! Each part is kept whole or not at all, within one limit of bytes: first the arguments, then standard input, then variables and
//! files in order. Names and paths count too; a name without its value, or a path without its content, is kept if it fits. Parts
//! that are left out are named, so that a second run with other input is noticed.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use runtray_engine::{Job, Request, SourceFile};
use runtray_wire::{Encoding, Given, GivenFile, GivenVariable, Missing};

use crate::settings::JournalSettings;

/// The kept input of `job`; `None` if the settings keep none and there was some.
pub(crate) fn of(job: &Job, settings: &JournalSettings) -> Option<Given> {
    let given = select(job.request(), settings);
    let had_nothing = given.is_empty();
    (settings.max_input_bytes > 0 || had_nothing).then_some(given)
}

fn select(request: &Request, settings: &JournalSettings) -> Given {
    let mut room = settings.max_input_bytes;
    let mut missing = Vec::new();
    let mut note = |part| {
        if !missing.contains(&part) {
            missing.push(part)
        }
    };
    // Each part is stored whole or named in `missing`, so that a repeated run never differs silently.
    if request.text().is_none() {
        note(Missing::Code);
    }
    let args = match take(&mut room, request.args().iter().map(String::len).sum()) {
        true => request.args().to_vec(),
        false => {
            note(Missing::Args);
            Vec::new()
        }
    };
    let stdin = str::from_utf8(request.stdin()).ok().filter(|text| take(&mut room, text.len()));
    if stdin.is_none() {
        note(Missing::Stdin);
    }
    let env: Vec<_> =
        request.env().iter().filter_map(|(name, value)| variable(name, value, settings, &mut room)).collect();
    if env.len() < request.env().len() || env.iter().any(|one| one.value.is_none()) {
        note(Missing::Env);
    }
    let files: Vec<_> = request.files().iter().filter_map(|one| file(one, &mut room)).collect();
    if files.len() < request.files().len() || files.iter().any(|one| one.content.is_none()) {
        note(Missing::Files);
    }
    // Input typed later is not part of the request, so it cannot be repeated.
    if request.is_interactive() {
        note(Missing::Typed);
    }
    Given { stdin: stdin.unwrap_or_default().to_owned(), args, env, files, missing }
}

/// Takes `bytes` out of `room`, if they fit.
fn take(room: &mut usize, bytes: usize) -> bool {
    let rest = room.checked_sub(bytes);
    *room = rest.unwrap_or(*room);
    rest.is_some()
}

/// `None` if not even the name fits.
fn variable(name: &str, value: &str, settings: &JournalSettings, room: &mut usize) -> Option<GivenVariable> {
    take(room, name.len()).then(|| {
        let is_kept = settings.env_values && take(room, value.len());
        GivenVariable { name: name.to_owned(), value: is_kept.then(|| value.to_owned()) }
    })
}

/// `None` if not even the path fits.
fn file(file: &SourceFile, room: &mut usize) -> Option<GivenFile> {
    if !take(room, file.path.as_str().len()) {
        return None;
    }
    let (path, size_bytes) = (file.path.as_str().to_owned(), file.content.len() as u64);
    let text = str::from_utf8(&file.content);
    // Base64 takes four bytes for three.
    let length = if text.is_ok() { file.content.len() } else { file.content.len().div_ceil(3) * 4 };
    let encoding = if text.is_ok() { Encoding::Utf8 } else { Encoding::Base64 };
    let content =
        take(room, length).then(|| text.map_or_else(|_| BASE64_STANDARD.encode(&file.content), str::to_owned));
    Some(GivenFile { path, size_bytes, content, encoding })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use runtray_engine::{RelativePath, Request, SourceFile};
    use runtray_wire::{Encoding, Given, Missing};

    use super::select;
    use crate::settings::JournalSettings;

    fn request() -> Request {
        let file = |path: &str, content: &[u8]| SourceFile {
            path: RelativePath::parse(path).expect("a path"),
            content: content.to_vec(),
        };
        let env = vec![("TOKEN".to_owned(), "secret".to_owned())];
        Request::new("", Duration::from_secs(1))
            .with_stdin("input")
            .with_args(vec!["-v".to_owned()])
            .and_then(|request| request.with_env(env))
            .and_then(|request| request.with_files(vec![file("a.txt", b"text"), file("b.bin", &[0xff; 6])]))
            .expect("a request")
    }

    fn of(most: usize, env_values: bool) -> Given {
        select(&request(), &JournalSettings { max_input_bytes: most, env_values, ..JournalSettings::default() })
    }

    #[test]
    fn everything_is_kept_except_secrets() {
        let given = of(1000, false);
        assert_eq!((given.stdin.as_str(), given.args.as_slice()), ("input", &["-v".to_owned()][..]));
        assert_eq!((given.env[0].name.as_str(), &given.env[0].value), ("TOKEN", &None));
        let contents: Vec<_> = given.files.iter().map(|file| (file.content.as_deref(), file.encoding)).collect();
        assert_eq!(contents, [(Some("text"), Encoding::Utf8), (Some("////////"), Encoding::Base64)]);
        assert_eq!(given.missing, [Missing::Env]);
        assert_eq!((of(1000, true).env[0].value.as_deref(), of(1000, true).missing), (Some("secret"), vec![]));
    }

    #[test]
    fn parts_that_do_not_fit_are_left_out_and_named() {
        let given = of(12, false);
        // 2 bytes of arguments, 5 of input and 5 of a name.
        assert_eq!((given.stdin.as_str(), given.args.len(), given.env.len()), ("input", 1, 1));
        assert_eq!((given.files.len(), &given.missing), (0, &vec![Missing::Env, Missing::Files]));
        let given = of(18, false);
        assert_eq!((given.files.len(), given.files[0].size_bytes), (1, 4));
        assert!(given.files.iter().all(|file| file.content.is_none()));
        let nothing = of(0, false);
        assert_eq!(nothing.missing, [Missing::Args, Missing::Stdin, Missing::Env, Missing::Files]);
        assert!(nothing.env.is_empty() && nothing.files.is_empty());
    }

    #[test]
    fn names_and_paths_take_room() {
        let env = (0..20).map(|number| (format!("{number:02}{}", "N".repeat(50_000)), String::new())).collect();
        let files = (0..20).map(|number| SourceFile {
            path: RelativePath::parse(&format!("{number:02}/{}", "folder/".repeat(20) + "file")).expect("a path"),
            content: Vec::new(),
        });
        let request = Request::new("", Duration::from_secs(1)).with_env(env);
        let request = request.and_then(|request| request.with_files(files.collect())).expect("a request");
        for (most, variables, paths) in [(0, 0, 0), (1000, 0, 6), (100_010, 2, 0), (1 << 20, 20, 20)] {
            let settings = JournalSettings { max_input_bytes: most, env_values: true, ..JournalSettings::default() };
            let given = select(&request, &settings);
            assert_eq!((given.env.len(), given.files.len()), (variables, paths), "{most}");
            let kept: usize = given.env.iter().map(|one| one.name.len()).sum::<usize>()
                + given.files.iter().map(|one| one.path.len()).sum::<usize>();
            assert!(kept <= most, "{kept} bytes for {most}");
            let is_whole = (variables, paths) == (20, 20);
            assert_eq!(given.missing.is_empty(), is_whole, "{most}");
        }
    }

    #[test]
    fn a_program_without_input_misses_nothing() {
        let nothing = Request::new("", Duration::from_secs(1));
        let settings = JournalSettings { max_input_bytes: 0, ..JournalSettings::default() };
        assert!(select(&nothing, &settings).is_empty());
        let typed_into = Request::new("", Duration::from_secs(1)).with_idle_limit(Duration::from_secs(1));
        assert_eq!(select(&typed_into, &settings).missing, [Missing::Typed]);
        let latin = Request::of_bytes(vec![0xe9], Duration::from_secs(1));
        assert_eq!(select(&latin, &settings).missing, [Missing::Code]);
    }
}

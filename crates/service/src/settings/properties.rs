//! Arbitrary settings files: none stops the service, and none lifts a restriction.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::IsolationChoice;
use super::load::{read_bytes, read_contents};
use super::model::{Loaded, Settings};
use crate::platform::origin::Origin;

const PATH: &str = "settings.toml";
/// Pieces of settings files, right ones and wrong ones.
const PIECES: [&str; 44] = [
    "port",
    "allowed_origins",
    "denied_origins",
    "require_token",
    "requireToken",
    "same_user_only",
    "isolation",
    "[limits]\n",
    "[sandbox]\n",
    "[[language]]\n",
    "[desktop",
    "timeout_ms",
    "read",
    "write",
    "memory_bytes",
    "name",
    "command",
    " = ",
    "=",
    ": ",
    "true",
    "false",
    "\"none\"",
    "\"auto\"",
    "\"sandbox\"",
    "\"container\"",
    "[]",
    "[\"http://a.example\"]",
    "\"http://evil.example\"",
    "[\"/\"]",
    "[\"/srv\"]",
    "5000",
    "-1",
    "1e999",
    "\"\"\"",
    "'''",
    "\"",
    "[",
    "]",
    "{",
    "}",
    "\n",
    "#",
    ",",
];
/// Settings by which a user restricted something.
const CLOSED: [&str; 4] = [
    "require_token = true",
    "allowed_origins = []",
    "denied_origins = [\"http://evil.example\"]",
    "isolation = \"sandbox\"",
];

/// A text of pieces, with something else in between.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![20 => select(PIECES.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// The bytes of a file.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (text(), any::<Index>(), any::<u8>()).prop_map(|(text, place, byte)| {
        let mut bytes = text.into_bytes();
        if !bytes.is_empty() {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    });
    prop_oneof![text().prop_map(String::into_bytes), damaged, vec(any::<u8>(), 0..80)]
}

fn origin(text: &str) -> Origin {
    text.parse().expect(text)
}

/// Settings in effect: some closed, some open.
fn in_effect() -> impl Strategy<Value = Settings> {
    let isolation = select(vec![IsolationChoice::None, IsolationChoice::Auto, IsolationChoice::Sandbox]);
    (any::<bool>(), any::<bool>(), isolation, any::<bool>()).prop_map(|(token, same_user, isolation, open)| Settings {
        require_token: token,
        same_user_only: same_user,
        isolation,
        allowed_origins: if open {
            vec![origin("http://a.example"), origin("http://localhost:3000")]
        } else {
            Vec::new()
        },
        denied_origins: vec![origin("http://evil.example")],
        ..Settings::default()
    })
}

/// Whether `now` opens nothing that `last` has closed.
fn is_as_closed(now: &Settings, last: &Settings) -> bool {
    let is_isolated = now.refuse_to_run.is_some() || now.isolation >= last.isolation;
    now.require_token >= last.require_token
        && now.same_user_only >= last.same_user_only
        && is_isolated
        && now.allowed_origins.iter().all(|origin| last.allowed_origins.contains(origin))
        && last.denied_origins.iter().all(|origin| now.denied_origins.contains(origin))
}

/// Whether the file has one problem as a whole, so that it is read statement by statement.
fn is_unusable(loaded: &Loaded) -> bool {
    loaded.problems.iter().any(|problem| problem.key.is_empty())
}

proptest! {
    #[test]
    fn any_file_gives_settings_and_clear_problems(bytes in bytes()) {
        let loaded = read_bytes(Path::new(PATH), &bytes).loaded;
        for problem in &loaded.problems {
            let line = problem.to_string();
            prop_assert!(!problem.message.to_string().is_empty() && line.len() < 4000, "{line}");
        }
        let Settings { default_timeout, max_timeout, sandbox_read, sandbox_write, .. } = loaded.settings;
        prop_assert!(default_timeout <= max_timeout);
        let is_grantable = |path: &std::path::PathBuf| path.is_absolute() && path.parent().is_some();
        prop_assert!(sandbox_read.iter().chain(&sandbox_write).all(is_grantable), "{sandbox_read:?} {sandbox_write:?}");
    }

    #[test]
    fn a_file_that_is_unusable_opens_nothing_that_is_closed(bytes in bytes(), last in in_effect()) {
        let reading = read_bytes(Path::new(PATH), &bytes);
        if is_unusable(&reading.loaded) {
            let now = reading.after(&last).settings;
            prop_assert!(is_as_closed(&now, &last), "{now:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_closes_everything(kind in select(vec![
        std::io::ErrorKind::PermissionDenied,
        std::io::ErrorKind::Other,
        std::io::ErrorKind::InvalidData,
        std::io::ErrorKind::IsADirectory,
    ]), last in in_effect()) {
        let failed = || Err(std::io::Error::from(kind));
        let closed = read_contents(Path::new(PATH), &failed()).loaded.settings;
        prop_assert!(closed.refuse_to_run.is_some() && closed.require_token && closed.allowed_origins.is_empty());
        prop_assert!(is_as_closed(&read_contents(Path::new(PATH), &failed()).after(&last).settings, &last));
    }

    #[test]
    fn what_is_closed_stays_closed_beside_any_line(
        order in Just(CLOSED.to_vec()).prop_shuffle(),
        slips in vec((any::<Index>(), text()), 1..3),
    ) {
        let mut lines: Vec<String> = order.iter().map(|line| (*line).to_owned()).collect();
        for (place, slip) in &slips {
            let at = place.index(lines.len() + 1);
            // A quotation mark or line break could turn the other lines into text or comments, as the user's own choice.
            lines.insert(at, slip.replace(['"', '\''], "").replace('\n', " "));
        }
        let text = lines.join("\n");
        let loaded = read_bytes(Path::new(PATH), text.as_bytes()).loaded;
        let closed = Settings {
            require_token: true,
            allowed_origins: Vec::new(),
            denied_origins: vec![origin("http://evil.example")],
            isolation: IsolationChoice::Sandbox,
            ..Settings::default()
        };
        prop_assert!(is_as_closed(&loaded.settings, &closed), "{text}\n{:?}", loaded.settings);
    }
}

//! The fail-closed fallback for a file that cannot be parsed.
//!
//! Defaults would lift the restrictions of such a file. So it is read statement by statement: readable statements apply, and an
//! unreadable value of a security key closes that key. If a key occurs twice, the more restrictive value applies, and a grant
//! holds as far as both values grant it.

use std::collections::HashSet;

use runtray_engine::language::Language;
use toml_edit::{Document, Item, Value};

use super::document::{Lines, collect};
use super::key::Key;
use super::keys::KEYS;
use super::languages;
use super::model::Settings;
use super::security_keys::{self, SecurityKey};
use super::statements::{Statement, statements};

/// The settings of a text that is not TOML, based on the defaults.
pub(super) fn recovered(text: &str) -> Settings {
    let mut reading = Reading { settings: Settings::default(), known: HashSet::new(), is_live: false };
    statements(text).iter().for_each(|statement| reading.take(statement));
    reading.settings.languages = languages_of(text);
    reading.settings
}

/// `last`, the settings in effect, with everything closed that the text closes.
pub(super) fn closed(last: &Settings, text: &str) -> Settings {
    let mut reading = Reading { settings: last.clone(), known: HashSet::new(), is_live: true };
    statements(text).iter().for_each(|statement| reading.take(statement));
    reading.settings
}

struct Reading {
    settings: Settings,
    /// The keys that have occurred.
    known: HashSet<&'static str>,
    /// Whether the settings are in effect, so that the text may only close them further.
    is_live: bool,
}

impl Reading {
    fn take(&mut self, statement: &Statement) {
        self.take_first(statement);
        // Security keys that share the statement's lines are closed, because their values cannot be told apart.
        for key in statement.others() {
            self.read(key, &Item::None);
            if key.name == security_keys::DENIED {
                self.deny_all(statement);
            }
        }
    }

    fn take_first(&mut self, statement: &Statement) {
        // The lines that follow a complete statement may be anything, so its first line is tried alone too.
        let document = Document::parse(statement.toml()).or_else(|_| Document::parse(statement.first().toml()));
        let Ok(document) = document else { return self.guess(statement) };
        let raw = collect(&document);
        for entry in raw.entries {
            self.read(&KEYS[entry.key], entry.item);
        }
        for (key, item) in raw.misnamed {
            self.read(key, if key.name == security_keys::DENIED { item } else { &Item::None });
        }
        self.deny(statement);
    }

    /// An unreadable statement. Its name may be the name of a security key, and its value may begin with the number of a limit.
    fn guess(&mut self, statement: &Statement) {
        if let Some(key) = statement.key() {
            let number = statement.number().map(|number| Item::Value(Value::from(number)));
            self.read(key, number.as_ref().filter(|_| is_limit(key)).unwrap_or(&Item::None));
        }
        self.deny(statement);
    }

    /// Denies every page in a list of denied ones, in whatever form.
    fn deny(&mut self, statement: &Statement) {
        if statement.key().is_some_and(|key| key.name == security_keys::DENIED) {
            self.deny_all(statement);
        }
    }

    fn deny_all(&mut self, statement: &Statement) {
        let denied = &mut self.settings.denied_origins;
        for page in statement.pages() {
            if !denied.contains(&page) {
                denied.push(page);
            }
        }
    }

    fn read(&mut self, key: &'static Key, item: &Item) {
        let is_first = self.known.insert(key.name) && !self.is_live;
        match SecurityKey::of(key) {
            Some(security_key) => security_key.merge(&mut self.settings, item, is_first),
            // An invalid value leaves the default; the file's problem is reported as a whole.
            None if is_first => drop((key.read)(&mut self.settings, item)),
            None if security_keys::is_grant(key) => security_keys::narrow(key, &mut self.settings, item),
            None if is_limit(key) && !self.is_live => self.lower(key, item),
            None => {}
        }
    }

    /// Keeps the lower one of two limits.
    fn lower(&mut self, key: &Key, item: &Item) {
        let mut other = self.settings.clone();
        let number = |settings: &Settings| (key.show)(settings).parse::<u64>().ok();
        if (key.read)(&mut other, item).is_ok() && number(&other) < number(&self.settings) {
            self.settings = other;
        }
    }
}

fn is_limit(key: &Key) -> bool {
    key.parts().0 == "limits"
}

/// The languages of the readable `[[language]]` sections.
fn languages_of(text: &str) -> Vec<Language> {
    let mut sections: Vec<String> = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with('[') {
            sections.push(String::new());
        }
        if let Some(section) = sections.last_mut() {
            section.push_str(line);
            section.push('\n');
        }
    }
    // Each section is parsed by itself, so that one mistake costs one language.
    let read = |section: String| {
        let document = Document::parse(section).ok()?;
        let rows = collect(&document).languages;
        Some(languages::read(&rows, Lines(document.raw().as_bytes()), &mut Vec::new()))
    };
    // As in a correct file, the first of two rows with one name counts.
    let mut languages: Vec<Language> = Vec::new();
    for language in sections.into_iter().filter_map(read).flatten() {
        if languages.iter().all(|known| known.name != language.name) {
            languages.push(language);
        }
    }
    languages
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{closed, recovered};
    use crate::settings::{IsolationChoice, NetworkChoice, Settings};

    const CLOSED: &str = "allowed_origins = []\nrequire_token = true\ndenied_origins = [\"http://evil.example\"]\n";
    const SLIPS: [&str; 9] = [
        "[desktop\n",
        "desktop]\n",
        "x = \n",
        "x = \"\n",
        "x = '''\n",
        "= 1\n",
        "\0\n",
        "x = [\n",
        "port = 2\nport = 3\n",
    ];

    fn check_closed(settings: &Settings, text: &str) {
        assert!(settings.require_token && settings.allowed_origins.is_empty(), "{text}");
        let denied = settings.denied_origins.iter().any(|denied| denied.as_str() == "http://evil.example");
        assert!(denied, "{text}: {:?}", settings.denied_origins);
    }

    #[test]
    fn closed_keys_stay_closed_wherever_the_mistake_is() {
        let rest = "port = 5001\n[python]\npath = \"/usr/bin/python3\"\n[limits]\nmemory_bytes = 33554432\n";
        let whole = format!("{CLOSED}{rest}");
        for slip in SLIPS {
            let ends = whole.match_indices('\n').map(|(at, _)| at + 1);
            for at in std::iter::once(0).chain(ends) {
                let text = format!("{}{slip}{}", &whole[..at], &whole[at..]);
                let settings = recovered(&text);
                check_closed(&settings, &text);
                check_closed(&closed(&Settings::default(), &text), &text);
            }
        }
        let late = recovered(&format!("{whole}[desktop\n"));
        assert_eq!(late.limits.memory_bytes, 33_554_432);
        for (end, _) in CLOSED.char_indices().skip(3) {
            let settings = recovered(&CLOSED[..end]);
            assert!(settings.allowed_origins.is_empty(), "cut off: {:?}", &CLOSED[..end]);
        }
    }

    #[test]
    fn every_spelling_of_a_security_key_closes() {
        for line in [
            "require_token = true",
            "require_token=true",
            "\"require_token\" = true",
            "'require_token' = true",
            "require_token: true",
            "require_token true",
            "require_token = yes",
            "require_token = tru",
            "require_token",
            "require_tok",
            "Require_Token = True",
            "require_tokne = true",
            "[limits\nrequire_token = true",
            "[server]\nrequire_token = true",
            "require_token = false\nrequire_token = true",
            "require_token = true\nrequire_token = false",
            "\trequire_token\t=\ttrue\r",
        ] {
            for text in [format!("x =\n{line}\n"), format!("{line}\nx =\n"), format!("\u{FEFF}{line}\r\nx =")] {
                assert!(recovered(&text).require_token, "{text:?}");
                assert!(closed(&Settings::default(), &text).require_token, "{text:?}");
            }
        }
        let utf16: String = "require_token = true\n".chars().flat_map(|character| [character, '\0']).collect();
        assert!(recovered(&format!("\u{FFFD}\u{FFFD}{utf16}")).require_token);
        for line in ["isolation = \"sandbox\"", "isolation = \"sandb", "isolation"] {
            let recovered = recovered(&format!("x =\n{line}"));
            let is_closed = recovered.refuse_to_run.is_some() || recovered.isolation == IsolationChoice::Sandbox;
            assert!(is_closed, "{line}");
        }
        for line in ["allowed_origins = [\n\"http://a\",\n", "allowed_origins = http://a", "allowed_origins"] {
            assert!(recovered(&format!("{line}\nx =")).allowed_origins.is_empty(), "{line}");
        }
    }

    #[test]
    fn several_keys_on_one_line_close() {
        for text in [
            "{\"port\": 5602, \"require_token\": true, \"allowed_origins\": [], \"denied_origins\": [\"http://evil.example\"]}",
            "{ require_token = true, allowed_origins = [], denied_origins = [\"http://evil.example\"] }",
            "port = 5602, require_token = true; allowed_origins = [] 'denied_origins' = 'http://evil.example'",
            "port = 5602 requireToken = true AllowedOrigins = [] denied-origins = http://evil.example",
        ] {
            check_closed(&recovered(text), text);
            check_closed(&closed(&Settings::default(), text), text);
        }
        let open = recovered("require_token = false\nallowed_origins = [\"http://localhost:3000\"]\nport = 1 2\n");
        assert!(!open.require_token && open.allowed_origins.len() == 1);
    }

    #[test]
    fn open_and_commented_out_keys_keep_their_defaults() {
        for text in ["port =", "#require_token = true\n!", "isolation = \"auto\"\n!", "# allowed_origins = []\nx"] {
            assert_eq!(recovered(text), Settings::default(), "for {text:?}");
        }
    }

    #[test]
    fn readable_statements_apply() {
        let text = "port = 5001\nallowed_origins = [\n  \"http://a.example\", # mine\n]\n[limits]\ntimeout_ms = 2000\n\
            memory_bytes = 33554432 bytes\nprocesses = \"\n[desktop\ntheme = \"dark\"\n[[language]]\nname = \"bash\"\n\
            command = [\"bash\"]\nextension = \"sh\"\n[journal]\nenabled = false\n";
        let settings = recovered(text);
        assert_eq!((settings.port, settings.default_timeout), (5001, Duration::from_secs(2)));
        assert_eq!((settings.limits.memory_bytes, settings.languages.len()), (33_554_432, 1));
        assert_eq!(settings.allowed_origins[0].as_str(), "http://a.example");
        assert_eq!((settings.desktop.theme.name(), settings.journal.enabled), ("dark", false));
        let lower = recovered("[limits]\nprocesses = 9\nprocesses = 5\nprocesses = 7\n");
        assert_eq!(lower.limits.processes, 5);
    }

    #[test]
    fn settings_in_effect_are_only_closed_further() {
        let last = Settings { require_token: true, port: 1, ..Settings::default() };
        let text = "require_token = false\nport = 2\n\
            allowed_origins = [\"http://localhost:3000\", \"http://new\"]\n[desktop\n";
        let now = closed(&last, text);
        assert!(now.require_token && now.port == 1);
        assert_eq!(now.allowed_origins.iter().map(|one| one.as_str()).collect::<Vec<_>>(), ["http://localhost:3000"]);
        assert_eq!(closed(&last, ""), last);
    }

    #[test]
    fn grants_in_effect_are_only_narrowed() {
        let paths = |list: &[&str]| list.iter().map(std::path::PathBuf::from).collect::<Vec<_>>();
        let address = |text: &str| text.parse().expect("an address");
        let last = Settings {
            allow_shells: true,
            allowed_hosts: vec!["a.example".into(), "b.example".into()],
            sandbox_read: paths(&["/srv/a", "/srv/b"]),
            sandbox_write: paths(&["/srv/c"]),
            ..Settings::default()
        };
        let hosts = closed(&last, "allowed_hosts = [\"b.example\", \"c.example\"]\n[desktop\n");
        assert_eq!((hosts.allowed_hosts, hosts.allow_shells), (vec!["b.example".to_owned()], true));
        for off in ["allow_shells = false", "allow_shells = fals", "allow_shells = \"no\""] {
            assert!(!closed(&last, &format!("{off}\nx =\n")).allow_shells, "{off}");
        }
        assert!(!closed(&Settings::default(), "allow_shells = true\nx =\n").allow_shells, "nothing is added");
        assert!(!recovered("allow_shells = true\nallow_shells = false\n").allow_shells);
        let outward = Settings {
            network: NetworkChoice::On,
            network_allow: vec![address("10.0.0.1:80"), address("10.0.0.2:80")],
            network_always: vec!["local".into(), "mcp".into()],
            network_never: Some(vec!["e2b".into()]),
            ..Settings::default()
        };
        for off in ["network = \"off\"", "network = \"of\"", "network = true"] {
            assert_eq!(closed(&outward, &format!("[sandbox]\n{off}\nx =\n")).network, NetworkChoice::Off, "{off}");
        }
        let text = "[sandbox]\nnetwork = \"on\"\nnetwork_allow = [\"10.0.0.2:80\", \"10.0.0.3:80\"]\nx =\n";
        let narrowed = closed(&outward, text);
        assert_eq!((narrowed.network, narrowed.network_allow), (NetworkChoice::On, vec![address("10.0.0.2:80")]));
        let wrong = closed(&outward, "[sandbox]\nnetwork_allow = [\"10.0.0.1:80\", \"nas:80\"]\nx =\n");
        assert!(wrong.network_allow.is_empty(), "a wrong list allows nothing");
        let added = closed(&Settings::default(), text);
        assert_eq!((added.network, added.network_allow), (NetworkChoice::Off, Vec::new()), "nothing is added");
        assert_eq!(closed(&outward, "[sandbox]\nnetwork = \"ask\"\nx =\n").network, NetworkChoice::Ask);
        let lists = "[sandbox]\nnetwork_always = [\"mcp\", \"jupyter\"]\nnetwork_never = [\"piston\"]\nx =\n";
        let (remembered, new) = (closed(&outward, lists), recovered(lists));
        assert_eq!(remembered.network_always, ["mcp"]);
        assert_eq!(remembered.network_never.as_deref(), Some(&["e2b".to_owned(), "piston".to_owned()][..]));
        assert_eq!((new.network_always.len(), new.network_never), (2, Some(vec!["piston".to_owned()])));
        for slip in ["network_never = [\"pis", "network_never = [7]", "network_never", "network_ne"] {
            assert_eq!(closed(&outward, &format!("x =\n[sandbox]\n{slip}")).network_never, None, "{slip}");
            assert_eq!(recovered(&format!("x =\n[sandbox]\n{slip}")).network_never, None, "{slip}");
        }
        // Windows has other whole paths.
        if cfg!(unix) {
            let text = "[sandbox]\nread = [\"/srv/b/x\", \"/srv\", \"/etc\"]\nwrite = [\"/srv/c/d\"]\n[desktop\n";
            let folders = closed(&last, text);
            assert_eq!(folders.sandbox_read, paths(&["/srv/a", "/srv/b", "/srv/b/x"]));
            assert_eq!(folders.sandbox_write, paths(&["/srv/c/d"]));
            assert!(closed(&last, "[sandbox]\nwrite = [\"/srv/c\n").sandbox_write.is_empty(), "unreadable");
        }
    }
}

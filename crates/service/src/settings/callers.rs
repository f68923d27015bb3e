//! Which callers' programs get a network. A caller has its name in the log: a web page its origin, a program of this machine a
//! word such as `local` or `mcp`.

use runtray_engine::message::LocalizedMessage;
use toml_edit::Item;

use super::key::{Fault, set};
use super::model::{NetworkChoice, Settings};
use super::read::texts;
use crate::platform::origin::Origin;
use crate::sentences as s;

/// The longest word, in bytes.
const LONGEST: usize = 40;

/// Reads the callers whose programs get a network without a question. If one entry is wrong, there are none.
pub(super) fn always(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    settings.network_always.clear();
    set(&mut settings.network_always, callers(item))
}

/// Reads the callers whose programs get no network. If one entry is wrong, the whole list counts as unknown.
pub(super) fn never(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    settings.network_never = None;
    let known = callers(item).map_err(|mistake| Fault::Message(s::SETTING_NEVER.with("mistake", mistake)))?;
    settings.network_never = Some(known);
    Ok(())
}

fn callers(item: &Item) -> Result<Vec<String>, LocalizedMessage> {
    let mut list = Vec::new();
    for text in texts(item)? {
        let written = || s::SETTING_CALLER.with("written", runtray_engine::excerpt(text).into_owned());
        let caller = caller(text).ok_or_else(written)?;
        if !list.contains(&caller) {
            list.push(caller);
        }
    }
    Ok(list)
}

/// A caller's name: a web origin, or a word.
fn caller(text: &str) -> Option<String> {
    if text.contains("://") {
        return text.parse::<Origin>().ok().map(|origin| origin.as_str().to_owned());
    }
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || " -_".contains(letter);
    let is_whole = text.starts_with(|first: char| first.is_ascii_alphabetic()) && !text.ends_with(' ');
    (is_whole && text.len() <= LONGEST && text.chars().all(is_word)).then(|| text.to_owned())
}

/// Whether both names are of the same caller: neither the case of a word nor the dot at the end of a host makes a difference.
pub(crate) fn is_same_caller(one: &str, other: &str) -> bool {
    let pages = || Some((one.parse::<Origin>().ok()?, other.parse::<Origin>().ok()?));
    one.eq_ignore_ascii_case(other) || pages().is_some_and(|(one, other)| one.is_same_page(&other))
}

impl Settings {
    /// The network of programs of `caller` whose requests ask for `most` at most. If the list of denied callers is unknown, each
    /// program waits for an answer.
    pub(crate) fn network_of(&self, caller: &str, most: NetworkChoice) -> NetworkChoice {
        let choice = self.network.min(most);
        let Some(never) = &self.network_never else { return choice.min(NetworkChoice::Ask) };
        match choice {
            NetworkChoice::Off => NetworkChoice::Off,
            _ if never.iter().any(|one| is_same_caller(one, caller)) => NetworkChoice::Off,
            NetworkChoice::Ask if self.network_always.iter().any(|one| one == caller) => NetworkChoice::On,
            choice => choice,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NetworkChoice, Settings, is_same_caller};
    use crate::settings::Loaded;

    const PAGE: &str = "https://a.example";

    /// The network of programs of the page, with these settings in `[sandbox]`.
    fn network(settings: &str) -> NetworkChoice {
        Loaded::from_text(&format!("[sandbox]\n{settings}\n")).settings.network_of(PAGE, NetworkChoice::On)
    }

    #[test]
    fn who_is_remembered_is_not_asked_and_never_beats_always() {
        use NetworkChoice::{Ask, Off, On};
        let (always, never) = ("network_always = [\"https://a.example\"]", "network_never = [\"https://A.example.\"]");
        for (choice, expected) in [("off", [Off; 4]), ("ask", [Ask, On, Off, Off]), ("on", [On, On, Off, Off])] {
            let network = |lists: &[&str]| network(&format!("network = \"{choice}\"\n{}", lists.join("\n")));
            let lists: [&[&str]; 4] = [&[], &[always], &[never], &[always, never]];
            assert_eq!(lists.map(network), expected, "{choice}");
        }
        let settings = Settings { network: On, network_always: vec![PAGE.to_owned()], ..Settings::default() };
        assert_eq!((settings.network_of(PAGE, Ask), settings.network_of("local", Ask)), (On, Ask));
    }

    #[test]
    fn a_slip_in_a_list_opens_nothing() {
        for wrong in ["\"a.example\"", "true", "7", "\"local \"", "\"\"", "\"https://a.example/x\"", "\"l\\u0000\""] {
            let always = format!("network = \"ask\"\nnetwork_always = [\"{PAGE}\", {wrong}]");
            assert_eq!(network(&always), NetworkChoice::Ask, "{wrong}");
            for (choice, others) in [("on", ""), ("ask", "network_always = [\"https://a.example\"]")] {
                let never =
                    format!("network = \"{choice}\"\n{others}\nnetwork_never = [\"https://b.example\", {wrong}]");
                assert_eq!(network(&never), NetworkChoice::Ask, "{choice} {wrong}");
            }
        }
        for never in ["network_never = \"https://a.example\"", "network_nevr = []", "networkNever = [\"local\"]"] {
            assert_eq!(network(&format!("network = \"on\"\n{never}")), NetworkChoice::Ask, "{never}");
        }
        assert_eq!(network("network = \"on\"\nnetwork_never = [\"mcp\", \"Runtray Console\"]"), NetworkChoice::On);
    }

    #[test]
    fn a_caller_has_several_spellings() {
        for (one, other, expected) in [
            ("local", "Local", true),
            ("mcp", "e2b", false),
            ("http://a.example", "http://A.example.:80", true),
            ("http://a.example", "https://a.example", false),
        ] {
            assert_eq!(is_same_caller(one, other), expected, "{one} and {other}");
        }
    }
}

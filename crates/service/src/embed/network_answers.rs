//! The user's answers to programs that ask for the network. Answers that should last are stored in the settings.

use runtray_wire::NetworkAnswer;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::lifecycle::Lifecycle;
use crate::platform::origin::Origin;
use crate::runs::questions::{Answer, NetworkQuestion};
use crate::settings::{ChangeError, Changes, Settings, is_same_caller};

/// The settings with the callers whose programs always get a network, and never.
const ALWAYS: &str = "sandbox.network_always";
const NEVER: &str = "sandbox.network_never";

impl Lifecycle {
    /// A watch channel of the programs that wait for the user's answer whether they may use the network, oldest first. A receiver
    /// means that somebody can answer: without any, such a program is refused at once.
    pub fn network_questions(&self) -> watch::Receiver<Vec<NetworkQuestion>> {
        self.questions().subscribe()
    }

    /// Answers the question about the execution `id`; `false` if it does not wait any more, and then nothing is remembered.
    /// An answer for all programs of its caller holds for those that wait too.
    ///
    /// # Errors
    /// The settings cannot be changed. After [`NetworkAnswer::Always`] the program still waits; after [`NetworkAnswer::Never`]
    /// those that wait run without a network.
    pub async fn answer_network(&self, id: &str, answer: NetworkAnswer) -> Result<bool, ChangeError> {
        let questions = self.questions();
        let Some(caller) = questions.caller_of(id) else { return Ok(false) };
        match answer {
            NetworkAnswer::Once => return Ok(questions.answer(id, Answer::Network)),
            NetworkAnswer::Without => return Ok(questions.answer(id, Answer::NoNetwork)),
            // Those that wait notice the new settings.
            NetworkAnswer::Always => {}
            NetworkAnswer::Never => questions.refuse(&caller),
        }
        let may = answer == NetworkAnswer::Always;
        self.change_settings_by(move |settings| remembered(settings, &caller, may)).await?;
        Ok(true)
    }
}

/// The changes after which programs of `caller` always get a network, or never.
fn remembered(settings: &Settings, caller: &str, may: bool) -> Changes {
    let never = settings.network_never.as_deref().unwrap_or_default();
    let lists = [(ALWAYS, &settings.network_always[..], may), (NEVER, never, !may)];
    let changed = |(key, old, holds): (&str, &[String], bool)| {
        let mut new = without(old, caller);
        new.extend(holds.then(|| caller.to_owned()));
        (old != new).then(|| (key.to_owned(), Some(json!(new))))
    };
    lists.into_iter().filter_map(changed).collect()
}

/// The change after which programs of a page get no network without a question, if they get one now.
pub(super) fn forgotten(settings: &Settings, page: &Origin) -> Option<(String, Option<Value>)> {
    let new = without(&settings.network_always, page.as_str());
    (new != settings.network_always).then(|| (ALWAYS.to_owned(), Some(json!(new))))
}

fn without(list: &[String], caller: &str) -> Vec<String> {
    list.iter().filter(|known| !is_same_caller(known, caller)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{ALWAYS, NEVER, remembered};
    use crate::settings::{Changes, Loaded};
    use serde_json::json;

    #[test]
    fn a_caller_is_in_one_list() {
        let settings = |text: &str| Loaded::from_text(text).settings;
        let empty = settings("");
        assert_eq!(remembered(&empty, "mcp", true), Changes::from([(ALWAYS.to_owned(), Some(json!(["mcp"])))]));
        let both =
            settings("[sandbox]\nnetwork_always = [\"local\"]\nnetwork_never = [\"https://a.example.\", \"mcp\"]\n");
        let moved = [(ALWAYS, json!(["local", "https://a.example"])), (NEVER, json!(["mcp"]))];
        let moved = moved.into_iter().map(|(key, list)| (key.to_owned(), Some(list)));
        assert_eq!(remembered(&both, "https://a.example", true), moved.collect::<Changes>());
        assert_eq!(remembered(&both, "mcp", false), Changes::new(), "nothing is to be changed");
    }
}

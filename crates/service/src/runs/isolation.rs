//! The isolation of a program, from the settings, its request and the abilities of this machine.

use std::sync::Arc;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Language, Languages, Runtime, Unavailable};
use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Engine, Isolation, Outward, Policy};

use super::auto;
use super::questions::Answer;
use crate::sentences as s;
use crate::settings::{IsolationChoice, NetworkChoice, Settings};

/// The name, in the log and the settings, of the programs of this machine's user.
const LOCAL: &str = "local";

/// The network that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NetworkWish {
    /// None.
    Off,
    /// If the user answers yes.
    Ask,
    /// Outward.
    On,
}

/// The level and the network that a request asks for; `None` leaves it to the settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The level.
    pub(crate) isolation: Option<IsolationChoice>,
    /// The network.
    pub(crate) network: Option<NetworkWish>,
}

/// The isolation to give to a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// The level.
    pub(crate) level: IsolationChoice,
    /// The network, where the level is the sandbox.
    pub(crate) network: NetworkChoice,
}

impl Chosen {
    /// The isolation of the settings, for a program without a rule of its own and without a question to the user.
    pub(crate) fn of(settings: &Settings) -> Self {
        let network = if settings.network == NetworkChoice::On { NetworkChoice::On } else { NetworkChoice::Off };
        Self { level: settings.isolation, network }
    }

    /// The level `level` with the network of the settings, for a program of this machine's user whose interpreter isolates it as
    /// `own` says.
    pub fn of_user(settings: &Settings, level: IsolationChoice, own: Isolation) -> Self {
        let is_given = level != IsolationChoice::None && own == Isolation::None;
        let most = if is_given { NetworkChoice::On } else { NetworkChoice::Off };
        Self { level, network: settings.network_of(LOCAL, most) }
    }

    /// The same after the user's answer about the program, whose request asks for `wish`. An answer opens nothing that the
    /// settings close.
    ///
    /// # Errors
    /// The request asks for a network, and the user gives it none.
    pub(super) fn answered(self, answer: Option<Answer>, wish: Wish) -> Result<Self, LocalizedMessage> {
        match (self.network, answer) {
            (NetworkChoice::Off, _) | (_, None) => Ok(self),
            (_, Some(Answer::Network)) => Ok(Self { network: NetworkChoice::On, ..self }),
            (_, Some(Answer::NoNetwork)) if wish.network == Some(NetworkWish::On) => Err(s::NETWORK_REFUSED.message()),
            (_, Some(Answer::NoNetwork)) => Ok(Self { network: NetworkChoice::Off, ..self }),
        }
    }

    /// Whether the user would have to be asked before a program runs like this, with `policy`.
    pub fn is_unanswered(self, policy: &Policy) -> bool {
        self.network == NetworkChoice::Ask && policy.level == Isolation::Sandbox
    }
}

/// The isolation to give to a program of `caller` whose interpreter isolates it as `own` says: the request's level if it is not
/// below the level of `settings`. Its network is [`NetworkChoice::Ask`] if the user has to be asked.
///
/// # Errors
/// The settings forbid to run anything or a network, or the level is below theirs.
pub(super) fn chosen(
    settings: &Settings,
    wish: Wish,
    own: Isolation,
    caller: &str,
) -> Result<Chosen, LocalizedMessage> {
    let level = requested(settings, wish.isolation)?;
    let network = match wish.network {
        Some(NetworkWish::Off) => NetworkChoice::Off,
        // At the level `none` a program has the user's network, whatever the user would answer.
        Some(NetworkWish::Ask) if level == IsolationChoice::None => return Err(s::NETWORK_NONE.message()),
        _ if level == IsolationChoice::None => NetworkChoice::Off,
        None if own != Isolation::None => NetworkChoice::Off,
        Some(_) if own == Isolation::Container => return Err(s::NETWORK_CONTAINER.message()),
        Some(_) if own != Isolation::None => return Err(s::NETWORK_BUILT_IN.message()),
        None => settings.network_of(caller, NetworkChoice::On),
        Some(wished) => {
            let most = if wished == NetworkWish::Ask { NetworkChoice::Ask } else { NetworkChoice::On };
            let network = settings.network_of(caller, most);
            if network == NetworkChoice::Off {
                return Err(s::NETWORK_OFF.message());
            }
            network
        }
    };
    Ok(Chosen { level, network })
}

/// The level for a program that asks for `wished`, or for none; `Err` says why it is refused.
///
/// # Errors
/// The settings forbid to run anything, or the wished level is below the level of `settings`.
pub fn requested(settings: &Settings, wished: Option<IsolationChoice>) -> Result<IsolationChoice, LocalizedMessage> {
    if let Some(reason) = settings.refuse_to_run.clone() {
        return Err(reason);
    }
    let asked = settings.isolation;
    let wished = wished.unwrap_or(asked);
    if wished < asked && !(wished == IsolationChoice::Auto && asked != IsolationChoice::None) {
        return Err(s::ISOLATION_LOWER.with("asked", asked.name()).with("wished", wished.name()));
    }
    Ok(wished.max(asked))
}

/// Makes `machine` prefer the built-in Python where nothing isolates an own Python at the level `auto`. Returns whether
/// another Python is found now.
pub async fn prefer_isolated_python(engine: &Engine, settings: &Settings, machine: &Machine) -> bool {
    if !machine.may_prefer_built_in() {
        return false;
    }
    let is_auto = settings.isolation == IsolationChoice::Auto;
    machine.set_own_are_open(is_auto && !engine.sandbox().await.is_for_auto())
}

/// The policy for a run of `runtime` with the isolation `chosen` on a machine with `languages`. The run does not reach a service
/// that listens at `own_port` of the loopback.
///
/// # Errors
/// Nothing isolates the run here; the error says how to fix that.
pub async fn policy(
    engine: &Engine,
    languages: &Languages,
    settings: &Settings,
    (chosen, runtime): (Chosen, &Runtime),
    own_port: Option<u16>,
) -> Result<Policy, LocalizedMessage> {
    let mut lacks = false;
    // Only `auto` depends on the machine: at other levels the first run need not wait for the report.
    if chosen.level == IsolationChoice::Auto {
        let report = engine.sandbox().await;
        lacks = !report.is_for_auto();
        if let Some(reason) = auto::refusal(settings, chosen.level, runtime, &report) {
            return Err(reason);
        }
    }
    let level = auto::level(chosen.level, lacks);
    Ok(match level {
        Isolation::Sandbox => {
            let network = network(settings, chosen.network, own_port);
            Policy { network, ..sandbox_policy(languages, settings).await }
        }
        // The interpreter isolates its programs, or it is the Python that the user chose.
        Isolation::Wasm if chosen.level == IsolationChoice::Auto => Policy::NONE,
        Isolation::None | Isolation::Wasm | Isolation::Container => Policy { level, ..Policy::NONE },
    })
}

/// The policy for a run at the level `sandbox` on a machine with `languages`, without a network.
pub async fn sandbox_policy(languages: &Languages, settings: &Settings) -> Policy {
    let (read, write) = (settings.sandbox_read.clone(), settings.sandbox_write.clone());
    let interpreters = if write.is_empty() { Vec::new() } else { languages.code().await };
    Policy { level: Isolation::Sandbox, read, write, interpreters, ..Policy::NONE }
}

/// The runtime of `language` at the level `choice`.
///
/// # Errors
/// The language cannot be run here, or not at this level.
pub async fn runtime(
    languages: &Languages,
    language: &Language,
    choice: IsolationChoice,
) -> Result<Arc<Runtime>, Unavailable> {
    match choice {
        IsolationChoice::Wasm => languages.wasm_runtime(language).await,
        IsolationChoice::Container => languages.container_runtime(language),
        _ => languages.runtime(language).await,
    }
}

/// The network to give.
fn network(settings: &Settings, chosen: NetworkChoice, own_port: Option<u16>) -> Option<Outward> {
    if chosen != NetworkChoice::On {
        return None;
    }
    let is_own = |port| Some(port) == own_port || port == settings.port;
    let allowed = settings.network_allow.iter().filter(|it| !(it.ip().is_loopback() && is_own(it.port())));
    Some(Outward { allow: allowed.copied().collect() })
}

#[cfg(test)]
mod tests {
    use runtray_engine::{Isolation, Outward};

    use super::{Answer, Chosen, IsolationChoice, LOCAL, NetworkChoice, NetworkWish, Wish, chosen, network};
    use crate::settings::Settings;

    #[test]
    fn a_request_raises_the_level_and_never_lowers_it() {
        use IsolationChoice::{Auto, Container, None as Nothing, Sandbox, Wasm};
        for (asked, wished, expected) in [
            (Auto, None, Some(Auto)),
            (Nothing, None, Some(Nothing)),
            (Nothing, Some(Nothing), Some(Nothing)),
            (Nothing, Some(Auto), Some(Auto)),
            (Nothing, Some(Sandbox), Some(Sandbox)),
            (Auto, Some(Nothing), None),
            (Auto, Some(Sandbox), Some(Sandbox)),
            (Sandbox, Some(Nothing), None),
            (Sandbox, Some(Auto), Some(Sandbox)),
            (Nothing, Some(Wasm), Some(Wasm)),
            (Auto, Some(Wasm), Some(Wasm)),
            (Sandbox, Some(Wasm), Some(Wasm)),
            (Wasm, None, Some(Wasm)),
            (Wasm, Some(Auto), Some(Wasm)),
            (Wasm, Some(Sandbox), None),
            (Wasm, Some(Nothing), None),
            (Auto, Some(Container), Some(Container)),
            (Container, Some(Sandbox), None),
            (Container, Some(Auto), Some(Container)),
            (Wasm, Some(Container), None),
        ] {
            let settings = Settings { isolation: asked, ..Settings::default() };
            let chosen = chosen(&settings, Wish { isolation: wished, network: None }, Isolation::None, LOCAL);
            assert_eq!(chosen.ok().map(|chosen| chosen.level), expected, "{asked:?} {wished:?}");
        }
    }

    #[test]
    fn a_request_may_ask_for_less_network_and_never_for_more() {
        use NetworkChoice::{Ask, Off, On};
        let (own, sealed) = (Isolation::None, Isolation::Wasm);
        for (setting, wished, interpreter, expected) in [
            (Off, None, own, Some(Off)),
            (Off, Some(NetworkWish::Off), own, Some(Off)),
            (Off, Some(NetworkWish::Ask), own, None),
            (Off, Some(NetworkWish::On), own, None),
            (On, None, own, Some(On)),
            (On, Some(NetworkWish::Off), own, Some(Off)),
            (On, Some(NetworkWish::Ask), own, Some(Ask)),
            (On, Some(NetworkWish::On), own, Some(On)),
            (On, None, sealed, Some(Off)),
            (On, Some(NetworkWish::Off), sealed, Some(Off)),
            (On, Some(NetworkWish::On), sealed, None),
            (Ask, None, own, Some(Ask)),
            (Ask, Some(NetworkWish::Off), own, Some(Off)),
            (Ask, Some(NetworkWish::Ask), own, Some(Ask)),
            (Ask, Some(NetworkWish::On), own, Some(Ask)),
            (Ask, None, sealed, Some(Off)),
            (Ask, Some(NetworkWish::Ask), sealed, None),
            (On, None, Isolation::Container, Some(Off)),
            (On, Some(NetworkWish::On), Isolation::Container, None),
        ] {
            let settings = Settings { network: setting, ..Settings::default() };
            let chosen = chosen(&settings, Wish { isolation: None, network: wished }, interpreter, LOCAL);
            let refused = chosen.is_err();
            let network = chosen.ok().map(|chosen| chosen.network);
            assert_eq!((network, refused), (expected, expected.is_none()), "{setting:?} {wished:?}");
        }
        let none = Settings { isolation: IsolationChoice::None, ..Settings::default() };
        let wish = Wish { isolation: None, network: Some(NetworkWish::On) };
        let chosen = chosen(&none, wish, own, LOCAL).expect("the user's own network");
        assert_eq!(chosen, Chosen { level: IsolationChoice::None, network: Off });
        let ask = Wish { isolation: None, network: Some(NetworkWish::Ask) };
        assert!(super::chosen(&none, ask, own, LOCAL).is_err(), "nobody is asked");
    }

    #[test]
    fn an_answer_opens_what_the_settings_leave_open() {
        use NetworkChoice::{Ask, Off, On};
        let wish = |network| Wish { isolation: None, network };
        let (yes, no) = (Some(Answer::Network), Some(Answer::NoNetwork));
        for (network, wished, answer, expected) in [
            (Ask, None, yes, Some(On)),
            (Ask, None, no, Some(Off)),
            (Ask, None, None, Some(Ask)),
            (Ask, Some(NetworkWish::On), yes, Some(On)),
            (Ask, Some(NetworkWish::On), no, None),
            (Ask, Some(NetworkWish::Ask), no, Some(Off)),
            // The settings have changed since then.
            (Off, None, yes, Some(Off)),
            (On, None, no, Some(Off)),
        ] {
            let chosen = Chosen { level: IsolationChoice::Sandbox, network };
            let answered = chosen.answered(answer, wish(wished)).ok().map(|chosen| chosen.network);
            assert_eq!(answered, expected, "{network:?} {wished:?} {answer:?}");
        }
    }

    #[test]
    fn where_nobody_is_asked_the_user_s_own_program_gets_what_is_remembered() {
        let ask = Settings { network: NetworkChoice::Ask, ..Settings::default() };
        let always = Settings { network_always: vec![LOCAL.to_owned()], ..ask.clone() };
        let network = |settings, level, own| Chosen::of_user(settings, level, own).network;
        let (level, own) = (IsolationChoice::Auto, Isolation::None);
        assert_eq!(network(&ask, level, own), NetworkChoice::Ask);
        assert_eq!(network(&always, level, own), NetworkChoice::On);
        assert_eq!(network(&ask, level, Isolation::Wasm), NetworkChoice::Off);
        assert_eq!(network(&ask, IsolationChoice::None, own), NetworkChoice::Off);
        assert_eq!(Chosen::of(&ask).network, NetworkChoice::Off, "for interpreters that wait");
    }

    #[test]
    fn the_own_port_is_never_open() {
        let at = |text: &str| text.parse().expect("an address");
        let allowed = ["127.0.0.1:5000", "[::1]:5000", "127.0.0.1:5001", "192.168.1.2:5000", "127.0.0.2:5001"];
        let settings = Settings {
            network: NetworkChoice::On,
            network_allow: allowed.into_iter().map(at).collect(),
            ..Settings::default()
        };
        let given = |port| network(&settings, NetworkChoice::On, port);
        let outward = |list: &[&str]| Some(Outward { allow: list.iter().map(|text| at(text)).collect() });
        assert_eq!(given(None), outward(&["127.0.0.1:5001", "192.168.1.2:5000", "127.0.0.2:5001"]));
        assert_eq!(given(Some(5001)), outward(&["192.168.1.2:5000"]));
        assert_eq!(network(&settings, NetworkChoice::Off, None), None);
        assert_eq!(network(&settings, NetworkChoice::Ask, None), None, "nobody has answered");
    }
}

//! The isolation of a program, from the settings, its request and the abilities of this machine.

use std::sync::Arc;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::{Language, Languages, Runtime, Unavailable};
use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Engine, Isolation, Policy};

use crate::sentences as s;
use crate::settings::{IsolationChoice, Settings};

/// The network that a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NetworkWish {
    /// None.
    Off,
    /// After a question to a person.
    Ask,
    /// Outward.
    On,
}

/// The level that a request asks for; `None` leaves it to the settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The level.
    pub(crate) isolation: Option<IsolationChoice>,
    /// The network.
    pub(crate) network: Option<NetworkWish>,
}

/// The level to give: the request's if it is not below that of `settings`.
///
/// # Errors
/// The settings forbid to run anything, it is below, or this version does not have it.
pub(super) fn chosen(settings: &Settings, wish: Wish) -> Result<IsolationChoice, LocalizedMessage> {
    if let Some(reason) = settings.refuse_to_run.clone() {
        return Err(reason);
    }
    let asked = settings.isolation;
    let wished = wish.isolation.unwrap_or(asked);
    if wished < asked && !(wished == IsolationChoice::Auto && asked != IsolationChoice::None) {
        return Err(s::ISOLATION_LOWER.with("asked", asked.name()).with("wished", wished.name()));
    }
    if wished == IsolationChoice::Container {
        return Err(s::ISOLATION_LATER.with("wished", wished.name()));
    }
    match wish.network {
        None | Some(NetworkWish::Off) => Ok(wished.max(asked)),
        // At the level `none` a program has the user's network.
        Some(NetworkWish::On) if wished == IsolationChoice::None => Ok(wished),
        Some(NetworkWish::On) => Err(s::NETWORK_LATER.message()),
        Some(NetworkWish::Ask) => Err(s::NETWORK_ASK.message()),
    }
}

/// The level of `choice` on a machine that `lacks` a proven sandbox or has one. `auto` is the sandbox where there is one; a level that
/// the machine does not have is refused by the engine.
pub(super) fn level(choice: IsolationChoice, lacks: bool) -> Isolation {
    match choice {
        IsolationChoice::None => Isolation::None,
        IsolationChoice::Auto if lacks => Isolation::None,
        IsolationChoice::Wasm => Isolation::Wasm,
        _ => Isolation::Sandbox,
    }
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

/// The policy for a run at the level `choice` on a machine with `languages`.
pub async fn policy(engine: &Engine, languages: &Languages, settings: &Settings, choice: IsolationChoice) -> Policy {
    // Only `auto` depends on the machine: at other levels the first run need not wait for the report.
    let lacks = choice == IsolationChoice::Auto && !engine.sandbox().await.is_for_auto();
    let level = level(choice, lacks);
    match level {
        Isolation::Sandbox => sandbox_policy(languages, settings).await,
        Isolation::None | Isolation::Wasm => Policy { level, ..Policy::NONE },
    }
}

/// The policy for a run at the level `sandbox` on a machine with `languages`.
pub async fn sandbox_policy(languages: &Languages, settings: &Settings) -> Policy {
    let (read, write) = (settings.sandbox_read.clone(), settings.sandbox_write.clone());
    let interpreters = if write.is_empty() { Vec::new() } else { languages.code().await };
    Policy { level: Isolation::Sandbox, read, write, interpreters }
}

/// The level for a program that asks for `wished`, or for none; `Err` says why it is refused.
///
/// # Errors
/// It is below that of `settings`, or this version does not have it.
pub fn requested(settings: &Settings, wished: Option<IsolationChoice>) -> Result<IsolationChoice, LocalizedMessage> {
    chosen(settings, Wish { isolation: wished, network: None })
}

/// The runtime of `language` at the level `choice`.
///
/// # Errors
/// It cannot be run here, or not at this level.
pub async fn runtime(
    languages: &Languages,
    language: &Language,
    choice: IsolationChoice,
) -> Result<Arc<Runtime>, Unavailable> {
    match choice {
        IsolationChoice::Wasm => languages.wasm_runtime(language).await,
        _ => languages.runtime(language).await,
    }
}

#[cfg(test)]
mod tests {
    use super::{IsolationChoice, NetworkWish, Wish, chosen};
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
            (Auto, Some(Container), None),
        ] {
            let settings = Settings { isolation: asked, ..Settings::default() };
            let chosen = chosen(&settings, Wish { isolation: wished, network: None });
            assert_eq!(chosen.ok(), expected, "{asked:?} {wished:?}");
        }
    }

    #[test]
    fn the_network_cannot_be_asked_for() {
        let wish = |network| Wish { isolation: None, network: Some(network) };
        let (auto, none) = (Settings::default(), Settings { isolation: IsolationChoice::None, ..Settings::default() });
        assert!(chosen(&auto, wish(NetworkWish::Off)).is_ok() && chosen(&none, wish(NetworkWish::On)).is_ok());
        for network in [NetworkWish::On, NetworkWish::Ask] {
            assert!(chosen(&auto, wish(network)).is_err(), "{network:?}");
        }
    }
}

//! The isolation of a program, from the settings, its request and the abilities of this machine.

use runtray_engine::interpreter::Machine;
use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Engine, Isolation, Policy};

use super::error::RunError;
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
/// It is below, or this version does not have it.
pub(super) fn chosen(settings: &Settings, wish: Wish) -> Result<IsolationChoice, RunError> {
    let refuse = |reason: LocalizedMessage| Err(RunError::NoIsolation(reason));
    let asked = settings.isolation;
    let wished = wish.isolation.unwrap_or(asked);
    if wished < asked && !(wished == IsolationChoice::Auto && asked != IsolationChoice::None) {
        return refuse(s::ISOLATION_LOWER.with("asked", asked.name()).with("wished", wished.name()));
    }
    if wished > IsolationChoice::Sandbox {
        return refuse(s::ISOLATION_LATER.with("wished", wished.name()));
    }
    match wish.network {
        None | Some(NetworkWish::Off) => Ok(wished.max(asked)),
        // At the level `none` a program has the user's network.
        Some(NetworkWish::On) if wished == IsolationChoice::None => Ok(wished),
        Some(NetworkWish::On) => refuse(s::NETWORK_LATER.message()),
        Some(NetworkWish::Ask) => refuse(s::NETWORK_ASK.message()),
    }
}

/// The level of `choice` on a machine that `lacks` a sandbox for `auto` or has one. `auto` is the sandbox where there is one that
/// was proven; a level that the machine does not have is refused by the engine.
pub(super) fn level(choice: IsolationChoice, lacks: bool) -> Isolation {
    match choice {
        IsolationChoice::None => Isolation::None,
        IsolationChoice::Auto if lacks => Isolation::None,
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

/// The policy for a run at the level `choice`.
pub async fn policy(engine: &Engine, settings: &Settings, choice: IsolationChoice) -> Policy {
    // Only `auto` depends on the machine: at other levels the first run need not wait for the report.
    let lacks = choice == IsolationChoice::Auto && !engine.sandbox().await.is_for_auto();
    let level = level(choice, lacks);
    match level {
        Isolation::Sandbox => {
            Policy { level, read: settings.sandbox_read.clone(), write: settings.sandbox_write.clone() }
        }
        _ => Policy::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{IsolationChoice, NetworkWish, Wish, chosen};
    use crate::runs::error::RunError;
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
            (Auto, Some(Wasm), None),
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
            assert!(matches!(chosen(&auto, wish(network)), Err(RunError::NoIsolation(_))), "{network:?}");
        }
    }
}

//! The isolation of a program, from the settings, its request and the abilities of this machine.

use runtray_engine::interpreter::Machine;
use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Engine, Isolation, Outward, Policy};

use super::error::RunError;
use crate::sentences as s;
use crate::settings::{IsolationChoice, NetworkChoice, Settings};

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
    /// That of the settings, for a program whose request asks for nothing else.
    pub fn of(settings: &Settings) -> Self {
        Self { level: settings.isolation, network: settings.network }
    }
}

/// The isolation to give to a program whose interpreter isolates it as `own` says: the request's if it is not below that of
/// `settings`.
///
/// # Errors
/// It is below, or this version does not have it.
pub(super) fn chosen(settings: &Settings, wish: Wish, own: Isolation) -> Result<Chosen, RunError> {
    let refuse = |reason: LocalizedMessage| Err(RunError::NoIsolation(reason));
    let asked = settings.isolation;
    let wished = wish.isolation.unwrap_or(asked);
    if wished < asked && !(wished == IsolationChoice::Auto && asked != IsolationChoice::None) {
        return refuse(s::ISOLATION_LOWER.with("asked", asked.name()).with("wished", wished.name()));
    }
    if wished > IsolationChoice::Sandbox {
        return refuse(s::ISOLATION_LATER.with("wished", wished.name()));
    }
    let level = wished.max(asked);
    let network = match wish.network {
        // At the level `none` a program has the user's network.
        _ if level == IsolationChoice::None => NetworkChoice::Off,
        Some(NetworkWish::Off) => NetworkChoice::Off,
        None if own != Isolation::None => NetworkChoice::Off,
        None => settings.network,
        Some(_) if own != Isolation::None => return refuse(s::NETWORK_BUILT_IN.message()),
        Some(NetworkWish::Ask) => return refuse(s::NETWORK_ASK.message()),
        Some(NetworkWish::On) if settings.network == NetworkChoice::Off => return refuse(s::NETWORK_OFF.message()),
        Some(NetworkWish::On) => NetworkChoice::On,
    };
    Ok(Chosen { level, network })
}

/// The level of `choice` on a machine that `lacks` a sandbox or has one. `auto` is the sandbox where there is one; a level that
/// the machine does not have is refused by the engine.
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
    machine.set_own_are_open(is_auto && engine.sandbox().await.lack.is_some())
}

/// The policy for a run with the isolation `chosen`. A service that listens at `own_port` of the loopback is not reached by it.
pub async fn policy(engine: &Engine, settings: &Settings, chosen: Chosen, own_port: Option<u16>) -> Policy {
    // Only `auto` depends on the machine: at other levels the first run need not wait for the report.
    let lacks = chosen.level == IsolationChoice::Auto && engine.sandbox().await.lack.is_some();
    let level = level(chosen.level, lacks);
    match level {
        Isolation::Sandbox => Policy {
            level,
            read: settings.sandbox_read.clone(),
            write: settings.sandbox_write.clone(),
            network: network(settings, chosen.network, own_port),
        },
        _ => Policy::default(),
    }
}

/// The network to give. The settings may have changed since it was chosen.
fn network(settings: &Settings, chosen: NetworkChoice, own_port: Option<u16>) -> Option<Outward> {
    if chosen != NetworkChoice::On || settings.network == NetworkChoice::Off {
        return None;
    }
    let is_own = |port| Some(port) == own_port || port == settings.port;
    let allowed = settings.network_allow.iter().filter(|it| !(it.ip().is_loopback() && is_own(it.port())));
    Some(Outward { allow: allowed.copied().collect() })
}

#[cfg(test)]
mod tests {
    use runtray_engine::{Isolation, Outward};

    use super::{Chosen, IsolationChoice, NetworkChoice, NetworkWish, Wish, chosen, network};
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
            let chosen = chosen(&settings, Wish { isolation: wished, network: None }, Isolation::None);
            assert_eq!(chosen.ok().map(|chosen| chosen.level), expected, "{asked:?} {wished:?}");
        }
    }

    #[test]
    fn a_request_may_ask_for_less_network_and_never_for_more() {
        use NetworkChoice::{Off, On};
        let (own, sealed) = (Isolation::None, Isolation::Wasm);
        for (setting, wished, interpreter, expected) in [
            (Off, None, own, Some(Off)),
            (Off, Some(NetworkWish::Off), own, Some(Off)),
            (Off, Some(NetworkWish::Ask), own, None),
            (Off, Some(NetworkWish::On), own, None),
            (On, None, own, Some(On)),
            (On, Some(NetworkWish::Off), own, Some(Off)),
            (On, Some(NetworkWish::Ask), own, None),
            (On, Some(NetworkWish::On), own, Some(On)),
            (On, None, sealed, Some(Off)),
            (On, Some(NetworkWish::Off), sealed, Some(Off)),
            (On, Some(NetworkWish::On), sealed, None),
        ] {
            let settings = Settings { network: setting, ..Settings::default() };
            let chosen = chosen(&settings, Wish { isolation: None, network: wished }, interpreter);
            let refused = matches!(chosen, Err(RunError::NoIsolation(_)));
            let network = chosen.ok().map(|chosen| chosen.network);
            assert_eq!((network, refused), (expected, expected.is_none()), "{setting:?} {wished:?}");
        }
        let none = Settings { isolation: IsolationChoice::None, ..Settings::default() };
        let wish = Wish { isolation: None, network: Some(NetworkWish::On) };
        let chosen = chosen(&none, wish, own).expect("the user's own network");
        assert_eq!(chosen, Chosen { level: IsolationChoice::None, network: Off });
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
        assert_eq!(
            network(&Settings { network: NetworkChoice::Off, ..settings.clone() }, NetworkChoice::On, None),
            None
        );
    }
}

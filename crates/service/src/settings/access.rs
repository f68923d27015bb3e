//! The values of the keys that restrict access: origins, token, users, isolation. An invalid value fails closed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Component, Path, PathBuf};

use runtray_engine::message::{LocalizedMessage, Sentence};
use toml_edit::{Item, Value};

use super::key::{Fault, set};
use super::model::{IsolationChoice, NetworkChoice, Settings};
use super::read::{excerpt, switch, texts};
use crate::platform::origin::Origin;
use crate::sentences as s;

/// Reads a list of origins and keeps the valid ones. A value that is no list allows none.
pub(super) fn origins(list: &mut Vec<Origin>, item: &Item) -> Result<(), Fault> {
    list.clear();
    let mut wrong = Vec::new();
    for text in texts(item)? {
        match text.parse::<Origin>() {
            Ok(origin) if list.contains(&origin) => {}
            Ok(origin) => list.push(origin),
            Err(why) => wrong.push(why.message().clone()),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Fault::Replaced(s::SETTING_ORIGINS.with("entries", wrong))) }
}

/// Reads the denied origins. Besides valid ones, it denies the page of every entry that contains a URL.
pub(super) fn denied(list: &mut Vec<Origin>, item: &Item) -> Result<(), Fault> {
    let outcome = origins(list, item);
    let single = item.as_str().into_iter();
    let entries = item.as_array().into_iter().flatten().filter_map(Value::as_str);
    for page in single.chain(entries).filter_map(Origin::of_page) {
        if !list.contains(&page) {
            list.push(page);
        }
    }
    outcome
}

/// Reads a list of host names and keeps the valid ones.
pub(super) fn hosts(list: &mut Vec<String>, item: &Item) -> Result<(), Fault> {
    list.clear();
    let mut wrong = Vec::new();
    for text in texts(item)? {
        match host(text) {
            Some(host) if list.contains(&host) => {}
            Some(host) => list.push(host),
            None => wrong.push(s::SETTING_HOST.with("written", text)),
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(Fault::Replaced(s::SETTING_HOSTS.with("entries", wrong))) }
}

/// A host name in lower case, without a port. An address is none: the service listens on the loopback ones only.
fn host(text: &str) -> Option<String> {
    let is_label = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let is_address = text.parse::<std::net::IpAddr>().is_ok();
    (text.len() <= 253 && !is_address && text.split('.').all(is_label)).then(|| text.to_ascii_lowercase())
}

/// Requires the token unless the value is `false`.
pub(super) fn token(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    settings.require_token = true;
    set(&mut settings.require_token, switch(item))
}

/// Keeps other users out unless the value is `false`.
pub(super) fn same_user(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    settings.same_user_only = true;
    set(&mut settings.same_user_only, switch(item))
}

/// Refuses to run anything unless the value is an available level.
pub(super) fn isolation(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    let why = match item.as_str() {
        Some("auto") => return choose(settings, IsolationChoice::Auto),
        Some("none") => return choose(settings, IsolationChoice::None),
        Some("sandbox") => return choose(settings, IsolationChoice::Sandbox),
        Some("wasm") => return choose(settings, IsolationChoice::Wasm),
        Some("container") => return choose(settings, IsolationChoice::Container),
        _ => s::SETTING_ISOLATION.with("written", excerpt(item)),
    };
    settings.refuse_to_run = Some(s::SETTING_ISOLATION_REFUSES.with("why", why.clone()));
    Err(Fault::Message(why))
}

/// Reads a list of folders for the sandbox. If one entry is wrong, no folder is granted.
pub(super) fn folders(list: &mut Vec<PathBuf>, item: &Item) -> Result<(), Fault> {
    list.clear();
    let read: Result<Vec<PathBuf>, LocalizedMessage> = texts(item)?.into_iter().map(folder).collect();
    set(list, read)
}

/// The path of a folder that may be granted. The root folder and the system's virtual file systems may not.
fn folder(text: &str) -> Result<PathBuf, LocalizedMessage> {
    const NEVER: [&str; 3] = ["/proc", "/sys", "/dev"];
    let path = Path::new(text);
    let why = |sentence: Sentence| sentence.with("written", runtray_engine::excerpt(text).into_owned());
    if text.contains('\0') || !path.is_absolute() {
        return Err(why(s::SETTING_FOLDER_RELATIVE));
    }
    if path.components().any(|component| component == Component::ParentDir) {
        return Err(why(s::SETTING_FOLDER_PARENT));
    }
    let plain: PathBuf = path.components().collect();
    if plain.parent().is_none() || NEVER.iter().any(|never| plain.starts_with(never)) {
        return Err(why(s::SETTING_FOLDER_NEVER));
    }
    if plain.exists() && !plain.is_dir() {
        return Err(why(s::SETTING_FOLDER_FILE));
    }
    Ok(plain)
}

/// Gives no network unless the value is `ask` or `on`.
pub(super) fn network(settings: &mut Settings, item: &Item) -> Result<(), Fault> {
    settings.network = NetworkChoice::Off;
    match item.as_str() {
        Some("off") => Ok(()),
        Some("on") => set(&mut settings.network, Ok(NetworkChoice::On)),
        Some("ask") => set(&mut settings.network, Ok(NetworkChoice::Ask)),
        _ => Err(Fault::Replaced(s::SETTING_NETWORK.with("written", excerpt(item)))),
    }
}

/// Reads a list of addresses with ports. If one entry is wrong, none is allowed.
pub(super) fn addresses(list: &mut Vec<SocketAddr>, item: &Item) -> Result<(), Fault> {
    const MOST: usize = 64;
    list.clear();
    let texts = texts(item)?;
    if texts.len() > MOST {
        return Err(s::SETTING_ADDRESSES.with("most", MOST).into());
    }
    set(list, texts.into_iter().map(address).collect())
}

/// The address of one service.
fn address(text: &str) -> Result<SocketAddr, LocalizedMessage> {
    let parsed = text.parse::<SocketAddr>().ok();
    let address = parsed.map(|address| SocketAddr::new(address.ip().to_canonical(), address.port()));
    let is_one = |address: &SocketAddr| {
        let (ip, broadcast) = (address.ip(), IpAddr::from(Ipv4Addr::BROADCAST));
        address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast() && ip != broadcast
    };
    address.filter(is_one).ok_or_else(|| s::SETTING_ADDRESS.with("written", runtray_engine::excerpt(text).into_owned()))
}

fn choose(settings: &mut Settings, isolation: IsolationChoice) -> Result<(), Fault> {
    settings.isolation = isolation;
    settings.refuse_to_run = None;
    Ok(())
}

//! A panel that watches for tray icons on the bus and uses their menus.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::blocking::{Connection, Proxy, connection::Builder};
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

use crate::session::{Session, until};

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
const ITEM: &str = "org.kde.StatusNotifierItem";
const MENU: &str = "com.canonical.dbusmenu";

/// The connection and object path of a tray icon.
type Place = (String, String);

#[derive(Default)]
struct Watcher {
    items: Arc<Mutex<Vec<Place>>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String, #[zbus(header)] header: Header<'_>) {
        let sender = header.sender().map(ToString::to_string).unwrap_or_default();
        self.items.lock().expect("a list").push((sender, service));
    }

    fn register_status_notifier_host(&self, _service: String) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.items.lock().expect("a list").iter().map(|(name, path)| format!("{name}{path}")).collect()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// A panel that shows tray icons.
pub(crate) struct Panel {
    bus: Connection,
    items: Arc<Mutex<Vec<Place>>>,
}

/// The app's tray icon.
pub(crate) struct Tray {
    bus: Connection,
    place: Place,
}

/// A line of a menu.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    id: i32,
    pub(crate) label: String,
    pub(crate) is_enabled: bool,
    pub(crate) is_checked: bool,
    pub(crate) children: Vec<Line>,
}

impl Panel {
    /// Starts a panel on the session's bus.
    pub(crate) fn new(session: &Session) -> Self {
        let watcher = Watcher::default();
        let items = watcher.items.clone();
        let bus = Builder::address(session.bus()).expect("an address");
        let bus = bus.name(WATCHER).and_then(|bus| bus.serve_at("/StatusNotifierWatcher", watcher));
        Self { bus: bus.and_then(Builder::build).expect("a watcher"), items }
    }

    /// Waits for the app's icon.
    pub(crate) fn tray(&self) -> Tray {
        let place = until("a tray icon", || self.items.lock().expect("a list").last().cloned());
        Tray { bus: self.bus.clone(), place }
    }
}

impl Tray {
    /// The name of the icon that is shown.
    pub(crate) fn icon(&self) -> String {
        self.proxy(&self.place.1, ITEM).get_property("IconName").expect("an icon")
    }

    /// The current menu.
    pub(crate) fn menu(&self) -> Line {
        type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));
        let (_, (id, properties, children)): Layout =
            self.menu_proxy().call("GetLayout", &(0, -1, Vec::<&str>::new())).expect("a menu");
        line(id, &properties, children.into_iter().map(Value::from))
    }

    /// Waits until the first line, which shows the state, begins with `text`.
    pub(crate) fn says(&self, text: &str) {
        until(&format!("the line {text:?}"), || {
            self.menu().children.first().is_some_and(|line| line.label.starts_with(text)).then_some(())
        });
    }

    /// Waits for the line that begins with `label`, which may be in a submenu.
    pub(crate) fn line(&self, label: &str) -> Line {
        until(&format!("the line {label:?}"), || self.menu().find(label).filter(|line| line.is_enabled).cloned())
    }

    /// Clicks the line that begins with `label`.
    pub(crate) fn click(&self, label: &str) {
        let line = self.line(label);
        let event = (line.id, "clicked", Value::I32(0), 0_u32);
        self.menu_proxy().call::<_, _, ()>("Event", &event).expect("a click");
    }

    fn menu_proxy(&self) -> Proxy<'_> {
        let path: OwnedObjectPath = self.proxy(&self.place.1, ITEM).get_property("Menu").expect("a menu");
        self.proxy(path.as_str(), MENU)
    }

    fn proxy(&self, path: &str, interface: &'static str) -> Proxy<'_> {
        let builder = zbus::blocking::proxy::Builder::new(&self.bus).cache_properties(zbus::proxy::CacheProperties::No);
        let builder = builder.destination(self.place.0.clone()).and_then(|builder| builder.path(path.to_owned()));
        builder.and_then(|builder| builder.interface(interface)).and_then(|b| b.build()).expect("an object")
    }
}

impl Line {
    /// The first line in this menu or its submenus whose label begins with `label`.
    pub(crate) fn find(&self, label: &str) -> Option<&Self> {
        let is_it = |line: &&Self| line.label.starts_with(label);
        self.children.iter().find(is_it).or_else(|| self.children.iter().find_map(|line| line.find(label)))
    }
}

fn line(id: i32, properties: &HashMap<String, OwnedValue>, children: impl Iterator<Item = Value<'static>>) -> Line {
    let text = |name: &str| properties.get(name).and_then(|value| String::try_from(value.clone()).ok());
    let number = |name: &str| properties.get(name).and_then(|value| i32::try_from(value.clone()).ok());
    let yes = |name: &str| properties.get(name).and_then(|value| bool::try_from(value.clone()).ok());
    Line {
        id,
        label: text("label").unwrap_or_default().replace("__", "_"),
        is_enabled: yes("enabled").unwrap_or(true),
        is_checked: number("toggle-state") == Some(1),
        children: children.filter_map(child).collect(),
    }
}

fn child(value: Value<'static>) -> Option<Line> {
    let value = match value {
        Value::Value(inner) => *inner,
        value => value,
    };
    let (id, properties, children): (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>) =
        Structure::try_from(value).ok()?.try_into().ok()?;
    Some(line(id, &properties, children.into_iter().map(Value::from)))
}

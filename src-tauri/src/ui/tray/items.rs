//! The menu's items, changed one by one so that an open menu stays open.

use tauri::menu::{CheckMenuItem, Menu, MenuItem, PredefinedMenuItem, Submenu};
use tauri::{AppHandle, Result, Wry};

use super::menu::{Entry, View, id};
use crate::i18n::Language;

/// The items that change, and the menu that contains them.
pub(super) struct Items {
    menu: Menu<Wry>,
    state: MenuItem<Wry>,
    open: MenuItem<Wry>,
    start: MenuItem<Wry>,
    restart: MenuItem<Wry>,
    copy: MenuItem<Wry>,
    python: Submenu<Wry>,
    /// The check items of the Pythons.
    pythons: Vec<CheckMenuItem<Wry>>,
    recent: Submenu<Wry>,
    autostart: CheckMenuItem<Wry>,
    about: MenuItem<Wry>,
    quit: MenuItem<Wry>,
}

impl Items {
    /// Makes the menu for `view`.
    pub(super) fn new(app: &AppHandle<Wry>, view: &View) -> Result<Self> {
        let item = |id: &str| MenuItem::with_id(app, id, "", true, None::<&str>);
        let mut items = Self {
            menu: Menu::new(app)?,
            state: MenuItem::with_id(app, "state", "", false, None::<&str>)?,
            open: item(id::OPEN)?,
            start: item(id::START_OR_STOP)?,
            restart: item(id::RESTART)?,
            copy: item(id::COPY)?,
            python: Submenu::with_id(app, "pythons", "", true)?,
            pythons: Vec::new(),
            recent: Submenu::with_id(app, "runs", "", true)?,
            autostart: CheckMenuItem::with_id(app, id::AUTOSTART, "", true, view.starts_at_login, None::<&str>)?,
            about: item(id::ABOUT)?,
            quit: item(id::QUIT)?,
        };
        items.lay_out(app)?;
        items.name(view.language)?;
        items.tell(view)?;
        items.pythons = fill(app, &items.python, &view.pythons)?;
        fill(app, &items.recent, &view.runs)?;
        Ok(items)
    }

    pub(super) fn menu(&self) -> &Menu<Wry> {
        &self.menu
    }

    /// Updates the items that differ.
    pub(super) fn draw(&mut self, app: &AppHandle<Wry>, old: &View, new: &View) -> Result<()> {
        self.tell(new)?;
        if old.pythons != new.pythons {
            self.pythons = fill(app, &self.python, &new.pythons)?;
        }
        if old.runs != new.runs {
            fill(app, &self.recent, &new.runs)?;
        }
        Ok(())
    }

    /// Sets all check marks as in `view`: the system changes the mark of a clicked item itself.
    pub(super) fn mark(&self, view: &View) -> Result<()> {
        let marks = view.pythons.iter().filter_map(|entry| entry.is_checked);
        self.pythons.iter().zip(marks).try_for_each(|(item, mark)| item.set_checked(mark))?;
        self.autostart.set_checked(view.starts_at_login)
    }

    fn lay_out(&self, app: &AppHandle<Wry>) -> Result<()> {
        let line = || PredefinedMenuItem::separator(app);
        self.menu.append_items(&[
            &self.state,
            &line()?,
            &self.open,
            &self.start,
            &self.restart,
            &self.copy,
            &line()?,
            &self.python,
            &self.recent,
            &line()?,
            &self.autostart,
            &self.about,
            &self.quit,
        ])
    }

    /// Sets the texts of the fixed items.
    fn name(&self, language: Language) -> Result<()> {
        let text = |key: &str| language.text(key, &[]);
        self.open.set_text(text("tray.open"))?;
        self.restart.set_text(text("tray.restart"))?;
        self.copy.set_text(text("tray.copy"))?;
        self.python.set_text(text("tray.python"))?;
        self.recent.set_text(text("tray.recent"))?;
        self.autostart.set_text(text("tray.autostart"))?;
        self.about.set_text(text("tray.about"))?;
        self.quit.set_text(text("tray.quit"))
    }

    /// Updates the items that show the state.
    fn tell(&self, view: &View) -> Result<()> {
        self.state.set_text(&view.state)?;
        let start = if view.is_on { "tray.stop" } else { "tray.start" };
        self.start.set_text(view.language.text(start, &[]))?;
        self.start.set_enabled(!view.is_changing)?;
        self.restart.set_enabled(view.is_on && !view.is_changing)?;
        self.autostart.set_checked(view.starts_at_login)
    }
}

/// Fills an emptied submenu with `entries`, and returns its check items.
fn fill(app: &AppHandle<Wry>, submenu: &Submenu<Wry>, entries: &[Entry]) -> Result<Vec<CheckMenuItem<Wry>>> {
    while submenu.remove_at(0)?.is_some() {}
    let mut marked = Vec::new();
    for entry in entries {
        // An ampersand marks the access key of an item, unless it is doubled.
        let text = entry.text.replace('&', "&&");
        match entry.is_checked {
            Some(mark) => {
                let item = CheckMenuItem::with_id(app, &entry.id, text, entry.is_enabled, mark, None::<&str>)?;
                submenu.append(&item)?;
                marked.push(item);
            }
            None if entry.id.is_empty() => {
                submenu.append(&MenuItem::new(app, text, entry.is_enabled, None::<&str>)?)?;
            }
            None => submenu.append(&MenuItem::with_id(app, &entry.id, text, entry.is_enabled, None::<&str>)?)?,
        }
    }
    Ok(marked)
}

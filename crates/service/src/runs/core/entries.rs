//! The list of languages, with the interpreters that run them here.

use std::sync::Arc;

use runtray_engine::SandboxReport;
use runtray_engine::language::{Choices, Entry, Unavailable};

use super::Core;
use crate::runs::auto;
use crate::runs::error::RunError;
use crate::settings::{IsolationChoice, Settings};

impl Core {
    /// Every language with its interpreter at the level that a program gets now, or why the settings' level runs no program of
    /// it here. The level `auto` depends on the machine, so it waits until the engine has examined that: for a service that is
    /// served, whose engine starts.
    pub(crate) async fn entries(&self) -> Vec<Entry> {
        let settings = self.settings.borrow().settings.clone();
        let report = if settings.isolation == IsolationChoice::Auto { self.examined().await } else { None };
        self.judged(&settings, report.as_ref()).await
    }

    /// The same without waiting. While the machine is not examined, every language with an interpreter counts as runnable.
    pub(crate) async fn entries_now(&self) -> Vec<Entry> {
        let settings = self.settings.borrow().settings.clone();
        let report = self.sandbox().map(|(_, report)| report);
        self.judged(&settings, report.as_ref()).await
    }

    /// The report about the machine's sandbox, once the engine has started and examined the machine.
    async fn examined(&self) -> Option<SandboxReport> {
        let engine = self.engine.started().await.ok()?;
        self.prefer_isolated_python(&engine).await;
        Some(engine.sandbox().await)
    }

    async fn judged(&self, settings: &Settings, report: Option<&SandboxReport>) -> Vec<Entry> {
        let judged = |entry: Entry| Entry {
            runtime: entry.runtime.and_then(|runtime| {
                match report.and_then(|report| auto::refusal(settings, settings.isolation, &runtime, report)) {
                    Some(reason) => Err(Unavailable(reason)),
                    None => Ok(Arc::new(auto::at_its_level(settings, &runtime, report))),
                }
            }),
            ..entry
        };
        self.languages().list().await.into_iter().map(judged).collect()
    }

    /// The error about a language of that name, with those that can run.
    pub(super) async fn unknown(&self, name: &str) -> RunError {
        let settings = self.settings.borrow().settings.clone();
        let runnable = self.entries_now().await.into_iter().filter(|entry| entry.runtime.is_ok());
        let known: Vec<String> = runnable.map(|entry| entry.language.name).collect();
        RunError::UnknownLanguage { name: name.to_owned(), known, shells: self.shells_that_are_off(&settings).await }
    }

    /// The names of the shells that would run if the settings allowed them.
    async fn shells_that_are_off(&self, settings: &Settings) -> Vec<String> {
        let languages = self.languages();
        let allowed = languages.with(Choices { shells: true, ..settings.choices() });
        let mut names = Vec::new();
        for Entry { language, runtime } in allowed.list().await {
            if runtime.is_ok() && languages.forbidden(&language).is_some() {
                names.push(language.name);
            }
        }
        names
    }
}

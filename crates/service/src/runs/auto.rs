//! The level `auto`: the sandbox where it is proven, else the isolation that an interpreter gives its programs itself. It is
//! never `none` by itself.

use runtray_engine::language::Runtime;
use runtray_engine::message::LocalizedMessage;
use runtray_engine::{Isolation, Lack, SandboxReport};

use crate::sentences as s;
use crate::settings::{IsolationChoice, Settings};

/// The name of the language that the built-in Python runs.
const PYTHON: &str = "python";

/// The level of `choice` on a machine that `lacks` a proven sandbox or has one. `auto` is the sandbox where there is one, else
/// the isolation that an interpreter gives its programs itself; a level that the machine does not have is refused by the engine.
pub(crate) fn level(choice: IsolationChoice, lacks: bool) -> Isolation {
    match choice {
        IsolationChoice::None => Isolation::None,
        IsolationChoice::Auto if lacks => Isolation::Wasm,
        IsolationChoice::Wasm => Isolation::Wasm,
        IsolationChoice::Container => Isolation::Container,
        _ => Isolation::Sandbox,
    }
}

/// The level of programs of an own Python that are run with `settings` on a machine whose sandbox is `report`.
pub(crate) fn level_of_python(settings: &Settings, report: &SandboxReport) -> Isolation {
    match level(settings.isolation, !report.is_for_auto()) {
        Isolation::Wasm if settings.isolation == IsolationChoice::Auto && chooses_python(settings) => Isolation::None,
        level => level,
    }
}

/// Whether the user has chosen a Python, which `auto` then runs even where nothing isolates its programs.
fn chooses_python(settings: &Settings) -> bool {
    settings.python.is_some()
}

/// Why programs of `runtime` are not run at the level `choice` on a machine whose sandbox is `report`: `auto` is never `none`
/// by itself.
pub(crate) fn refusal(
    settings: &Settings,
    choice: IsolationChoice,
    runtime: &Runtime,
    report: &SandboxReport,
) -> Option<LocalizedMessage> {
    let is_isolated = choice != IsolationChoice::Auto || runtime.isolation != Isolation::None || report.is_for_auto();
    let is_python = runtime.language == PYTHON;
    if is_isolated || (is_python && chooses_python(settings)) {
        return None;
    }
    let unproven = if cfg!(windows) { s::ISOLATION_UNPROVEN_WINDOWS } else { s::ISOLATION_UNPROVEN_MAC };
    let reason = report.lack.map_or_else(|| unproven.message(), Lack::message);
    Some(match is_python {
        true => s::ISOLATION_NO_PYTHON.with("reason", reason),
        false => s::ISOLATION_NOTHING.with("language", runtime.language.as_str()).with("reason", reason),
    })
}

/// `runtime` with the level of isolation that its programs get with `settings`, which do not refuse them, on a machine whose
/// sandbox is `report`; `None` if that is not known.
pub(crate) fn at_its_level(settings: &Settings, runtime: &Runtime, report: Option<&SandboxReport>) -> Runtime {
    let isolation = match runtime.isolation {
        Isolation::None => match level(settings.isolation, report.is_none_or(|report| !report.is_for_auto())) {
            // `auto` runs an unisolated interpreter only if the user chose that Python.
            Isolation::Wasm => Isolation::None,
            level => level,
        },
        own => own,
    };
    Runtime { isolation, ..runtime.clone() }
}

#[cfg(test)]
mod tests {
    use runtray_engine::interpreter::Machine;
    use runtray_engine::language::{Choices, Images, Languages, Runtime};
    use runtray_engine::{Isolation, Lack, SandboxReport};

    use super::{at_its_level, level, level_of_python, refusal};
    use crate::settings::{IsolationChoice, Settings};

    /// The runtime of a language; an image's runtime stands for one of this machine.
    fn runtime(language: &str, isolation: Isolation) -> Runtime {
        let images = Images { default: Some("image:1".into()), ..Images::default() };
        let languages = Languages::new(Choices { images, ..Choices::default() }, Machine::this());
        let found = languages.container_runtime(languages.find(language).expect("a language")).expect("a runtime");
        Runtime { isolation, image: None, ..(*found).clone() }
    }

    #[test]
    fn auto_is_never_none_by_itself() {
        use IsolationChoice::{Auto, Container, None as Nothing, Sandbox, Wasm};
        for (choice, here, elsewhere) in [
            (Auto, Isolation::Sandbox, Isolation::Wasm),
            (Sandbox, Isolation::Sandbox, Isolation::Sandbox),
            (Wasm, Isolation::Wasm, Isolation::Wasm),
            (Container, Isolation::Container, Isolation::Container),
            (Nothing, Isolation::None, Isolation::None),
        ] {
            assert_eq!((level(choice, false), level(choice, true)), (here, elsewhere), "{choice:?}");
        }
    }

    #[test]
    fn what_nothing_isolates_is_refused_unless_a_person_chose_it() {
        let (lacking, unproven) = (SandboxReport::lacking(Lack::Landlock), SandboxReport::unproven());
        let proven = SandboxReport { is_proven: true, ..unproven.clone() };
        let auto = Settings::default();
        let chosen = Settings { python: Some("/opt/bin/python".into()), ..Settings::default() };
        let (own, sealed) = (Isolation::None, Isolation::Wasm);
        for (settings, choice, language, isolation, report, words) in [
            (&auto, IsolationChoice::Auto, "javascript", own, &lacking, Some(["javascript", "no Landlock"])),
            (&auto, IsolationChoice::Auto, "javascript", own, &unproven, Some(["not been proven", "\"none\""])),
            (&auto, IsolationChoice::Auto, "python", own, &lacking, Some(["built-in", "\"container\""])),
            (&auto, IsolationChoice::Auto, "python", sealed, &lacking, None),
            (&auto, IsolationChoice::Auto, "javascript", own, &proven, None),
            (&auto, IsolationChoice::None, "javascript", own, &lacking, None),
            // The engine refuses it with its own reason.
            (&auto, IsolationChoice::Sandbox, "javascript", own, &lacking, None),
            (&chosen, IsolationChoice::Auto, "python", own, &lacking, None),
            (&chosen, IsolationChoice::Auto, "javascript", own, &lacking, Some(["javascript", "no Landlock"])),
        ] {
            let told =
                refusal(settings, choice, &runtime(language, isolation), report).map(|reason| reason.to_string());
            let is_told = |told: &String| words.is_some_and(|words| words.iter().all(|word| told.contains(word)));
            assert!(told.as_ref().map_or(words.is_none(), is_told), "{choice:?} {language} {isolation:?}: {told:?}");
        }
        let listed = |settings: &Settings, own: Isolation, report: &SandboxReport| {
            at_its_level(settings, &runtime("python", own), Some(report)).isolation
        };
        assert_eq!(
            [listed(&auto, own, &proven), listed(&auto, sealed, &lacking)],
            [Isolation::Sandbox, Isolation::Wasm]
        );
        assert_eq!([listed(&chosen, own, &lacking), listed(&chosen, own, &proven)], [own, Isolation::Sandbox]);
        let shown = |settings: &Settings, report: &SandboxReport| level_of_python(settings, report);
        assert_eq!([shown(&auto, &lacking), shown(&auto, &proven)], [Isolation::Wasm, Isolation::Sandbox]);
        assert_eq!([shown(&chosen, &lacking), shown(&chosen, &proven)], [Isolation::None, Isolation::Sandbox]);
    }
}

//! An examination of this machine for `runtray doctor` and the app's settings. Each part is tried.

mod check;
mod trials;

use runtray_engine::interpreter::Machine;
use runtray_engine::language::Languages;
use runtray_engine::{Config, Engine, Error, Isolation, SandboxReport, Warm};

pub use self::check::Check;
use self::check::{CONTAINER, NEEDED, PYTHON, SANDBOX};
use crate::platform::paths::Paths;
use crate::runs::auto::level_of_python;
use crate::runs::isolation::prefer_isolated_python;
use crate::sentences as s;
use crate::settings::{IsolationChoice, Settings};

/// The findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// The level at which programs run with these settings.
    pub isolation: Isolation,
    /// The checks in their order.
    pub checks: Vec<Check>,
}

/// The version of Landlock without which there is no sandbox, and the newest that is used.
const LANDLOCK: (u32, u32) = (3, 6);

impl Examination {
    /// Whether programs are isolated, and every part that this needs works.
    pub fn is_whole(&self) -> bool {
        let is_needed = |check: &Check| match self.isolation {
            Isolation::Container => check.name == CONTAINER,
            Isolation::Wasm => check.name == PYTHON || (NEEDED.contains(&check.name) && check.name != SANDBOX),
            Isolation::None | Isolation::Sandbox => NEEDED.contains(&check.name),
        };
        self.isolation != Isolation::None && self.checks.iter().all(|check| check.ok || !is_needed(check))
    }
}

impl From<&Examination> for runtray_wire::Examination {
    fn from(found: &Examination) -> Self {
        let Examination { isolation, checks } = found;
        Self { isolation: isolation.name().to_owned(), checks: checks.iter().map(Into::into).collect() }
    }
}

impl From<&Examination> for runtray_wire::DoctorReport {
    fn from(found: &Examination) -> Self {
        let Examination { isolation, checks } = found;
        Self { isolation: isolation.name().to_owned(), checks: checks.iter().map(Into::into).collect() }
    }
}

/// Examines this machine with an engine of its own.
///
/// # Errors
/// No program can be started here.
pub async fn examine(paths: &Paths, settings: &Settings) -> Result<Examination, Error> {
    let config = Config { runs_folder: paths.runs.clone(), hidden: paths.hidden(), warm: Warm::none() };
    let engine = Engine::start(&config)?;
    let report = engine.sandbox().await;
    let machine = Machine::this().with_packages(paths.packages_folder());
    prefer_isolated_python(&engine, settings, &machine).await;
    let languages = Languages::new(settings.choices(), machine);
    let own = own_level_of_python(&languages).await;
    let mut checks = vec![containment(&engine)];
    checks.extend(parts(&report));
    checks.push(container(&engine, settings).await);
    checks.extend(trials::programs(&engine, &languages, settings).await);
    if report.lack.is_none() || own == Isolation::Wasm {
        checks.extend(trials::closed(&engine, &languages, settings).await);
    }
    if report.lack.is_none() {
        checks.extend(trials::outward(&engine, &languages, settings, &report).await);
    }
    engine.shutdown().await;
    let isolation = match (level_of_python(settings, &report), own) {
        (level, Isolation::None) | (level @ Isolation::Container, _) => level,
        (_, own) => own,
    };
    Ok(Examination { isolation, checks })
}

/// The level that the Python in use gives its programs itself.
async fn own_level_of_python(languages: &Languages) -> Isolation {
    let Some(python) = languages.find("python") else { return Isolation::None };
    languages.runtime(python).await.map_or(Isolation::None, |runtime| runtime.isolation)
}

fn containment(engine: &Engine) -> Check {
    let containment = *engine.containment().borrow();
    let ok = containment.is_some_and(|containment| !containment.is_fallback());
    let name = containment.map_or("unknown", |containment| containment.name());
    let sentence = if ok { s::DOCTOR_CONTAINMENT } else { s::DOCTOR_NO_CONTAINMENT };
    Check::new("containment", ok, sentence.with("name", name))
}

/// Docker or Podman, and the image for Python.
async fn container(engine: &Engine, settings: &Settings) -> Check {
    let image = settings.images.of("python");
    match (engine.container(image).await, image) {
        (Err(reason), _) => Check::new(CONTAINER, false, reason),
        (Ok(report), Some(image)) => {
            Check::new(CONTAINER, true, s::DOCTOR_CONTAINER.with("daemon", report.daemon).with("image", image))
        }
        (Ok(report), None) => {
            let is_unused = settings.isolation != IsolationChoice::Container;
            Check::new(CONTAINER, is_unused, s::DOCTOR_CONTAINER_NO_IMAGE.with("daemon", report.daemon))
        }
    }
}

/// The parts of the sandbox.
fn parts(report: &SandboxReport) -> Vec<Check> {
    if !cfg!(target_os = "linux") {
        return vec![sandbox(report)];
    }
    let (needed, newest) = LANDLOCK;
    let landlock = if report.landlock_abi >= newest { s::DOCTOR_LANDLOCK } else { s::DOCTOR_OLD_LANDLOCK };
    let root = if report.own_root { s::DOCTOR_ROOT } else { s::DOCTOR_NO_ROOT };
    let network = if report.own_network { s::DOCTOR_NETWORK } else { s::DOCTOR_NO_NETWORK };
    vec![
        Check::new("Landlock", report.landlock_abi >= needed, landlock.with("version", report.landlock_abi)),
        Check::new("own root folder", report.own_root, root.message()),
        Check::new("own network", report.own_network, network.message()),
        sandbox(report),
    ]
}

fn sandbox(report: &SandboxReport) -> Check {
    let gaps = report.gaps();
    let details = match report.lack {
        Some(lack) => vec![lack.message()],
        None if gaps.is_empty() => vec![s::DOCTOR_COMPLETE.message()],
        None => gaps,
    };
    Check { name: SANDBOX, ok: report.lack.is_none(), details }
}

#[cfg(test)]
mod tests {
    use runtray_engine::Isolation;

    use super::{Check, Examination, NEEDED};
    use crate::sentences;

    #[test]
    fn only_what_isolates_programs_is_needed() {
        let check = |name, ok| Check::new(name, ok, sentences::DOCTOR_COMPLETE.message());
        let whole = |isolation, name, ok| Examination { isolation, checks: vec![check(name, ok)] }.is_whole();
        assert!(whole(Isolation::Sandbox, "javascript", false));
        assert!(!whole(Isolation::Wasm, "python", false) && whole(Isolation::Wasm, "javascript", false));
        assert!(whole(Isolation::Wasm, "sandbox", false) && !whole(Isolation::None, "sandbox", true));
        assert!(whole(Isolation::Container, "sandbox", false) && !whole(Isolation::Container, "container", false));
        for name in NEEDED {
            assert!(!whole(Isolation::Sandbox, name, false), "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_missing_is_named_with_its_remedy() {
        use runtray_engine::{Lack, NetworkLack, SandboxReport};

        use super::parts;

        let told = |report: &SandboxReport| -> Vec<_> {
            parts(report).iter().map(|check| (check.ok, check.detail())).collect()
        };
        let old = told(&SandboxReport {
            landlock_abi: 3,
            own_root: true,
            own_network: false,
            is_proven: true,
            lack: None,
            network_lack: Some(NetworkLack::Namespaces),
        });
        assert!(old[0].0 && old[0].1.contains("6 or newer"), "{old:?}");
        assert!(!old[2].0 && old[2].1.contains("network namespaces") && old[3].0, "{old:?}");
        let none = told(&SandboxReport::lacking(Lack::Landlock));
        assert!(none.iter().all(|(ok, _)| !ok) && none[3].1.contains("lsm="), "{none:?}");
    }
}

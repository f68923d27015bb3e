//! Chooses a version of every package that is needed.
//!
//! Each round walks from the requirements to everything that they need, with the newest version that fits all ranges known
//! so far. A range that is found late may exclude a version that was chosen: then another round starts with all known ranges.
//! There is no search among older versions: if the newest ones contradict each other, the user is told which ranges do.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use pep508_rs::pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, PackageName, Requirement};
use runtray_wire::{PackFault, PackStep};

use crate::release::{Release, RemoteWheel};
use crate::source::Source;
use crate::wheel::{Metadata, versions};
use crate::{Outcome, Report};

/// The most rounds. Each adds a range, of which packages have few.
const ROUNDS: usize = 30;

/// A package with the version that was chosen.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) version: Version,
    pub(crate) wheel: RemoteWheel,
    /// The packages that it needs.
    pub(crate) needs: BTreeSet<PackageName>,
}

/// A package that is needed, as far as it is known.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Wanted {
    /// The ranges, each with the package that asks for it.
    ranges: BTreeMap<String, VersionSpecifiers>,
    extras: BTreeSet<ExtraName>,
}

/// Resolves requirements from one source.
pub(crate) struct Resolver<'a> {
    pub(crate) source: &'a Source,
    /// The Python that runs the packages.
    pub(crate) inside: &'a MarkerEnvironment,
    /// The versions that stay if they fit.
    pub(crate) kept: BTreeMap<PackageName, Release>,
    pub(crate) report: &'a Report,
    releases: BTreeMap<PackageName, Vec<Release>>,
    metadata: BTreeMap<String, Metadata>,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(
        source: &'a Source,
        inside: &'a MarkerEnvironment,
        kept: BTreeMap<PackageName, Release>,
        report: &'a Report,
    ) -> Self {
        Self { source, inside, kept, report, releases: BTreeMap::new(), metadata: BTreeMap::new() }
    }

    /// Everything that `roots` need.
    pub(crate) fn resolve(&mut self, roots: &[Requirement]) -> Outcome<BTreeMap<PackageName, Chosen>> {
        let mut known = BTreeMap::new();
        for _ in 0..ROUNDS {
            let (chosen, found) = self.round(roots, &known)?;
            if found == known {
                return Ok(chosen);
            }
            known = found;
        }
        let (name, wanted) = known.pop_first().unwrap_or_else(|| (roots[0].name.clone(), Wanted::default()));
        Err(conflict(&name, &wanted))
    }

    /// One walk. Returns the chosen versions and all that is known afterwards.
    fn round(
        &mut self,
        roots: &[Requirement],
        known: &BTreeMap<PackageName, Wanted>,
    ) -> Outcome<(BTreeMap<PackageName, Chosen>, BTreeMap<PackageName, Wanted>)> {
        let (mut chosen, mut found) = (BTreeMap::<PackageName, Chosen>::new(), BTreeMap::new());
        let mut left: VecDeque<PackageName> = VecDeque::new();
        for root in roots {
            want(&mut found, root, "");
            left.push_back(root.name.clone());
        }
        while let Some(name) = left.pop_front() {
            if chosen.contains_key(&name) {
                continue;
            }
            let wanted = merged(known.get(&name), found.get(&name));
            let (version, wheel) = self.choose(&name, &wanted)?;
            let by = format!("{name} {version}");
            let mut needs = BTreeSet::new();
            for need in self.metadata_of(&name, &wheel)?.needs(self.inside, &wanted.extras) {
                want(&mut found, need, &by);
                needs.insert(need.name.clone());
            }
            // An extra of a package names the package itself.
            needs.remove(&name);
            left.extend(needs.iter().cloned());
            chosen.insert(name, Chosen { version, wheel, needs });
        }
        Ok((chosen, found))
    }

    /// The version to take: the one that stays, or the newest that fits.
    fn choose(&mut self, name: &PackageName, wanted: &Wanted) -> Outcome<(Version, RemoteWheel)> {
        let fits = |release: &Release| wanted.ranges.values().all(|range| range.contains(&release.version));
        if let Some(kept) = self.kept.get(name).filter(|kept| fits(kept))
            && let Some(wheel) = &kept.wheel
        {
            return Ok((kept.version.clone(), wheel.clone()));
        }
        let by = wanted.ranges.keys().find(|by| !by.is_empty()).cloned().unwrap_or_default();
        if !self.releases.contains_key(name) {
            self.report.progress(PackStep::Resolve, name.as_ref(), 0, 0);
            let releases = self.source.releases(name, &by)?;
            self.releases.insert(name.clone(), releases);
        }
        let python = self.inside.python_full_version().version.clone();
        let runs = |release: &&Release| {
            let range = release.wheel.as_ref().and_then(|wheel| wheel.python.as_ref());
            range.is_none_or(|range| range.contains(&python))
        };
        let fitting: Vec<&Release> = self.releases[name].iter().filter(|release| fits(release)).filter(runs).collect();
        let asks_for_one = wanted.ranges.values().flat_map(|range| range.iter()).any(|range| range.any_prerelease());
        let stable = fitting.iter().filter(|release| asks_for_one || !release.version.any_prerelease());
        let newest = stable.max_by_key(|release| &release.version);
        let newest = newest.or_else(|| fitting.iter().max_by_key(|release| &release.version));
        let release = newest.ok_or_else(|| conflict(name, wanted))?;
        match &release.wheel {
            Some(wheel) => Ok((release.version.clone(), wheel.clone())),
            None if release.has_wheels => {
                Err(PackFault::Native { name: name.to_string(), version: release.version.to_string(), by })
            }
            None => Err(PackFault::NoWheel { name: name.to_string(), version: release.version.to_string() }),
        }
    }

    fn metadata_of(&mut self, name: &PackageName, wheel: &RemoteWheel) -> Outcome<Metadata> {
        if let Some(known) = self.metadata.get(&wheel.sha256) {
            return Ok(known.clone());
        }
        let metadata = self.source.metadata(name, wheel)?;
        self.metadata.insert(wheel.sha256.clone(), metadata.clone());
        Ok(metadata)
    }
}

fn want(found: &mut BTreeMap<PackageName, Wanted>, requirement: &Requirement, by: &str) {
    let wanted = found.entry(requirement.name.clone()).or_default();
    wanted.extras.extend(requirement.extras.iter().cloned());
    let range = versions(requirement);
    let both = match wanted.ranges.get(by) {
        // A package may name another one several times, each with a part of the range.
        Some(other) => other.iter().chain(range.iter()).cloned().collect(),
        None => range,
    };
    wanted.ranges.insert(by.to_owned(), both);
}

fn merged(one: Option<&Wanted>, other: Option<&Wanted>) -> Wanted {
    let mut merged = one.cloned().unwrap_or_default();
    if let Some(other) = other {
        merged.extras.extend(other.extras.iter().cloned());
        merged.ranges.extend(other.ranges.iter().map(|(by, range)| (by.clone(), range.clone())));
    }
    merged
}

fn conflict(name: &PackageName, wanted: &Wanted) -> PackFault {
    let ranges = wanted.ranges.iter().filter(|(by, range)| !by.is_empty() || !range.is_empty());
    let told: Vec<String> = ranges
        .map(|(by, range)| match by.as_str() {
            "" => format!("you ask for {range}"),
            by if range.is_empty() => format!("{by} asks for any version"),
            by => format!("{by} asks for {range}"),
        })
        .collect();
    let wanted = if told.is_empty() { "no version runs in this Python".to_owned() } else { told.join(", ") };
    PackFault::Conflict { name: name.to_string(), wanted }
}

//! Files that use one another in a circle.

use std::collections::BTreeMap;

use crate::imports::{Crate, Module};

/// Files that use one another, directly or through others. What `lib.rs` uses does not count: it lists the crate's face.
pub(crate) fn circles(sources: &Crate) -> Vec<String> {
    let mut uses: BTreeMap<Module, Vec<Module>> = BTreeMap::new();
    for import in sources.imports().into_iter().filter(|import| !import.from.is_empty()) {
        uses.entry(import.from).or_default().push(import.to);
    }
    let reached: BTreeMap<&Module, Vec<&Module>> =
        uses.keys().map(|module| (module, reachable(&uses, module))).collect();
    let circle = |module: &&Module| -> Vec<&str> {
        let reaches = |from: &Module, to: &Module| reached.get(from).is_some_and(|reached| reached.contains(&to));
        let both = reached.keys().filter(|other| reaches(module, other) && reaches(other, module));
        both.map(|other| sources.file(other)).collect()
    };
    let mut circles: Vec<_> = reached.keys().map(circle).filter(|circle| !circle.is_empty()).collect();
    circles.sort();
    circles.dedup();
    let say = |circle: &Vec<&str>| {
        format!("these files use one another: {}; move what they share into a file below them", circle.join(", "))
    };
    circles.iter().map(say).collect()
}

fn reachable<'a>(uses: &'a BTreeMap<Module, Vec<Module>>, from: &Module) -> Vec<&'a Module> {
    let mut found: Vec<&Module> = uses.get(from).into_iter().flatten().collect();
    let mut next = 0;
    while let Some(module) = found.get(next) {
        let more: Vec<_> = uses.get(*module).into_iter().flatten().filter(|more| !found.contains(more)).collect();
        found.extend(more);
        next += 1;
    }
    found
}

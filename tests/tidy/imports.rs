//! The imports between the files of a crate, read from its sources.
//!
//! Paths in `use`, in expressions and types, and in macros count; test code does not. A path leads to the file that defines the
//! item: re-exports, for example in `lib.rs`, are followed.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ItemFn, ItemImpl, ItemMod, ItemUse, Macro, Meta, UseTree, Visibility};

/// A module by its names below the crate; empty for the crate itself.
pub(crate) type Module = Vec<String>;

/// One file of a crate.
pub(crate) struct Source {
    /// Its path in the repository.
    pub(crate) file: String,
    /// The names that its `use` items import, with their paths as written.
    names: BTreeMap<String, Vec<String>>,
    /// Every path as written, with the module that contains it.
    paths: Vec<(Module, Vec<String>)>,
}

/// The files of a crate by module.
pub(crate) struct Crate(BTreeMap<Module, Source>);

/// One import.
pub(crate) struct Import {
    pub(crate) from: Module,
    /// The file that defines the imported item.
    pub(crate) to: Module,
    /// The path from the crate, for complaints.
    pub(crate) path: String,
}

impl Crate {
    /// Reads files: each with its path below the crate's `src`, its path in the repository and its text.
    pub(crate) fn read(files: impl IntoIterator<Item = (String, String, String)>) -> Self {
        let (mut sources, mut tests) = (BTreeMap::new(), BTreeSet::new());
        for (below, file, text) in files {
            let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{file} is no Rust: {error}"));
            let module = module_of(&below);
            let mut reader = Reader { depth: module.len(), module: module.clone(), ..Reader::default() };
            reader.visit_file(&parsed);
            tests.append(&mut reader.tests);
            sources.insert(module, Source { file, names: reader.names, paths: reader.paths });
        }
        // The files of modules that are declared for tests only, and those below them.
        sources.retain(|module: &Module, _| !(1..=module.len()).any(|length| tests.contains(&module[..length])));
        Self(sources)
    }

    /// The file of a module.
    pub(crate) fn file(&self, module: &Module) -> &str {
        self.0.get(module).map_or("?", |source| &source.file)
    }

    /// Every module that has a file.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &Module> {
        self.0.keys()
    }

    /// Whether a file has a path that begins with the name of another package.
    pub(crate) fn uses_package(&self, module: &Module, package: &str) -> bool {
        let paths = self.0.get(module).into_iter().flat_map(|source| &source.paths);
        paths.into_iter().any(|(_, path)| path.first().is_some_and(|first| first == package))
    }

    /// Every import of one file by another.
    pub(crate) fn imports(&self) -> Vec<Import> {
        let of = |(from, source): (&Module, &Source)| -> Vec<Import> {
            let absolute = source.paths.iter().filter_map(|(at, path)| self.absolute(from, at, path));
            let imports = absolute.map(|path| (self.resolve(&path, 0), path));
            let others = imports.filter(|(to, _)| to != from);
            others.map(|(to, path)| Import { from: from.clone(), to, path: path.join("::") }).collect()
        };
        self.0.iter().flat_map(of).collect()
    }

    /// The path from the crate, if `path` is in module `at` of the file of `from`; `None` if it leads to another crate.
    fn absolute(&self, from: &Module, at: &Module, path: &[String]) -> Option<Module> {
        let first = path.first()?;
        if first == "crate" {
            return Some(path[1..].to_vec());
        }
        let ups = path.iter().take_while(|name| *name == "super" || *name == "self").count();
        if ups > 0 {
            let up = path[..ups].iter().filter(|name| *name == "super").count();
            return Some([&at[..at.len().checked_sub(up)?], &path[ups..]].concat());
        }
        let below = [at.as_slice(), std::slice::from_ref(first)].concat();
        if self.0.contains_key(&below) {
            return Some([at.as_slice(), path].concat());
        }
        // The name may be imported by the file, unless this path is that import.
        let imported = self.0.get(from)?.names.get(first).filter(|imported| *imported != path)?;
        (path.len() > 1).then(|| self.absolute(from, from, imported)).flatten().map(|base| [&base, &path[1..]].concat())
    }

    /// The file that defines what `path` names.
    fn resolve(&self, path: &[String], depth: usize) -> Module {
        let mut module = Module::new();
        for (index, name) in path.iter().enumerate() {
            let below = [module.as_slice(), std::slice::from_ref(name)].concat();
            if self.0.contains_key(&below) {
                module = below;
                continue;
            }
            let exported = self.0.get(&module).and_then(|source| source.names.get(name));
            let exported = exported.and_then(|exported| self.absolute(&module, &module, exported));
            return match exported {
                // An item named like its module resolves to itself; the depth ends that.
                Some(exported) if depth < 8 => self.resolve(&[&exported, &path[index + 1..]].concat(), depth + 1),
                _ => module,
            };
        }
        module
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; `lib.rs` and `main.rs` are the crate.
fn module_of(below: &str) -> Module {
    let mut names: Module = below.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        names.pop();
    }
    names
}

/// Collects the paths of one file.
#[derive(Default)]
struct Reader {
    /// The current module, inline ones included, and how many of its names belong to the file.
    module: Module,
    depth: usize,
    names: BTreeMap<String, Vec<String>>,
    paths: Vec<(Module, Vec<String>)>,
    /// Modules in files of their own that are for tests only.
    tests: BTreeSet<Module>,
}

impl Reader {
    fn add(&mut self, path: Vec<String>) {
        self.paths.push((self.module.clone(), path));
    }

    fn add_tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &dyn ToString| [before, &[name.to_string()]].concat();
        let (name, path) = match tree {
            UseTree::Path(part) => return self.add_tree(&part.tree, &with(&part.ident)),
            UseTree::Group(group) => return group.items.iter().for_each(|item| self.add_tree(item, before)),
            UseTree::Glob(_) => return self.add(before.to_vec()),
            UseTree::Name(name) if name.ident == "self" => (before.last().cloned(), before.to_vec()),
            UseTree::Name(name) => (Some(name.ident.to_string()), with(&name.ident)),
            UseTree::Rename(renamed) if renamed.ident == "self" => (Some(renamed.rename.to_string()), before.to_vec()),
            UseTree::Rename(renamed) => (Some(renamed.rename.to_string()), with(&renamed.ident)),
        };
        if self.module.len() == self.depth
            && let Some(name) = name
        {
            self.names.insert(name, path.clone());
        }
        self.add(path);
    }

    /// Paths in the tokens of a macro: names joined by `::`.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let (mut path, mut colons) = (Vec::new(), 0);
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_path(&mut path);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                other => {
                    self.end_path(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other
                        && group.delimiter() != Delimiter::None
                    {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.end_path(&mut path);
    }

    fn end_path(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.add(path);
        }
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        if item.leading_colon.is_none() && !is_test(&item.attrs) {
            self.add_tree(&item.tree, &[]);
        }
    }

    fn visit_item_mod(&mut self, item: &'a ItemMod) {
        self.module.push(item.ident.to_string());
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        } else if item.content.is_none() {
            self.tests.insert(self.module.clone());
        }
        self.module.pop();
    }

    fn visit_item_fn(&mut self, item: &'a ItemFn) {
        if !is_test(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        if !is_test(&item.attrs) {
            visit::visit_item_impl(self, item);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.leading_colon.is_none() && path.segments.len() > 1 {
            self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'a Macro) {
        self.visit_path(&item.path);
        self.add_tokens(item.tokens.clone());
    }

    /// `pub(in path)` is not an import.
    fn visit_visibility(&mut self, _: &'a Visibility) {}
}

/// Whether an item is compiled for tests only: `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let condition = list.tokens.to_string();
        condition == "test" || (condition.starts_with("all") && condition.contains("test"))
    })
}

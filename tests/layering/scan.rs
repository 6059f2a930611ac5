//! Finds what a file imports: every `use`, every path in code and attributes, and every path that stands in a macro's tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::table;

/// One import that the table does not allow.
#[derive(Debug)]
pub struct Complaint {
    pub file: PathBuf,
    pub line: usize,
    pub what: String,
}

/// A file, and where it stands.
pub struct Source {
    pub file: PathBuf,
    pub room: String,
    /// Its module path from the crate's root.
    pub modules: Vec<String>,
    /// Whether it is compiled for tests only.
    pub test: bool,
}

/// The crates that `Cargo.toml` brings, as code names them.
pub struct Dependencies {
    pub normal: BTreeSet<String>,
    pub dev: BTreeSet<String>,
}

pub fn dependencies(root: &Path) -> Dependencies {
    let text = std::fs::read_to_string(root.join("Cargo.toml")).expect("a readable Cargo.toml");
    let mut found = Dependencies { normal: BTreeSet::new(), dev: BTreeSet::new() };
    let mut section = "";
    for line in text.lines() {
        if line.starts_with('[') {
            section = line.trim();
        } else if let Some((name, _)) = line.split_once(" = ") {
            // The one package whose library has another name.
            let name = if name == "md-5" { "md5".into() } else { name.trim().replace('-', "_") };
            match section {
                "[dependencies]" => drop(found.normal.insert(name)),
                "[dev-dependencies]" => drop(found.dev.insert(name)),
                _ => {}
            }
        }
    }
    assert!(found.normal.contains("serde") && found.dev.contains("syn"), "Cargo.toml was not understood");
    found
}

/// Reads a file and all that its `mod`s lead to.
pub fn follow(
    source: &Source,
    dependencies: &Dependencies,
    reached: &mut BTreeSet<PathBuf>,
    complaints: &mut Vec<Complaint>,
) {
    let text = std::fs::read_to_string(&source.file).unwrap_or_else(|e| panic!("{}: {e}", source.file.display()));
    let file = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", source.file.display()));
    reached.insert(source.file.clone());
    let mut names = Names { bound: BTreeMap::new() };
    names.visit_file(&file);
    let mut scan = Scan {
        source,
        dependencies,
        names,
        modules: source.modules.clone(),
        test: source.test,
        complaints,
        next: Vec::new(),
    };
    scan.visit_file(&file);
    for next in scan.next {
        follow(&next, dependencies, reached, complaints);
    }
}

type Name = Vec<String>;

/// Names that a file binds itself: its modules, and what it imports.
struct Names {
    bound: BTreeMap<String, BTreeSet<Name>>,
}

impl<'a> Visit<'a> for Names {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.bound.entry(item.ident.to_string()).or_default().insert(vec!["self".into(), item.ident.to_string()]);
        visit::visit_item_mod(self, item);
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        for leaf in leaves(item) {
            if let Some(bound) = leaf.binds.filter(|bound| leaf.path.first() != Some(bound)) {
                self.bound.entry(bound).or_default().insert(leaf.path);
            }
        }
    }
}

/// One path of a `use`.
struct Leaf {
    path: Name,
    binds: Option<String>,
    line: usize,
}

fn leaves(item: &syn::ItemUse) -> Vec<Leaf> {
    let mut found = Vec::new();
    let mut prefix = Vec::new();
    if item.leading_colon.is_some() {
        prefix.push(String::new());
    }
    flatten(&item.tree, &prefix, &mut found);
    found
}

fn flatten(tree: &syn::UseTree, prefix: &[String], found: &mut Vec<Leaf>) {
    let with = |ident: &syn::Ident| [prefix, &[ident.to_string()]].concat();
    match tree {
        syn::UseTree::Path(path) => flatten(&path.tree, &with(&path.ident), found),
        syn::UseTree::Name(name) if name.ident == "self" => {
            found.push(Leaf { path: prefix.to_vec(), binds: prefix.last().cloned(), line: line(name) });
        }
        syn::UseTree::Name(name) => {
            found.push(Leaf { path: with(&name.ident), binds: Some(name.ident.to_string()), line: line(name) });
        }
        syn::UseTree::Rename(rename) => {
            let path = if rename.ident == "self" { prefix.to_vec() } else { with(&rename.ident) };
            found.push(Leaf { path, binds: Some(rename.rename.to_string()), line: line(rename) });
        }
        syn::UseTree::Glob(glob) => {
            found.push(Leaf { path: [prefix, &["*".to_owned()]].concat(), binds: None, line: line(glob) });
        }
        syn::UseTree::Group(group) => group.items.iter().for_each(|item| flatten(item, prefix, found)),
    }
}

fn line(at: &impl Spanned) -> usize {
    at.span().start().line
}

struct Scan<'a> {
    source: &'a Source,
    dependencies: &'a Dependencies,
    names: Names,
    modules: Vec<String>,
    test: bool,
    complaints: &'a mut Vec<Complaint>,
    next: Vec<Source>,
}

impl Scan<'_> {
    fn complain(&mut self, line: usize, what: &str) {
        let what = format!("room `{}` {what}", self.source.room);
        if self.complaints.iter().any(|c| (&c.file, c.line, &c.what) == (&self.source.file, line, &what)) {
            return;
        }
        self.complaints.push(Complaint { file: self.source.file.clone(), line, what });
    }

    /// Checks one path as it is written.
    fn check(&mut self, path: &[String], line: usize) {
        self.resolve(path, line, 0);
    }

    fn resolve(&mut self, path: &[String], line: usize, depth: usize) {
        let Some(first) = path.first() else { return };
        match first.as_str() {
            "" => self.outside(&path[1..], line),
            "crate" => self.inside(&path[1..], line),
            "gureum" if self.source.room == table::BINARY => self.inside(&path[1..], line),
            "self" | "super" => {
                let mut modules = self.modules.clone();
                let mut rest = path;
                while let [word, tail @ ..] = rest {
                    match word.as_str() {
                        "self" => {}
                        "super" => drop(modules.pop()),
                        _ => break,
                    }
                    rest = tail;
                }
                // Below one of our own modules nothing can lead out again: that module's own imports are checked there.
                if modules.is_empty() {
                    self.inside(rest, line);
                } else {
                    self.inside(&modules[..1], line);
                }
            }
            _ => {
                let bound = self.names.bound.get(first).cloned().unwrap_or_default();
                if bound.is_empty() {
                    self.outside(path, line);
                }
                for target in bound {
                    // The limit is for names that are bound by themselves.
                    if depth < 8 {
                        self.resolve(&[target.as_slice(), &path[1..]].concat(), line, depth + 1);
                    }
                }
            }
        }
    }

    /// A path below the crate's root.
    fn inside(&mut self, path: &[String], line: usize) {
        let Some(first) = path.first() else {
            return self.complain(line, "may not take the whole crate under another name");
        };
        if self.source.room == table::LIBRARY || first == "*" {
            return self.complain(line, "may not import the crate's root");
        }
        let owner =
            table::ROOT_MACROS.iter().find(|(name, _)| name == first).map_or(first.as_str(), |(_, owner)| owner);
        if owner != self.source.room && !table::allows(&self.source.room, owner, self.test) {
            self.complain(line, &format!("may not import `{owner}`"));
        }
    }

    /// A path that begins with a crate's name, or with a name that we cannot tell (a type, a local item): those are free.
    fn outside(&mut self, path: &[String], line: usize) {
        let Some(first) = path.first() else { return };
        let row = table::row(&self.source.room);
        let pure = row.is_some_and(|row| row.pure) && !self.test;
        if path.len() > 1 && path.last().is_some_and(|last| last == "now") && pure {
            self.complain(line, &format!("may not ask for the time with `{}`", path.join("::")));
        }
        if ["std", "core", "alloc"].contains(&first.as_str()) {
            if pure {
                self.standard(path, line);
            }
            return;
        }
        let known = self.dependencies.normal.contains(first) || self.dependencies.dev.contains(first);
        // Tests may use whatever crate is there; for our own rooms they keep to the row.
        if known && !self.test && !row.is_some_and(|row| row.crates.contains(&first.as_str())) {
            self.complain(line, &format!("may not import `{first}`"));
        }
    }

    fn standard(&mut self, path: &[String], line: usize) {
        if path.len() == 1 || path == ["std", "*"] || path == ["std", "collections", "*"] {
            return self.complain(line, "may not take all of `std` at once");
        }
        for banned in table::IMPURE_STD {
            let hit = path.len() >= banned.len() && path.iter().zip(*banned).skip(1).all(|(is, not)| is == not);
            let address =
                banned[1] == "net" && path.get(2).is_some_and(|name| table::ADDRESS_TYPES.contains(&name.as_str()));
            // `use std::net;` alone says nothing yet: its uses are resolved and checked one by one.
            if hit && !address {
                self.complain(line, &format!("may not import `{}`", banned.join("::")));
            }
        }
    }

    /// Every path that can be seen in a macro's tokens.
    fn tokens(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            match &trees[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    let mut path = vec![ident.to_string()];
                    while is_colons(&trees, at + 1) {
                        match trees.get(at + 3) {
                            Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                                for tree in group.stream() {
                                    if let TokenTree::Ident(item) = tree {
                                        self.check(&[path.as_slice(), &[item.to_string()]].concat(), line);
                                    }
                                }
                                break;
                            }
                            _ => break,
                        }
                        at += 3;
                    }
                    if path.len() > 1 {
                        self.check(&path, line);
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }
}

fn is_colons(trees: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':' && p.spacing() == Spacing::Joint)
        && colon(at + 1)
}

fn is_test_only(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
            || attribute.path().segments.last().is_some_and(|last| last.ident == "test")
    })
}

/// `#[path = "…"]`
fn other_path(attributes: &[syn::Attribute]) -> Option<String> {
    let value =
        attributes.iter().find(|attribute| attribute.path().is_ident("path"))?.meta.require_name_value().ok()?;
    match &value.value {
        syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

impl<'a> Visit<'a> for Scan<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        let test = self.test || is_test_only(&item.attrs);
        let name = item.ident.to_string();
        let modules = [self.modules.as_slice(), std::slice::from_ref(&name)].concat();
        if item.content.is_none() {
            let here = self.source.file.parent().expect("a file stands in a folder");
            let stem = self.source.file.file_stem().expect("a file has a name");
            let is_folder = ["mod", "lib", "main"].iter().any(|word| stem == *word);
            // A file's own inline modules are folders below it.
            let inline = &self.modules[self.source.modules.len()..];
            let mut folder = if is_folder { here.to_path_buf() } else { here.join(stem) };
            folder.extend(inline);
            let flat = folder.join(format!("{name}.rs"));
            let elsewhere = other_path(&item.attrs).map(|path| here.join(path));
            let file = elsewhere.unwrap_or(if flat.exists() { flat } else { folder.join(&name).join("mod.rs") });
            let top = self.source.room == table::LIBRARY;
            if top && table::row(&name).is_none() {
                self.complain(line(item), &format!("declares `{name}`, which has no row in the table"));
            }
            let room = if top { name } else { self.source.room.clone() };
            self.next.push(Source { file, room, modules, test });
            return;
        }
        let before = std::mem::replace(&mut self.modules, modules);
        let before_test = std::mem::replace(&mut self.test, test);
        visit::visit_item_mod(self, item);
        self.modules = before;
        self.test = before_test;
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        let before = self.test;
        self.test |= is_test_only(&item.attrs);
        visit::visit_item_fn(self, item);
        self.test = before;
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        let before = self.test;
        self.test |= is_test_only(&item.attrs);
        for leaf in leaves(item) {
            self.check(&leaf.path, leaf.line);
        }
        self.test = before;
    }

    fn visit_item_extern_crate(&mut self, item: &'a syn::ItemExternCrate) {
        self.check(&[String::new(), item.ident.to_string()], line(item));
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let mut names: Name = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_some() {
            names.insert(0, String::new());
        }
        // A single word is a local name or was imported, and checked, by a `use`.
        if names.len() > 1 {
            self.check(&names, line(path));
        }
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
        visit::visit_attribute(self, attribute);
    }

    fn visit_macro(&mut self, item: &'a syn::Macro) {
        self.tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}

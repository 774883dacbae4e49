//! Follows references across files and gathers everything in one tree whose references are all of
//! the form `#/components/<section>/<name>`.
//!
//! The tree is rebuilt along the [grammar](crate::grammar), so that only what OpenAPI calls a
//! reference is one: a property named `$ref`, or a `$ref` in an example, is left alone. Targets of
//! references are queued, never entered, so that schemas may contain themselves.

mod names;
mod problem;

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::codes;
use crate::files::{FileId, Files, Unloaded};
use crate::grammar::{ObjectKind, Shape};
use crate::node::{Copies, Kind, Member, Node, Object, Span};
use crate::pointer;
use crate::reference::{LONGEST_CHAIN, Reference};
use crate::report::Diagnostic;
use names::Names;
use problem::{missing_file, outside};

const ROOT: FileId = 0;

/// Path items are copied to where they are referenced; callbacks may hold path items in turn.
const MAX_INLINED: usize = 8;

/// Names that are compared with misspelt ones: advice is for people, who read no thousands of it.
const MOST_COMPARISONS: usize = 100_000;

/// Bundles the root document among `files`, reading further files as references name them.
///
/// What cannot be resolved is left as it is and reported.
pub(crate) fn bundle(files: &mut Files, root: &Node, problems: &mut Vec<Diagnostic>) -> Node {
    let mut bundler = Bundler {
        files,
        problems,
        names: HashMap::new(),
        owners: HashMap::new(),
        queue: VecDeque::new(),
        inlining: Vec::new(),
        bare_mappings: Vec::new(),
        brought: Copies::default(),
        is_full: false,
        comparisons: MOST_COMPARISONS,
    };
    bundler.register_root_components(root);
    let mut tree = bundler.object(root, ObjectKind::Document);
    bundler.add_lifted(&mut tree);
    bundler.check_bare_mappings(&tree);
    bundler.check_alias_cycles(&tree);
    tree
}

type Section = &'static str;

/// Where a definition stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Target {
    file: FileId,
    pointer: String,
}

impl Target {
    fn root_component(section: &str, name: &str) -> Self {
        Self {
            file: ROOT,
            pointer: format!("/components/{section}/{}", pointer::escape(name)),
        }
    }

    /// Section and name, if this is an entry of some file's components.
    fn as_component(&self) -> Option<(String, String)> {
        let mut tokens = pointer::split(&self.pointer);
        let parts = (
            tokens.next()?,
            tokens.next()?,
            tokens.next()?,
            tokens.next(),
        );
        match parts {
            (components, section, name, None) if components == "components" => {
                Some((section.into_owned(), name.into_owned()))
            }
            _ => None,
        }
    }
}

struct Lifted {
    section: Section,
    kind: ObjectKind,
    name: String,
    target: Target,
}

/// A reference that could not be followed; the reason was reported.
struct Unresolved;

struct Bundler<'a> {
    files: &'a mut Files,
    problems: &'a mut Vec<Diagnostic>,
    /// The component name of every definition that does not stand in the root's components.
    names: HashMap<(Section, Target), String>,
    /// The definition behind every component name.
    owners: HashMap<(Section, String), Target>,
    /// Definitions that still have to be brought into the bundle.
    queue: VecDeque<Lifted>,
    /// Path items being copied, to notice circles.
    inlining: Vec<Target>,
    /// Discriminator mappings that name a component, with their places.
    bare_mappings: Vec<(String, Span)>,
    /// What was brought into the bundle so far, beside the root document itself.
    brought: Copies,
    /// More was to be brought in than is good; this was reported.
    is_full: bool,
    /// Names that may still be compared with misspelt ones.
    comparisons: usize,
}

impl Bundler<'_> {
    /// Gives the names of the root's components to what they stand for, so that an entry that only
    /// refers to a definition in another file *is* that definition.
    fn register_root_components(&mut self, root: &Node) {
        let entries: Vec<(ObjectKind, Section, &String, &Node)> = root_components(root).collect();
        for (_, section, name, _) in &entries {
            let target = Target::root_component(section, name);
            self.owners.insert((section, (*name).clone()), target);
        }
        for (kind, section, name, entry) in entries {
            let Some(reference) = reference_of(entry) else {
                continue;
            };
            if let Ok(Home::Elsewhere(target)) = self.home(kind, section, reference) {
                let owner = self.names.entry((section, target));
                owner.or_insert_with(|| name.clone());
            }
        }
    }

    fn object(&mut self, node: &Node, kind: ObjectKind) -> Node {
        if let Kind::Object(members) = &node.kind
            && members.contains_key("$ref")
        {
            if kind.is_referable() {
                return self.reference(node, members, kind);
            }
            self.misplaced_reference(members, kind);
        }
        node.with_values(|key, member| match (kind, key) {
            (ObjectKind::Discriminator, "mapping") => member
                .value
                .with_values(|_, name| self.mapping_value(&name.value)),
            (ObjectKind::Document, "components") => self.root_components(&member.value),
            _ => self.member(&member.value, kind.member(key)),
        })
    }

    fn member(&mut self, node: &Node, shape: Shape) -> Node {
        match shape {
            Shape::Data => node.clone(),
            Shape::One(kind) => self.object(node, kind),
            Shape::List(kind) => self.list(node, kind),
            Shape::Map(kind) => self.map(node, kind),
        }
    }

    fn list(&mut self, node: &Node, kind: ObjectKind) -> Node {
        let Kind::Array(items) = &node.kind else {
            return node.clone();
        };
        let items = items.iter().map(|item| self.object(item, kind)).collect();
        Node {
            span: node.span,
            kind: Kind::array(items),
        }
    }

    fn map(&mut self, node: &Node, kind: ObjectKind) -> Node {
        node.with_values(|key, member| {
            if key == "$ref" && member.value.as_str().is_some() {
                self.misplaced_map_reference(member, kind);
            }
            self.object(&member.value, kind)
        })
    }

    /// The components of the root: an entry that owns a definition elsewhere becomes it.
    fn root_components(&mut self, node: &Node) -> Node {
        node.with_values(
            |section, member| match ObjectKind::Components.member(section) {
                Shape::Map(kind) => self.root_section(&member.value, kind),
                shape => self.member(&member.value, shape),
            },
        )
    }

    fn root_section(&mut self, node: &Node, kind: ObjectKind) -> Node {
        let Some(section) = kind.section() else {
            return self.map(node, kind);
        };
        node.with_values(|name, member| {
            self.owned_definition(section, kind, name, &member.value)
                .unwrap_or_else(|| self.object(&member.value, kind))
        })
    }

    fn owned_definition(
        &mut self,
        section: Section,
        kind: ObjectKind,
        name: &str,
        entry: &Node,
    ) -> Option<Node> {
        let reference = reference_of(entry)?;
        let Ok(Home::Elsewhere(target)) = self.home(kind, section, reference) else {
            return None;
        };
        if self.names.get(&(section, target.clone()))? != name {
            return None;
        }
        self.report_siblings(entry.as_object()?);
        let tree = self.files.tree(target.file)?;
        Some(self.object(tree.at(&target.pointer)?, kind))
    }

    /// A Reference Object: rewritten to point into the components, or replaced by a path item.
    fn reference(&mut self, node: &Node, members: &Object, kind: ObjectKind) -> Node {
        self.report_siblings(members);
        let member = &members["$ref"];
        let Some(section) = kind.section() else {
            return self
                .path_item(&member.value)
                .unwrap_or_else(|Unresolved| node.clone());
        };
        let Ok(name) = self.name(kind, section, &member.value) else {
            return node.clone();
        };
        let value = Node {
            span: member.value.span,
            kind: Kind::string(component_pointer(section, &name)),
        };
        let reference = Member {
            key: member.key,
            value,
        };
        Node {
            span: node.span,
            kind: Kind::object(Object::from_iter([("$ref".to_owned(), reference)])),
        }
    }

    /// A copy of the path item that `reference` leads to: components of OpenAPI 3.0 have no place
    /// for path items.
    fn path_item(&mut self, reference: &Node) -> Result<Node, Unresolved> {
        let (target, tree) = self.definition(ObjectKind::PathItem, "pathItems", reference)?;
        if self.inlining.contains(&target) || self.inlining.len() >= MAX_INLINED {
            return Err(self.cycle(reference.span, &target));
        }
        let node = tree.at(&target.pointer).ok_or(Unresolved)?;
        self.make_room(node, reference.span)?;
        self.inlining.push(target);
        let item = self.object(node, ObjectKind::PathItem);
        self.inlining.pop();
        Ok(item)
    }

    /// The values of a discriminator mapping are names of schemas, or references to them.
    fn mapping_value(&mut self, node: &Node) -> Node {
        let Some(text) = node.as_str() else {
            return node.clone();
        };
        let section = "schemas";
        let name = if self.is_component_name(section, text) {
            self.bare_mappings.push((text.to_owned(), node.span));
            text.to_owned()
        } else {
            match self.name(ObjectKind::Schema, section, node) {
                Ok(name) => name,
                Err(Unresolved) => return node.clone(),
            }
        };
        Node {
            span: node.span,
            kind: Kind::string(component_pointer(section, &name)),
        }
    }

    fn is_component_name(&self, section: Section, text: &str) -> bool {
        let looks_like_file = Path::new(text).extension().is_some_and(|extension| {
            ["yaml", "yml", "json"]
                .iter()
                .any(|known| extension.eq_ignore_ascii_case(known))
        });
        self.owners.contains_key(&(section, text.to_owned()))
            || !(text.contains(['/', '#']) || looks_like_file)
    }

    /// The component name of what `reference` leads to, which is queued if it is new.
    fn name(
        &mut self,
        kind: ObjectKind,
        section: Section,
        reference: &Node,
    ) -> Result<String, Unresolved> {
        let target = match self.home(kind, section, reference)? {
            Home::RootComponent(name) => return Ok(name),
            Home::Elsewhere(target) => target,
        };
        let id = (section, target);
        if let Some(name) = self.names.get(&id) {
            return Ok(name.clone());
        }
        let name = self.new_name(section, &id.1)?;
        let target = id.1.clone();
        self.owners.insert((section, name.clone()), target.clone());
        self.queue.push_back(Lifted {
            section,
            kind,
            name: name.clone(),
            target,
        });
        self.names.insert(id, name.clone());
        Ok(name)
    }

    /// A name for `target` that nothing else in `section` has.
    fn new_name(&mut self, section: Section, target: &Target) -> Result<String, Unresolved> {
        let tree = self.files.tree(target.file).ok_or(Unresolved)?;
        let names = Names::of(&target.pointer, &tree, self.files.path(target.file));
        let owner = |name: &str| self.owners.get(&(section, name.to_owned()));
        let name = names.first(|name| owner(name).is_none());
        // Only schemas keep their names in what is made of a document.
        let other = names.names.first().and_then(|wanted| owner(wanted));
        if let Some(other) = other
            .filter(|_| names.is_given && section == "schemas")
            .cloned()
        {
            self.name_clash(&name, target, &other);
        }
        Ok(name)
    }

    /// Follows `reference`, and what it refers to in turn, up to a component of the root or to a
    /// definition elsewhere.
    fn home(
        &mut self,
        kind: ObjectKind,
        section: Section,
        reference: &Node,
    ) -> Result<Home, Unresolved> {
        let (target, _) = self.definition(kind, section, reference)?;
        Ok(match target.as_component() {
            Some((of, name)) if target.file == ROOT && of == section => Home::RootComponent(name),
            _ => Home::Elsewhere(target),
        })
    }

    fn definition(
        &mut self,
        kind: ObjectKind,
        section: &str,
        reference: &Node,
    ) -> Result<(Target, Arc<Node>), Unresolved> {
        let mut target = self.resolve(reference)?;
        let mut seen = vec![target.clone()];
        loop {
            let tree = self.files.tree(target.file).ok_or(Unresolved)?;
            let node = tree.at(&target.pointer).ok_or(Unresolved)?;
            self.check_kind(kind, section, &target, node, reference.span)?;
            let is_root_component = target.file == ROOT && target.as_component().is_some();
            let next = match reference_of(node) {
                Some(next) if !is_root_component => next,
                _ => return Ok((target, tree)),
            };
            target = self.resolve(next)?;
            if seen.contains(&target) {
                return Err(self.cycle(reference.span, &target));
            }
            if seen.len() >= LONGEST_CHAIN {
                return Err(self.long_chain(reference.span));
            }
            seen.push(target.clone());
        }
    }

    /// The place `reference` means, which exists.
    fn resolve(&mut self, reference: &Node) -> Result<Target, Unresolved> {
        let place = self.files.place(reference.span);
        let Some(text) = reference.as_str() else {
            self.problems.push(
                codes::REF_NOT_TEXT
                    .at(place, "`$ref` must be a string")
                    .with_help("write a reference such as `'#/components/schemas/Pet'`"),
            );
            return Err(Unresolved);
        };
        let parsed = Reference::parse(text).map_err(|refused| {
            let problem = refused.code.at(place.clone(), refused.message);
            self.problems.push(problem.with_help(refused.help));
            Unresolved
        })?;
        let from = reference.span.file;
        let file = if parsed.file.is_empty() {
            from
        } else {
            let path = parsed.path(self.files.lies_at(from));
            let loaded = self.files.load(&path, &place, self.problems);
            loaded.map_err(|error| {
                self.problems.push(match error {
                    Unloaded::Outside => outside(place.clone(), text, &path, self.files.path(ROOT)),
                    Unloaded::Unreadable(error) => missing_file(place.clone(), &path, &error),
                });
                Unresolved
            })?
        };
        let tree = self.files.tree(file).ok_or(Unresolved)?;
        let target = Target {
            file,
            pointer: parsed.pointer.into_owned(),
        };
        if tree.at(&target.pointer).is_none() {
            let problem = self.missing_pointer(place, &target, &tree);
            self.problems.push(problem);
            return Err(Unresolved);
        }
        Ok(target)
    }

    /// Notes that `node` is brought into the bundle. Each definition comes once, so that all are
    /// together about as large as their files, unless they lie inside of each other again and again.
    fn make_room(&mut self, node: &Node, from: Span) -> Result<(), Unresolved> {
        let is_too_much = self.brought.exceed(node.size(), self.files.size());
        if is_too_much && !std::mem::replace(&mut self.is_full, true) {
            self.too_many_copies(from);
        }
        if is_too_much { Err(Unresolved) } else { Ok(()) }
    }

    /// Brings the queued definitions into the components of the bundle. They may queue more.
    fn add_lifted(&mut self, tree: &mut Node) {
        let mut sections: IndexMap<Section, Object> = IndexMap::new();
        while let Some(lifted) = self.queue.pop_front() {
            let Lifted {
                section,
                kind,
                name,
                target,
            } = lifted;
            let Some(source) = self.files.tree(target.file) else {
                continue;
            };
            let Some((node, key)) = source.entry_at(&target.pointer) else {
                continue;
            };
            let key = key.unwrap_or(Span {
                end: node.span.start,
                ..node.span
            });
            if self.make_room(node, key).is_err() {
                break;
            }
            let value = self.object(node, kind);
            sections
                .entry(section)
                .or_default()
                .insert(name, Member { key, value });
        }
        if sections.is_empty() {
            return;
        }
        let root_span = Span {
            end: tree.span.start,
            ..tree.span
        };
        let empty = || Member {
            key: root_span,
            value: Node {
                span: root_span,
                kind: Kind::object(Object::new()),
            },
        };
        let Some(members) = tree.as_object_mut() else {
            return;
        };
        let components = members.entry("components".to_owned()).or_insert_with(empty);
        let Some(components) = components.value.as_object_mut() else {
            return;
        };
        for (section, definitions) in sections {
            let section = components.entry(section.to_owned()).or_insert_with(empty);
            if let Some(members) = section.value.as_object_mut() {
                members.extend(definitions);
            }
        }
    }
}

/// What a reference leads to in the end.
enum Home {
    /// An entry of the root's components, by name.
    RootComponent(String),
    Elsewhere(Target),
}

/// All entries of the components of a root document that can be referenced.
fn root_components(root: &Node) -> impl Iterator<Item = (ObjectKind, Section, &String, &Node)> {
    let sections = root.get("components").and_then(Node::as_object);
    sections
        .into_iter()
        .flatten()
        .flat_map(|(section, member)| {
            let kind = match ObjectKind::Components.member(section) {
                Shape::Map(kind) => kind.section().map(|section| (kind, section)),
                _ => None,
            };
            let entries = member.value.as_object().into_iter().flatten();
            entries.filter_map(move |(name, entry)| {
                let (kind, section) = kind?;
                Some((kind, section, name, &entry.value))
            })
        })
}

fn reference_of(node: &Node) -> Option<&Node> {
    node.get("$ref")
}

fn component_pointer(section: &str, name: &str) -> String {
    format!("#/components/{section}/{}", pointer::escape(name))
}

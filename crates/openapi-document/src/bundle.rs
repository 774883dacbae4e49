//! Follows references across files and gathers everything in one tree whose references are all of
//! the form `#/components/<section>/<name>`.
//!
//! The tree is rebuilt along the [grammar](crate::grammar), so that only what OpenAPI calls a
//! reference is one: a property named `$ref`, or a `$ref` in an example, is left alone. Targets of
//! references are queued, never entered, so that schemas may contain themselves.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::codes;
use crate::files::{FileId, Files};
use crate::grammar::{ObjectKind, Shape};
use crate::nearest::nearest;
use crate::node::{Kind, Member, Node, Object, Span};
use crate::pointer;
use crate::reference::Reference;
use crate::report::{Diagnostic, Place};

const ROOT: FileId = 0;

/// Path items are copied to where they are referenced; callbacks may hold path items in turn.
const MAX_INLINED: usize = 8;

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
        let Kind::Object(members) = &node.kind else {
            return node.clone();
        };
        if members.contains_key("$ref") {
            if kind.is_referable() {
                return self.reference(node, members, kind);
            }
            self.misplaced_reference(members, kind);
        }
        let members = members
            .iter()
            .map(|(key, member)| {
                let value = match (kind, key.as_str()) {
                    (ObjectKind::Discriminator, "mapping") => self.mapping(&member.value),
                    (ObjectKind::Document, "components") => self.root_components(&member.value),
                    _ => self.member(&member.value, kind.member(key)),
                };
                (
                    key.clone(),
                    Member {
                        key: member.key,
                        value,
                    },
                )
            })
            .collect();
        Node {
            span: node.span,
            kind: Kind::Object(members),
        }
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
            kind: Kind::Array(items),
        }
    }

    fn map(&mut self, node: &Node, kind: ObjectKind) -> Node {
        let Kind::Object(members) = &node.kind else {
            return node.clone();
        };
        let members = members
            .iter()
            .map(|(key, member)| {
                if key == "$ref" && member.value.as_str().is_some() {
                    self.misplaced_map_reference(member, kind);
                }
                let value = self.object(&member.value, kind);
                (
                    key.clone(),
                    Member {
                        key: member.key,
                        value,
                    },
                )
            })
            .collect();
        Node {
            span: node.span,
            kind: Kind::Object(members),
        }
    }

    /// The components of the root: an entry that owns a definition elsewhere becomes it.
    fn root_components(&mut self, node: &Node) -> Node {
        let Kind::Object(sections) = &node.kind else {
            return node.clone();
        };
        let sections = sections
            .iter()
            .map(|(section, member)| {
                let value = match ObjectKind::Components.member(section) {
                    Shape::Map(kind) => self.root_section(&member.value, kind),
                    shape => self.member(&member.value, shape),
                };
                (
                    section.clone(),
                    Member {
                        key: member.key,
                        value,
                    },
                )
            })
            .collect();
        Node {
            span: node.span,
            kind: Kind::Object(sections),
        }
    }

    fn root_section(&mut self, node: &Node, kind: ObjectKind) -> Node {
        let (Kind::Object(entries), Some(section)) = (&node.kind, kind.section()) else {
            return self.map(node, kind);
        };
        let entries = entries
            .iter()
            .map(|(name, member)| {
                let value = self
                    .owned_definition(section, kind, name, &member.value)
                    .unwrap_or_else(|| self.object(&member.value, kind));
                (
                    name.clone(),
                    Member {
                        key: member.key,
                        value,
                    },
                )
            })
            .collect();
        Node {
            span: node.span,
            kind: Kind::Object(entries),
        }
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
            kind: Kind::String(component_pointer(section, &name)),
        };
        let reference = Member {
            key: member.key,
            value,
        };
        Node {
            span: node.span,
            kind: Kind::Object(Object::from_iter([("$ref".to_owned(), reference)])),
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
        self.inlining.push(target);
        let item = self.object(node, ObjectKind::PathItem);
        self.inlining.pop();
        Ok(item)
    }

    /// The values of a discriminator mapping are names of schemas, or references to them.
    fn mapping(&mut self, node: &Node) -> Node {
        let Kind::Object(members) = &node.kind else {
            return node.clone();
        };
        let members = members
            .iter()
            .map(|(key, member)| {
                let value = self.mapping_value(&member.value);
                (
                    key.clone(),
                    Member {
                        key: member.key,
                        value,
                    },
                )
            })
            .collect();
        Node {
            span: node.span,
            kind: Kind::Object(members),
        }
    }

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
            kind: Kind::String(component_pointer(section, &name)),
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

    fn check_bare_mappings(&mut self, tree: &Node) {
        let schemas = tree.at("/components/schemas").and_then(Node::as_object);
        for (name, span) in std::mem::take(&mut self.bare_mappings) {
            if schemas.is_some_and(|schemas| schemas.contains_key(&name)) {
                continue;
            }
            let names = schemas.into_iter().flat_map(|schemas| schemas.keys());
            let help = match nearest(&name, names.map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!(
                    "define `{name}` in the components, or write a reference such as \
                     `schemas.yaml#/{name}`"
                ),
            };
            let message = format!("there is no schema `{name}`");
            let place = self.files.place(span);
            self.problems
                .push(codes::MAPPING.at(place, message).with_help(help));
        }
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
        let target = id.1.clone();
        let name = lifted_name(&target, self.files.path(target.file));
        let owner = (section, name.clone());
        if let Some(other) = self.owners.get(&owner).cloned() {
            self.name_clash(section, &name, &target, &other);
        } else {
            self.owners.insert(owner, target.clone());
            let name = name.clone();
            self.queue.push_back(Lifted {
                section,
                kind,
                name,
                target,
            });
        }
        self.names.insert(id, name.clone());
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
            seen.push(target.clone());
        }
    }

    /// The place `reference` means, which exists.
    fn resolve(&mut self, reference: &Node) -> Result<Target, Unresolved> {
        let place = self.files.place(reference.span);
        let Some(text) = reference.as_str() else {
            self.problems.push(
                codes::REF_NOT_TEXT
                    .at(place, "`$ref` must be a text")
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
            let path = parsed.path(self.files.path(from));
            self.files
                .load(&path, Some(&place), self.problems)
                .map_err(|error| {
                    self.problems
                        .push(missing_file(place.clone(), &path, &error));
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
                kind: Kind::Object(Object::new()),
            },
        };
        let Kind::Object(members) = &mut tree.kind else {
            return;
        };
        let components = members.entry("components".to_owned()).or_insert_with(empty);
        let Kind::Object(components) = &mut components.value.kind else {
            return;
        };
        for (section, definitions) in sections {
            let section = components.entry(section.to_owned()).or_insert_with(empty);
            if let Kind::Object(members) = &mut section.value.kind {
                members.extend(definitions);
            }
        }
    }

    /// Components that only refer to each other, in a circle.
    fn check_alias_cycles(&mut self, tree: &Node) {
        let mut reported = HashSet::new();
        for (_, section, name, entry) in root_components(tree) {
            let own = component_pointer(section, name);
            let circle = alias_chain(tree, entry);
            let closed = circle.last().is_some_and(|last| *last == own);
            if !closed || !reported.insert(own) {
                continue;
            }
            reported.extend(circle.iter().map(|pointer| (*pointer).to_owned()));
            if let (Some(reference), Some(next)) = (reference_of(entry), circle.first()) {
                let target = Target {
                    file: ROOT,
                    pointer: next.trim_start_matches('#').to_owned(),
                };
                let Unresolved = self.cycle(reference.span, &target);
            }
        }
    }

    fn check_kind(
        &mut self,
        kind: ObjectKind,
        section: &str,
        target: &Target,
        node: &Node,
        from: Span,
    ) -> Result<(), Unresolved> {
        let found = match target.as_component() {
            Some((of, _)) if of != section => match ObjectKind::Components.member(&of) {
                Shape::Map(other) => other.noun(),
                _ => return Ok(()),
            },
            _ if node.as_object().is_none() => node.noun(),
            _ if node.get("openapi").is_some() && node.get("paths").is_some() => "a whole document",
            _ => return Ok(()),
        };
        let message = format!("this leads to {found}, but here stands {}", kind.noun());
        let problem = codes::REF_KIND
            .at(self.files.place(from), message)
            .with_help(format!("refer to {}", kind.noun()))
            .with_related(self.files.place(node.span), "", "it leads here");
        self.problems.push(problem);
        Err(Unresolved)
    }

    fn cycle(&mut self, from: Span, target: &Target) -> Unresolved {
        let mut problem = codes::REF_CYCLE
            .at(
                self.files.place(from),
                "following this reference leads in a circle",
            )
            .with_help("let one of the references in the circle be a definition");
        if let Some(tree) = self.files.tree(target.file)
            && let Some((node, key)) = tree.entry_at(&target.pointer)
        {
            let place = self.files.place(key.unwrap_or(node.span));
            problem = problem.with_related(place, "", "the circle passes here");
        }
        self.problems.push(problem);
        Unresolved
    }

    fn name_clash(&mut self, section: Section, name: &str, target: &Target, other: &Target) {
        let place_of = |target: &Target| {
            let tree = self.files.tree(target.file)?;
            let (node, key) = tree.entry_at(&target.pointer)?;
            Some(self.files.place(key.unwrap_or(node.span)))
        };
        let (Some(place), Some(first)) = (place_of(target), place_of(other)) else {
            return;
        };
        let message = format!("there are two different {section} named `{name}`");
        let problem = codes::NAME_CLASH
            .at(place, message)
            .with_help("rename one of them, or let both places refer to one definition")
            .with_related(first, "", "the other one");
        self.problems.push(problem);
    }

    fn missing_pointer(&self, place: Place, target: &Target, tree: &Node) -> Diagnostic {
        let file = self.files.path(target.file).display();
        let message = format!("`{file}` has nothing at `#{}`", target.pointer);
        let help = if target.file != ROOT
            && self
                .files
                .tree(ROOT)
                .is_some_and(|root| root.at(&target.pointer).is_some())
        {
            let root = self.files.path(ROOT).display();
            format!(
                "`#` means the file the reference stands in; the target is in `{root}`: write the \
                 relative path to it before `#`"
            )
        } else {
            nearest_pointer(tree, &target.pointer)
        };
        codes::REF_POINTER.at(place, message).with_help(help)
    }

    fn misplaced_reference(&mut self, members: &Object, kind: ObjectKind) {
        let help = match kind {
            ObjectKind::Paths => "refer to every path item: `/pets: {$ref: paths.yaml#/pets}`",
            ObjectKind::Components => "refer to every component by its own entry",
            _ => {
                "write the object out; `$ref` may stand for path items, parameters, request \
                  bodies, responses, headers, schemas, examples, links, callbacks and security schemes"
            }
        };
        let message = format!("`$ref` cannot stand for {}", kind.noun());
        let place = self.files.place(members["$ref"].key);
        self.problems
            .push(codes::REF_MISPLACED.at(place, message).with_help(help));
    }

    fn misplaced_map_reference(&mut self, member: &Member, kind: ObjectKind) {
        let message = "`$ref` cannot stand for a whole map; here it is the name of an entry";
        let help = format!(
            "give every entry its own reference; each is {}",
            kind.noun()
        );
        let place = self.files.place(member.value.span);
        self.problems
            .push(codes::REF_MISPLACED.at(place, message).with_help(help));
    }

    fn report_siblings(&mut self, members: &Object) {
        for (key, member) in members {
            let note = matches!(key.as_str(), "summary" | "description") || key.starts_with("x-");
            let code = match key.as_str() {
                "$ref" => continue,
                _ if note => codes::REF_SIBLING_NOTE,
                _ => codes::REF_SIBLING,
            };
            let message = format!("`{key}` beside `$ref` has no effect");
            let help = format!(
                "move `{key}` to the target, or for a schema write \
                 `allOf: [{{$ref: ...}}]` beside it; otherwise remove it"
            );
            let place = self.files.place(member.key);
            self.problems.push(code.at(place, message).with_help(help));
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

/// The components that `entry` leads to while they only refer on, up to the first that comes again.
fn alias_chain<'a>(tree: &'a Node, entry: &'a Node) -> Vec<&'a str> {
    let mut chain: Vec<&str> = Vec::new();
    let mut next = reference_of(entry);
    while let Some(pointer) = next.and_then(Node::as_str) {
        if chain.contains(&pointer) {
            break;
        }
        chain.push(pointer);
        next = tree
            .at(pointer.trim_start_matches('#'))
            .and_then(reference_of);
    }
    chain
}

fn component_pointer(section: &str, name: &str) -> String {
    format!("#/components/{section}/{}", pointer::escape(name))
}

/// The name of a definition from outside the root's components: the last part of the pointer that
/// is a name, with what follows it, or the name of the file.
fn lifted_name(target: &Target, path: &Path) -> String {
    let tokens: Vec<_> = pointer::split(&target.pointer).collect();
    let is_structure = |token: &str| {
        token.bytes().all(|byte| byte.is_ascii_digit())
            || matches!(
                token,
                "schema" | "items" | "not" | "additionalProperties" | "allOf" | "oneOf" | "anyOf"
            )
    };
    let from = tokens
        .iter()
        .rposition(|token| !is_structure(token))
        .unwrap_or(0);
    let name = if tokens.is_empty() {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    } else {
        tokens[from..].join("_")
    };
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let name: String = name
        .chars()
        .map(|c| if legal(c) { c } else { '_' })
        .collect();
    let name = name.trim_matches('_');
    if name.is_empty() {
        "unnamed".to_owned()
    } else {
        name.to_owned()
    }
}

fn nearest_pointer(tree: &Node, wanted: &str) -> String {
    let mut node = tree;
    let mut reached = String::new();
    for token in pointer::split(wanted) {
        let next_pointer = pointer::join("", &token);
        if let Some(next) = node.at(&next_pointer) {
            node = next;
            reached.push_str(&next_pointer);
            continue;
        }
        let keys = node
            .as_object()
            .into_iter()
            .flat_map(|members| members.keys());
        return match nearest(&token, keys.map(String::as_str)) {
            Some(near) => format!("did you mean `#{}`?", pointer::join(&reached, near)),
            None => format!("`#{reached}` exists, but has no member `{token}`"),
        };
    }
    "check the pointer".to_owned()
}

fn missing_file(place: Place, path: &Path, error: &std::io::Error) -> Diagnostic {
    let message = if error.kind() == std::io::ErrorKind::NotFound {
        format!("there is no file `{}`", path.display())
    } else {
        format!("the file `{}` cannot be read: {error}", path.display())
    };
    let wanted = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let siblings: Vec<String> = std::fs::read_dir(folder.unwrap_or(Path::new(".")))
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    let mut siblings: Vec<&str> = siblings.iter().map(String::as_str).collect();
    siblings.sort_unstable();
    let help = match nearest(&wanted, siblings) {
        Some(near) => format!("did you mean `{near}` in the same folder?"),
        None => "the path is relative to the file the reference stands in".to_owned(),
    };
    codes::REF_FILE.at(place, message).with_help(help)
}

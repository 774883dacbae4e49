//! What can be wrong with references and with what they lead to.

use std::collections::HashSet;
use std::path::Path;

use super::{Bundler, ROOT, Target, Unresolved, component_pointer, reference_of, root_components};
use crate::codes;
use crate::grammar::{ObjectKind, Shape};
use crate::nearest::nearest;
use crate::node::{Copies, Member, Node, Object, Span};
use crate::pointer;
use crate::reference::LONGEST_CHAIN;
use crate::report::{Diagnostic, Place};

impl Bundler<'_> {
    pub(super) fn check_bare_mappings(&mut self, tree: &Node) {
        let schemas = tree.at("/components/schemas").and_then(Node::as_object);
        for (name, span) in std::mem::take(&mut self.bare_mappings) {
            if schemas.is_some_and(|schemas| schemas.contains_key(&name)) {
                continue;
            }
            let help = match self.near(&name, schemas) {
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

    /// Components that only refer to each other, in a circle or in a chain without good end.
    pub(super) fn check_alias_cycles(&mut self, tree: &Node) {
        let mut reported = HashSet::new();
        for (_, section, name, entry) in root_components(tree) {
            let own = component_pointer(section, name);
            let Some(reference) = reference_of(entry) else {
                continue;
            };
            let chain = alias_chain(tree, reference);
            if chain.len() > LONGEST_CHAIN {
                // All that lead into it are as long.
                self.long_chain(reference.span);
                return;
            }
            let closed = chain.last().is_some_and(|last| *last == own);
            if !closed || !reported.insert(own) {
                continue;
            }
            reported.extend(chain.iter().map(|pointer| (*pointer).to_owned()));
            if let Some(next) = chain.first() {
                let target = Target {
                    file: ROOT,
                    pointer: next.trim_start_matches('#').to_owned(),
                };
                let Unresolved = self.cycle(reference.span, &target);
            }
        }
    }

    pub(super) fn check_kind(
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
        let message = format!(
            "this reference leads to {found}, where {} is needed",
            kind.noun()
        );
        let problem = codes::REF_KIND
            .at(self.files.place(from), message)
            .with_help(format!("refer to {}", kind.noun()))
            .with_related(self.files.place(node.span), "", "it leads here");
        self.problems.push(problem);
        Err(Unresolved)
    }

    pub(super) fn cycle(&mut self, from: Span, target: &Target) -> Unresolved {
        let mut problem = codes::REF_CYCLE
            .at(
                self.files.place(from),
                "following this reference leads in a circle",
            )
            .with_help("write what is meant in place of one of these references");
        if let Some(tree) = self.files.tree(target.file)
            && let Some((node, key)) = tree.entry_at(&target.pointer)
        {
            let place = self.files.place(key.unwrap_or(node.span));
            problem = problem.with_related(place, "", "the circle passes here");
        }
        self.problems.push(problem);
        Unresolved
    }

    pub(super) fn long_chain(&mut self, from: Span) -> Unresolved {
        let message = format!(
            "this reference leads to another one, and so on, more than {LONGEST_CHAIN} times"
        );
        let problem = codes::REF_CHAIN.at(self.files.place(from), message);
        self.problems
            .push(problem.with_help("refer to what stands at the end of the chain"));
        Unresolved
    }

    pub(super) fn too_many_copies(&mut self, from: Span) {
        let message = format!(
            "references other than to schemas are replaced by what they lead to; here that makes more than {}",
            Copies::most()
        );
        let problem = codes::REF_COPIES.at(self.files.place(from), message);
        self.problems.push(problem.with_help(
            "move what is repeated most into schemas under `components/schemas`: references to schemas are \
             not replaced",
        ));
    }

    /// `target` is called `name`, because `other` has its name.
    pub(super) fn name_clash(&mut self, name: &str, target: &Target, other: &Target) {
        let place_of = |target: &Target| {
            let tree = self.files.tree(target.file)?;
            let (node, key) = tree.entry_at(&target.pointer)?;
            Some(self.files.place(key.unwrap_or(node.span)))
        };
        let (Some(place), Some(first)) = (place_of(target), place_of(other)) else {
            return;
        };
        let message = format!("another schema has this name too; this one becomes `{name}`");
        let problem = codes::NAME_CLASH
            .at(place, message)
            .with_help(
                "if both are the same, let both places refer to one definition; otherwise rename one",
            )
            .with_related(first, "", "the other one");
        self.problems.push(problem);
    }

    pub(super) fn missing_pointer(
        &mut self,
        place: Place,
        target: &Target,
        tree: &Node,
    ) -> Diagnostic {
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
            self.nearest_pointer(tree, &target.pointer)
        };
        codes::REF_POINTER.at(place, message).with_help(help)
    }

    fn nearest_pointer(&mut self, tree: &Node, wanted: &str) -> String {
        let mut node = tree;
        let mut reached = String::new();
        for token in pointer::split(wanted) {
            let next_pointer = pointer::join("", &token);
            if let Some(next) = node.at(&next_pointer) {
                node = next;
                reached.push_str(&next_pointer);
                continue;
            }
            return match self.near(&token, node.as_object()) {
                Some(near) => format!("did you mean `#{}`?", pointer::join(&reached, near)),
                None => format!("`#{reached}` exists, but has no member `{token}`"),
            };
        }
        "check the pointer".to_owned()
    }

    /// The key most like `word`, while there is time to look for it.
    fn near<'k>(&mut self, word: &str, members: Option<&'k Object>) -> Option<&'k str> {
        let members = members?;
        self.comparisons = self.comparisons.checked_sub(members.len())?;
        nearest(word, members.keys().map(String::as_str))
    }

    pub(super) fn misplaced_reference(&mut self, members: &Object, kind: ObjectKind) {
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

    pub(super) fn misplaced_map_reference(&mut self, member: &Member, kind: ObjectKind) {
        let message =
            "`$ref` cannot stand for all entries at once; here it is read as the name of one";
        let help = format!(
            "give every entry its own reference; each is {}",
            kind.noun()
        );
        let place = self.files.place(member.value.span);
        self.problems
            .push(codes::REF_MISPLACED.at(place, message).with_help(help));
    }

    pub(super) fn report_siblings(&mut self, members: &Object) {
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

/// `path` is not looked at: whether it exists is nobody's business.
pub(super) fn outside(place: Place, reference: &str, path: &Path, root: &Path) -> Diagnostic {
    let shown = |path: Option<&Path>| {
        let named = path.filter(|path| !path.as_os_str().is_empty());
        named.unwrap_or(Path::new(".")).display().to_string()
    };
    let (home, folder) = (shown(root.parent()), shown(path.parent()));
    let message = format!("`{reference}` leads out of `{home}`, the folder of the root document");
    codes::REF_OUTSIDE.at(place, message).with_help(format!(
        "copy what is meant into `{home}`; or, if you trust the document with all files of that folder, add\n\
         `--allow-ref-outside {folder}`"
    ))
}

pub(super) fn missing_file(place: Place, path: &Path, error: &std::io::Error) -> Diagnostic {
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

/// The components that `reference` leads to while they only refer on, up to the first that comes
/// again, or to one more than a chain may have.
fn alias_chain<'a>(tree: &'a Node, reference: &'a Node) -> Vec<&'a str> {
    let mut chain: Vec<&str> = Vec::new();
    let mut next = Some(reference);
    while let Some(pointer) = next.and_then(Node::as_str) {
        if chain.len() > LONGEST_CHAIN || chain.contains(&pointer) {
            break;
        }
        chain.push(pointer);
        next = tree
            .at(pointer.trim_start_matches('#'))
            .and_then(reference_of);
    }
    chain
}

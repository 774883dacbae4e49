//! L661 to L664: `x-links`, as far as templates and parameters have to fit each other.

use std::collections::BTreeMap;

use iri_string::template::UriTemplateStr;
use iri_string::types::UriStr;

use super::names::{method_name, type_name};
use super::rule::{Hit, Rule};
use super::view::{Node, View};
use crate::finding::Severity::Error;

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "L661",
        name: "link-template-unfit",
        severity: Error,
        suppressible: false,
        what: "The `template` of a link is none of RFC 6570, lets values through unencoded, or becomes no URL.",
        why: "a value could lead somewhere else than the link says, or there would never be a link",
        check: template_unfit,
    },
    Rule {
        code: "L662",
        name: "link-parameter-unknown",
        severity: Error,
        suppressible: false,
        what: "A variable in the `template` of a link is not under `parameters`, or the reverse.",
        why: "the value could not be given, or would be lost",
        check: parameter_unknown,
    },
    Rule {
        code: "L663",
        name: "link-parameter-type",
        severity: Error,
        suppressible: false,
        what: "A parameter of a link stands where a value of its type cannot, or may be missing from the path.",
        why: "the finished link would lack the value, or hold it in a form that the page does not read",
        check: parameter_type,
    },
    Rule {
        code: "L664",
        name: "link-name-clash",
        severity: Error,
        suppressible: false,
        what: "Two links or two of their types have the same name in Rust, or a parameter is called as a method that each link has.",
        why: "the generated code would not compile",
        check: name_clash,
    },
];

/// What the operators of RFC 6570 that encode everything are for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// `{name}`
    Plain,
    /// `{/name*}`
    Segments,
    /// `{?name}` and `{&name}`
    Query,
}

/// One variable of a template.
struct Variable<'a> {
    name: &'a str,
    exploded: bool,
    place: Place,
}

struct Template<'a> {
    variables: Vec<Variable<'a>>,
    /// The template without its expressions.
    literals: String,
}

fn links<'a>(view: &View<'a>) -> Vec<(&'a str, Node<'a>)> {
    view.root.members("x-links")
}

/// The links whose template can be taken apart.
fn parsed<'a>(view: &View<'a>) -> Vec<(&'a str, Node<'a>, Template<'a>)> {
    let links = links(view).into_iter();
    links
        .filter_map(|(name, link)| {
            let template = parse(link.str("template")?).ok()?;
            Some((name, link, template))
        })
        .collect()
}

/// Takes a template apart, or says what is wrong with it.
fn parse(text: &str) -> Result<Template<'_>, String> {
    UriTemplateStr::new(text).map_err(|error| format!("is no URI template: {error}"))?;
    let mut template = Template {
        variables: Vec::new(),
        literals: String::new(),
    };
    let mut rest = text;
    let mut in_query = false;
    while let Some((literal, behind)) = rest.split_once('{') {
        template.literals.push_str(literal);
        in_query |= literal.contains('?');
        let (expression, behind) = behind.split_once('}').unwrap_or((behind, ""));
        let (place, names) = operator(expression, in_query)?;
        in_query |= place == Place::Query;
        template
            .variables
            .extend(names.split(',').map(|spec| Variable {
                name: spec.trim_end_matches('*'),
                exploded: spec.ends_with('*'),
                place,
            }));
        rest = behind;
    }
    template.literals.push_str(rest);
    Ok(template)
}

/// Where the values of an expression go, and the names in it.
fn operator(expression: &str, in_query: bool) -> Result<(Place, &str), String> {
    let (place, names) = match expression.split_at_checked(1) {
        Some(("/", names)) => (Place::Segments, names),
        Some(("?" | "&", names)) => (Place::Query, names),
        Some(("+" | "#" | "." | ";" | "=" | "," | "!" | "@" | "|", _)) => {
            return Err(format!(
                "has `{{{expression}}}`, of a kind that is not for links"
            ));
        }
        _ => (Place::Plain, expression),
    };
    if names.contains(':') {
        return Err(format!("cuts a value short in `{{{expression}}}`"));
    }
    let misplaced = match place {
        Place::Plain => false,
        Place::Segments => in_query,
        Place::Query => expression.starts_with('?') == in_query,
    };
    if misplaced {
        return Err(format!(
            "has `{{{expression}}}` on the wrong side of its `?`"
        ));
    }
    Ok((place, names))
}

/// Whether a URL parser leaves the text as it is.
fn is_plain_url(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/?&=:@,+$!()*;%".contains(c);
    let parsed = UriStr::new(text).ok();
    text.chars().all(plain) && parsed.is_some_and(UriStr::is_normalized)
}

fn template_unfit(view: &View<'_>) -> Vec<Hit> {
    let judge = |text: &str| {
        match parse(text) {
        Err(problem) => Some(problem),
        Ok(template) if !is_plain_url(&template.literals) => {
            Some("is no URL in its usual form once its variables are left out: it holds `..`, `#` or the like outside of them".to_owned())
        }
        Ok(_) => None,
    }
    };
    links(view)
        .into_iter()
        .filter_map(|(_, link)| {
            let template = link.child("template")?;
            let problem = judge(template.value.as_str()?)?;
            let message = format!("the template {problem}");
            Some(Hit::at(template.pointer, message).help(
                "write `{name}` for one segment, `{/name*}` for several, and `{?name,other}` for the query, \
                 or `{&name}` where a `?` stands before",
            ))
        })
        .collect()
}

fn parameter_unknown(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (_, link, template) in parsed(view) {
        let declared = link.members("parameters");
        for variable in &template.variables {
            if !declared.iter().any(|(name, _)| *name == variable.name) {
                let name = variable.name;
                let message = format!("`{name}` is not under the `parameters` of the link");
                let help = format!("add `{name}: {{schema: {{type: string}}}}` there");
                hits.push(Hit::at(link.pointer_of("template"), message).help(help));
            }
        }
        for (name, parameter) in declared {
            if !template.variables.iter().any(|own| own.name == name) {
                let message = format!("`{name}` does not occur in the template of the link");
                let help = format!("write `{{{name}}}` where it belongs, or remove it");
                hits.push(Hit::at_key(parameter.pointer, message).help(help));
            }
        }
    }
    hits
}

fn parameter_type(view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    for (_, link, template) in parsed(view) {
        for (name, parameter) in link.members("parameters") {
            let own = template.variables.iter().filter(|own| own.name == name);
            let problem = own.clone().find_map(|own| problem(own, &parameter));
            if let Some(problem) = problem {
                hits.push(
                    Hit::at_key(&parameter.pointer, format!("`{name}` {problem}")).help(
                        "strings, numbers and booleans stand in `{name}` or `{?name}`, arrays in `{/name*}`, maps in `{?name*}`",
                    ),
                );
            }
        }
    }
    hits
}

fn problem(variable: &Variable<'_>, parameter: &Node<'_>) -> Option<&'static str> {
    let kind = parameter.child("schema")?.str("type")?;
    let fits = match kind {
        "array" => variable.place == Place::Segments && variable.exploded,
        "object" => variable.place == Place::Query && variable.exploded,
        _ => !variable.exploded,
    };
    if !fits {
        return Some(match kind {
            "array" => "is an array, and does not stand in `{/name*}`",
            "object" => "is a map, and does not stand in `{?name*}` or `{&name*}`",
            _ => "is one value, and stands where several would",
        });
    }
    let needed = variable.place == Place::Plain && !parameter.is_true("required");
    needed.then_some("stands in the link in any case, and is not `required`")
}

fn name_clash(view: &View<'_>) -> Vec<Hit> {
    let mut types: BTreeMap<String, String> = BTreeMap::new();
    let mut hits = Vec::new();
    for (name, link) in links(view) {
        let mut own = vec![(type_name(name), link.pointer.clone())];
        for (parameter, node) in link.members("parameters") {
            if matches!(method_name(parameter).as_str(), "new" | "url") {
                let message = format!("each link has a method `{parameter}` already");
                let hit = Hit::at_key(&node.pointer, message);
                hits.push(hit.help("give the parameter another name"));
            }
            let values = node.child("schema").map_or(0, |s| s.items("enum").len());
            if values > 1 {
                own.push((type_name(&format!("{name}_{parameter}")), node.pointer));
            }
        }
        for (ty, pointer) in own {
            if let Some(other) = types.get(&ty) {
                let message =
                    format!("this becomes the type `{ty}`, as another link or its parameter does");
                let hit = Hit::at_key(pointer, message).related(other, "the other one");
                hits.push(hit.help("give one of them another name"));
            } else {
                types.insert(ty, pointer);
            }
        }
    }
    hits
}
